internal import Transitions

extension ReducedSearch {
  /// Enters a state and takes a stubborn set of its steps.
  mutating func enter(
    _ state: UInt32, _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    if let stop = judge.stop { return stop }
    states += 1
    let place = path.enter(state)
    futures.push()
    let count = try expand(state, &space)
    if enabled.union.contains(.fair) { path.note(.hasFairStep, at: place) }
    if enabled.union.contains(.waitsForIdle) { hasBarrier = true }
    enabledTransitions += count
    for (observer, reads) in observerReads.enumerated() {
      futures.add(observer: observer, reads)
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

  /// Lists what is enabled at a state, and what the observers read there.
  mutating func expand(_ state: UInt32, _ space: inout StateSpace) throws -> Int {
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
  mutating func follow(
    _ index: Int, to target: UInt32, from state: UInt32, _ judge: inout Judge,
    _ space: inout StateSpace, _ maxStates: Int
  ) throws -> Bool {
    transitions += 1
    judge.take(space.buffer.successors[index], in: space)
    addFuture(of: Int(enabled.places[index]))
    if Int(target) == path.knownStates {
      if path.knownStates == maxStates { return true }
      path.extend(to: path.knownStates + 1)
    }
    if path.isUnseen(target) {
      changedBits.note(index, of: enabled, in: space)
      space.show(index)
      path.meet(target, isAdmitted: judge.admits(target, in: space))
      space.back()
    }
    switch path.follow(from: state, to: target) {
    case .unopened: break
    case .completed: futures.add(behind: target)
    case .open(let merged): futures.merge(merged)
    }
    return false
  }

  /// Adds what the step at a place reads and writes to the future of the top component.
  private mutating func addFuture(of place: Int) {
    let flags = StepFlags(rawValue: enabled.flags[place])
    if faults.contains(.timersOutOfFutures) && flags.contains(.waitsForIdle) { return }
    futures.add(step: enabled.classes[place], enabled.footprints[place])
  }

  /// Notes the chosen classes of a state.
  mutating func record(at state: UInt32, _ space: inout StateSpace) {
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
}
