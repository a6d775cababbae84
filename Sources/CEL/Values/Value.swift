/// A value an expression computes with.
///
/// The kinds are CEL's, kept apart as CEL does: an `int` is never a `uint`, and null is a value.
/// A value that is not known yet is one more case, which only the evaluator makes and reads.
package enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case duration(CELDuration)
  case timestamp(CELTimestamp)
  /// A type as a value; its parameters do not count, `type([1])` equals `list`.
  case type(CELType)
  case list([Value])
  case map(MapValue)
  /// An optional with or without a value.
  indirect case optional(Value?)
  /// A value of a library's own type, such as a quantity.
  indirect case opaque(any OpaqueValue)
  /// A value that depends on symbols.
  case symbolic(SymbolicValue)
}

/// A value of a type that a library defines: the language knows equality and text of it only.
package protocol OpaqueValue: Sendable {
  /// The type, an opaque one; two values of different type names are never equal.
  var type: CELType { get }
  /// Whether this equals another value of the same type name.
  func isEqual(to other: any OpaqueValue) -> Bool
  /// The text a message or `string()` shows.
  var text: String { get }
}

extension Value {
  /// The type as `type(x)` gives it: the parameters of lists and maps are dyn.
  package var type: CELType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .duration: .duration
    case .timestamp: .timestamp
    case .type: .type(.dyn)
    case .list: .list(.dyn)
    case .map: .map(.dyn, .dyn)
    case .optional: .optional(.dyn)
    case .opaque(let value): value.type
    case .symbolic(let value): value.type
    }
  }

  /// Whether a parameter of this type takes the value when overloads are chosen by run-time types.
  ///
  /// A list counts by its first element, which is enough to tell overloads such as those of `sum`
  /// apart; an implementation still checks every element it uses.
  package func matches(_ type: CELType) -> Bool {
    switch (type, self) {
    case (.dyn, _), (.parameter, _), (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint),
      (.double, .double), (.string, .string), (.bytes, .bytes), (.duration, .duration),
      (.timestamp, .timestamp), (.type, .type), (.optional, .optional), (.map, .map),
      (.wrapper, .null):
      true
    // `flatten`, which takes lists of lists, leaves other elements as they are.
    case (.list(.list), .list): true
    case (.list(let element), .list(let items)): items.first?.matches(element) ?? true
    case (.wrapper(let inner), _): matches(inner)
    case (_, .symbolic(let value)): value.matches(type)
    case (.opaque(let name, _), .opaque(let value)): value.type.runtimeName == name
    default: false
    }
  }
}
