internal import Transitions

/// The reduced search: SCC-summary stubborn sets (POR.md, section 4).
///
/// As `ComponentSearch`, it completes strongly connected components depth first, but takes only a
/// stubborn set of the steps of each state. The set is chosen by what is known when the state is
/// entered; when a component completes, what was executed in and behind it is known (its *future*),
/// the sets of its states are closed again, and what they gained is explored, until nothing changes.
/// A completed component's future is final, so a state that is met again needs no exploration.
struct ReducedSearch: ~Copyable {
  /// After how many states in which nothing was left out reduction is given up.
  private static let patience = 10_000

  var task: SearchTask
  let fairness: FairnessRule
  let faults: ReductionFaults
  let log: CouplingLog?
  var order: ActionOrder
  var random: SplitMix64?
  let footprints: FootprintTable
  private let options: SearchOptions
  private let crew: WorkerCrew?

  var path = ComponentPath()
  var futures: OpenFutures
  var enabled = EnabledActions()
  var stubborn: StubbornSet
  /// What is known of the future of the component at hand.
  var entries = FlatBuffer<FutureEntry>()
  var observerReads: [UInt32] = []
  /// How many steps were taken, and how many were enabled at the states that were entered.
  var transitions = 0
  var enabledTransitions = 0
  /// How many states were entered.
  var states = 0
  /// Whether some cycle has a step that changes an object, as far as was looked: where everything
  /// was taken until then nobody looks.
  var hasWriteCycle = false
  /// Whether an observer whose reads are taken as constant read more after the initial state: then the
  /// sets of earlier states rest on too few reads, and the pass must be done again.
  var hasMoreReads = false
  /// Whether something was left out at some state.
  var hasProperSets = false
  /// Whether some step waits until nothing else is enabled.
  var hasBarrier = false
  /// Whether some states reach each other.
  var hasCycle = false
  /// The full search that took over since nothing had been left out for long.
  private var rest: TakenOver?
  /// What the steps that found new states changed.
  var changedBits = ChangedBits()

  /// Makes the search of a task.
  init(
    _ task: SearchTask, _ footprints: FootprintTable, options: SearchOptions,
    log: CouplingLog? = nil, crew: WorkerCrew? = nil
  ) {
    self.options = options
    self.crew = crew
    self.task = task
    self.log = log
    self.footprints = footprints
    fairness = FairnessRule(faults: options.faults)
    faults = options.reductionFaults
    order = ActionOrder(shuffleSeed: options.shuffleSeed)
    random = options.choiceSeed.map { SplitMix64(seed: $0) }
    stubborn = StubbornSet(
      footprints, observers: task.observers.count, faults: options.reductionFaults, log: log)
    futures = OpenFutures(footprints)
    observerReads = Array(repeating: 0, count: task.observers.count)
  }

  /// Explores what the initial state reaches; the reason if it was cut short.
  mutating func run(
    _ judge: inout Judge, in space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    path.extend(to: space.count)
    space.move(to: 0)
    path.meet(0, isAdmitted: judge.admits(0, in: space))
    if let cut = try enter(0, &judge, &space, &watch) { return cut }
    while let turn = path.next() {
      switch turn {
      case .enter(let state):
        if states == Self.patience - 1 && !hasProperSets {
          return try searchInFull(&judge, &space, &watch)
        }
        if let cut = try enter(state, &judge, &space, &watch) { return cut }
      case .leadTo(let state): futures.add(behind: state)
      case .merge(let count): futures.merge(count)
      case .close(let first):
        if try repair(from: first, &judge, &space) {
          if watch.isDue(), let cut = check(&watch, space) { return cut }
        } else {
          try complete(from: first, &judge, &space)
          if let stop = judge.stop { return stop }
        }
      }
    }
    return nil
  }

  /// Begins again with a full search, over the states that are known.
  ///
  /// Nothing that was judged is lost or counted twice: whatever was noted is true of the full graph too,
  /// and noting it again changes nothing.
  private mutating func searchInFull(
    _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    if let stop = judge.stop { return stop }
    let rest = TakenOver(BatchSearch(judge, options: options, crew: crew))
    self.rest = rest
    let cut = try rest.search.run(&judge, in: &space, &watch)
    transitions = rest.search.transitions
    enabledTransitions = transitions
    states = rest.search.expanded
    if rest.search.hasCycle { (hasCycle, hasWriteCycle) = (true, true) }
    return cut
  }

  func check(_ watch: inout SearchWatch, _ space: borrowing StateSpace) -> CutReason? {
    watch.check(
      states: path.knownStates, transitions: transitions, depth: path.depth,
      waiting: path.waitingCount, bytes: byteCount + space.byteCount)
  }

  // MARK: What was found

  /// Whether reduction was given up, since nothing had been left out for long: then the pass is a full
  /// search of everything.
  var isGivenUp: Bool { rest != nil }

  /// What the observers of properties of cycles were found to read.
  var constantReads: [UInt32] { task.constantReads }

  /// The bytes of the tables.
  var byteCount: Int { path.byteCount + futures.byteCount + changedBits.byteCount }

  /// Whether everything that the state reaches was explored.
  func isCompleted(_ state: UInt32) -> Bool {
    rest?.search.isCompleted(state) ?? path.isCompleted(state)
  }

  /// How many states were met, in this pass or before it.
  var knownStates: Int { rest?.search.knownStates ?? path.knownStates }

  /// Whether this pass found a state.
  func isFound(_ state: UInt32) -> Bool { isGivenUp || !path.isUnseen(state) }

  /// Whether a state was entered.
  func isEntered(_ state: UInt32) -> Bool { path.isEntered(state) }

  /// The classes of what was executed at a completed state and behind it, or, without a state, at all,
  /// each with the footprint of all that it did.
  mutating func executed(
    from state: UInt32?
  ) -> [(actionClass: UInt32, footprint: UInt32)] {
    futures.list(from: state, into: &entries)
    return entries.elements.filter { !$0.isObserver }.map { ($0.actor, $0.footprint) }
  }

  /// The states that were entered and whose components are complete.
  var completedStates: StateSet {
    var result = StateSet()
    for state in 0..<UInt32(knownStates) where isCompleted(state) { result.insert(state) }
    return result
  }
}

/// A full search that took over from a reduced one.
final class TakenOver {
  var search: BatchSearch

  init(_ search: consuming BatchSearch) { self.search = search }
}
