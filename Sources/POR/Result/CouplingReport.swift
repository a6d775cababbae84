/// Why a reduced search still took several orders: who may not be exchanged with whom, and because of
/// what.
package struct CouplingReport: Hashable, Sendable {
  /// Who takes part in a coupling.
  package enum Actor: Hashable, Sendable {
    /// Actions of this name.
    case action(String)
    /// A property, by its index, which reads what an action writes.
    case property(Int)
  }

  /// Two that do not commute at some states.
  package struct Coupling: Hashable, Sendable {
    package let first: Actor
    package let second: Actor
    /// The cell or the list that one writes and the other reads or writes.
    package let place: String

    /// Makes a coupling.
    package init(first: Actor, second: Actor, place: String) {
      self.first = first
      self.second = second
      self.place = place
    }
  }

  /// At how many states each coupling made the search take more than one action.
  package internal(set) var counts: [Coupling: Int] = [:]
  /// At how many states each property, by its index, made the search take more than one action.
  package internal(set) var observing: [Int: Int] = [:]
  /// How many states there were, summed over the passes.
  package internal(set) var states = 0
  /// At how many of them more than one action was enabled.
  package internal(set) var choices = 0
  /// At how many of those more than one was taken.
  package internal(set) var branching = 0
  /// At how many of those all were taken because a timer waits for idleness or only faults are left.
  package internal(set) var barriers = 0
  /// How many actions were added so that no fair one is put off for ever.
  package internal(set) var postponed = 0

  /// Makes an empty report.
  package init() {}

  /// Adds what another search told.
  package mutating func add(_ other: CouplingReport) {
    counts.merge(other.counts, uniquingKeysWith: +)
    observing.merge(other.observing, uniquingKeysWith: +)
    states += other.states
    choices += other.choices
    branching += other.branching
    barriers += other.barriers
    postponed += other.postponed
  }

  /// The same report with other indices of properties.
  package func renumbered(_ number: (Int) -> Int) -> CouplingReport {
    func renumbered(_ actor: Actor) -> Actor {
      if case .property(let index) = actor { .property(number(index)) } else { actor }
    }
    var result = self
    result.counts = [:]
    for (coupling, count) in counts {
      let other = Coupling(
        first: renumbered(coupling.first), second: renumbered(coupling.second),
        place: coupling.place)
      result.counts[other, default: 0] += count
    }
    result.observing = [:]
    for (property, count) in observing { result.observing[number(property), default: 0] += count }
    return result
  }
}
