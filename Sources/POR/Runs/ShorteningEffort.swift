/// How much work goes into making the runs of a reduced search shorter.
package struct ShorteningEffort: Sendable {
  /// The states of the unreduced graph that are looked at; as many as the reduced search reached if
  /// that is more, and none if this is zero.
  package var states: Int
  /// The steps that are listed while some are left out of runs.
  package var steps: Int

  /// Makes an effort.
  package init(states: Int, steps: Int) {
    self.states = states
    self.steps = steps
  }

  /// Runs stay as the reduced search found them.
  package static let none = ShorteningEffort(states: 0, steps: 0)
  /// What a person who waits for a counterexample does not notice.
  package static let standard = ShorteningEffort(states: 20_000, steps: 400_000)
}
