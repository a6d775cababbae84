import CEL

/// The generations of each object and of all copies of it that reconciles under way hold, by rank.
///
/// Only their order counts (SEMANTICS.md, "Ordinals"), so ranking an object and its copies together
/// keeps all that anybody can observe, and generations do not grow for ever.
struct GenerationRanks {
  private var values: [String: [Int64]] = [:]

  init(_ state: AbstractState) {
    for object in state.objects.values { collect(.object(object)) }
  }

  private static func name(_ object: JSONObject) -> String? {
    guard let name = object.at("metadata", "name")?.string,
      object.at("metadata", "generation") != nil
    else { return nil }
    let groupKind = GroupKind(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    return "\(groupKind) \(object.at("metadata", "namespace")?.string ?? "")/\(name)"
  }

  private mutating func collect(_ value: JSONValue) {
    switch value {
    case .object(let object):
      if let name = Self.name(object) {
        values[name, default: []] += Ordinals.generations(of: object)
      } else {
        for entry in object.entries { collect(entry.value) }
      }
    case .array(let items): for item in items { collect(item) }
    default: break
    }
  }

  /// Replaces them.
  func rank(_ state: inout AbstractState) {
    let ranks = values.mapValues { Ordinals.ranks($0) }
    func ranked(_ value: JSONValue) -> JSONValue {
      switch value {
      case .object(let object):
        if let name = Self.name(object) {
          return .object(Ordinals.withGenerations(object, ranks[name] ?? [:]))
        }
        return .object(JSONObject(object.entries.map { ($0.key, ranked($0.value)) }))
      case .array(let items): return .array(items.map(ranked))
      default: return value
      }
    }
    for (key, object) in state.objects { state.objects[key] = ranked(.object(object)).object }
  }
}
