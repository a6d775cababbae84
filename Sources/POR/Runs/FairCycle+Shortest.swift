internal import Transitions

extension FairCycle {
  /// A place in the search for the shortest cycle: the state, and what the walk has done so far.
  private struct Position: Hashable {
    var state: UInt32
    /// The fair actions that were enabled somewhere on the walk, and the actions that were taken.
    var enabled: UInt64
    var taken: UInt64
    var showsDemand: Bool
  }

  /// The shortest closed walk from a state that is fair and shows what is demanded.
  ///
  /// Breadth first over positions, of which there are many more than states: nil where the effort is
  /// spent, or the group has more than 64 actions.
  func shortestClosedWalk(from start: UInt32, effort: Int) -> [Int]? {
    guard graph.actions.count <= UInt64.bitWidth else { return nil }
    let first = Position(
      state: start, enabled: enabledActions(at: start), taken: 0, showsDemand: demand.flag == nil)
    var positions = [first]
    var origin: [(edge: Int, source: Int)] = [(0, 0)]
    var known: Set<Position> = [first]
    var next = 0
    while next < positions.count {
      let position = positions[next]
      for place in graph.edgeRange(of: position.state) where isUsable(graph.edges[place]) {
        let edge = graph.edges[place]
        var reached = position
        reached.state = edge.target
        reached.enabled |= enabledActions(at: edge.target)
        reached.taken |= 1 << UInt64(edge.action)
        if let flag = demand.flag, edge.flags.contains(flag) { reached.showsDemand = true }
        if edge.target == start && reached.showsDemand && reached.enabled & ~reached.taken == 0 {
          var walk = [place]
          var current = next
          while current != 0 {
            walk.append(origin[current].edge)
            current = origin[current].source
          }
          return walk.reversed()
        }
        guard known.insert(reached).inserted else { continue }
        if positions.count >= effort { return nil }
        positions.append(reached)
        origin.append((place, next))
      }
      next += 1
    }
    return nil
  }

  private func enabledActions(at state: UInt32) -> UInt64 {
    var actions: UInt64 = 0
    for edge in graph.edges[graph.edgeRange(of: state)] where edge.isFair {
      actions |= 1 << UInt64(edge.action)
    }
    return actions
  }
}
