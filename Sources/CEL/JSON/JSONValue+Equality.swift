/// Equality as the code of controllers and of the API server asks for it: of what the values are in
/// this run, and recorded where it depends on unknown inputs.
extension JSONValue: Hashable {
  package static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    case (.symbolic(let leaf), let other), (let other, .symbolic(let leaf)): leaf.equals(other)
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag):
      hasher.combine(1)
      hasher.combine(flag)
    case .int(let number):
      hasher.combine(2)
      hasher.combine(number)
    case .double(let number):
      hasher.combine(3)
      hasher.combine(number)
    case .string(let text):
      hasher.combine(4)
      hasher.combine(text)
    case .array(let items):
      hasher.combine(5)
      hasher.combine(items)
    case .object(let object):
      hasher.combine(6)
      hasher.combine(object)
    case .symbolic(let leaf): leaf.current.hash(into: &hasher)
    }
  }

  /// Whether two values are the same whatever the unknown inputs are; records nothing.
  package func isIdentical(to other: JSONValue) -> Bool {
    switch (self, other) {
    case (.symbolic(let a), .symbolic(let b)): a === b
    case (.symbolic, _), (_, .symbolic): false
    case (.array(let a), .array(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.isIdentical(to: $1) }
    case (.object(let a), .object(let b)): a.isIdentical(to: b)
    default: self == other
    }
  }
}

extension JSONObject {
  /// Whether two objects are the same whatever the unknown inputs are; records nothing.
  package func isIdentical(to other: JSONObject) -> Bool {
    count == other.count
      && zip(entries, other.entries).allSatisfy {
        $0.key == $1.key && $0.value.isIdentical(to: $1.value)
      }
  }
}

/// A value as a key of a table: equal to what is the same whatever the unknown inputs are.
///
/// A look-up in a table compares with whatever shares a slot, so it must not record anything.
package struct IdenticalJSON: Hashable, Sendable {
  package let value: JSONValue

  /// Makes a key.
  package init(_ value: JSONValue) { self.value = value }

  package static func == (left: IdenticalJSON, right: IdenticalJSON) -> Bool {
    left.value.isIdentical(to: right.value)
  }

  package func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
