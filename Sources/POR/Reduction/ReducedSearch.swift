internal import Transitions

/// The reduced search: SCC-summary stubborn sets (POR.md, section 4).
///
/// As `ComponentSearch`, it completes strongly connected components depth first, but takes only a
/// stubborn set of the steps of each state. The set is chosen by what is known when the state is
/// entered; when a component completes, what was executed in and behind it is known (its *future*),
/// the sets of its states are closed again, and what they gained is explored, until nothing changes.
/// A completed component's future is final, so a state that is met again needs no exploration.
struct ReducedSearch: ~Copyable {
  private static let unseen: UInt32 = 0
  private static let waiting = UInt32.max
  private static let refused = UInt32.max - 1
  private static let completed = UInt32.max - 2

  struct Frame: BitwiseCopyable {
    /// The place of the state in `open`.
    var place: UInt32
    /// Where the state's successors begin in `pending`.
    var firstPending: UInt32
  }

  struct SingleFuture: BitwiseCopyable {
    var footprint: UInt32
    var future: UInt32
  }

  /// After how many states in which nothing was left out reduction is given up.
  private static let patience = 10_000

  private var task: SearchTask
  private let fairness: FairnessRule
  private let faults: ReductionFaults
  private let log: CouplingLog?
  private var order: ActionOrder
  private var random: SplitMix64?
  private let footprints: FootprintTable
  private let options: SearchOptions
  private let crew: WorkerCrew?

  /// By state: its place in `open` plus one, or one of the marks above.
  private var number = FlatBuffer<UInt32>()
  /// By completed state: its future.
  private var summary = FlatBuffer<UInt32>()
  private var open = FlatBuffer<UInt32>()
  /// By place in `open`: whether a step leads back to the state itself; whether a step is fair.
  private var hasSelfLoop = FlatBuffer<Bool>()
  private var hasFairStep = FlatBuffer<Bool>()
  /// The first place plus one, and the future, of each open component.
  private var roots = FlatBuffer<UInt32>()
  private var futures = FlatBuffer<UInt32>()
  private var frames = FlatBuffer<Frame>()
  private var pending = FlatBuffer<UInt32>()

  private var enabled = EnabledActions()
  private var stubborn: StubbornSet
  private var table: FutureTable
  private var entries = FlatBuffer<FutureEntry>()
  private var observerReads: [UInt32] = []
  /// How many steps were taken, and how many were enabled at the states that were entered.
  private(set) var transitions = 0
  private(set) var enabledTransitions = 0
  /// How many states were entered.
  private(set) var states = 0
  /// Whether some cycle has a step that changes an object, as far as was looked: where everything
  /// was taken until then nobody looks.
  private(set) var hasWriteCycle = false
  /// Whether an observer whose reads are taken as constant read more after the initial state: then the
  /// sets of earlier states rest on too few reads, and the pass must be done again.
  private(set) var hasMoreReads = false
  /// Whether something was left out at some state.
  private(set) var hasProperSets = false
  /// Whether some step waits until nothing else is enabled.
  private(set) var hasBarrier = false
  /// Whether some states reach each other.
  private(set) var hasCycle = false
  /// The full search that took over since nothing had been left out for long.
  private var rest: TakenOver?
  /// By class: its last footprint, widened, and the future of that one action.
  private var singles = FlatBuffer<SingleFuture>()
  /// What the steps that found new states changed.
  private(set) var changedBits = ChangedBits()

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
    table = FutureTable(footprints)
    observerReads = Array(repeating: 0, count: task.observers.count)
  }

  /// Whether reduction was given up, since nothing had been left out for long: then the pass is a full
  /// search of everything.
  var isGivenUp: Bool { rest != nil }

  /// What the observers of properties of cycles were found to read.
  var constantReads: [UInt32] { task.constantReads }

  /// The bytes of the tables.
  var byteCount: Int {
    number.byteCount + summary.byteCount + open.byteCount + roots.byteCount + futures.byteCount
      + frames.byteCount + pending.byteCount + table.byteCount + changedBits.byteCount
  }

  /// Whether everything that the state reaches was explored.
  func isCompleted(_ state: UInt32) -> Bool {
    rest?.search.isCompleted(state)
      ?? (Int(state) < number.count && number[Int(state)] == Self.completed)
  }

  /// How many states were met, in this pass or before it.
  var knownStates: Int { rest?.search.knownStates ?? number.count }

  /// Whether this pass found a state.
  func isFound(_ state: UInt32) -> Bool { isGivenUp || number[Int(state)] != Self.unseen }

  /// Whether a state was entered.
  func isEntered(_ state: UInt32) -> Bool {
    let number = number[Int(state)]
    return number != Self.unseen && number != Self.waiting && number != Self.refused
  }

  /// The classes of what was executed at a completed state and behind it, or, without a state, at all,
  /// each with the footprint of all that it did.
  mutating func executed(
    from state: UInt32?
  ) -> [(actionClass: UInt32, footprint: UInt32)] {
    var future: UInt32 = 0
    if let state {
      future = summary[Int(state)]
    } else {
      for place in 0..<futures.count { future = table.union(future, futures[place]) }
    }
    table.entries(of: future, into: &entries)
    return entries.elements.filter { !$0.isObserver }.map { ($0.actor, $0.footprint) }
  }

  /// The states that were entered and whose components are complete.
  var completedStates: StateSet {
    var result = StateSet()
    for state in 0..<UInt32(knownStates) where isCompleted(state) { result.insert(state) }
    return result
  }

  /// Explores what the initial state reaches; the reason if it was cut short.
  mutating func run(
    _ judge: inout Judge, in space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    number.extend(to: space.count, with: Self.unseen)
    space.move(to: 0)
    meet(0, &judge, space)
    if let cut = try enter(0, &judge, &space, &watch) { return cut }
    while !frames.isEmpty {
      let frame = frames.last
      if pending.count > Int(frame.firstPending) {
        let state = pending.popLast()
        switch number[Int(state)] {
        case Self.waiting:
          if let cut = try enter(state, &judge, &space, &watch) { return cut }
          if isGivenUp { return try searchInFull(&judge, &space, &watch) }
        case Self.refused: break
        case Self.completed: addFuture(summary[Int(state)])
        default: merge(downTo: number[Int(state)])
        }
        continue
      }
      if roots.last == frame.place + 1 {
        if try repair(from: Int(frame.place), &judge, &space) {
          if watch.isDue(), let cut = check(&watch, space) { return cut }
          continue
        }
        _ = frames.popLast()
        try complete(from: frame.place, &judge, &space)
        if let stop = judge.stop { return stop }
      } else {
        _ = frames.popLast()
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
    let cut = try rest?.search.run(&judge, in: &space, &watch)
    transitions = rest?.search.transitions ?? 0
    enabledTransitions = transitions
    states = rest?.search.expanded ?? 0
    if rest?.search.hasCycle == true { (hasCycle, hasWriteCycle) = (true, true) }
    return cut ?? nil
  }

  // MARK: Entering a state

  private mutating func meet(
    _ state: UInt32, _ judge: inout Judge, _ space: borrowing StateSpace
  ) {
    number[Int(state)] = judge.admits(state, in: space) ? Self.waiting : Self.refused
  }

  private mutating func enter(
    _ state: UInt32, _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    if let stop = judge.stop { return stop }
    let place = open.count
    states += 1
    number[Int(state)] = UInt32(place + 1)
    open.append(state)
    hasSelfLoop.append(false)
    roots.append(UInt32(place + 1))
    futures.append(0)
    frames.append(Frame(place: UInt32(place), firstPending: UInt32(pending.count)))
    if states == Self.patience && !hasProperSets {
      rest = TakenOver(BatchSearch(judge, options: options, crew: crew))
      return nil
    }
    let count = try expand(state, &space)
    hasFairStep.append(enabled.union.contains(.fair))
    if enabled.union.contains(.waitsForIdle) { hasBarrier = true }
    enabledTransitions += count
    for (observer, reads) in observerReads.enumerated() {
      addFuture(table.single(FutureEntry.key(observer: observer), reads))
    }
    stubborn.choose(among: enabled, observerReads: observerReads, random: &random)
    record(at: state, &space)
    let isFull = stubborn.count == enabled.count
    if isFull && count > 1 { space.locateSuccessors() }
    order.prepare(count)
    for position in 0..<count {
      let index = order[position]
      guard stubborn.isChosen[Int(enabled.places[index])] else { continue }
      let target = isFull && count > 1 ? space.target(index) : space.locatedTarget(index)
      if try follow(index, to: target, from: state, &judge, &space, watch.maxStates) {
        return .states
      }
    }
    return watch.isDue() ? check(&watch, space) : nil
  }

  private func check(_ watch: inout SearchWatch, _ space: borrowing StateSpace) -> CutReason? {
    watch.check(
      states: number.count, transitions: transitions, depth: frames.count,
      waiting: pending.count, bytes: byteCount + space.byteCount)
  }

  /// Lists what is enabled at a state, and what the observers read there.
  private mutating func expand(_ state: UInt32, _ space: inout StateSpace) throws -> Int {
    let count = try space.expand(state)
    enabled.fill(space.buffer.successors, space.system, footprints, fairness)
    for (observer, predicates) in task.observers.enumerated() {
      var reads: UInt32 = 0
      for predicate in predicates {
        let more = space.system.reads(ofPredicate: predicate, at: space.words)
        reads = footprints.union(reads, more)
      }
      if task.isLiveness {
        let known = task.constantReads[observer]
        let all = footprints.union(known, reads)
        if all != known {
          task.constantReads[observer] = all
          if states > 1 { hasMoreReads = true }
        }
        reads = all
      }
      observerReads[observer] = reads
    }
    return count
  }

  /// Takes one step of a state whose component is the top one; true where that state would be one
  /// too many.
  private mutating func follow(
    _ index: Int, to target: UInt32, from state: UInt32, _ judge: inout Judge,
    _ space: inout StateSpace, _ maxStates: Int
  ) throws -> Bool {
    transitions += 1
    judge.take(space.buffer.successors[index], in: space)
    addFuture(of: Int(enabled.places[index]))
    if Int(target) == number.count {
      if number.count == maxStates { return true }
      number.append(Self.unseen)
    }
    if number[Int(target)] == Self.unseen {
      changedBits.note(index, of: enabled, in: space)
      space.show(index)
      meet(target, &judge, space)
      space.back()
    }
    switch number[Int(target)] {
    case Self.waiting: pending.append(target)
    case Self.refused: break
    case Self.completed: addFuture(summary[Int(target)])
    default:
      if target == state { hasSelfLoop[Int(number[Int(state)]) - 1] = true }
      merge(downTo: number[Int(target)])
    }
    return false
  }

  /// Adds what the step at a place reads and writes to the future of the top component.
  private mutating func addFuture(of place: Int) {
    let flags = StepFlags(rawValue: enabled.flags[place])
    if faults.contains(.timersOutOfFutures) && flags.contains(.waitsForIdle) { return }
    addFuture(single(enabled.classes[place], enabled.footprints[place]))
  }

  /// The future that is one step of a class.
  @inline(__always)
  private mutating func single(_ actionClass: UInt32, _ footprint: UInt32) -> UInt32 {
    if Int(actionClass) >= singles.count {
      singles.extend(
        to: Int(actionClass) + 1, with: SingleFuture(footprint: .max, future: 0))
    }
    let known = singles[Int(actionClass)]
    if known.footprint == footprint { return known.future }
    let future = table.single(
      FutureEntry.key(actionClass: actionClass), footprints.widened(footprint))
    singles[Int(actionClass)] = SingleFuture(footprint: footprint, future: future)
    return future
  }

  /// Notes the chosen classes of a state.
  private mutating func record(at state: UInt32, _ space: inout StateSpace) {
    if stubborn.count == enabled.count {
      space.chosen[state] = ChosenSets.everything
      return
    }
    hasProperSets = true
    var classes: [UInt32] = []
    for place in 0..<enabled.count where stubborn.isChosen[place] {
      classes.append(enabled.classes[place])
    }
    classes.sort()
    space.chosen[state] = space.chosen.intern(classes)
  }

  // MARK: Components

  /// Adds to the future of the top component.
  @inline(__always)
  private mutating func addFuture(_ future: UInt32) {
    let top = futures.count - 1
    if futures[top] != future { futures[top] = table.union(futures[top], future) }
  }

  /// Merges the components above the open state of a number into its component.
  private mutating func merge(downTo number: UInt32) {
    while roots.last > number {
      _ = roots.popLast()
      addFutureBelow()
    }
  }

  private mutating func addFutureBelow() {
    let future = futures.popLast()
    if !futures.isEmpty { addFuture(future) }
  }

  /// Closes the sets of the top component's states again, and takes the provisos' additions; true where
  /// something was added, and is pending in the frame of the root.
  private mutating func repair(
    from first: Int, _ judge: inout Judge, _ space: inout StateSpace
  ) throws -> Bool {
    let size = open.count - first
    if !hasProperSets {
      if size > 1 || hasSelfLoop[first] { hasWriteCycle = true }
      return false
    }
    var grown = false
    if !faults.contains(.noClosureAtCompletion) {
      table.entries(of: futures.last, into: &entries)
      for place in first..<open.count {
        let state = open[place]
        let set = space.chosen[state]
        if set == ChosenSets.everything { continue }
        if try extend(state, space.chosen.classes(set), &judge, &space) { grown = true }
      }
    }
    if grown { return true }
    if size == 1 && !hasSelfLoop[first] { return false }
    var proviso = IgnoringProviso(
      states: Array(open.elements[first..<open.count]), isLiveness: task.isLiveness, faults: faults)
    let numbers = number.elements
    let additions = try proviso.additions(fairness, in: &space) { state in
      let number = numbers[Int(state)]
      return number > UInt32(first) && number <= UInt32(first + size)
        ? Int(number) - 1 - first : nil
    }
    if proviso.hasWriteCycle { hasWriteCycle = true }
    if additions.isEmpty { return false }
    table.entries(of: futures.last, into: &entries)
    for (state, classes) in additions {
      let set = space.chosen[state]
      log?.postpone(classes.count, after: space.chosen.classes(set).count)
      _ = try extend(
        state, space.chosen.classes(set) + classes, &judge, &space, known: space.chosen.classes(set)
      )
    }
    return true
  }

  /// Closes the set of a state around some classes and follows what is new; true where there is some.
  private mutating func extend(
    _ state: UInt32, _ classes: [UInt32], _ judge: inout Judge, _ space: inout StateSpace,
    known: [UInt32]? = nil
  ) throws -> Bool {
    let count = try expand(state, &space)
    let hasGrown = stubborn.close(
      classes, enabled, future: entries, observerReads: observerReads, space)
    if !hasGrown && known == nil { return false }
    let old = Set(known ?? classes)
    record(at: state, &space)
    for index in 0..<count {
      let place = Int(enabled.places[index])
      guard stubborn.isChosen[place], !old.contains(enabled.classes[place]) else { continue }
      let target = space.locatedTarget(index)
      _ = try follow(index, to: target, from: state, &judge, &space, .max)
    }
    return true
  }

  private mutating func complete(
    from place: UInt32, _ judge: inout Judge, _ space: inout StateSpace
  ) throws {
    let first = Int(place)
    let size = open.count - first
    let isTrivial = size == 1 && !hasSelfLoop[first]
    if !isTrivial { hasCycle = true }
    try judge.complete(
      CompletedComponent(
        states: UnsafeBufferPointer(open.elements.extracting(first..<open.count)),
        isTrivial: isTrivial, hasFairStep: !isTrivial || hasFairStep[first],
        expectedEdges: transitions / number.count * size * 9 / 8 + size,
        numbers: UnsafeBufferPointer(number.elements), firstNumber: place + 1),
      in: &space)
    let future = futures.last
    if summary.count < number.count { summary.extend(to: number.count, with: 0) }
    for index in first..<open.count {
      number[Int(open[index])] = Self.completed
      summary[Int(open[index])] = future
    }
    open.truncate(to: first)
    hasSelfLoop.truncate(to: first)
    hasFairStep.truncate(to: first)
    _ = roots.popLast()
    addFutureBelow()
  }
}

/// A full search that took over from a reduced one.
final class TakenOver {
  var search: BatchSearch

  init(_ search: consuming BatchSearch) { self.search = search }
}
