/// A JSON value as Kubernetes objects are made of: integers and doubles are told apart, object keys
/// are unique and kept sorted.
///
/// Sorted keys make equal objects equal byte for byte, whatever order their author wrote, so that
/// hashing, interning and printing need no further canonical form.
///
/// A scalar may be unknown (``SymbolicLeaf``). What this type offers to look at a value records what
/// was learned of it; equality too, so that objects are only told apart by their text in tables that
/// say so (``IdenticalJSON``).
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
  /// A scalar that is not known.
  case symbolic(SymbolicLeaf)
}

extension JSONValue {
  /// The object inside, or nil where the value is of another kind.
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The items inside, or nil where the value is of another kind.
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The text inside, or nil where the value is of another kind.
  package var string: String? {
    switch self {
    case .string(let value): value
    case .symbolic(let leaf) where leaf.kind == .string: leaf.pinned.string
    default: nil
    }
  }

  /// The integer inside, or nil where the value is of another kind.
  package var int: Int64? {
    switch self {
    case .int(let value): value
    case .symbolic(let leaf) where leaf.kind == .int: leaf.pinned.int
    default: nil
    }
  }

  /// The Boolean inside, or nil where the value is of another kind.
  package var bool: Bool? {
    switch self {
    case .bool(let value): value
    case .symbolic(let leaf) where leaf.kind == .bool: leaf.pinned.bool
    default: nil
    }
  }

  /// Whether this is an integer, known or not.
  package var isInteger: Bool {
    switch self {
    case .int: true
    case .symbolic(let leaf): leaf.kind == .int
    default: false
    }
  }

  /// Whether this is a text, known or not.
  package var isString: Bool {
    switch self {
    case .string: true
    case .symbolic(let leaf): leaf.kind == .string
    default: false
    }
  }

  /// Whether this is a Boolean, known or not.
  package var isBool: Bool {
    switch self {
    case .bool: true
    case .symbolic(let leaf): leaf.kind == .bool
    default: false
    }
  }

  /// The value with a scalar that is not known replaced by what it is in this run, for code that
  /// tells values apart by their case.
  package var pinned: JSONValue { if case .symbolic(let leaf) = self { leaf.pinned } else { self } }

  /// The value with what is not known as it is in this run; not recorded, so nothing may be decided
  /// by it.
  package var current: JSONValue {
    switch self {
    case .symbolic(let leaf): leaf.current
    case .array(let items) where hasUnknown: .array(items.map(\.current))
    case .object(let object) where hasUnknown:
      .object(JSONObject(object.entries.map { ($0.key, $0.value.current) }))
    default: self
    }
  }

  /// The value with everything in it pinned.
  package var allPinned: JSONValue {
    switch self {
    case .symbolic(let leaf): leaf.pinned
    case .array(let items) where hasUnknown: .array(items.map(\.allPinned))
    case .object(let object) where hasUnknown:
      .object(JSONObject(object.entries.map { ($0.key, $0.value.allPinned) }))
    default: self
    }
  }

  /// The value under a key of an object; nil where this is no object or has no such key.
  package subscript(key: String) -> JSONValue? { object?[key] }

  /// The value at a path of object keys; nil where some step is missing or is no object.
  package func at(_ path: String...) -> JSONValue? {
    var value = self
    for key in path {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}
