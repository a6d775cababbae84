internal import Transitions

/// Chooses and closes the set of actions that are taken at a state (POR.md, section 3: C0–C2, C1').
///
/// The members are places of enabled classes, classes that are not enabled, and observers. Work
/// arrays are kept between states.
struct StubbornSet: ~Copyable {
  enum Member {
    case enabled(Int)
    case disabled(UInt32)
    case observer(Int)
  }

  private let footprints: FootprintTable
  private let faults: ReductionFaults
  /// Where it is asked for: who brings in whom.
  private let log: CouplingLog?
  /// By place: whether it is chosen.
  private(set) var isChosen = FlatBuffer<Bool>()
  /// How many places are chosen.
  private(set) var count = 0
  private var hasObserver: [Bool]
  private var disabled: Set<UInt32> = []
  private var work: [Member] = []
  private var seeds = FlatBuffer<UInt32>()
  private var unvisited = FlatBuffer<UInt32>()
  private var members = FlatBuffer<UInt32>()
  private var best = FlatBuffer<UInt32>()
  /// By place: the footprint of the future; by entry of a future: whether it is enabled here.
  private var futureOfPlace: [UInt32] = []
  private var isEnabledEntry: [Bool] = []

  /// Makes an empty set.
  init(
    _ footprints: FootprintTable, observers: Int, faults: ReductionFaults, log: CouplingLog? = nil
  ) {
    self.footprints = footprints
    self.log = log
    self.faults = faults
    hasObserver = Array(repeating: false, count: observers)
  }

  // MARK: The first choice

  /// Chooses at a state that is entered: the smallest set that is closed under the conflicts of what is
  /// enabled, around a fair action where there is one.
  ///
  /// Without futures the relation is symmetric, so the sets are the connected components of a graph
  /// and the first with one member ends the choice. What the future adds is added when the component
  /// completes.
  mutating func choose(
    among enabled: borrowing EnabledActions, observerReads: [UInt32],
    random: inout SplitMix64?
  ) {
    let total = enabled.count
    if total < 2 || needsEverything(enabled) {
      reset(total, to: true)
      count = total
      log?.chooseEverything(of: total)
      return
    }
    let fairOnly = enabled.union.contains(.fair)
    seeds.truncate(to: 0)
    unvisited.truncate(to: 0)
    for place in 0..<total {
      unvisited.append(UInt32(place))
      if !fairOnly || enabled.isFair(place) { seeds.append(UInt32(place)) }
    }
    if var generator = random {
      var elements = seeds.elements
      elements.shuffle(using: &generator)
      random = generator
    }
    best.truncate(to: 0)
    for index in 0..<seeds.count {
      guard removeFromUnvisited(seeds[index]) else { continue }
      growComponent(of: seeds[index], enabled, observerReads)
      if best.isEmpty || members.count < best.count {
        swap(&best, &members)
        log?.keep()
      }
      if random != nil || best.count == 1 { break }
      if unvisited.isEmpty { break }
    }
    reset(total, to: false)
    for index in 0..<best.count { isChosen[Int(best[index])] = true }
    count = best.count
    log?.choose(count, of: total)
  }

  private mutating func reset(_ total: Int, to value: Bool) {
    isChosen.truncate(to: 0)
    isChosen.extend(to: total, with: value)
  }

  /// Whether nothing may be left out: a timer waits for idleness (a barrier), or all that is enabled is
  /// faults, which nothing else need follow.
  private func needsEverything(_ enabled: borrowing EnabledActions) -> Bool {
    if enabled.union.contains(.waitsForIdle) && !faults.contains(.noBarrier) { return true }
    return !enabled.union.contains(.fair) && !enabled.union.contains(.givesUp)
  }

  private mutating func removeFromUnvisited(_ place: UInt32) -> Bool {
    for index in 0..<unvisited.count where unvisited[index] == place {
      for later in index..<(unvisited.count - 1) { unvisited[later] = unvisited[later + 1] }
      unvisited.truncate(to: unvisited.count - 1)
      return true
    }
    return false
  }

  /// Collects the places connected with one by conflicts and observers; they leave `unvisited`.
  private mutating func growComponent(
    of seed: UInt32, _ enabled: borrowing EnabledActions, _ observerReads: [UInt32]
  ) {
    members.truncate(to: 0)
    members.append(seed)
    log?.begin()
    for observer in hasObserver.indices { hasObserver[observer] = false }
    var next = 0
    while next < members.count && !unvisited.isEmpty {
      let member = Int(members[next])
      let footprint = enabled.footprints[member]
      next += 1
      let known = members.count
      var kept = 0
      for index in 0..<unvisited.count {
        let place = unvisited[index]
        if footprints.conflict(footprint, enabled.footprints[Int(place)]) {
          members.append(place)
        } else {
          unvisited[kept] = place
          kept += 1
        }
      }
      unvisited.truncate(to: kept)
      if let log { note(from: known, by: enabled.party(member), enabled, log) }
      if observerReads.isEmpty || faults.contains(.invisibleProperties) { continue }
      for observer in observerReads.indices
      where !hasObserver[observer]
        && footprints.disturbs(footprint, readsOf: observerReads[observer])
      {
        hasObserver[observer] = true
        let known = members.count
        takeDisturbing(observerReads[observer], enabled)
        if let log {
          let party = log.observer(observer, observerReads[observer])
          log.await(party, by: enabled.party(member))
          note(from: known, by: party, enabled, log)
        }
      }
    }
  }

  /// Notes who brought in the members from a number on.
  private func note(
    from first: Int, by bringer: CouplingLog.Party, _ enabled: borrowing EnabledActions,
    _ log: CouplingLog
  ) {
    for index in first..<members.count {
      log.bring(enabled.party(Int(members[index])), by: bringer)
    }
  }

  /// Moves what writes what is read from the unvisited places to the members.
  private mutating func takeDisturbing(_ reads: UInt32, _ enabled: borrowing EnabledActions) {
    var kept = 0
    for index in 0..<unvisited.count {
      let place = unvisited[index]
      if footprints.disturbs(enabled.footprints[Int(place)], readsOf: reads) {
        members.append(place)
      } else {
        unvisited[kept] = place
        kept += 1
      }
    }
    unvisited.truncate(to: kept)
  }

  // MARK: The closure

  /// Closes a set under C1, C1' and C2 with what is known of the future; true where it grew.
  ///
  /// - chosen: the classes that are in it already.
  mutating func close(
    _ chosen: [UInt32], _ enabled: borrowing EnabledActions,
    future: borrowing FlatBuffer<FutureEntry>, observerReads: [UInt32],
    _ space: borrowing StateSpace
  ) -> Bool {
    let total = enabled.count
    reset(total, to: false)
    count = 0
    for observer in hasObserver.indices { hasObserver[observer] = false }
    disabled.removeAll(keepingCapacity: true)
    work.removeAll(keepingCapacity: true)
    join(enabled, future)
    log?.begin()
    for actionClass in chosen {
      if let place = enabled.place(of: actionClass) { add(place) }
    }
    let before = count
    while let member = work.popLast(), count < total {
      switch member {
      case .enabled(let place):
        follow(place, enabled, future, observerReads)
        let actionClass = enabled.classes[place]
        if space.system.isCollective(actionClass: actionClass) {
          enable(actionClass, enabled, future, space)
        }
      case .disabled(let actionClass): enable(actionClass, enabled, future, space)
      case .observer(let observer):
        let reads = observerReads[observer]
        addAll(enabled, future, by: log?.observer(observer, reads)) { footprints, footprint in
          footprints.disturbs(footprint, readsOf: reads)
        }
      }
    }
    if count > before { log?.grow(from: before) }
    return count > before
  }

  /// Looks up which entries of the future are enabled here.
  private mutating func join(
    _ enabled: borrowing EnabledActions, _ future: borrowing FlatBuffer<FutureEntry>
  ) {
    futureOfPlace = Array(repeating: 0, count: enabled.count)
    isEnabledEntry = Array(repeating: false, count: future.count)
    if faults.contains(.noFutures) { return }
    for index in 0..<future.count where !future[index].isObserver {
      if let place = enabled.place(of: future[index].actor) {
        futureOfPlace[place] = future[index].footprint
        isEnabledEntry[index] = true
      }
    }
  }

  private mutating func add(_ place: Int) {
    if isChosen[place] { return }
    isChosen[place] = true
    count += 1
    work.append(.enabled(place))
  }

  /// C1: what conflicts with an enabled member is a member; an observer of what it writes too.
  private mutating func follow(
    _ place: Int, _ enabled: borrowing EnabledActions,
    _ future: borrowing FlatBuffer<FutureEntry>, _ observerReads: [UInt32]
  ) {
    let own = enabled.footprints[place]
    let party = log == nil ? nil : enabled.party(place)
    addAll(enabled, future, by: party) { $0.conflict(own, $1) }
    if faults.contains(.invisibleProperties) { return }
    for (observer, reads) in observerReads.enumerated() where !hasObserver[observer] {
      if footprints.disturbs(own, readsOf: reads) { addObserver(observer, reads, by: party) }
    }
    if faults.contains(.currentReadsOnly) { return }
    for index in 0..<future.count where future[index].isObserver {
      let observer = Int(future[index].actor)
      if !hasObserver[observer] && footprints.disturbs(own, readsOf: future[index].footprint) {
        addObserver(observer, future[index].footprint, by: party)
      }
    }
  }

  private mutating func addObserver(
    _ observer: Int, _ reads: UInt32, by party: CouplingLog.Party?
  ) {
    if let log, let party { log.await(log.observer(observer, reads), by: party) }
    hasObserver[observer] = true
    work.append(.observer(observer))
  }

  /// C2: what may make a disabled member enabled is a member.
  private mutating func enable(
    _ actionClass: UInt32, _ enabled: borrowing EnabledActions,
    _ future: borrowing FlatBuffer<FutureEntry>, _ space: borrowing StateSpace
  ) {
    if faults.contains(.noEnablingSets) { return }
    switch space.system.enabling(of: actionClass, at: space.words) {
    case .never: break
    case .after(let first):
      guard let place = enabled.place(of: first) else {
        preconditionFailure("an enabling action that is not enabled")
      }
      if let log, !isChosen[place] {
        log.bring(
          .init(actionClass: first, enabled.footprints[place]),
          by: .init(actionClass: actionClass, 0))
      }
      add(place)
    case .writeTo(let reads): addWriters(of: reads, actionClass, enabled, future)
    case .idle(let reads):
      let holdsFair = (0..<enabled.count).contains { isChosen[$0] && enabled.isFair($0) }
      if !holdsFair { addWriters(of: reads, actionClass, enabled, future) }
    }
  }

  /// Adds what writes what a disabled member waits for.
  private mutating func addWriters(
    of reads: UInt32, _ actionClass: UInt32, _ enabled: borrowing EnabledActions,
    _ future: borrowing FlatBuffer<FutureEntry>
  ) {
    let party = log == nil ? nil : CouplingLog.Party(actionClass: actionClass, reads)
    addAll(enabled, future, by: party) { footprints, footprint in
      footprints.disturbs(footprint, readsOf: reads)
    }
  }

  /// Adds every action of which some footprint, here or later, satisfies a test.
  @inline(__always)
  private mutating func addAll(
    _ enabled: borrowing EnabledActions,
    _ future: borrowing FlatBuffer<FutureEntry>, by bringer: CouplingLog.Party?,
    _ test: (FootprintTable, UInt32) -> Bool
  ) {
    for place in 0..<enabled.count where !isChosen[place] {
      let isNow = test(footprints, enabled.footprints[place])
      if isNow || test(footprints, futureOfPlace[place]) {
        if let log, let bringer {
          let footprint = isNow ? enabled.footprints[place] : futureOfPlace[place]
          log.bring(.init(actionClass: enabled.classes[place], footprint), by: bringer)
        }
        add(place)
      }
    }
    if faults.contains(.noFutures) { return }
    for index in 0..<future.count where !isEnabledEntry[index] && !future[index].isObserver {
      let entry = future[index]
      if !disabled.contains(entry.actor) && test(footprints, entry.footprint) {
        disabled.insert(entry.actor)
        if let log, let bringer {
          log.await(.init(actionClass: entry.actor, entry.footprint), by: bringer)
        }
        work.append(.disabled(entry.actor))
      }
    }
  }
}
