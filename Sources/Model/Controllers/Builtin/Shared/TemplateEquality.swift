internal import CEL

/// Whether two Pod templates mean the same.
///
/// Follows pkg/controller/deployment/util/deployment_util.go (EqualIgnoreHash): the label
/// `pod-template-hash` does not count, and apiequality.Semantic takes absent and empty for equal.
enum TemplateEquality {
  static let hashLabel = "pod-template-hash"

  /// Whether the templates are equal but for the hash label.
  static func areEqual(_ left: JSONObject, _ right: JSONObject) -> Bool {
    normal(left) == normal(right)
  }

  private static func normal(_ template: JSONObject) -> JSONValue? {
    var template = template
    template.set(nil, at: "metadata", "labels", hashLabel)
    return pruned(.object(template))
  }

  /// The value without what is empty; nil where nothing is left.
  static func pruned(_ value: JSONValue) -> JSONValue? {
    switch value {
    case .null: return nil
    case .array(let items):
      return items.isEmpty ? nil : .array(items.map { pruned($0) ?? .null })
    case .object(let object):
      var result = JSONObject()
      for entry in object.entries { result[entry.key] = pruned(entry.value) }
      return result.isEmpty ? nil : .object(result)
    default: return value
    }
  }
}
