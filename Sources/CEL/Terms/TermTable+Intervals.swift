/// Interval analysis: what an integer term can be, from the ranges of its symbols.
extension TermTable {
  /// The interval of a node whose operands are in the table.
  func computeInterval(_ node: TermNode, _ sort: TermSort) -> Interval {
    switch node {
    case .constant(.integer(let value)): Interval(value, value)
    case .symbol(let number): symbols[number].range ?? .all
    case .application: sort.range ?? .all
    default: interval(of: node) { interval($0) }
    }
  }

  /// The interval of a node for given intervals of its operands.
  package func interval(of node: TermNode, _ operand: (TermID) -> Interval) -> Interval {
    switch node {
    case .constant(.integer(let value)): return Interval(value, value)
    case .symbol(let number): return symbols[number].range ?? .all
    case .choose(_, let left, let right): return operand(left).union(operand(right))
    case .sum(let parts, let constant):
      return parts.reduce(Interval(constant, constant)) { total, part in
        total + operand(part.term) * Interval(part.coefficient, part.coefficient)
      }
    case .product(let factors):
      guard let first = factors.first else { return .all }
      let squared = factors.count == 2 && factors[0] == factors[1]
      let product = factors.dropFirst().reduce(operand(first)) { $0 * operand($1) }
      return squared ? product.intersection(Interval(0, Interval.limit)) : product
    case .quotient(let left, let right):
      return operand(left).truncatedQuotient(by: operand(right))
    case .remainder(let left, let right):
      return operand(left).truncatedRemainder(by: operand(right))
    case .rounded(let rounding, let term): return roundedInterval(rounding, term)
    case .length(let text): return lengthInterval(text)
    case .position: return Interval(-1, Interval.limit)
    default: return .all
    }
  }

  private func lengthInterval(_ text: TermID) -> Interval {
    switch node(text) {
    case .symbol(let number):
      let lengths = symbols[number].values?.map { Int128($0.unicodeScalars.count) }
      return Interval(lengths?.min() ?? 0, lengths?.max() ?? Interval.limit)
    case .choose(_, let left, let right):
      return lengthInterval(left).union(lengthInterval(right))
    default: return Interval(0, Interval.limit)
    }
  }

  private func roundedInterval(_ rounding: TermNode.Rounding, _ term: TermID) -> Interval {
    let range = doubleInterval(term)
    guard let range, let lower = Int128(exactly: rounding.round(range.lowerBound)),
      let upper = Int128(exactly: rounding.round(range.upperBound))
    else { return .all }
    return Interval(lower, upper)
  }

  /// Bounds of a double that is neither NaN nor infinite; nil where that is not known.
  ///
  /// Rounding is monotone, so the bounds of an operation are among those of its corners.
  package func doubleInterval(_ term: TermID) -> ClosedRange<Double>? {
    let result: ClosedRange<Double>?
    switch node(term) {
    case .constant(.double(let value)): result = value.isNaN ? nil : value...value
    case .toDouble(let integer):
      let range = interval(integer)
      result = range.isBounded ? Double(range.lower)...Double(range.upper) : nil
    case .choose(_, let left, let right):
      guard let one = doubleInterval(left), let two = doubleInterval(right) else { return nil }
      result = min(one.lowerBound, two.lowerBound)...max(one.upperBound, two.upperBound)
    case .doubleOperation(let operation, let left, let right):
      guard let one = doubleInterval(left), let two = doubleInterval(right) else { return nil }
      if operation == .divide, two.contains(0) { return nil }
      let corners = [one.lowerBound, one.upperBound].flatMap { a in
        [two.lowerBound, two.upperBound].map { operation.apply(a, $0) }
      }
      guard let least = corners.min(), let most = corners.max(), !corners.contains(where: \.isNaN)
      else { return nil }
      result = least...most
    default: result = nil
    }
    guard let result, result.lowerBound.isFinite, result.upperBound.isFinite else { return nil }
    return result
  }
}

extension TermNode.Rounding {
  /// The rounded number.
  package func round(_ number: Double) -> Double {
    switch self {
    case .down: number.rounded(.down)
    case .up: number.rounded(.up)
    case .towardZero: number.rounded(.towardZero)
    }
  }
}

extension TermNode.DoubleOperation {
  /// The operation on known doubles.
  package func apply(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    }
  }
}
