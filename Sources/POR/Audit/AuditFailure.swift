/// What an audit found wrong: a footprint that is not complete, or a chosen set that leaves out what it
/// may not.
///
/// It is a bug of ours, not of the world that is verified; so it tells the pair of actions and the cell.
package struct AuditFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What must hold and does not.
  package enum Rule: String, Hashable, Sendable, CaseIterable {
    // Of footprints.
    /// Actions without conflict lead to the same states in both orders.
    case bothOrders
    /// An action stays enabled where another one without conflict is taken.
    case staysEnabled
    /// An action reads and writes the same after another one without conflict.
    case sameFootprint
    /// A predicate keeps its value and its reads where no action writes what it read.
    case samePredicate
    /// What becomes enabled was held back by what the step wrote.
    case enablingSet

    // Of chosen sets (POR.md, section 3).
    /// Every state that a chosen step reaches is known.
    case closedGraph
    /// C0: something is chosen where something is enabled.
    case someChosen
    /// Where an action waits for idleness everything is chosen.
    case barrier
    /// C1: what conflicts with a chosen action, now or later, is chosen.
    case conflicts
    /// C1': what changes the value of an observing property is chosen.
    case observed
    /// C2: what enables a disabled member of the set is chosen.
    case enabledFirst
    /// In a component that no fair step leaves every fair action is chosen somewhere.
    case fairIgnored
    /// In a component that no fair step and no skip leaves every action is chosen somewhere.
    case ignored
    /// L: no cycle leaves one action out all along.
    case cycleIgnored
  }

  package var rule: Rule
  /// The number of the state in the order in which the search met them.
  package var state: Int
  /// The actions, as people know them.
  package var actions: [String]
  /// The cell in which they meet, or the words that differ; empty where there is none.
  package var cell: String

  /// Makes a failure.
  package init(rule: Rule, state: Int, actions: [String], cell: String = "") {
    self.rule = rule
    self.state = state
    self.actions = actions
    self.cell = cell
  }

  package var description: String {
    let place = "state \(state): \(actions.joined(separator: " and "))"
    return "\(place): \(reason)" + (cell.isEmpty ? "" : ": \(cell)")
  }

  private var reason: String {
    switch rule {
    case .bothOrders: "the footprints do not conflict, but the order matters"
    case .staysEnabled: "the footprints do not conflict, but the first disables the second"
    case .sameFootprint:
      "the footprints do not conflict, but the first changes what the second does"
    case .samePredicate: "the step does not write what the predicate reads, but changes it"
    case .enablingSet: "the first enables the second, which was held back by something else"
    case .closedGraph: "a chosen step leads to a state that was not reached"
    case .someChosen: "something is enabled and nothing is chosen"
    case .barrier: "an action that waits for idleness is enabled, and not all is chosen"
    case .conflicts: "the first is chosen, the second conflicts with it and is not"
    case .observed: "the first observes, the second changes what it sees and is not chosen"
    case .enabledFirst: "the first is in the set, the second enables it and is not chosen"
    case .fairIgnored: "no fair step leaves a component in which this is never chosen"
    case .ignored: "no fair step and no skip leaves a component in which this is never chosen"
    case .cycleIgnored: "a cycle of chosen steps passes it by all along"
    }
  }
}
