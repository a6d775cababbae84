internal import Transitions

extension ReducedSearch {
  /// Closes the sets of the top component's states again, and takes the provisos' additions; true where
  /// something was added, and is pending in the frame of the root.
  mutating func repair(
    from first: Int, _ judge: inout Judge, _ space: inout StateSpace
  ) throws -> Bool {
    let component = path.component(from: first, transitions: transitions)
    if !hasProperSets {
      if !component.isTrivial { hasWriteCycle = true }
      return false
    }
    if !faults.contains(.noClosureAtCompletion) {
      var grown = false
      futures.listTop(into: &entries)
      let states = UnsafeBufferPointer(path.open.elements.extracting(first..<path.open.count))
      for (place, state) in states.enumerated() {
        space.foresee(.targets, of: states, at: place)
        let set = space.chosen[state]
        if set == ChosenSets.everything { continue }
        if try extend(state, space.chosen.classes(set), &judge, &space) { grown = true }
      }
      if grown { return true }
    }
    if component.isTrivial { return false }
    var proviso = IgnoringProviso(
      states: Array(component.states), isLiveness: task.isLiveness, faults: faults)
    let additions = try proviso.additions(fairness, in: &space) {
      component.place(of: $0).map { Int($0) }
    }
    if proviso.hasWriteCycle { hasWriteCycle = true }
    if additions.isEmpty { return false }
    futures.listTop(into: &entries)
    for (state, classes) in additions {
      let known = space.chosen.classes(space.chosen[state])
      log?.postpone(classes.count, after: known.count)
      _ = try extend(state, known + classes, &judge, &space, known: known)
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

  /// Judges the top component and closes it: its future is final.
  mutating func complete(
    from first: Int, _ judge: inout Judge, _ space: inout StateSpace
  ) throws {
    let component = path.component(from: first, transitions: transitions)
    if !component.isTrivial { hasCycle = true }
    try judge.complete(component, in: &space)
    futures.close(component.states, of: path.knownStates)
    path.close(from: first)
  }
}
