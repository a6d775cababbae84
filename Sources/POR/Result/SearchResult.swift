/// In which way a property is violated.
package enum ViolationKind: Int, Hashable, Sendable, CaseIterable {
  /// `always`, `settled`: the predicate is false in the last state of the run.
  case predicateFalse
  /// A predicate could not be evaluated in the last state of the run.
  case evaluationError
  /// `sometimes`: no reachable state satisfies the predicate. There is no run.
  case neverReached
  /// The last step of the run breaks the rule.
  case stepRule
  /// `eventually`, `leadsTo`: the run ends in a settled state without it.
  case settledWithout
  /// `eventually`, `leadsTo`: the run goes on for ever, fairly, without it (`eventually`: it is
  /// false again in each round).
  case fairCycleWithout
  /// `converges`: a fair cycle that changes objects and that no fair step leaves.
  case cannotConverge
  /// `converges`: a fair cycle that changes objects.
  case livelock
  /// `converges`: nothing changes any more, and a reconcile fails again and again.
  case stuck
  /// `confluent`: two runs of one group lead to settled states with different ends.
  case differentEnds
}

/// A violation with the shortest run that shows it.
package struct Violation: Hashable, Sendable {
  package var kind: ViolationKind
  /// Nil for `neverReached` only.
  package var run: Run?
  /// The second run of `differentEnds`.
  package var otherRun: Run?

  /// Makes a violation.
  package init(kind: ViolationKind, run: Run? = nil, otherRun: Run? = nil) {
    self.kind = kind
    self.run = run
    self.otherRun = otherRun
  }
}

/// Why a property is neither proved nor refuted.
package enum InconclusiveReason: Hashable, Sendable {
  /// The search was cut.
  case cut(CutReason)
  /// The property speaks of settled states and there is none.
  case noSettledState
}

/// What a search found out about one property.
package enum Finding: Hashable, Sendable {
  case holds
  /// The violations, one a kind, in the order of `ViolationKind`; never empty.
  case violated([Violation])
  case inconclusive(InconclusiveReason)
}

/// What a search found out.
package struct SearchResult: Sendable {
  /// How many distinct states were reached.
  package var states: Int
  /// How many edges were followed, self-loops among them.
  package var transitions: Int
  /// How many distinct ends (`TransitionSystem.endState`) the settled states have.
  package var settled: Int
  /// Why the search did not see everything; nil if it did.
  package var cut: CutReason?
  /// By property.
  package var findings: [Finding]
  /// The bytes of the state store and of the search's tables at the end.
  package var bytes: Int
  /// What the reduction did; nil for a full search.
  package var reduction: ReductionFigures?
  /// Why it still took several orders, where that was asked for.
  package var couplings: CouplingReport?

  package var isComplete: Bool { cut == nil }
}
