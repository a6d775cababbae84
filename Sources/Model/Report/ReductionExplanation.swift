/// Why a reduced search still took several orders, in words (`--explain-reduction`).
package struct ReductionExplanation: Hashable, Sendable {
  /// Two that may not be exchanged.
  package struct Coupling: Hashable, Sendable {
    package var first: String
    package var second: String
    /// The object, field, list or queue entry in which they meet.
    package var place: String
    /// At how many states they made the search take several orders.
    package var states: Int

    /// Makes a coupling.
    package init(first: String, second: String, place: String, states: Int) {
      self.first = first
      self.second = second
      self.place = place
      self.states = states
    }
  }

  /// How many states were visited, at how many of them several actions were possible, and at how many
  /// several were taken; summed over the passes of the search.
  package var states: Int
  package var choices: Int
  package var branching: Int
  /// At how many everything was taken, whoever is coupled: a timer waits for idleness, or only faults
  /// and events are left.
  package var barriers: Int
  /// How many actions were added so that none is put off for ever.
  package var postponed: Int
  /// Those that force most first.
  package var couplings: [Coupling]
  /// How many there are besides.
  package var otherCouplings: Int
  /// What to do, one sentence each.
  package var advice: [String]

  /// Makes an explanation.
  package init(
    states: Int, choices: Int, branching: Int, barriers: Int = 0, postponed: Int = 0,
    couplings: [Coupling] = [], otherCouplings: Int = 0, advice: [String] = []
  ) {
    self.states = states
    self.choices = choices
    self.branching = branching
    self.barriers = barriers
    self.postponed = postponed
    self.couplings = couplings
    self.otherCouplings = otherCouplings
    self.advice = advice
  }

  /// The share of the states with several orders that a coupling accounts for, in percent.
  package func percent(of coupling: Coupling) -> Int {
    branching == 0 ? 0 : (coupling.states * 100 + branching / 2) / branching
  }
}
