/// Bugs of a reduced search that the tests seed, each of which the oracle must notice (POR.md,
/// section 7); bugs of footprints are seeded in the models of the tests.
///
/// The production value is the empty set.
struct ReductionFaults: OptionSet, Sendable {
  let rawValue: UInt32

  /// No ignoring proviso at all.
  static let noIgnoringProviso = ReductionFaults(rawValue: 1 << 0)
  /// The proviso for safety is used for liveness too.
  static let safetyProvisoForLiveness = ReductionFaults(rawValue: 1 << 1)
  /// Chosen sets are not checked again when their component is complete.
  static let noClosureAtCompletion = ReductionFaults(rawValue: 1 << 2)
  /// What is executed later is forgotten: only footprints of enabled actions count.
  static let noFutures = ReductionFaults(rawValue: 1 << 3)
  /// Disabled members of a chosen set bring nothing in (no C2).
  static let noEnablingSets = ReductionFaults(rawValue: 1 << 4)
  /// Properties do not observe.
  static let invisibleProperties = ReductionFaults(rawValue: 1 << 5)
  /// Of a property only the reads at the state itself count.
  static let currentReadsOnly = ReductionFaults(rawValue: 1 << 6)
  /// The two predicates of `leadsTo` observe separately.
  static let separateResponseObservers = ReductionFaults(rawValue: 1 << 7)
  /// Where a timer is enabled nothing special happens (no barrier).
  static let noBarrier = ReductionFaults(rawValue: 1 << 8)
  /// Actions that wait for idleness are left out of the futures.
  static let timersOutOfFutures = ReductionFaults(rawValue: 1 << 9)
  /// Settled states are judged without asking that every fair action enabled there was taken.
  static let noFairProviso = ReductionFaults(rawValue: 1 << 10)
}
