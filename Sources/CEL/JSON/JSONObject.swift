/// The members of a JSON object, unique and sorted by the code units of their keys.
///
/// A sorted array with binary search: objects are small, are compared and hashed far more often
/// than they are changed, and their order must not depend on a hash seed.
package struct JSONObject: Hashable, Sendable {
  /// One member of an object.
  package struct Entry: Hashable, Sendable {
    package let key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The members, sorted by key.
  package private(set) var entries: [Entry]

  /// Makes an object without members.
  package init() { entries = [] }

  /// Makes an object of these members; of two with one key the later wins, as in Go's decoder.
  package init(_ members: [(String, JSONValue)]) {
    entries = []
    entries.reserveCapacity(members.count)
    for (key, value) in members { self[key] = value }
  }

  /// The value under a key; assigning nil removes the member.
  package subscript(key: String) -> JSONValue? {
    get {
      let (index, found) = position(of: key)
      return found ? entries[index].value : nil
    }
    set {
      let (index, found) = position(of: key)
      switch (found, newValue) {
      case (true, .some(let value)): entries[index].value = value
      case (true, .none): entries.remove(at: index)
      case (false, .some(let value)): entries.insert(Entry(key: key, value: value), at: index)
      case (false, .none): break
      }
    }
  }

  /// The keys in their order.
  package var keys: [String] { entries.map(\.key) }

  /// Whether there is no member.
  package var isEmpty: Bool { entries.isEmpty }

  /// How many members there are.
  package var count: Int { entries.count }

  /// The value at a path of keys; nil where a step is missing or is no object.
  package func at(_ path: String...) -> JSONValue? { value(at: path[...]) }

  /// The value at a path of keys; nil where a step is missing or is no object.
  package func value(at path: ArraySlice<String>) -> JSONValue? {
    guard let first = path.first, let value = self[first] else { return nil }
    return path.count == 1 ? value : value.object?.value(at: path.dropFirst())
  }

  /// Sets the value at a path, making the objects on the way; nil removes the last member only.
  package mutating func set(_ value: JSONValue?, at path: String...) {
    set(value, along: path[...])
  }

  /// Sets the value at a path, making the objects on the way; nil removes the last member only.
  package mutating func set(_ value: JSONValue?, along path: ArraySlice<String>) {
    guard let first = path.first else { return }
    guard path.count > 1 else {
      self[first] = value
      return
    }
    var inner = self[first]?.object
    if inner == nil, value == nil { return }
    inner = inner ?? JSONObject()
    inner?.set(value, along: path.dropFirst())
    self[first] = inner.map(JSONValue.object)
  }

  /// Where a key is or would be inserted.
  private func position(of key: String) -> (Int, Bool) {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return (low, low < entries.count && entries[low].key == key)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
