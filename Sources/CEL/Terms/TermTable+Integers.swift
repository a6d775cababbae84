/// Integer arithmetic in normal form: mathematical integers, no overflow.
///
/// What CEL cannot represent is the error condition's matter (``overflow(_:)``). Coefficients past
/// 2^100 are clamped: a value with one is an error unless what it multiplies is zero.
extension TermTable {
  private static let greatestCoefficient: Int128 = 1 << 100

  /// The condition under which an integer is out of its sort's range.
  package func overflow(_ term: TermID) -> TermID {
    guard let range = sort(term).range else { return .never }
    return not(isWithin(term, range))
  }

  /// Whether an integer is in an interval.
  package func isWithin(_ term: TermID, _ range: Interval) -> TermID {
    all([
      range.upper >= Interval.limit ? .always : atMost(term, range.upper),
      range.lower <= -Interval.limit ? .always : not(atMost(term, range.lower - 1)),
    ])
  }

  /// A sum of multiples plus a constant.
  package func sum(
    _ parts: [LinearPart], _ constant: Int128 = 0, _ sort: TermSort = .int
  ) -> TermID {
    var total = Self.clamped(constant)
    var coefficients: [TermID: Int128] = [:]
    for part in parts {
      add(part.term, times: part.coefficient, to: &coefficients, &total)
    }
    let sorted = coefficients.filter { $0.value != 0 }.sorted { $0.key < $1.key }
      .map { LinearPart($0.value, $0.key) }
    if sorted.isEmpty { return integer(total, sort) }
    if total == 0, sorted.count == 1, sorted[0].coefficient == 1,
      self.sort(sorted[0].term) == sort
    {
      return sorted[0].term
    }
    return intern(.sum(sorted, total), sort)
  }

  private func add(
    _ term: TermID, times factor: Int128, to coefficients: inout [TermID: Int128],
    _ total: inout Int128
  ) {
    switch node(term) {
    case .constant(.integer(let value)):
      total = Self.clamped(total + Self.clamped(clampedProduct(value, factor)))
    case .sum(let parts, let constant):
      total = Self.clamped(total + Self.clamped(clampedProduct(constant, factor)))
      for part in parts {
        let coefficient = Self.clamped(clampedProduct(part.coefficient, factor))
        coefficients[part.term, default: 0] = Self.clamped(
          coefficients[part.term, default: 0] + coefficient)
      }
    default:
      coefficients[term, default: 0] = Self.clamped(
        coefficients[term, default: 0] + Self.clamped(factor))
    }
  }

  private static func clamped(_ number: Int128) -> Int128 {
    max(min(number, greatestCoefficient), -greatestCoefficient)
  }

  /// The sum of two integers.
  package func add(_ left: TermID, _ right: TermID, _ sort: TermSort = .int) -> TermID {
    sum([LinearPart(1, left), LinearPart(1, right)], 0, sort)
  }

  /// The difference of two integers.
  package func subtract(_ left: TermID, _ right: TermID, _ sort: TermSort = .int) -> TermID {
    sum([LinearPart(1, left), LinearPart(-1, right)], 0, sort)
  }

  /// The product of two integers.
  package func multiply(_ left: TermID, _ right: TermID, _ sort: TermSort = .int) -> TermID {
    if let factor = constant(left)?.integer { return sum([LinearPart(factor, right)], 0, sort) }
    if let factor = constant(right)?.integer { return sum([LinearPart(factor, left)], 0, sort) }
    if case .choose(let condition, let one, let two) = node(left), isConstant(one), isConstant(two)
    {
      return choose(condition, multiply(one, right, sort), multiply(two, right, sort))
    }
    if case .choose(let condition, let one, let two) = node(right), isConstant(one), isConstant(two)
    {
      return choose(condition, multiply(left, one, sort), multiply(left, two, sort))
    }
    var factors: [TermID] = []
    for factor in [left, right] {
      if case .product(let inner) = node(factor) {
        factors += inner
      } else {
        factors.append(factor)
      }
    }
    return intern(.product(factors.sorted()), sort)
  }

  private func isConstant(_ term: TermID) -> Bool { constant(term) != nil }

  /// The quotient towards zero; zero where the divisor is zero, which callers make an error.
  package func quotient(_ left: TermID, _ right: TermID, _ sort: TermSort = .int) -> TermID {
    if let divisor = constant(right)?.integer {
      if divisor == 0 { return integer(0, sort) }
      if divisor == 1 { return sum([LinearPart(1, left)], 0, sort) }
      if let dividend = constant(left)?.integer { return integer(dividend / divisor, sort) }
      let range = interval(left)
      if abs(range.lower) < abs(divisor), abs(range.upper) < abs(divisor) {
        return integer(0, sort)
      }
    }
    if constant(left)?.integer == 0 { return integer(0, sort) }
    return intern(.quotient(left, right), sort)
  }

  /// The remainder of that division.
  package func remainder(_ left: TermID, _ right: TermID, _ sort: TermSort = .int) -> TermID {
    if let divisor = constant(right)?.integer {
      if divisor == 0 || abs(divisor) == 1 { return integer(0, sort) }
      if let dividend = constant(left)?.integer { return integer(dividend % divisor, sort) }
      let range = interval(left)
      if abs(range.lower) < abs(divisor), abs(range.upper) < abs(divisor), self.sort(left) == sort {
        return left
      }
    }
    if constant(left)?.integer == 0 { return integer(0, sort) }
    return intern(.remainder(left, right), sort)
  }

  /// The quotient rounded towards negative infinity, for a positive divisor.
  package func floorQuotient(
    _ left: TermID, _ divisor: Int128, _ sort: TermSort = .int
  ) -> TermID {
    let plain = quotient(left, integer(divisor), sort)
    let lowered = quotient(sum([LinearPart(1, left)], 1 - divisor), integer(divisor), sort)
    return choose(isAtLeast(left, 0), plain, lowered)
  }

  /// How many conditions hold.
  package func count(_ conditions: [TermID]) -> TermID {
    sum(conditions.map { LinearPart(1, choose($0, integer(1), integer(0))) })
  }

  /// The lesser of two integers.
  package func minimum(_ left: TermID, _ right: TermID) -> TermID {
    choose(isAtMost(left, right), left, right)
  }

  /// The greater of two integers.
  package func maximum(_ left: TermID, _ right: TermID) -> TermID {
    choose(isAtMost(left, right), right, left)
  }
}
