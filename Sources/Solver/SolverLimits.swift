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

  package init() {}
}

/// What a session was asked, and who answered.
package struct SolverFigures: Hashable, Sendable {
  /// Questions of feasibility.
  package var questions = 0
  /// Those that the path's own literals and bounds decided.
  package var syntactic = 0
  /// Those that were asked before.
  package var memoised = 0
  /// Those that a known model answers.
  package var witnessed = 0
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

  /// The figures as one field of a line, such as `12 calls, 340 hits, 3 ms`.
  package var text: String {
    "\(checks) calls, \(syntactic + memoised + witnessed) hits, \(nanoseconds / 1_000_000) ms"
  }
}
