/// Doubles: IEEE 754 on what is known, integer thresholds on what is not.
///
/// A comparison of a double that comes from bounded integers with a constant is a comparison of
/// integers, found here with IEEE arithmetic, so it is exact. What remains compares real numbers
/// in the solver and is exact up to rounding only (``isModuloRounding(_:)``).
extension TermTable {
  /// Integers up to here are doubles without rounding.
  private static let exactLimit: Int128 = 1 << 53
  /// The greatest domain that a comparison of two unknown doubles is split over.
  private static let splitLimit: Int128 = 64

  /// An integer as a double, rounded to nearest.
  package func toDouble(_ term: TermID) -> TermID {
    if let value = constant(term)?.integer { return double(Double(value)) }
    if case .choose(let condition, let left, let right) = node(term),
      constant(left) != nil, constant(right) != nil
    {
      return choose(condition, toDouble(left), toDouble(right))
    }
    return intern(.toDouble(term), .double)
  }

  /// An operation on doubles.
  package func operate(
    _ operation: TermNode.DoubleOperation, _ left: TermID, _ right: TermID
  ) -> TermID {
    if let one = constant(left)?.double, let two = constant(right)?.double {
      return double(operation.apply(one, two))
    }
    let commutes = operation == .add || operation == .multiply
    let (first, second) = commutes && right < left ? (right, left) : (left, right)
    return intern(.doubleOperation(operation, first, second), .double)
  }

  /// A double as an integer.
  package func rounded(_ rounding: TermNode.Rounding, _ term: TermID) -> TermID {
    if let value = constant(term)?.double, let whole = Int128(exactly: rounding.round(value)) {
      return integer(whole)
    }
    if case .toDouble(let inner) = node(term), isExact(inner) {
      return sum([LinearPart(1, inner)], 0, .int)
    }
    guard let range = doubleInterval(term) else { return intern(.rounded(rounding, term), .int) }
    let lower = rounding.round(range.lowerBound)
    let upper = rounding.round(range.upperBound)
    guard upper - lower <= 1024, abs(lower) < 0x1p53, abs(upper) < 0x1p53 else {
      return intern(.rounded(rounding, term), .int)
    }
    // One for each threshold that is passed: exact wherever comparisons with constants are.
    var steps: [TermID] = []
    for value in Int128(lower)..<Int128(upper) {
      let next = Double(value) + 1
      switch rounding {
      case .down: steps.append(not(doubleLess(term, double(next))))
      case .up: steps.append(not(doubleAtMost(term, double(Double(value)))))
      case .towardZero:
        steps.append(
          next > 0
            ? not(doubleLess(term, double(next))) : not(doubleAtMost(term, double(Double(value)))))
      }
    }
    let count = count(steps)
    return sum([LinearPart(1, count)], Int128(lower), .int)
  }

  // MARK: - Comparisons

  /// Whether one double is less than another.
  package func doubleLess(_ left: TermID, _ right: TermID) -> TermID {
    if let bound = constant(right)?.double {
      if bound.isNaN { return .never }
      if bound == -.infinity { return .never }
      return doubleAtMost(left, double(bound.nextDown))
    }
    if let bound = constant(left)?.double {
      if bound.isNaN { return .never }
      return isNumber(right)
        ? not(doubleAtMost(right, left)) : atLeast(right, bound, strictly: true)
    }
    return isNumber(left) && isNumber(right)
      ? not(doubleAtMost(right, left))
      : and(doubleAtMost(left, right), not(doubleEquals(left, right)))
  }

  private func atLeast(_ term: TermID, _ bound: Double, strictly: Bool) -> TermID {
    not(doubleAtMost(term, double(strictly ? bound : bound.nextDown)))
  }

  /// Whether a double can be neither NaN nor infinite.
  private func isNumber(_ term: TermID) -> Bool { doubleInterval(term) != nil }

  /// Whether one double is at most another.
  package func doubleAtMost(_ left: TermID, _ right: TermID) -> TermID {
    if let one = constant(left)?.double {
      if let two = constant(right)?.double { return bool(one <= two) }
      if one.isNaN { return .never }
      if one == -.infinity { return .always }
      return not(doubleAtMost(right, double(one.nextDown)))
    }
    if let bound = constant(right)?.double {
      if bound.isNaN { return .never }
      return threshold(left, bound) ?? intern(.doubleAtMost(left, right), .bool)
    }
    if left == right { return isNumber(left) ? .always : doubleEquals(left, left) }
    if case .toDouble(let one) = node(left), case .toDouble(let two) = node(right), isExact(one),
      isExact(two)
    {
      return isAtMost(one, two)
    }
    return split(left, right) { self.doubleAtMost($0, $1) }
      ?? intern(.doubleAtMost(left, right), .bool)
  }

  /// Whether two doubles are equal.
  package func doubleEquals(_ left: TermID, _ right: TermID) -> TermID {
    if let one = constant(left)?.double, let two = constant(right)?.double {
      return bool(one == two)
    }
    if let bound = constant(left)?.double, constant(right) == nil {
      return doubleEquals(right, double(bound))
    }
    if let bound = constant(right)?.double {
      if bound.isNaN { return .never }
      if let upper = threshold(left, bound), let lower = threshold(left, bound.nextDown) {
        return and(upper, not(lower))
      }
      return intern(.doubleEquals(left, right), .bool)
    }
    if case .toDouble(let one) = node(left), case .toDouble(let two) = node(right), isExact(one),
      isExact(two)
    {
      return areEqual(one, two)
    }
    if left == right, isNumber(left) { return .always }
    return split(left, right) { self.doubleEquals($0, $1) }
      ?? intern(.doubleEquals(min(left, right), max(left, right)), .bool)
  }

  /// Whether all values of an integer are doubles without rounding.
  private func isExact(_ term: TermID) -> Bool {
    interval(term).isWithin(Interval(-Self.exactLimit, Self.exactLimit))
  }

  /// A comparison as one for each value of an integer with few values; nil where there is none.
  private func split(
    _ left: TermID, _ right: TermID, _ compare: (TermID, TermID) -> TermID
  ) -> TermID? {
    guard let integer = smallInteger(in: [left, right]), let count = interval(integer).count else {
      return nil
    }
    let range = interval(integer)
    guard count <= Self.splitLimit else { return nil }
    return any(
      (range.lower...range.upper).map { value in
        let constant = self.integer(value, sort(integer))
        return and(
          equals(integer, value),
          compare(
            replacing(integer, by: constant, in: left),
            replacing(integer, by: constant, in: right)))
      })
  }

  /// The integer below these doubles with the fewest values, at most the limit.
  private func smallInteger(in terms: [TermID]) -> TermID? {
    var best: (term: TermID, count: Int128)?
    var stack = terms
    while let term = stack.popLast() {
      switch node(term) {
      case .toDouble(let integer):
        guard let count = interval(integer).count, count <= Self.splitLimit else { continue }
        if best.map({ (count, integer) < ($0.count, $0.term) }) ?? true { best = (integer, count) }
      case .doubleOperation, .choose: stack += operands(term).filter { sort($0) == .double }
      default: break
      }
    }
    return best?.term
  }

  /// A double with an integer below it replaced.
  private func replacing(_ integer: TermID, by value: TermID, in term: TermID) -> TermID {
    switch node(term) {
    case .toDouble(integer): toDouble(value)
    case .doubleOperation(let operation, let left, let right):
      operate(
        operation, replacing(integer, by: value, in: left),
        replacing(integer, by: value, in: right))
    case .choose(let condition, let left, let right):
      choose(
        condition, replacing(integer, by: value, in: left),
        replacing(integer, by: value, in: right))
    default: term
    }
  }

  // MARK: - Thresholds

  /// Whether a double is at most a constant, as a condition on integers; nil where none is found.
  private func threshold(_ term: TermID, _ bound: Double) -> TermID? {
    if let range = doubleInterval(term) {
      if range.upperBound <= bound { return .always }
      if range.lowerBound > bound { return .never }
    }
    switch node(term) {
    case .constant(.double(let value)): return bool(value <= bound)
    case .choose(let condition, let left, let right):
      guard let one = threshold(left, bound), let two = threshold(right, bound) else { return nil }
      return choose(condition, one, two)
    case .toDouble(let integer): return integerThreshold(integer, bound)
    case .doubleOperation(let operation, let left, let right):
      guard doubleInterval(term) != nil else { return nil }
      if let factor = constant(right)?.double {
        return inverted(left, bound) { operation.apply($0, factor) }
      }
      if let factor = constant(left)?.double {
        return inverted(right, bound) { operation.apply(factor, $0) }
      }
      if operation == .divide, let found = quotientThreshold(left, right, bound) { return found }
      return split(term, double(bound)) { self.doubleAtMost($0, $1) }
    default: return nil
    }
  }

  /// Whether an integer, rounded to a double, is at most a constant.
  private func integerThreshold(_ term: TermID, _ bound: Double) -> TermID? {
    let range = interval(term)
    guard range.isBounded else { return nil }
    // The greatest integer in range whose double is at most the bound.
    var (low, high) = (range.lower - 1, range.upper)
    while low < high {
      let middle = low + (high - low + 1) / 2
      if Double(middle) <= bound { low = middle } else { high = middle - 1 }
    }
    return atMost(term, low)
  }

  /// Whether f(x) is at most a constant, for an operation f with one known operand: monotone on the
  /// values x can have, since rounding is.
  private func inverted(
    _ term: TermID, _ bound: Double, _ operation: (Double) -> Double
  ) -> TermID? {
    guard let range = doubleInterval(term) else { return nil }
    let (first, last) = (operation(range.lowerBound), operation(range.upperBound))
    guard !first.isNaN, !last.isNaN else { return nil }
    // The last double, from the side where the operation is least, that is still at most the bound.
    let rises = first <= last
    var low = range.lowerBound.ordinal
    var high = range.upperBound.ordinal
    if rises {
      while low < high {
        let middle = Int64((Int128(low) + Int128(high) + 1) >> 1)
        if operation(Double(ordinal: middle)) <= bound { low = middle } else { high = middle - 1 }
      }
      return operation(Double(ordinal: low)) <= bound
        ? threshold(term, Double(ordinal: low)) : .never
    }
    while low < high {
      let middle = Int64((Int128(low) + Int128(high)) >> 1)
      if operation(Double(ordinal: middle)) <= bound { high = middle } else { low = middle + 1 }
    }
    guard operation(Double(ordinal: low)) <= bound else { return .never }
    return threshold(term, Double(ordinal: low).nextDown).map(not)
  }

  /// Whether a quotient of two exact integers is at most a constant.
  ///
  /// The rounded quotient is at most c iff the real one is below the middle m of c and its next
  /// double, or on it where ties go to c. m is a dyadic number p/2^k, so this is a·2^k ≤ p·b.
  private func quotientThreshold(_ left: TermID, _ right: TermID, _ bound: Double) -> TermID? {
    guard case .toDouble(let dividend) = node(left), case .toDouble(let divisor) = node(right),
      isExact(dividend), isExact(divisor), interval(divisor).lower > 0, bound.isFinite,
      bound.nextUp.isFinite
    else { return nil }
    // A quotient that is not zero is at least 2^-53.
    if bound.magnitude < 0x1p-54 { return atMost(dividend, bound < 0 ? -1 : 0) }
    let below = Dyadic(bound)
    let above = Dyadic(bound.nextUp)
    guard let middle = below.middle(above) else { return nil }
    let difference = sum([
      LinearPart(1 << Int128(middle.exponent), dividend), LinearPart(-middle.numerator, divisor),
    ])
    // Ties go to the even mantissa.
    return atMost(difference, bound.significandBitPattern & 1 == 0 ? 0 : -1)
  }
}

/// A number p/2^k.
private struct Dyadic {
  let numerator: Int128
  let exponent: Int

  init(numerator: Int128, exponent: Int) {
    self.numerator = numerator
    self.exponent = exponent
  }

  init(_ value: Double) {
    guard value != 0 else {
      self.init(numerator: 0, exponent: 0)
      return
    }
    // The significand has 53 bits: value = whole · 2^(exponent − 52).
    let power = value.isNormal ? Int(value.exponent) - 52 : -1074
    let whole = Int128(value / Double(sign: .plus, exponent: max(power, -1000), significand: 1))
    self.init(numerator: power < -1000 ? 0 : whole, exponent: power < -1000 ? 2000 : -power)
  }

  /// The number in the middle; nil where it does not fit.
  func middle(_ other: Dyadic) -> Dyadic? {
    let common = max(exponent, other.exponent, 0)
    guard common <= 70, exponent >= -40, other.exponent >= -40 else { return nil }
    let one = numerator << Int128(common - exponent)
    let two = other.numerator << Int128(common - other.exponent)
    return Dyadic(numerator: one + two, exponent: common + 1)
  }
}

extension Double {
  /// The place of a number among all doubles in their order; both zeros are 0.
  fileprivate var ordinal: Int64 {
    let bits = Int64(bitPattern: bitPattern & 0x7FFF_FFFF_FFFF_FFFF)
    return sign == .minus ? -bits : bits
  }

  fileprivate init(ordinal: Int64) {
    self = Double(bitPattern: UInt64(abs(ordinal)))
    if ordinal < 0 { negate() }
  }
}
