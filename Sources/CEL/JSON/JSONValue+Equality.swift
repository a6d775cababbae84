/// Equality as the code of controllers and of the API server asks for it: of what the values are in
/// this run, and recorded where it depends on unknown inputs.
extension JSONValue: Hashable {
  package static func == (left: JSONValue, right: JSONValue) -> Bool {
    var unknown: [UnknownPair] = []
    return left.matches(right, &unknown) && SymbolicLeaf.areAllEqual(unknown)
  }

  /// A value that is not known, and what it is compared with.
  typealias UnknownPair = (leaf: SymbolicLeaf, other: JSONValue)

  /// Whether two values are equal but for pairs that only the unknown inputs can tell.
  ///
  /// What is known is compared first, and what is left is one condition: few classes of values.
  func matches(_ other: JSONValue, _ unknown: inout [UnknownPair]) -> Bool {
    switch (self, other) {
    case (.null, .null): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.int(let a), .int(let b)): return a == b
    case (.double(let a), .double(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    case (.array(let a), .array(let b)):
      guard a.count == b.count else { return false }
      if a.sharesStorage(with: b) { return true }
      for index in a.indices where !a[index].matches(b[index], &unknown) { return false }
      return true
    case (.object(let a), .object(let b)): return a.matches(b, &unknown)
    case (.symbolic(let leaf), let other), (let other, .symbolic(let leaf)):
      unknown.append((leaf, other))
      return true
    default: return false
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
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    var unknown: [JSONValue.UnknownPair] = []
    return left.matches(right, &unknown) && SymbolicLeaf.areAllEqual(unknown)
  }

  /// Whether two objects are equal but for pairs that only the unknown inputs can tell; a number that
  /// is left out where it is 0 equals none.
  func matches(_ other: JSONObject, _ unknown: inout [JSONValue.UnknownPair]) -> Bool {
    let (left, right) = (entries, other.entries)
    if left.sharesStorage(with: right) { return true }
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if left[i].key == right[j].key {
        guard left[i].value.matches(right[j].value, &unknown) else { return false }
        i += 1
        j += 1
      } else if left[i].key < right[j].key {
        guard Self.isOmittedZero(left[i], &unknown) else { return false }
        i += 1
      } else {
        guard Self.isOmittedZero(right[j], &unknown) else { return false }
        j += 1
      }
    }
    for entry in left[i...] where !Self.isOmittedZero(entry, &unknown) { return false }
    for entry in right[j...] where !Self.isOmittedZero(entry, &unknown) { return false }
    return true
  }

  private static func isOmittedZero(
    _ entry: Entry, _ unknown: inout [JSONValue.UnknownPair]
  ) -> Bool {
    guard case .symbolic(let leaf) = entry.value, leaf.isOmittedAtZero else { return false }
    unknown.append((leaf, 0))
    return true
  }

  /// Whether two objects are the same whatever the unknown inputs are; records nothing.
  package func isIdentical(to other: JSONObject) -> Bool {
    count == other.count
      && zip(entries, other.entries).allSatisfy {
        $0.key == $1.key && $0.value.isIdentical(to: $1.value)
      }
  }
}

extension Array {
  /// Whether two arrays are the same elements in memory.
  fileprivate func sharesStorage(with other: [Element]) -> Bool {
    guard count == other.count else { return false }
    return withUnsafeBufferPointer { left in
      other.withUnsafeBufferPointer { left.baseAddress == $0.baseAddress }
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
