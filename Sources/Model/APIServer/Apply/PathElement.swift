package import CEL

/// One step of a path into an object: a field, or an item of a list by key, value or index.
///
/// Follows structured-merge-diff, fieldpath/element.go.
package enum PathElement: Hashable, Sendable {
  case field(String)
  /// The item of an associative list whose key fields have these values.
  case key(JSONObject)
  /// The item of a set.
  case value(JSONValue)
  case index(Int)

  /// How the element is written in a conflict: `.data`, `[name="c"]`, `[="x"]`, `[0]`.
  package var text: String {
    switch self {
    case .field(let name): "." + name
    case .key(let fields):
      "[" + fields.entries.map { "\($0.key)=\($0.value.text)" }.joined(separator: ",") + "]"
    case .value(let value): "[=\(value.text)]"
    case .index(let index): "[\(index)]"
    }
  }

  /// How the element is written in managedFields: `f:data`, `k:{"name":"c"}`, `v:"x"`, `i:0`.
  ///
  /// Follows fieldpath/serialize-pe.go.
  package var serialized: String {
    switch self {
    case .field(let name): "f:" + name
    case .key(let fields): "k:" + JSONValue.object(fields).text
    case .value(let value): "v:" + value.text
    case .index(let index): "i:\(index)"
    }
  }

  /// Reads an element of managedFields; nil where it is malformed.
  package init?(serialized text: String) {
    let rest = text.dropFirst(2)
    switch text.prefix(2) {
    case "f:": self = .field(String(rest))
    case "k:":
      guard let fields = (try? JSONValue(parsing: String(rest)))?.object else { return nil }
      self = .key(fields)
    case "v:":
      guard let value = try? JSONValue(parsing: String(rest)) else { return nil }
      self = .value(value)
    case "i:":
      guard let index = Int(rest) else { return nil }
      self = .index(index)
    default: return nil
    }
  }
}

extension PathElement: Comparable {
  /// Fields before keys before values before indices, as fieldpath/element.go, Less.
  package static func < (left: PathElement, right: PathElement) -> Bool {
    switch (left, right) {
    case (.field(let first), .field(let second)): first < second
    case (.key(let first), .key(let second)): isOrdered(first, second)
    case (.value(let first), .value(let second)): isOrdered(first, second)
    case (.index(let first), .index(let second)): first < second
    default: left.rank < right.rank
    }
  }

  private var rank: Int {
    switch self {
    case .field: 0
    case .key: 1
    case .value: 2
    case .index: 3
    }
  }

  /// Field by field, a name before its value.
  private static func isOrdered(_ left: JSONObject, _ right: JSONObject) -> Bool {
    for (first, second) in zip(left.entries, right.entries) where first != second {
      return first.key == second.key
        ? isOrdered(first.value, second.value) : first.key < second.key
    }
    return left.count < right.count
  }

  /// Numbers by size and before all else, then strings, the rest by text.
  private static func isOrdered(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.int(let first), .int(let second)): first < second
    case (.string(let first), .string(let second)): first < second
    case (.int, _): true
    case (_, .int): false
    case (.string, _): true
    case (_, .string): false
    default: left.text < right.text
    }
  }
}

/// A path as a conflict names it: `.spec.template.spec.containers[name="c"].image`.
package struct FieldPath: Hashable, Sendable, CustomStringConvertible {
  package let elements: [PathElement]

  /// Makes a path.
  package init(_ elements: [PathElement]) { self.elements = elements }

  package var description: String { elements.map(\.text).joined() }
}
