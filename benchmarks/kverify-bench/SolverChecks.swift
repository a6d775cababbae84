internal import CEL
internal import Solver

/// Feasibility checks that no memo, no bound and no known model answers: by Z3 alone, and as they are
/// asked, where telling a few cases apart answers most.
///
/// Conditions are linear, over 20 variables, at most 6 literals a path. `fresh` asks each time for a
/// path that shares no literal with the one before; `nearby` walks as a search does, one literal
/// further or back.
enum SolverChecks {
  static let names = ["solver-checks"]
  /// The checks a second that must be reached.
  private static let goal = 5_000.0

  /// Prints a row; returns what is wrong.
  static func run(_ name: String, judges: Bool) -> [String] {
    var complaints: [String] = []
    for (kind, rounds, cases) in [
      ("fresh", 4_000, 0), ("nearby", 1_500, 0), ("by cases", 4_000, SolverLimits().cases),
    ] {
      var limits = SolverLimits()
      limits.models = 0
      limits.cases = cases
      let session = SolverSession(PathTable(TermTable()), limits: limits)
      var questions = Questions(session.terms)
      var (feasible, infeasible, unknown) = (0, 0, 0)
      func count(_ answer: Feasibility) {
        switch answer {
        case .feasible: feasible += 1
        case .infeasible: infeasible += 1
        case .unknown: unknown += 1
        }
      }
      // Conditions are made by who evaluates expressions, not by the solver.
      let literals = (0..<rounds).map { _ in (1...6).map { _ in questions.next() } }
      let start = ContinuousClock.now
      for conjunction in literals {
        var path = PathID.empty
        for (depth, literal) in zip(1..., conjunction) {
          if kind == "nearby" || depth == 6 {
            let answer = session.feasibility(of: literal, under: path)
            count(answer)
            if answer != .feasible { continue }
          }
          path = session.paths.adding(literal, to: path) ?? path
        }
      }
      let time = ContinuousClock.now - start
      let seconds =
        Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
      let answered = session.figures.checks + session.figures.analysed
      let rate = Double(answered) / seconds
      print(
        "\(name) \(kind): checks=\(session.figures.checks) feasible=\(feasible) "
          + "infeasible=\(infeasible) unknown=\(unknown)")
      if judges {
        print("  \(Int(rate)) checks/s, \(session.figures.text)")
        if cases == 0, rate < goal { complaints.append("fewer than \(Int(goal)) checks a second") }
      }
      if unknown > 0 { complaints.append("\(unknown) checks without an answer") }
    }
    return complaints
  }

  /// Linear literals over two or three of 20 variables, from a fixed seed.
  private struct Questions {
    private let terms: TermTable
    private let variables: [TermID]
    private var state: UInt64 = 20_261_122

    init(_ terms: TermTable) {
      self.terms = terms
      variables = (0..<20).map { terms.symbol("x\($0)", .int, range: Interval(0, 1000)) }
    }

    private mutating func number(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }

    mutating func next() -> TermID {
      let parts = (0..<(2 + number(2))).map { _ in
        LinearPart(
          Int128(number(2) == 0 ? 1 + number(3) : -1 - number(3)), variables[number(20)])
      }
      let condition = terms.atMost(terms.sum(parts), Int128(number(1200) - 600))
      return number(2) == 0 ? condition : terms.not(condition)
    }
  }
}
