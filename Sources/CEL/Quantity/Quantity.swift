/// A Kubernetes quantity: an exact decimal number that remembers its family of suffixes.
///
/// Follows k8s.io/apimachinery/pkg/api/resource (quantity.go, amount.go, suffix.go). Like there, a
/// value is either a 64-bit mantissa with a power of ten or a decimal; which of the two it is can be
/// seen from outside, because CEL's `isInteger` is true only of the first.
///
/// Equality, order and hash are those of the number: `1000m` equals `1`.
package struct Quantity: Sendable {
  /// The family of suffixes a quantity is written with.
  package enum Format: Hashable, Sendable {
    /// Powers of ten as `e3`.
    case decimalExponent
    /// Powers of 1024: `Ki` to `Ei`.
    case binarySI
    /// Powers of 1000: `n` to `E`.
    case decimalSI
  }

  /// The number, in one of upstream's two representations.
  enum Amount: Sendable {
    /// `int64Amount`: a mantissa and a power of ten.
    case integer(Int64, scale: Int)
    /// `infDecAmount`.
    case decimal(FixedPoint)
  }

  /// The number.
  var amount: Amount
  /// How the quantity is written.
  package internal(set) var format: Format
  /// The text it was read from where upstream takes that for canonical already.
  var cachedText: String?

  init(amount: Amount, format: Format, cachedText: String? = nil) {
    self.amount = amount
    self.format = format
    self.cachedText = cachedText
  }

  /// The quantity of an integer.
  package init(_ value: Int64, format: Format = .decimalSI) {
    self.init(amount: .integer(value, scale: 0), format: format)
  }

  /// The quantity of so many thousandths.
  package init(milli value: Int64, format: Format = .decimalSI) {
    self.init(amount: .integer(value, scale: -3), format: format)
  }

  /// No amount at all.
  package static let zero = Quantity(0)

  /// The number as a decimal.
  var number: FixedPoint {
    switch amount {
    case .integer(let value, let scale):
      FixedPoint(coefficient: Int128(value), exponent: scale)
    case .decimal(let value): value
    }
  }
}

// MARK: - Order

extension Quantity: Comparable, Hashable {
  package static func == (left: Quantity, right: Quantity) -> Bool { left.compare(right) == 0 }

  package static func < (left: Quantity, right: Quantity) -> Bool { left.compare(right) < 0 }

  package func hash(into hasher: inout Hasher) {
    let value = number.normalized
    hasher.combine(value.coefficient)
    hasher.combine(value.exponent)
  }

  /// -1, 0 or 1 as this quantity is less than, equal to or greater than another.
  package func compare(_ other: Quantity) -> Int { number.compare(other.number) }

  /// -1, 0 or 1 as the quantity is negative, zero or positive.
  package var sign: Int { Int(number.coefficient.signum()) }
}

// MARK: - Arithmetic

extension Quantity {
  /// The sum; where this quantity is zero it takes the other's format.
  ///
  /// Throws where the sum needs more than 38 digits.
  package func adding(_ other: Quantity) throws(QuantityError) -> Quantity {
    let format = sign == 0 ? other.format : format
    if case .integer(let left, let leftScale) = amount,
      case .integer(let right, let rightScale) = other.amount
    {
      if right == 0 { return Quantity(amount: amount, format: format) }
      if left == 0 { return Quantity(amount: other.amount, format: format) }
      let scale = min(leftScale, rightScale)
      if let one = Self.scaledUp(left, by: leftScale - scale),
        let two = Self.scaledUp(right, by: rightScale - scale)
      {
        let (sum, overflow) = one.addingReportingOverflow(two)
        if !overflow { return Quantity(amount: .integer(sum, scale: scale), format: format) }
      }
    }
    guard let sum = number.adding(other.number) else { throw .outOfRange }
    return Quantity(amount: .decimal(sum), format: format)
  }

  /// The difference; where this quantity is zero it takes the other's format.
  ///
  /// Throws where the difference needs more than 38 digits.
  package func subtracting(_ other: Quantity) throws(QuantityError) -> Quantity {
    try adding(other.negated())
  }

  /// The quantity with the other sign.
  package func negated() throws(QuantityError) -> Quantity {
    switch amount {
    case .integer(let value, let scale) where value != .min:
      return Quantity(amount: .integer(-value, scale: scale), format: format)
    case .integer, .decimal:
      let value = number
      let (result, overflow) = Int128(0).subtractingReportingOverflow(value.coefficient)
      guard !overflow else { throw .outOfRange }
      return Quantity(
        amount: .decimal(FixedPoint(coefficient: result, exponent: value.exponent)),
        format: format)
    }
  }

  /// A mantissa times a power of ten; nil past 64 bits.
  private static func scaledUp(_ value: Int64, by powers: Int) -> Int64? {
    var result = value
    for _ in 0..<powers {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      result = product
      if result == 0 { break }
    }
    return result
  }
}

// MARK: - Conversions

extension Quantity {
  /// The integer CEL's `asInteger` gives; nil where its `isInteger` is false.
  ///
  /// As upstream's AsInt64, which answers only from its fast representation: `50k` is an integer,
  /// but `1000m`, `1.5Gi` and `100Ti` are not.
  package var integer: Int64? {
    guard case .integer(let value, let scale) = amount, scale >= 0 else { return nil }
    return Self.scaledUp(value, by: scale)
  }

  /// The number rounded away from zero to an integer; nil past 64 bits.
  package var value: Int64? { scaledValue(toPowerOfTen: 0) }

  /// The number in thousandths, rounded away from zero; nil past 64 bits.
  package var milliValue: Int64? { scaledValue(toPowerOfTen: -3) }

  /// The number in units of a power of ten, rounded away from zero; nil past 64 bits.
  package func scaledValue(toPowerOfTen power: Int) -> Int64? {
    let rounded = number.roundedAwayFromZero(toExponent: power)
    return rounded.rescaled(toExponent: power).flatMap { Int64(exactly: $0.coefficient) }
  }

  /// The nearest double, give or take the rounding upstream's AsApproximateFloat64 has.
  package var approximateDouble: Double {
    let value = number
    if value.exponent == 0 { return Double(value.coefficient) }
    return Double(value.coefficient) * (Double("1e\(value.exponent)") ?? 0)
  }
}

/// Why a text is no quantity, or why arithmetic has no result.
package enum QuantityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is not a number with a suffix.
  case malformed
  /// The number cannot be read.
  case number
  /// The suffix is none of the known ones.
  case suffix
  /// The number needs more than 38 digits.
  case outOfRange

  /// Upstream's sentence, where it has one.
  package var description: String {
    switch self {
    case .malformed:
      "quantities must match the regular expression "
        + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    case .number: "unable to parse numeric part of quantity"
    case .suffix: "unable to parse quantity's suffix"
    case .outOfRange: "quantity out of range"
    }
  }
}
