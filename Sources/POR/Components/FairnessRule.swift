internal import Transitions

/// Departures from SEMANTICS.md that the tests seed, each of which the oracle must notice.
///
/// The production value is the empty set. They live here, in one type, so that a test of the tests
/// needs no second copy of the search.
struct SeededFaults: OptionSet, Sendable {
  let rawValue: UInt16

  /// A component that is not fair is not decomposed again (no Streett).
  static let noSecondDecomposition = SeededFaults(rawValue: 1)
  /// Every action counts as fair: events, skips and crashes too.
  static let allActionsFair = SeededFaults(rawValue: 2)
  /// Every cycle counts as fair.
  static let noFairness = SeededFaults(rawValue: 4)
  /// Only components of the whole graph are tried for settled states, not those of its fair edges.
  static let settledByAllEdges = SeededFaults(rawValue: 8)
  /// A component with a write counts as settled if no fair edge leaves it.
  static let settledWithWrites = SeededFaults(rawValue: 16)
  /// `leadsTo` is decided on the whole graph, not on the subgraph without `to`.
  static let responseOnWholeGraph = SeededFaults(rawValue: 32)
  /// Fairness asks only of actions that stay among the states at hand.
  static let leavingActionsForgotten = SeededFaults(rawValue: 64)
  /// `eventually` looks at settled states only.
  static let eventuallySettledOnly = SeededFaults(rawValue: 128)
  /// A cycle without a write counts as a livelock.
  static let livelockWithoutWrites = SeededFaults(rawValue: 256)
  /// End states are compared across groups.
  static let confluentAcrossGroups = SeededFaults(rawValue: 512)
}

/// What counts as fair; the flags themselves but for seeded faults.
struct FairnessRule {
  let faults: SeededFaults

  @inline(__always)
  func flags(of successor: Successor) -> StepFlags {
    faults.contains(.allActionsFair) ? successor.flags.union(.fair) : successor.flags
  }
}
