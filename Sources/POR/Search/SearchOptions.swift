internal import Synchronization

/// How far a search may go; nil is without limit.
package struct SearchLimits: Sendable {
  /// How many distinct states.
  package var states: Int?
  /// How many bytes of memory, as `SearchOptions.memoryInUse` tells, or the search's own tables.
  package var bytes: Int?
  /// When to stop.
  package var deadline: ContinuousClock.Instant?

  /// Makes limits.
  package init(
    states: Int? = nil, bytes: Int? = nil, deadline: ContinuousClock.Instant? = nil
  ) {
    self.states = states
    self.bytes = bytes
    self.deadline = deadline
  }
}

/// A flag that another thread or a signal handler raises to end a search.
package final class CancellationFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// Makes a flag that is not raised.
  package init() {}

  /// Raises the flag; safe in a signal handler.
  package func raise() { raised.store(true, ordering: .relaxed) }

  package var isRaised: Bool { raised.load(ordering: .relaxed) }
}

/// What a running search tells.
package struct SearchProgress: Sendable {
  package var states: Int
  package var transitions: Int
  /// The length of the path the search is on.
  package var depth: Int
  /// Known states that are not explored yet, some counted twice.
  package var waiting: Int
  /// The bytes of the search's tables.
  package var bytes: Int
}

/// When a search ends before it has seen everything.
package enum StopRule: Sendable {
  /// Never: every property is judged.
  case atTheEnd
  /// At the first violation of any property (`--fail-fast`).
  case atFirstViolation
}

/// Whether needless interleavings are left out.
package enum Reduction: Hashable, Sendable {
  /// The full search.
  case none
  /// Stubborn sets, where the system records footprints.
  case auto
}

/// Whether a reduced search merges states that differ in an exchange of interchangeable names.
package enum SymmetryUse: Hashable, Sendable {
  case never
  /// Where that takes fewer states than without.
  case whereSmaller
  /// Wherever a property allows for it.
  case always
}

/// How to search; the answers depend only on the limits and the stop rule.
package struct SearchOptions {
  package var limits = SearchLimits()
  package var stop = StopRule.atTheEnd
  package var reduction = Reduction.none
  package var symmetry = SymmetryUse.whereSmaller
  /// How far runs from a reduced graph are made shorter.
  package var shortening = ShorteningEffort.none
  /// Notes why a reduced search still takes several orders (`SearchResult.couplings`).
  package var explainsReduction = false
  /// Tries actions in a random order.
  package var shuffleSeed: UInt64?
  /// Seeds the hash of the state store.
  package var hashSeed: UInt64 = 0
  /// How many threads work; the result does not depend on it.
  package var jobs = 1
  package var cancellation: CancellationFlag?
  /// Progress is told about every this many states.
  package var progressInterval = 100_000
  package var progress: ((SearchProgress) -> Void)?
  /// The memory of the whole process, for the limit; without it the search's tables are counted.
  package var memoryInUse: (() -> Int)?
  /// How many states a batch of a full search has at least where other threads take part.
  package var helperThreshold = 512
  /// Told at the end how many states were expanded and how many of them by helpers.
  package var helpReport: ((_ expanded: Int, _ helped: Int) -> Void)?
  /// How many states a batch of a full search has at most; the order of the states depends on it.
  var batchSize = BatchSearch.batchSize
  /// How many positions are tried for the shortest cycle before a greedy one has to do.
  var cycleEffort = 20_000
  /// Faults for the tests that must notice them.
  var faults: SeededFaults = []
  var reductionFaults: ReductionFaults = []
  /// Chooses among all stubborn sets at random instead of the smallest: the smallest hides bugs.
  var choiceSeed: UInt64?
  /// Looks at each pass over states with footprints that came to its end, with the graph it left.
  var inspect: ((inout StateSpace, FinishedPass) throws -> Void)?

  /// Makes the defaults: no limits, every property judged.
  package init() {}
}

/// Why a search did not see everything.
package enum CutReason: Hashable, Sendable {
  case states, memory, time, cancelled, firstViolation
}
