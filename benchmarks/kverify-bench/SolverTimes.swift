internal import CEL
internal import Foundation
internal import Solver

/// What must not take longer: a proof as a user runs it, and checks that Z3 does not end by itself.
enum SolverTimes {
  static let names = ["proof-rolling-update", "solver-limit"]
  private static let example = "rolling-update-keeps-available"
  /// Seconds for the three proofs of the example, process and all.
  private static let goal = 2.0
  private static let limit = 200

  /// Prints a row; returns what is wrong.
  static func run(_ name: String, folder: String, judges: Bool) throws -> [String] {
    name == "solver-limit" ? interrupted(name, judges: judges) : try proof(name, folder, judges)
  }

  private static func proof(_ name: String, _ folder: String, _ judges: Bool) throws -> [String] {
    let start = ContinuousClock.now
    let output = try KverifyRun.output([
      "verify", "\(folder)/../examples/\(example)/scenario.yaml", "--results",
      NSTemporaryDirectory() + "kverify-bench-proof",
    ])
    let time = seconds(since: start)
    let proved = output.split(separator: "\n").count { $0.contains("proved for all values") }
    print("\(name): properties=3 proved=\(proved)")
    print(String(format: "  %.2f s", time))
    var complaints = proved == 3 ? [] : ["not all is proved"]
    if judges, time > goal { complaints.append("more than \(goal) s") }
    return complaints
  }

  /// Sums of cubes that are cubes: no answer, so each check ends at its limit, and no later than half
  /// as long again.
  private static func interrupted(_ name: String, judges: Bool) -> [String] {
    let terms = TermTable()
    var limits = SolverLimits()
    limits.milliseconds = limit
    let session = SolverSession(PathTable(terms), limits: limits)
    let numbers = (0..<3).map { terms.symbol("n\($0)", .int, range: Interval(2, 1 << 62)) }
    func cube(_ x: TermID) -> TermID { terms.multiply(x, terms.multiply(x, x)) }
    let hard = terms.areEqual(terms.add(cube(numbers[0]), cube(numbers[1])), cube(numbers[2]))
    var longest = 0.0
    var unknown = 0
    for round in 0..<10 {
      let start = ContinuousClock.now
      let question = [hard, terms.isAtLeast(numbers[0], Int128(round + 3))]
      if case .unknown = session.solution(of: question) { unknown += 1 }
      longest = max(longest, seconds(since: start))
    }
    print("\(name): checks=10 unknown=\(unknown)")
    print(String(format: "  limit %d ms, the longest %.0f ms", limit, longest * 1000))
    let isLate = longest * 1000 > Double(limit) * 1.5
    return judges && isLate ? ["a check exceeded its limit by more than half"] : []
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    let time = (ContinuousClock.now - start).components
    return Double(time.seconds) + Double(time.attoseconds) / 1e18
  }
}
