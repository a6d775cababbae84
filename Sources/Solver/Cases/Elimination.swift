/// Fourier and Motzkin's elimination of unknowns, with bounds rounded to integers.
///
/// What has no solution in rational numbers has none in integers. The way back gives values, integers
/// if it finds some; if not, nothing is known.
struct Elimination {
  enum Outcome: Equatable {
    case infeasible
    /// The values of all unknowns.
    case values([Int128])
    case unknown
  }

  private struct Row {
    var coefficients: [Int128]
    var bound: Int128
  }

  private static let largestSystem = 24
  private static let mostRows = 200

  private let system: LinearSystem
  /// The unknowns in rows, by their place there.
  private let unknowns: [Int]
  private var rows: [Row] = []
  private var places: [[Int128]: Int] = [:]
  private var removed: [(place: Int, rows: [Row])] = []

  /// Solves a system.
  static func solve(_ system: LinearSystem) -> Outcome {
    var elimination = Elimination(system)
    return elimination.solve()
  }

  private init(_ system: LinearSystem) {
    self.system = system
    var used = [Bool](repeating: false, count: system.lower.count)
    for row in system.rows { for part in row.parts { used[part.unknown] = true } }
    unknowns = used.indices.filter { used[$0] }
  }

  private mutating func solve() -> Outcome {
    guard unknowns.count <= Self.largestSystem, system.rows.count <= Self.mostRows else {
      return .unknown
    }
    var numbers = [Int](repeating: 0, count: system.lower.count)
    for (place, unknown) in unknowns.enumerated() { numbers[unknown] = place }
    let none = [Int128](repeating: 0, count: unknowns.count)
    for row in system.rows {
      var coefficients = none
      for part in row.parts { coefficients[numbers[part.unknown]] = part.coefficient }
      guard add(coefficients, row.bound) else { return .infeasible }
    }
    for (place, unknown) in unknowns.enumerated() {
      var coefficients = none
      if system.upper[unknown] < LinearSystem.infinity {
        coefficients[place] = 1
        guard add(coefficients, system.upper[unknown]) else { return .infeasible }
      }
      if system.lower[unknown] > -LinearSystem.infinity {
        coefficients[place] = -1
        guard add(coefficients, -system.lower[unknown]) else { return .infeasible }
      }
    }
    var left = Set(unknowns.indices)
    while let next = cheapest(left) {
      left.remove(next)
      switch eliminate(next) {
      case true?: break
      case false?: return .infeasible
      case nil: return .unknown
      }
    }
    return wayBack()
  }

  /// Adds a row, if it says more than another; false if nothing fulfils it.
  private mutating func add(_ coefficients: [Int128], _ bound: Int128) -> Bool {
    let divisor = LinearSystem.commonDivisor(of: coefficients)
    if divisor == 0 { return bound >= 0 }
    let reduced = divisor == 1 ? coefficients : coefficients.map { $0 / divisor }
    let limit = LinearSystem.floor(bound, divisor)
    if let place = places[reduced] {
      rows[place].bound = min(rows[place].bound, limit)
    } else {
      places[reduced] = rows.count
      rows.append(Row(coefficients: reduced, bound: limit))
    }
    return true
  }

  /// The unknown whose elimination adds the fewest rows.
  private func cheapest(_ left: Set<Int>) -> Int? {
    var best: (cost: Int, place: Int)?
    for place in left.sorted() {
      var (above, below) = (0, 0)
      for row in rows {
        if row.coefficients[place] > 0 { above += 1 }
        if row.coefficients[place] < 0 { below += 1 }
      }
      let cost = above * below - above - below
      if best == nil || cost < best?.cost ?? 0 { best = (cost, place) }
    }
    return best?.place
  }

  /// Puts every lower bound of an unknown below every upper one; false if that cannot be, nil if the
  /// rows become too many or too large.
  private mutating func eliminate(_ place: Int) -> Bool? {
    let old = rows
    rows = []
    places = [:]
    var (above, below): ([Row], [Row]) = ([], [])
    for row in old {
      if row.coefficients[place] > 0 {
        above.append(row)
      } else if row.coefficients[place] < 0 {
        below.append(row)
      } else if !add(row.coefficients, row.bound) {
        return false
      }
    }
    removed.append((place, above + below))
    guard rows.count + above.count * below.count <= Self.mostRows else { return nil }
    for one in above {
      for other in below {
        let (left, right) = (-other.coefficients[place], one.coefficients[place])
        var sum = one.coefficients
        for index in sum.indices {
          sum[index] = left * one.coefficients[index] + right * other.coefficients[index]
          if abs(sum[index]) > LinearSystem.largestCoefficient { return nil }
        }
        let (first, firstOverflows) = left.multipliedReportingOverflow(by: one.bound)
        let (second, secondOverflows) = right.multipliedReportingOverflow(by: other.bound)
        guard !firstOverflows, !secondOverflows, abs(first) < 1 << 110, abs(second) < 1 << 110
        else { return nil }
        if !add(sum, first + second) { return false }
      }
    }
    return true
  }

  /// Values for the unknowns, the last one eliminated first.
  private func wayBack() -> Outcome {
    var chosen = [Int128](repeating: 0, count: unknowns.count)
    for (place, rows) in removed.reversed() {
      var (least, most) = (-LinearSystem.infinity, LinearSystem.infinity)
      for row in rows {
        var rest = row.bound
        for (index, coefficient) in row.coefficients.enumerated()
        where index != place && coefficient != 0 {
          let (product, overflows) = coefficient.multipliedReportingOverflow(by: chosen[index])
          if overflows || abs(product) > 1 << 110 { return .unknown }
          rest -= product
        }
        let coefficient = row.coefficients[place]
        if coefficient > 0 {
          most = min(most, LinearSystem.floor(rest, coefficient))
        } else {
          least = max(least, -LinearSystem.floor(rest, -coefficient))
        }
      }
      if least > most { return .unknown }
      chosen[place] = max(least, min(most, 0))
    }
    var values = system.lower.indices.map { system.simplest($0) }
    for (place, unknown) in unknowns.enumerated() { values[unknown] = chosen[place] }
    return .values(values)
  }
}
