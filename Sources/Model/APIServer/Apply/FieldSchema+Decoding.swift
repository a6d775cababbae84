package import CEL

extension FieldSchema {
  /// An object as upstream's Go types keep it: what a decoder does to nulls and empty values.
  ///
  /// A null field, an empty map and an empty list are as if absent (`omitempty`); a null entry of a
  /// map of strings is the empty string; an empty structure stays. Only for built-in kinds: custom
  /// resources are kept as they are sent
  /// (staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go).
  package func decoded(_ object: JSONObject) -> JSONObject {
    (decoded(.object(object)) ?? [:]).object ?? [:]
  }

  private func decoded(_ value: JSONValue) -> JSONValue? {
    if value == .null { return nil }
    if self == .deduced || self == .atomic { return value }
    switch (shape(of: value), value) {
    case (.list(let list), .array(let items)):
      if items.isEmpty { return nil }
      return .array(items.map { list.items.decoded($0) ?? $0 })
    case (.map(let map), .object(let object)): return decoded(object, map).map(JSONValue.object)
    default: return value
    }
  }

  private func decoded(_ object: JSONObject, _ map: MapSchema) -> JSONObject? {
    var result = JSONObject()
    if case .entry(let type) = map.unlisted, map.fields.isEmpty {
      if object.isEmpty { return nil }
      for entry in object.entries {
        result[entry.key] = type.decoded(entry.value) ?? (type == .scalar(.any) ? "" : .null)
      }
      return result
    }
    for entry in object.entries {
      guard let type = map.type(of: entry.key) else {
        result[entry.key] = entry.value
        continue
      }
      result[entry.key] = type.decoded(entry.value)
    }
    return result
  }
}
