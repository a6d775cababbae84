/// What a term is made of.
///
/// Few kinds, each in one normal form, so that equal conditions are equal terms: every comparison
/// of integers is "a sum is at most a number" or its negation, every connective is a conjunction or
/// its negation.
package enum TermNode: Hashable, Sendable {
  /// A value that is known.
  case constant(TermConstant)
  /// A symbol by its number.
  case symbol(Int)

  // Conditions.
  case not(TermID)
  /// Two conditions or more, sorted, none of them a conjunction.
  case all([TermID])
  /// One of two terms of one sort; the condition is no negation.
  case choose(TermID, TermID, TermID)
  /// An integer is at most a number; the integer has no constant part, its first coefficient is
  /// positive and its coefficients have no common divisor.
  case atMost(TermID, Int128)
  /// An integer of that form is a number.
  case equals(TermID, Int128)
  case doubleAtMost(TermID, TermID)
  case doubleEquals(TermID, TermID)
  /// Two strings are equal; sorted.
  case stringEquals(TermID, TermID)
  case stringTest(StringTest, TermID, TermID)
  /// A regular expression, by its number, matches a part of a string.
  case matches(TermID, Int)

  /// A function that no formula looks into, by its number; of any sort.
  case application(Int, [TermID])

  // Integers.
  /// Coefficients times terms, sorted by term, plus a constant.
  case sum([LinearPart], Int128)
  /// Two factors or more, sorted.
  case product([TermID])
  /// Division towards zero; zero where the divisor is zero.
  case quotient(TermID, TermID)
  /// What that division leaves; zero where the divisor is zero.
  case remainder(TermID, TermID)
  /// A double as an integer.
  case rounded(Rounding, TermID)
  /// The number of code points.
  case length(TermID)
  /// Where a string first occurs in another from a position on; -1 if nowhere.
  case position(TermID, of: TermID, from: TermID)

  // Doubles, by IEEE 754.
  case toDouble(TermID)
  case doubleOperation(DoubleOperation, TermID, TermID)

  // Strings.
  /// Two parts or more, none of them a concatenation, no two constants side by side.
  case concatenation([TermID])
  /// So many code points from a position on; empty where the position is outside.
  case part(TermID, from: TermID, count: TermID)

  /// How a double becomes an integer.
  package enum Rounding: UInt8, Hashable, Sendable {
    case down
    case up
    case towardZero
  }

  /// The operations on doubles.
  package enum DoubleOperation: UInt8, Hashable, Sendable {
    case add
    case subtract
    case multiply
    case divide
  }

  /// The tests of two strings; the second operand is the part.
  package enum StringTest: UInt8, Hashable, Sendable {
    case contains
    case startsWith
    case endsWith
    /// The first comes before the second in the order of code points.
    case precedes
  }
}

/// A coefficient times a term.
package struct LinearPart: Hashable, Sendable {
  package let term: TermID
  package let coefficient: Int128

  package init(_ coefficient: Int128, _ term: TermID) {
    self.term = term
    self.coefficient = coefficient
  }
}

/// A value of a term.
package enum TermConstant: Sendable {
  case bool(Bool)
  case integer(Int128)
  case double(Double)
  case string(String)

  /// The condition's value; false for other kinds.
  package var isTrue: Bool { if case .bool(true) = self { true } else { false } }

  /// The integer; nil for other kinds.
  package var integer: Int128? { if case .integer(let value) = self { value } else { nil } }

  /// The double; nil for other kinds.
  package var double: Double? { if case .double(let value) = self { value } else { nil } }

  /// The string; nil for other kinds.
  package var string: String? { if case .string(let value) = self { value } else { nil } }
}

extension TermConstant: Hashable {
  package static func == (left: TermConstant, right: TermConstant) -> Bool {
    switch (left, right) {
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern
    case (.string(let a), .string(let b)): a.isExactly(b)
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let flag): hasher.combine(flag)
    case .integer(let number): hasher.combine(number)
    case .double(let number): hasher.combine(number.bitPattern)
    case .string(let text): hasher.combine(ExactString(text))
    }
  }
}
