package import Bridge

/// How a scenario is to be verified: the options of `kverify verify`, read and checked.
package struct VerificationOptions: Sendable {
  /// The properties to decide; nil for all.
  package var properties: [String]?
  /// Whether the search ends at the first violation.
  package var failsFast = false
  package var reduction = Reduction.auto
  /// Whether the report says why several orders remain.
  package var explainsReduction = false
  /// How many threads search in full; they find the same.
  package var jobs = 1
  package var maxStates: Int?
  package var timeLimit: Duration?
  /// In bytes.
  package var memoryLimit: Int?
  package var seed: UInt64 = 0
  /// Whether the projections are audited.
  package var audits = false
  /// Whether controllers in processes are believed to be deterministic: no second run of each path.
  package var trusts = false
  /// Where runs of controllers in processes are kept; nil for nowhere.
  package var cache: (any RunCache)?
  /// The projections to switch off.
  package var withoutProjections: [String] = []
  /// Told of the search now and then, from the thread that searches.
  package var progress: (any ProgressObserver)?

  /// Makes the default options.
  package init() {}

  /// Whether needless interleavings are left out.
  package enum Reduction: String, CaseIterable, Sendable { case auto, none }
}

/// How far a search is.
package struct SearchProgress: Hashable, Sendable {
  package var states: Int
  package var transitions: Int
  /// States found and not expanded yet.
  package var waiting: Int
  package var depth: Int

  /// Makes a progress report.
  package init(states: Int, transitions: Int, waiting: Int, depth: Int) {
    self.states = states
    self.transitions = transitions
    self.waiting = waiting
    self.depth = depth
  }
}

/// Takes progress; cheap to call often, since it looks at the clock itself.
package protocol ProgressObserver: Sendable {
  /// Tells of the search so far.
  func report(_ progress: SearchProgress)
}

/// A failure of a verification that is not a verdict.
package enum VerificationFailure: Error, Sendable {
  /// A bug in kverify: a counterexample that does not replay, an audit that fails (exit code 70).
  case bug(String)
  /// A controller failed to run or is not deterministic (exit code 69).
  case controller(String)
  /// The scenario is not valid after all: the API server refuses one of its objects (exit code 65).
  case scenario(String)
  /// An option does not fit the scenario, such as an unknown projection (exit code 64).
  case usage(String)
}
