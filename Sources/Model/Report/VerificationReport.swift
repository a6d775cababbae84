/// What a verification found, as data: every renderer tells the same.
package struct VerificationReport: Sendable {
  /// `metadata.name` of the scenario.
  package var scenario: String
  /// The scenario's file, as diagnostics show it.
  package var path: String
  /// One entry per property that was asked for, in the order of the scenario.
  package var properties: [PropertyReport]
  /// What the verdicts cover, one sentence each: the interleaving, the symbols' values, the bounds.
  package var coverage: [String]
  /// What the user should know besides, one sentence each.
  package var notes: [String]
  /// What makes a verdict worth less than it seems, with its place.
  package var warnings: [Diagnostic] = []
  package var figures: SearchFigures
  /// Why several orders remain, where that was asked for.
  package var explanation: ReductionExplanation?
  package var timing: SearchTiming

  /// Makes a report.
  package init(
    scenario: String, path: String, properties: [PropertyReport], coverage: [String] = [],
    notes: [String] = [], figures: SearchFigures = SearchFigures(),
    explanation: ReductionExplanation? = nil, timing: SearchTiming = SearchTiming()
  ) {
    self.scenario = scenario
    self.path = path
    self.properties = properties
    self.coverage = coverage
    self.notes = notes
    self.figures = figures
    self.explanation = explanation
    self.timing = timing
  }
}

/// The values of the symbols for which a property is violated.
package struct FailingValues: Hashable, Sendable {
  /// A condition over the symbols, as CEL.
  package var text: String
  /// Whether it is violated for these values only; false where some were not tried.
  package var isExact: Bool

  /// Makes a set.
  package init(text: String, isExact: Bool) {
    self.text = text
    self.isExact = isExact
  }
}

/// What a proof came to.
package struct ProofReport: Hashable, Sendable {
  /// How it was proved; nil where it was not.
  package var summary: String?
  /// The step that could not be shown, or the run that was found instead: state, step, state.
  package var lines: [String]

  /// Makes a report.
  package init(summary: String?, lines: [String] = []) {
    self.summary = summary
    self.lines = lines
  }
}

/// The verdict on one property.
package struct PropertyReport: Sendable {
  /// The three verdicts; there is no fourth.
  package enum Verdict: Sendable {
    case holds
    case violated(Counterexample)
    /// The reason: a limit, an interruption, something that is not decided yet.
    case inconclusive(String)
  }

  package var name: String
  /// The word of its claim: `always`, `converges`.
  package var kind: String
  package var verdict: Verdict
  /// For which values of the symbols it is violated; nil where there are no symbols or it is not.
  package var failing: FailingValues?
  /// What a proof of it came to; nil where none was asked for.
  package var proof: ProofReport?

  /// Makes an entry.
  package init(
    name: String, kind: String, verdict: Verdict, failing: FailingValues? = nil,
    proof: ProofReport? = nil
  ) {
    self.name = name
    self.kind = kind
    self.verdict = verdict
    self.failing = failing
    self.proof = proof
  }

  /// Whether nothing is decided.
  package var isInconclusive: Bool { if case .inconclusive = verdict { true } else { false } }

  /// Whether a violation is one of liveness, convergence or confluence (exit code 13).
  package var isAboutInfinity: Bool {
    guard case .violated(let counterexample) = verdict, !counterexample.isEvaluationError else {
      return false
    }
    return ["eventually", "leadsTo", "converges", "confluent"].contains(kind)
  }
}

/// The deterministic numbers of a search; the last line of a verdict.
package struct SearchFigures: Hashable, Sendable {
  package var states: Int
  package var transitions: Int
  package var settled: Int
  /// What the reduction did, `64x (full about 4,096)`, or `none`.
  package var reduction: String
  /// About how many states the full search has; nil where it was run itself, or where the number is
  /// too large for a double.
  package var fullStates: Double?
  /// How many distinct reconciles were run.
  package var reconciles: Int
  /// How many reconciles were answered from the trees instead.
  package var memo: Int
  /// How often the solver was asked for values that no class has.
  package var solver: Int
  /// How many classes of values of the symbols were verified, each of values that run alike; nil
  /// where there are no symbols.
  package var valueClasses: Int?

  /// Makes figures.
  package init(
    states: Int = 0, transitions: Int = 0, settled: Int = 0, reduction: String = "none",
    fullStates: Double? = nil, reconciles: Int = 0, memo: Int = 0, solver: Int = 0,
    valueClasses: Int? = nil
  ) {
    self.states = states
    self.transitions = transitions
    self.settled = settled
    self.reduction = reduction
    self.fullStates = fullStates
    self.reconciles = reconciles
    self.memo = memo
    self.solver = solver
    self.valueClasses = valueClasses
  }

  /// The line of figures, `states=12 transitions=20` and so on.
  package var line: String {
    "states=\(states) transitions=\(transitions) settled=\(settled) reduction=\(reduction) "
      + "reconciles=\(reconciles) memo=\(memo) solver=\(solver)"
      + (valueClasses.map { " (\($0) class\($0 == 1 ? "" : "es") of values)" } ?? "")
  }
}

/// What differs from run to run; never on stdout as text.
package struct SearchTiming: Hashable, Sendable {
  package var seconds: Double
  /// The largest resident size, in bytes; 0 where it is unknown.
  package var peakMemory: Int
  /// What Z3 was asked and how long it took; nil where there was nothing to ask.
  package var solver: String?
  /// How often the code in processes was run; nil where there is none.
  package var processes: String?

  /// Makes timing.
  package init(
    seconds: Double = 0, peakMemory: Int = 0, solver: String? = nil, processes: String? = nil
  ) {
    self.seconds = seconds
    self.peakMemory = peakMemory
    self.solver = solver
    self.processes = processes
  }
}
