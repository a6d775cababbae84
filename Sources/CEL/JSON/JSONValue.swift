/// A JSON value as Kubernetes objects are made of: integers and doubles are told apart, object keys
/// are unique and kept sorted.
///
/// Sorted keys make equal objects equal byte for byte, whatever order their author wrote, so that
/// hashing, interning and printing need no further canonical form.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// The object inside, or nil where the value is of another kind.
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The items inside, or nil where the value is of another kind.
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The text inside, or nil where the value is of another kind.
  package var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The integer inside, or nil where the value is of another kind.
  package var int: Int64? { if case .int(let value) = self { value } else { nil } }

  /// The Boolean inside, or nil where the value is of another kind.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

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
