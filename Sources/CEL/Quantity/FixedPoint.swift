/// A decimal number: a coefficient times a power of ten, without rounding.
///
/// The 128 bits hold 38 digits, more than twice what a 64-bit quantity of nano-units needs. What
/// does not fit is reported by nil and never wraps; the upstream type (inf.Dec) is unbounded.
struct FixedPoint: Sendable {
  /// The digits.
  var coefficient: Int128
  /// The power of ten.
  var exponent: Int

  /// The same number with another exponent; nil if digits would be lost.
  func rescaled(toExponent target: Int) -> FixedPoint? {
    if coefficient == 0 { return FixedPoint(coefficient: 0, exponent: target) }
    var result = self
    while result.exponent < target {
      let (quotient, remainder) = result.coefficient.quotientAndRemainder(dividingBy: 10)
      guard remainder == 0 else { return nil }
      result.coefficient = quotient
      result.exponent += 1
    }
    while result.exponent > target {
      let (product, overflow) = result.coefficient.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      result.coefficient = product
      result.exponent -= 1
    }
    return result
  }

  /// The number with all factors of ten in the exponent; zero has exponent 0.
  var normalized: FixedPoint {
    if coefficient == 0 { return FixedPoint(coefficient: 0, exponent: 0) }
    var result = self
    while result.coefficient % 10 == 0 {
      result.coefficient /= 10
      result.exponent += 1
    }
    return result
  }

  /// The number rounded away from zero to a multiple of a power of ten.
  func roundedAwayFromZero(toExponent target: Int) -> FixedPoint {
    guard exponent < target else { return self }
    let positive = coefficient > 0
    var result = self
    var inexact = false
    while result.exponent < target, result.coefficient != 0 {
      let (quotient, remainder) = result.coefficient.quotientAndRemainder(dividingBy: 10)
      inexact = inexact || remainder != 0
      result.coefficient = quotient
      result.exponent += 1
    }
    result.exponent = target
    if inexact { result.coefficient += positive ? 1 : -1 }
    return result
  }

  /// The exact sum; nil if it needs more than 38 digits.
  func adding(_ other: FixedPoint) -> FixedPoint? {
    if coefficient == 0 { return other }
    if other.coefficient == 0 { return self }
    let (left, right) = (normalized, other.normalized)
    let target = min(min(exponent, other.exponent), 0)
    let lowest = min(left.exponent, right.exponent)
    for candidate in [target, lowest] {
      guard let one = left.rescaled(toExponent: candidate),
        let two = right.rescaled(toExponent: candidate)
      else { continue }
      let (sum, overflow) = one.coefficient.addingReportingOverflow(two.coefficient)
      if !overflow { return FixedPoint(coefficient: sum, exponent: candidate) }
    }
    return nil
  }

  /// -1, 0 or 1 as this number is less than, equal to or greater than another.
  func compare(_ other: FixedPoint) -> Int {
    let (left, right) = (normalized, other.normalized)
    if left.coefficient.signum() != right.coefficient.signum() {
      return left.coefficient < right.coefficient ? -1 : 1
    }
    if left.coefficient == 0 { return 0 }
    let sign = left.coefficient > 0 ? 1 : -1
    // With as many digits before the point, aligning cannot need more than 39 of them.
    let (leftSize, rightSize) = (left.magnitudeOrder, right.magnitudeOrder)
    if leftSize != rightSize { return leftSize < rightSize ? -sign : sign }
    let target = min(left.exponent, right.exponent)
    guard let one = left.rescaled(toExponent: target) else { return sign }
    guard let two = right.rescaled(toExponent: target) else { return -sign }
    return one.coefficient == two.coefficient
      ? 0 : (one.coefficient < two.coefficient ? -1 : 1)
  }

  /// The number of digits plus the exponent.
  private var magnitudeOrder: Int {
    var digits = 0
    var rest = coefficient.magnitude
    while rest > 0 {
      rest /= 10
      digits += 1
    }
    return digits + exponent
  }
}
