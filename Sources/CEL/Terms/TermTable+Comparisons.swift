/// Comparisons of integers in normal form.
extension TermTable {
  /// Whether one integer is at most another.
  package func isAtMost(_ left: TermID, _ right: TermID) -> TermID {
    atMost(subtract(left, right), 0)
  }

  /// Whether one integer is less than another.
  package func isLess(_ left: TermID, _ right: TermID) -> TermID { not(isAtMost(right, left)) }

  /// Whether two integers are equal.
  package func areEqual(_ left: TermID, _ right: TermID) -> TermID {
    equals(subtract(left, right), 0)
  }

  /// Whether an integer is at least a number.
  package func isAtLeast(_ term: TermID, _ number: Int128) -> TermID {
    not(atMost(term, number - 1))
  }

  /// Whether an integer is at most a number.
  package func atMost(_ term: TermID, _ bound: Int128) -> TermID {
    let range = interval(term)
    if range.upper <= bound { return .always }
    if range.lower > bound { return .never }
    if case .choose(let condition, let left, let right) = node(term),
      constant(left) != nil || constant(right) != nil
    {
      return choose(condition, atMost(left, bound), atMost(right, bound))
    }
    guard let form = LinearForm(term, in: self) else {
      return intern(.atMost(term, bound), .bool)
    }
    if form.isSingleChoice(in: self), let pushed = push(form, { self.atMost($0, bound) }) {
      return pushed
    }
    let rest = bound - form.constant
    if form.isNegated {
      // -g·S ≤ r holds iff S ≥ ceil(-r/g).
      return not(intern(.atMost(subject(form), floorDivided(-rest - 1, form.divisor)), .bool))
    }
    return intern(.atMost(subject(form), floorDivided(rest, form.divisor)), .bool)
  }

  /// Whether an integer is a number.
  package func equals(_ term: TermID, _ value: Int128) -> TermID {
    let range = interval(term)
    if !range.contains(value) { return .never }
    if range.lower == range.upper { return .always }
    if case .choose(let condition, let left, let right) = node(term),
      constant(left) != nil || constant(right) != nil
    {
      return choose(condition, equals(left, value), equals(right, value))
    }
    guard let form = LinearForm(term, in: self) else {
      return intern(.equals(term, value), .bool)
    }
    if form.isSingleChoice(in: self), let pushed = push(form, { self.equals($0, value) }) {
      return pushed
    }
    let rest = value - form.constant
    guard rest % form.divisor == 0 else { return .never }
    let quotient = rest / form.divisor
    return intern(.equals(subject(form), form.isNegated ? -quotient : quotient), .bool)
  }

  private func subject(_ form: LinearForm) -> TermID {
    form.parts.count == 1 && form.parts[0].coefficient == 1
      ? form.parts[0].term : sum(form.parts, 0, .int)
  }

  /// A comparison of a multiple of a choice as a choice of comparisons.
  private func push(_ form: LinearForm, _ compare: (TermID) -> TermID) -> TermID? {
    guard case .choose(let condition, let left, let right) = node(form.parts[0].term) else {
      return nil
    }
    let factor = form.parts[0].coefficient * form.divisor * (form.isNegated ? -1 : 1)
    return choose(
      condition, compare(sum([LinearPart(factor, left)], form.constant)),
      compare(sum([LinearPart(factor, right)], form.constant)))
  }
}

/// A sum as comparisons need it: constant and common divisor apart, the first coefficient positive.
private struct LinearForm {
  var parts: [LinearPart]
  let constant: Int128
  let divisor: Int128
  let isNegated: Bool

  /// Nil for what is no sum and is its own form.
  init?(_ term: TermID, in table: TermTable) {
    guard case .sum(let all, let constant) = table.node(term), let first = all.first else {
      return nil
    }
    self.constant = constant
    isNegated = first.coefficient < 0
    var common: Int128 = 0
    for part in all { common = greatestCommonDivisor(common, abs(part.coefficient)) }
    divisor = common
    let factor: Int128 = isNegated ? -common : common
    parts = all.map { LinearPart($0.coefficient / factor, $0.term) }
  }

  func isSingleChoice(in table: TermTable) -> Bool {
    guard parts.count == 1, case .choose(_, let left, let right) = table.node(parts[0].term) else {
      return false
    }
    return table.constant(left) != nil || table.constant(right) != nil
  }
}

private func greatestCommonDivisor(_ left: Int128, _ right: Int128) -> Int128 {
  var (a, b) = (left, right)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

/// The quotient rounded down, for a positive divisor.
func floorDivided(_ number: Int128, _ divisor: Int128) -> Int128 {
  let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}
