internal import Transitions

/// The pass for one `leadsTo` property, over the states without `to` that follow one with `from`.
///
/// A run violates the property if after `from` it never meets `to`: it stays in the subgraph of the
/// states without `to` and ends in a settled state of it, or in a cycle of it that is fair. Fairness
/// still asks for the actions that leave the subgraph: a fair action that is enabled all along and
/// would reach `to` must be taken, so a cycle that never takes it is no violation.
struct ResponsePass: ~Copyable, SearchPass {
  private let to: Int
  private let settled: StateSet
  private let faults: SeededFaults
  private(set) var observations: Observations = []
  /// Settled states and states of fair cycles in the subgraph.
  private(set) var ends = StateSet()
  private(set) var fair = StateSet()
  /// States at which `to` could not be evaluated; they count as states without it.
  private(set) var errors = StateSet()
  var stop: CutReason? { nil }

  /// Makes the pass of a property, given all settled states.
  init(to: Int, settled: StateSet, faults: SeededFaults) {
    self.to = to
    self.settled = settled
    self.faults = faults
  }

  mutating func admits(_ state: UInt32, in space: borrowing StateSpace) -> Bool {
    switch space.value(of: to) {
    case .isTrue: return faults.contains(.responseOnWholeGraph)
    case .isError:
      errors.insert(state)
      observations.insert(.evaluationError)
    case .isFalse, .isInapplicable: break
    }
    if settled.contains(state) {
      ends.insert(state)
      observations.insert(Observations(.settledWithout))
    }
    return true
  }

  func take(_ successor: Successor, in space: borrowing StateSpace) {}

  mutating func complete(_ component: CompletedComponent, in space: inout StateSpace) throws {
    if component.isTrivial { return }
    let graph = try component.graph(in: &space, fairness: FairnessRule(faults: faults))
    for group in graph.fairGroups(faults) {
      for member in group.members {
        let state = graph.states[Int(member)]
        fair.insert(state)
        // A settled component is a fair cycle too; its states are reported as settled, not twice.
        if !settled.contains(state) { observations.insert(Observations(.fairCycleWithout)) }
      }
    }
  }
}
