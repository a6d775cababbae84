/// One step of a run: an action and which of its outcomes.
package struct RunStep: Hashable, Sendable {
  package var action: UInt32
  package var outcome: UInt32

  /// Makes a step.
  package init(action: UInt32, outcome: UInt32 = 0) {
    self.action = action
    self.outcome = outcome
  }
}

/// Steps from the initial state, the last of which may be repeated for ever.
package struct Run: Hashable, Sendable {
  package var steps: [RunStep]
  /// A lasso: the steps from this index on lead back to the state before them.
  package var loopStart: Int?
  /// For `leadsTo`: after this many steps `from` holds, and `to` never does from there on.
  package var trigger: Int?

  /// Makes a run.
  package init(steps: [RunStep], loopStart: Int? = nil, trigger: Int? = nil) {
    self.steps = steps
    self.loopStart = loopStart
    self.trigger = trigger
  }
}
