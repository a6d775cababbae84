/// The integers from a lower to an upper bound; bounds past 2^120 mean without limit.
package struct Interval: Hashable, Sendable {
  /// What counts as unbounded: far past all that 64-bit arithmetic and billionths can reach.
  package static let limit: Int128 = 1 << 120

  package let lower: Int128
  package let upper: Int128

  /// The interval of two bounds, clamped to ±``limit``.
  package init(_ lower: Int128, _ upper: Int128) {
    self.lower = max(min(lower, Self.limit), -Self.limit)
    self.upper = max(min(upper, Self.limit), -Self.limit)
  }

  /// All integers.
  package static let all = Interval(-limit, limit)

  /// Whether both bounds are real ones.
  package var isBounded: Bool { lower > -Self.limit && upper < Self.limit }

  /// How many integers there are; nil where there is no bound.
  package var count: Int128? { isBounded && lower <= upper ? upper - lower + 1 : nil }

  /// Whether a number is in it.
  package func contains(_ number: Int128) -> Bool { lower <= number && number <= upper }

  /// Whether all of this is in another.
  package func isWithin(_ other: Interval) -> Bool {
    other.lower <= lower && upper <= other.upper
  }

  /// What is in both; may be empty (lower past upper).
  package func intersection(_ other: Interval) -> Interval {
    Interval(max(lower, other.lower), min(upper, other.upper))
  }

  /// The least interval that covers both.
  package func union(_ other: Interval) -> Interval {
    Interval(min(lower, other.lower), max(upper, other.upper))
  }
}

extension Interval {
  static func + (left: Interval, right: Interval) -> Interval {
    Interval(
      left.lower == -limit || right.lower == -limit ? -limit : left.lower + right.lower,
      left.upper == limit || right.upper == limit ? limit : left.upper + right.upper)
  }

  static func * (left: Interval, right: Interval) -> Interval {
    let corners = [
      clampedProduct(left.lower, right.lower), clampedProduct(left.lower, right.upper),
      clampedProduct(left.upper, right.lower), clampedProduct(left.upper, right.upper),
    ]
    return Interval(corners.min() ?? -limit, corners.max() ?? limit)
  }

  /// The truncated quotients; without zero as divisor.
  func truncatedQuotient(by divisor: Interval) -> Interval {
    var result: Interval?
    // Quotients are monotone in both where the divisor keeps its sign.
    for part in [
      divisor.intersection(Interval(1, Self.limit)),
      divisor.intersection(Interval(-Self.limit, -1)),
    ] where part.lower <= part.upper {
      let corners = [
        lower / part.lower, lower / part.upper, upper / part.lower, upper / part.upper,
      ]
      let found = Interval(corners.min() ?? -Self.limit, corners.max() ?? Self.limit)
      // A bound that is none stays none, whatever it is divided by.
      let widened = isBounded ? found : found.union(.all)
      result = result.map { $0.union(widened) } ?? widened
    }
    // Division by zero is an error, whose value is zero.
    guard let result else { return Interval(0, 0) }
    return divisor.contains(0) ? result.union(Interval(0, 0)) : result
  }

  /// The truncated remainders: they have the sign of the dividend.
  func truncatedRemainder(by divisor: Interval) -> Interval {
    let most = max(abs(divisor.lower), abs(divisor.upper)) - 1
    return Interval(
      lower < 0 ? max(lower, -most) : 0, upper > 0 ? min(upper, most) : 0)
  }
}

/// The product, clamped to the limits of intervals.
func clampedProduct(_ left: Int128, _ right: Int128) -> Int128 {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  guard overflow else { return max(min(product, Interval.limit), -Interval.limit) }
  return (left < 0) == (right < 0) ? Interval.limit : -Interval.limit
}
