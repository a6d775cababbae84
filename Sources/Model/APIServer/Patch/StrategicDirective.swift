import CEL

/// The directives of a strategic merge patch that stand beside the list they are about.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
enum Directive: String {
  case deleteFromPrimitiveList = "$deleteFromPrimitiveList/"
  case setElementOrder = "$setElementOrder/"

  /// The key of the list, where this is such a directive.
  func key(in name: String) -> String? {
    name.hasPrefix(rawValue) ? String(name.dropFirst(rawValue.count)) : nil
  }

  /// A value new to the object, without the directives in it.
  ///
  /// Upstream's typed decoding drops them: no type has such a field.
  static func removed(from value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      return .object(
        JSONObject(
          object.entries.filter { !$0.key.hasPrefix("$") && $0.value != .null }
            .map { ($0.key, removed(from: $0.value)) }))
    case .array(let items):
      return .array(items.filter { $0["$patch"] == nil }.map { removed(from: $0) })
    default: return value
    }
  }
}
