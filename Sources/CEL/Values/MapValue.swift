/// A map: unique keys of kind bool, int, uint or string, in an order of their own.
///
/// A literal keeps the order it was written in; a map from JSON has its keys sorted. The order is
/// what macros iterate in and nothing else: equality does not see it. A map from JSON converts
/// only what is looked at, since expressions read a few fields of large objects.
package struct MapValue: Sendable {
  private enum Storage: Sendable {
    case json(JSONObject)
    case entries(Entries)
  }

  private var storage: Storage

  /// The map of a JSON object.
  package init(_ object: JSONObject) { storage = .json(object) }

  /// The empty map.
  package init() { storage = .entries(Entries()) }

  /// The map of these entries in this order; throws on a key of a wrong kind or a repeated one.
  package init(_ pairs: [(Value, Value)]) throws(EvaluationError) {
    var entries = Entries()
    for (key, value) in pairs { try entries.append(key, value) }
    storage = .entries(entries)
  }

  /// How many entries there are.
  package var count: Int {
    switch storage {
    case .json(let object): object.count
    case .entries(let entries): entries.keys.count
    }
  }

  /// Whether there is no entry.
  package var isEmpty: Bool { count == 0 }

  /// The keys in their order.
  package var keys: [Value] {
    switch storage {
    case .json(let object): object.entries.map { .string($0.key) }
    case .entries(let entries): entries.keys
    }
  }

  /// The entries in their order.
  package var entries: [(key: Value, value: Value)] {
    switch storage {
    case .json(let object): object.entries.map { (.string($0.key), Value($0.value)) }
    case .entries(let entries): Array(zip(entries.keys, entries.values)).map { ($0.0, $0.1) }
    }
  }

  /// The value under a key, which may be a number of another kind than the map's; nil if absent.
  package subscript(key: Value) -> Value? {
    guard let normal = MapKey(looking: key) else { return nil }
    switch storage {
    case .json(let object):
      guard case .string(let name) = normal else { return nil }
      return object[name.text].map(Value.init)
    case .entries(let entries): return entries.index[normal].map { entries.values[$0] }
    }
  }

  /// The value under a string key; nil if absent.
  package subscript(field name: String) -> Value? {
    switch storage {
    case .json(let object): object[name].map(Value.init)
    case .entries(let entries):
      entries.index[.string(ExactString(name))].map { entries.values[$0] }
    }
  }

  /// The JSON object the map was made from, where it was made from one.
  var json: JSONObject? { if case .json(let object) = storage { object } else { nil } }
}

/// The entries of a map that was computed.
private struct Entries: Sendable {
  var keys: [Value] = []
  var values: [Value] = []
  var index: [MapKey: Int] = [:]

  mutating func append(_ key: Value, _ value: Value) throws(EvaluationError) {
    guard let normal = MapKey(key) else {
      throw EvaluationError(.invalidArgument, "unsupported key type: \(key.type)")
    }
    guard index.updateValue(keys.count, forKey: normal) == nil else {
      throw EvaluationError(.invalidArgument, "Failed with repeated key: \(key)")
    }
    keys.append(key)
    values.append(value)
  }
}

/// A key up to CEL's equality: numbers of equal value are one key.
private enum MapKey: Hashable {
  case bool(Bool)
  case int(Int64)
  /// Above the range of int only.
  case uint(UInt64)
  case string(ExactString)

  /// The key a map may hold; nil for a kind that is no key.
  init?(_ value: Value) {
    switch value {
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .uint(let number): self = Int64(exactly: number).map(MapKey.int) ?? .uint(number)
    case .string(let text): self = .string(ExactString(text))
    default: return nil
    }
  }

  /// The key a look-up means, for which a whole double will do too.
  init?(looking value: Value) {
    guard case .double(let number) = value else {
      self.init(value)
      return
    }
    if let whole = Int64(exactly: number) {
      self = .int(whole)
    } else if let whole = UInt64(exactly: number) {
      self = .uint(whole)
    } else {
      return nil
    }
  }
}

/// A string that equals another only with the same code points.
///
/// Swift's `String` compares up to canonical equivalence, CEL does not.
struct ExactString: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: ExactString, right: ExactString) -> Bool {
    left.text.isExactly(right.text)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

extension String {
  /// Whether two strings have the same code points; see ``ExactString``.
  package func isExactly(_ other: String) -> Bool {
    self == other && utf8.elementsEqual(other.utf8)
  }

  /// Whether this comes first in the order of code points, which is CEL's.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
