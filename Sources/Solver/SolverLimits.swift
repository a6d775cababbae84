/// What a session may use.
package struct SolverLimits: Hashable, Sendable {
  /// How long one check may take; no check takes more than half as long again.
  package var milliseconds = 2000
  /// How much memory Z3 may use in the whole process; what exceeds it is unknown.
  package var megabytes = 2048
  /// How many formulas a context keeps before it is made anew.
  package var formulas = 2_000_000
  /// How many recent models are tried before Z3 is asked.
  package var models = 4
  /// How many cases are told apart before Z3 is asked (``CaseAnalysis``).
  package var cases = 300
  /// When nothing more is answered.
  package var deadline: ContinuousClock.Instant?

  package init() {}
}

/// What a session was asked, and who answered.
package struct SolverFigures: Hashable, Sendable {
  /// Questions: whether something is feasible, or what fulfils it.
  package var questions = 0
  /// Those that the path's own literals and bounds decided.
  package var syntactic = 0
  /// Those that were asked before.
  package var memoised = 0
  /// Those that a known model answers.
  package var witnessed = 0
  /// Those that telling a few cases apart answers.
  package var analysed = 0
  /// Checks that Z3 made, for whatever purpose.
  package var checks = 0
  /// Checks without an answer.
  package var unknown = 0
  /// Models that do not fulfil what they were made for: bugs of the translation.
  package var mismatches = 0
  /// Contexts made anew, after an interrupt or because they had grown.
  package var restarts = 0
  /// The time in Z3.
  package var nanoseconds: UInt64 = 0

  package init() {}

  /// How many questions were answered without Z3.
  package var hits: Int { syntactic + memoised + witnessed + analysed }

  /// What two sessions were asked.
  package static func + (left: SolverFigures, right: SolverFigures) -> SolverFigures {
    var sum = left
    sum.questions += right.questions
    sum.syntactic += right.syntactic
    sum.memoised += right.memoised
    sum.witnessed += right.witnessed
    sum.analysed += right.analysed
    sum.checks += right.checks
    sum.unknown += right.unknown
    sum.mismatches += right.mismatches
    sum.restarts += right.restarts
    sum.nanoseconds += right.nanoseconds
    return sum
  }

  /// The figures as one field of a line, such as `12 calls, 340 of 352 questions without, 3 ms`.
  package var text: String {
    "\(checks) calls, \(hits) of \(questions) questions without, \(nanoseconds / 1_000_000) ms"
  }
}
