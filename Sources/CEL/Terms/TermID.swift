/// A term of a ``TermTable``: equal terms of one table have equal ids.
package struct TermID: Hashable, Comparable, Sendable {
  /// The place in the table.
  package let index: UInt32

  /// Makes the id of a place; only a table knows which places there are.
  package init(index: UInt32) { self.index = index }

  /// The condition that never holds, in every table.
  package static let never = TermID(index: 0)
  /// The condition that always holds, in every table.
  package static let always = TermID(index: 1)

  package static func < (left: TermID, right: TermID) -> Bool { left.index < right.index }
}

/// What a term stands for.
///
/// The kinds that count something (an integer, nanoseconds, billionths) are integers to the solver;
/// they stay apart here so that constants print as what they are and types are checked.
package enum TermSort: UInt8, Hashable, Sendable {
  case bool
  case int
  case uint
  case double
  case string
  /// Nanoseconds.
  case duration
  /// Nanoseconds since the start of 1970.
  case timestamp
  /// Billionths of a unit.
  case quantity

  /// Whether terms of the sort are integers to the solver.
  package var isInteger: Bool {
    switch self {
    case .int, .uint, .duration, .timestamp, .quantity: true
    case .bool, .double, .string: false
    }
  }

  /// The type of values of the sort.
  package var type: CELType {
    switch self {
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .duration: .duration
    case .timestamp: .timestamp
    case .quantity: Quantity.celType
    }
  }

  /// The values that CEL can represent; nil for what has no bounds.
  package var range: Interval? {
    switch self {
    case .int, .duration: Interval(Int128(Int64.min), Int128(Int64.max))
    case .uint: Interval(0, Int128(UInt64.max))
    case .timestamp:
      Interval(
        Int128(CELTimestamp.leastSecond) * 1_000_000_000,
        Int128(CELTimestamp.greatestSecond) * 1_000_000_000 + 999_999_999)
    case .bool, .double, .string, .quantity: nil
    }
  }
}

/// What is not known: a leaf of terms.
package struct TermSymbol: Hashable, Sendable {
  /// The name users know; unique in a table.
  package let name: String
  package let sort: TermSort
  /// The values an integer may have.
  package let range: Interval?
  /// The values a string may have; nil for any string.
  package let values: [String]?
}
