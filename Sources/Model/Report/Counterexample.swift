package import CEL

/// A run that shows a violation, told as a person would.
package struct Counterexample: Sendable {
  /// What is wrong, in one sentence.
  package var summary: String
  /// The property's own message, where it has one.
  package var message: String?
  /// Whether the violation is that an expression could not be evaluated.
  package var isEvaluationError: Bool
  /// The values of the symbols in this run, in the order of the scenario.
  package var symbols: [SymbolValue]
  /// One run; two for confluence.
  package var runs: [CounterexampleRun]
  /// For confluence: how the two ends differ, from the first to the second.
  package var endDifference: [ObjectDifference]
  /// What `kverify replay` needs.
  package var record: CounterexampleRecord

  /// Makes a counterexample.
  package init(
    summary: String, message: String? = nil, isEvaluationError: Bool = false,
    symbols: [SymbolValue] = [], runs: [CounterexampleRun],
    endDifference: [ObjectDifference] = [], record: CounterexampleRecord
  ) {
    self.summary = summary
    self.message = message
    self.isEvaluationError = isEvaluationError
    self.symbols = symbols
    self.runs = runs
    self.endDifference = endDifference
    self.record = record
  }
}

/// The value of a symbol.
package struct SymbolValue: Hashable, Sendable {
  package var name: String
  package var value: JSONValue

  /// Makes a value of a symbol.
  package init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// One run of a counterexample.
package struct CounterexampleRun: Hashable, Sendable {
  /// How the run goes on after its last step.
  package enum End: Hashable, Sendable {
    /// The last state is the one that matters.
    case here
    /// Nobody changes an object any more.
    case settled
    /// As `settled`, and a retry fails again and again.
    case stuck(reason: String)
    /// The state before a step is reached again; steps count from 1.
    case returns(toStep: Int)
  }

  package var steps: [CounterexampleStep]
  package var end: End

  /// Makes a run.
  package init(steps: [CounterexampleStep], end: End) {
    self.steps = steps
    self.end = end
  }
}

/// One step of a run.
package struct CounterexampleStep: Hashable, Sendable {
  /// A read that mattered: what of an object was looked at.
  package struct Read: Hashable, Sendable {
    /// `Deployment/web`, `Pods (app=web)`.
    package var object: String
    /// What was read: `spec.replicas = 3`, `absent`, `3 objects`; may be empty.
    package var detail: String

    /// Makes a read.
    package init(object: String, detail: String = "") {
      self.object = object
      self.detail = detail
    }
  }

  /// A call that the step made.
  package struct Call: Hashable, Sendable {
    /// `create`, `update`, `patch`, `apply`, `delete`.
    package var verb: String
    package var object: String
    /// Empty for success; else the answer, such as `409 Conflict`.
    package var answer: String

    /// Makes a call.
    package init(verb: String, object: String, answer: String = "") {
      self.verb = verb
      self.object = object
      self.answer = answer
    }
  }

  /// Who acted on what: `gitops reconciles web`, `event delete-db`.
  package var title: String
  package var reads: [Read]
  package var calls: [Call]
  package var differences: [ObjectDifference]
  /// What else is to be said: a crash, an error, a requeue.
  package var remarks: [String]

  /// Makes a step.
  package init(
    title: String, reads: [Read] = [], calls: [Call] = [],
    differences: [ObjectDifference] = [], remarks: [String] = []
  ) {
    self.title = title
    self.reads = reads
    self.calls = calls
    self.differences = differences
    self.remarks = remarks
  }
}
