/// A reduced graph as the search left it, for the audit: plain arrays, none of the search's types.
package struct FinishedReduction: Sendable {
  /// What the reduction preserves (POR.md, section 5).
  package enum Mode: Hashable, Sendable { case safety, liveness }

  package var mode: Mode
  /// The predicates of each property that observes; those of one are read together.
  package var observers: [[Int]]
  /// The words of every reached state; the first is the initial one.
  package var states: [[UInt32]]
  /// By state: the classes of enabled actions that were chosen; nil for all of them.
  package var chosen: [[UInt32]?]

  /// Makes a graph.
  package init(mode: Mode, observers: [[Int]], states: [[UInt32]], chosen: [[UInt32]?]) {
    precondition(states.count == chosen.count, "a state without its chosen set")
    self.mode = mode
    self.observers = observers
    self.states = states
    self.chosen = chosen
  }
}
