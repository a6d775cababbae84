internal import Transitions

/// States from which no fair step, now or later, changes an object.
struct SettledGroup {
  /// The local states.
  var members: [UInt32]
  /// A reconcile in it ends with an error, again and again.
  var isStuck: Bool
}

extension ComponentGraph {
  /// The write-free terminal components of the fair edges (SEMANTICS.md, "Steps").
  ///
  /// Edges that are not fair do not count: not as a way back and not as a way out. So a component
  /// of the whole graph is decomposed again along its fair edges only.
  func settledGroups(_ faults: SeededFaults) -> [SettledGroup] {
    let allEdges = faults.contains(.settledByAllEdges)
    let partition = components(of: 0..<UInt32(states.count)) { allEdges || $1.isFair }
    var component = [Int](repeating: 0, count: states.count)
    for index in 0..<partition.count {
      for state in partition[index] { component[Int(state)] = index }
    }
    var groups: [SettledGroup] = []
    for index in 0..<partition.count {
      var isSettled = true
      var isStuck = false
      for state in partition[index] {
        for edge in edges[edgeRange(of: state)] where edge.isFair && edge.isTaken {
          if !edge.isInside || component[Int(edge.target)] != index { isSettled = false }
          if edge.flags.contains(.changesObject) && !faults.contains(.settledWithWrites) {
            isSettled = false
          }
          if edge.flags.contains(.endsInError) { isStuck = true }
        }
      }
      if isSettled {
        groups.append(SettledGroup(members: Array(partition[index]), isStuck: isStuck))
      }
    }
    return groups
  }
}
