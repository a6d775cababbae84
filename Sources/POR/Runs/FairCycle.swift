internal import Transitions

/// What a cycle must show, besides being fair.
enum CycleDemand {
  case changesObject, endsInError
  /// Its first state is the evidence.
  case nothing

  var flag: StepFlags? {
    switch self {
    case .changesObject: .changesObject
    case .endsInError: .endsInError
    case .nothing: nil
    }
  }
}

/// Which edges a cycle may use.
enum CycleEdges { case all, fair }

/// Finds a short fair cycle through a state in a fair group.
///
/// A cycle is fair if every fair action that is enabled at one of its states is taken on it. In small
/// groups the shortest one is found. Else the cycle is built greedily: go to the nearest edge that is
/// still owed, until nothing is owed and the way back is closed; then detours that turn out to be
/// unnecessary are cut out.
struct FairCycle {
  let graph: ComponentGraph
  private let inside: [Bool]
  let demand: CycleDemand
  private let usable: CycleEdges

  /// The steps of a cycle through the local state `start` of a group.
  static func steps(
    from start: UInt32, in group: [UInt32], of graph: ComponentGraph, demand: CycleDemand,
    using edges: CycleEdges, effort: Int
  ) -> [RunStep] {
    var inside = [Bool](repeating: false, count: graph.states.count)
    for member in group { inside[Int(member)] = true }
    let finder = FairCycle(graph: graph, inside: inside, demand: demand, usable: edges)
    let walk =
      finder.shortestClosedWalk(from: start, effort: effort)
      ?? finder.shortened(finder.closedWalk(from: start), from: start)
    return walk.map { place in
      let edge = graph.edges[place]
      return RunStep(action: graph.actions[Int(edge.action)], outcome: edge.outcome)
    }
  }

  func isUsable(_ edge: ComponentGraph.Edge) -> Bool {
    guard edge.isInside && inside[Int(edge.target)] else { return false }
    return usable == .all || edge.isFair
  }

  /// A closed walk, as places of edges, that is fair and shows what is demanded.
  private func closedWalk(from start: UInt32) -> [Int] {
    var walk: [Int] = []
    var current = start
    var owed: Set<UInt32> = []
    var taken: Set<UInt32> = []
    var owesFlag = demand.flag != nil
    func visit(_ state: UInt32) {
      for edge in graph.edges[graph.edgeRange(of: state)]
      where edge.isFair && !taken.contains(edge.action) {
        owed.insert(edge.action)
      }
    }
    visit(start)
    while true {
      let isOwing = owesFlag || !owed.isEmpty
      if !isOwing && current == start && !walk.isEmpty { return walk }
      let path = shortestPath(from: current) { edge in
        if !isOwing { return edge.target == start }
        if let flag = demand.flag, owesFlag, edge.flags.contains(flag) { return true }
        return owed.contains(edge.action)
      }
      precondition(!path.isEmpty, "a fair group in which an owed edge is out of reach")
      for place in path {
        let edge = graph.edges[place]
        walk.append(place)
        taken.insert(edge.action)
        owed.remove(edge.action)
        if let flag = demand.flag, edge.flags.contains(flag) { owesFlag = false }
        current = edge.target
        visit(current)
      }
    }
  }

  /// The shortest path, at least one edge long, that ends with an edge that is wanted.
  private func shortestPath(
    from start: UInt32, to isWanted: (ComponentGraph.Edge) -> Bool
  ) -> [Int] {
    var via: [UInt32: (edge: Int, source: UInt32)] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let state = queue[next]
      next += 1
      for place in graph.edgeRange(of: state) where isUsable(graph.edges[place]) {
        let edge = graph.edges[place]
        if isWanted(edge) {
          var path = [place]
          var current = state
          while current != start, let step = via[current] {
            path.append(step.edge)
            current = step.source
          }
          return path.reversed()
        }
        if edge.target != start && via[edge.target] == nil {
          via[edge.target] = (place, state)
          queue.append(edge.target)
        }
      }
    }
    return []
  }

  /// Cuts out parts that begin and end at one state while the rest stays a proof.
  private func shortened(_ walk: [Int], from start: UInt32) -> [Int] {
    var walk = walk
    var shrinks = walk.count <= 400
    while shrinks {
      shrinks = false
      search: for length in stride(from: walk.count - 1, through: 1, by: -1) {
        let states = [start] + walk.map { graph.edges[$0].target }
        for first in 0...(walk.count - length) where states[first] == states[first + length] {
          let rest = Array(walk[..<first] + walk[(first + length)...])
          if isProof(rest, from: start) {
            walk = rest
            shrinks = true
            break search
          }
        }
      }
    }
    return walk
  }

  private func isProof(_ walk: [Int], from start: UInt32) -> Bool {
    var enabled: Set<UInt32> = []
    var taken: Set<UInt32> = []
    var flags: StepFlags = []
    for place in walk {
      let edge = graph.edges[place]
      taken.insert(edge.action)
      flags.formUnion(edge.flags)
      for other in graph.edges[graph.edgeRange(of: edge.target)] where other.isFair {
        enabled.insert(other.action)
      }
    }
    if let flag = demand.flag, !flags.contains(flag) { return false }
    return enabled.isSubset(of: taken)
  }
}
