/// Linear inequalities over integers, and bounds of each.
///
/// What is too large to calculate with is left out of bounds where that only weakens them; else it ends
/// the analysis (``TooLarge``). The limits are such that no sum of products overflows.
struct LinearSystem {
  /// A coefficient times an unknown, by its number.
  struct Part: Hashable {
    let unknown: Int
    let coefficient: Int128
  }

  /// A sum is at most a number; the unknowns ascend.
  struct Row {
    let parts: [Part]
    var bound: Int128
  }

  /// Numbers are so large that sums of their products could overflow.
  struct TooLarge: Error {}

  /// What counts as no bound.
  static let infinity: Int128 = 1 << 92
  private static let largestBound: Int128 = 1 << 90
  static let largestCoefficient: Int128 = 1 << 31
  private static let mostParts = 16
  private static let rounds = 12

  private(set) var lower: [Int128] = []
  private(set) var upper: [Int128] = []
  private(set) var rows: [Row] = []
  private var places: [[Part]: Int] = [:]

  /// Adds unknowns with their ranges.
  mutating func extend(with ranges: [(lower: Int128, upper: Int128)]) {
    for range in ranges[lower.count...] {
      lower.append(abs(range.lower) > Self.largestBound ? -Self.infinity : range.lower)
      upper.append(abs(range.upper) > Self.largestBound ? Self.infinity : range.upper)
    }
  }

  /// Adds that a sum is at most a number; says whether it still may be.
  mutating func add(_ parts: [Part], atMost bound: Int128) throws(TooLarge) -> Bool {
    guard let first = parts.first else { return bound >= 0 }
    for part in parts where abs(part.coefficient) > Self.largestCoefficient { throw TooLarge() }
    if abs(bound) > 1 << 100 || parts.count > Self.mostParts { throw TooLarge() }
    let divisor = Self.commonDivisor(of: parts.lazy.map(\.coefficient))
    let bound = Self.floor(bound, divisor)
    if parts.count == 1 {
      return first.coefficient > 0
        ? try limit(first.unknown, to: bound) : try limit(first.unknown, from: -bound)
    }
    let reduced =
      divisor == 1
      ? parts
      : parts.map { Part(unknown: $0.unknown, coefficient: $0.coefficient / divisor) }
    if let place = places[reduced] {
      rows[place].bound = min(rows[place].bound, bound)
    } else {
      places[reduced] = rows.count
      rows.append(Row(parts: reduced, bound: bound))
    }
    return true
  }

  private mutating func limit(_ unknown: Int, to bound: Int128) throws(TooLarge) -> Bool {
    if bound < -Self.largestBound { throw TooLarge() }
    if bound <= Self.largestBound, bound < upper[unknown] { upper[unknown] = bound }
    return lower[unknown] <= upper[unknown]
  }

  private mutating func limit(_ unknown: Int, from bound: Int128) throws(TooLarge) -> Bool {
    if bound > Self.largestBound { throw TooLarge() }
    if bound >= -Self.largestBound, bound > lower[unknown] { lower[unknown] = bound }
    return lower[unknown] <= upper[unknown]
  }

  /// The values a sum can have by the bounds, or by the ranges of unknowns that the system does not
  /// have; nil for a side without one.
  func range(
    of parts: [Part], _ ranges: [(lower: Int128, upper: Int128)]
  ) -> (lower: Int128?, upper: Int128?) {
    var (least, most): (Int128?, Int128?) = (0, 0)
    for part in parts {
      let isPositive = part.coefficient > 0
      let isHere = part.unknown < lower.count
      let low = isHere ? lower[part.unknown] : ranges[part.unknown].lower
      let high = isHere ? upper[part.unknown] : ranges[part.unknown].upper
      let (small, large) = isPositive ? (low, high) : (high, low)
      least = least.flatMap { Self.sum($0, part.coefficient, small) }
      most = most.flatMap { Self.sum($0, part.coefficient, large) }
    }
    return (least, most)
  }

  /// A number and a multiple of a bound; nil where that has none, or is too large.
  private static func sum(_ number: Int128, _ coefficient: Int128, _ bound: Int128) -> Int128? {
    guard abs(bound) <= largestBound else { return nil }
    let (product, overflows) = coefficient.multipliedReportingOverflow(by: bound)
    guard !overflows else { return nil }
    let (sum, overflowsToo) = number.addingReportingOverflow(product)
    return overflowsToo || abs(sum) > 1 << 120 ? nil : sum
  }

  /// Narrows the bounds by the rows, for a few rounds; says whether there still may be a solution.
  mutating func tighten() -> Bool {
    for _ in 0..<Self.rounds {
      var isChanged = false
      for row in rows {
        guard tighten(by: row, &isChanged) else { return false }
      }
      if !isChanged { break }
    }
    return true
  }

  private mutating func tighten(by row: Row, _ isChanged: inout Bool) -> Bool {
    // The least value of the sum, and the parts that have none.
    var least: Int128 = 0
    var open: Int?
    for part in row.parts {
      let bound = part.coefficient > 0 ? lower[part.unknown] : upper[part.unknown]
      if abs(bound) < Self.infinity {
        least += part.coefficient * bound
      } else if open == nil {
        open = part.unknown
      } else {
        return true
      }
    }
    if open == nil, least > row.bound { return false }
    for part in row.parts where open == nil || open == part.unknown {
      let bound = part.coefficient > 0 ? lower[part.unknown] : upper[part.unknown]
      let room = row.bound - (open == nil ? least - part.coefficient * bound : least)
      let end = Self.floor(room, abs(part.coefficient))
      guard abs(end) <= Self.largestBound else { continue }
      if part.coefficient > 0, end < upper[part.unknown] {
        upper[part.unknown] = end
        isChanged = true
      } else if part.coefficient < 0, -end > lower[part.unknown] {
        lower[part.unknown] = -end
        isChanged = true
      }
      if lower[part.unknown] > upper[part.unknown] { return false }
    }
    return true
  }

  /// The value of an unknown that is nearest to zero.
  func simplest(_ unknown: Int) -> Int128 {
    max(lower[unknown], min(upper[unknown], 0))
  }

  /// The quotient rounded down, by a positive divisor.
  static func floor(_ number: Int128, _ divisor: Int128) -> Int128 {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The greatest number that divides all; zero where all are zero.
  static func commonDivisor(of numbers: some Sequence<Int128>) -> Int128 {
    var divisor: Int128 = 0
    for number in numbers where number != 0 {
      var next = abs(number)
      while next != 0 { (divisor, next) = (next, divisor % next) }
      if divisor == 1 { return 1 }
    }
    return divisor
  }
}
