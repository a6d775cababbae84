internal import Transitions

extension BatchSearch {
  /// Expands states of the batch one by one.
  mutating func expand(
    _ range: Range<Int>, _ predicates: [StatePredicate], _ depth: Int, _ judge: inout Judge,
    _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    var first = range.lowerBound
    while first < range.upperBound {
      let end = min(first + Self.chunk, range.upperBound)
      try list(first..<end, predicates, &judge, &space, watch)
      let count = degrees.count
      if let cut = enterRoots(first, &judge, &space, watch.maxStates) { return cut }
      if let cut = check(after: count, depth, space, &watch) { return cut }
      first += count
    }
    return nil
  }

  /// Lists the steps of some states and works out the roots of their targets; at least of one, and of
  /// fewer than asked for where the search is to end.
  private mutating func list(
    _ range: Range<Int>, _ predicates: [StatePredicate], _ judge: inout Judge,
    _ space: inout StateSpace, _ watch: SearchWatch
  ) throws {
    roots.truncate(to: 0)
    degrees.truncate(to: 0)
    traits.truncate(to: 0)
    violations.truncate(to: 0)
    var height = space.height
    for place in range {
      // The search is cut in the last state at most: none behind it is asked for.
      if place > range.lowerBound,
        watch.isCancelled || space.count + roots.count >= watch.maxStates
      {
        return
      }
      let state = batch[place]
      look(at: state, predicates, &judge, &space)
      let count = try space.expand(state)
      if space.height != height {
        for index in 0..<roots.count { roots[index] = space.lifted(roots[index], from: height) }
        height = space.height
      }
      var traits: StateTraits = []
      for index in 0..<count {
        let successor = space.buffer.successors[index]
        traits.note(fairness.flags(of: successor))
        if successor.violations != 0 {
          violations.append(UInt64(roots.count + index) << 32 | UInt64(successor.violations))
        }
      }
      space.appendRoots(to: &roots)
      degrees.append(UInt32(count))
      self.traits.append(traits)
    }
  }

  /// Enters the targets of the states that were listed, the first of which is at a place.
  private mutating func enterRoots(
    _ first: Int, _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) -> CutReason? {
    space.touch(roots.elements)
    var next = 0
    var violation = 0
    var cut: CutReason?
    entering: for place in 0..<degrees.count {
      let begin = graph.stepCount
      let count = Int(degrees[place])
      order.prepare(count)
      for position in 0..<count {
        transitions += 1
        let target = space.enter(roots[next + order[position]])
        if Int(target) == maxStates {
          graph.truncate(to: begin)
          next += position + 1
          cut = .states
          break entering
        }
        graph.append(target)
      }
      if order.isShuffled {
        // Every target is known now, and the graph has them in the order of the system.
        graph.truncate(to: begin)
        for index in next..<(next + count) { graph.append(space.enter(roots[index])) }
      }
      next += count
      finish(batch[first + place], traits[place], from: begin)
    }
    while violation < violations.count, Int(violations[violation] >> 32) < next {
      judge.noteRules(UInt32(truncatingIfNeeded: violations[violation]), space)
      violation += 1
    }
    return cut ?? (graph.stepCount > StateGraph.stepLimit ? .memory : nil)
  }

  /// Ends the list of a state's steps.
  @inline(__always)
  mutating func finish(_ state: UInt32, _ traits: StateTraits, from begin: Int) {
    if !traits.contains(.hasFairStep) { quiet.append(state) }
    if keepsIdleStepsOnly && traits.contains(.hasFairWrite) { graph.truncate(to: begin) }
    graph.close(state, from: begin)
  }

  /// Evaluates predicates at a state.
  private func look(
    at state: UInt32, _ predicates: [StatePredicate], _ judge: inout Judge,
    _ space: inout StateSpace
  ) {
    if predicates.isEmpty { return }
    space.move(to: state)
    for entry in predicates {
      let value = space.value(of: entry.predicate)
      judge.note(seen: 1 << value.rawValue, of: entry)
      if entry.marksStates && value == .isTrue { judge.mark(state, for: entry) }
    }
  }

  /// Evaluates predicates at the states that were met and not expanded.
  func lookAtTheRest(
    _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) {
    for state in 0..<UInt32(graph.nodeCount) where !graph.isExpanded(state) {
      look(at: state, judge.openPredicates, &judge, &space)
    }
  }
}
