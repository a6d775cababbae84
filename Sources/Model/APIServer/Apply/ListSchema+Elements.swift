internal import CEL

/// Why a value does not fit its type, with the path from where it was looked at.
struct SchemaViolation: Error, Hashable {
  /// For example `.spec.ports: element 0: …`.
  let path: String
  let reason: String

  var text: String { path.isEmpty ? reason : "\(path): \(reason)" }

  /// The violations as structured-merge-diff joins them (typed/helpers.go, ValidationErrors).
  static func text(of violations: [SchemaViolation]) -> String {
    if violations.count == 1 { return violations[0].text }
    return (["errors:"] + violations.map { "  " + $0.text }).joined(separator: "\n")
  }
}

extension ListSchema {
  /// What names an item of the list.
  ///
  /// Follows structured-merge-diff, typed/helpers.go, listItemToPathElement. What is not known is
  /// pinned: names are looked up in tables.
  func element(of item: JSONValue) throws(SchemaViolation) -> PathElement {
    switch relation {
    case .atomic: throw violation("invalid indexing of atomic list")
    case .set:
      switch item {
      case .object:
        throw violation("associative list without keys has an element that's a map type")
      case .array: throw violation("not supported: associative list with lists as elements")
      case .null:
        throw violation("associative list without keys has an element that's an explicit null")
      default: return .value(item.allPinned)
      }
    case .map(let keys):
      if item == .null {
        throw violation("associative list with keys may not have a null element")
      }
      guard let object = item.object else {
        throw violation("associative list with keys may not have non-map elements")
      }
      var fields = JSONObject()
      for key in keys {
        guard let value = object[key] ?? keyDefaults[key] else {
          throw violation(
            "associative list with keys has an element that omits key field \"\(key)\" "
              + "(and doesn't have default value)")
        }
        fields[key] = value.allPinned
      }
      return .key(fields)
    }
  }

  private func violation(_ reason: String) -> SchemaViolation {
    SchemaViolation(path: "", reason: reason)
  }

  /// The items with what names them, in the order of the list.
  ///
  /// Items without a name are left out; validation refuses them before they are stored.
  func named(_ items: [JSONValue]) -> [(element: PathElement, item: JSONValue)] {
    items.compactMap { item in (try? element(of: item)).map { ($0, item) } }
  }

  /// The items by name, the names in the order in which they first occur.
  func grouped(_ items: [JSONValue]) -> (order: [PathElement], items: [PathElement: [JSONValue]]) {
    var order: [PathElement] = []
    var byElement: [PathElement: [JSONValue]] = [:]
    for (element, item) in named(items) {
      if byElement[element] == nil { order.append(element) }
      byElement[element, default: []].append(item)
    }
    return (order, byElement)
  }
}
