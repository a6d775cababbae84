internal import Transitions

/// A maximal set of states in which a fair run can stay for ever.
struct FairGroup {
  /// The local states.
  var members: [UInt32]
  /// Some edge inside changes an object.
  var changesObject: Bool
  /// No fair edge leaves.
  var isTerminal: Bool
}

extension ComponentGraph {
  /// The maximal non-trivial components in which every enabled fair action is also taken inside.
  ///
  /// Streett's condition by repeated decomposition (POR.md section 3; Emerson and Lei 1985): where
  /// a fair action is enabled in a component but never taken inside it, no fair run stays in the
  /// component and keeps visiting the states that enable it. They are deleted and the rest is
  /// decomposed again. What remains is fair, and every fair component lies in one that remains.
  func fairGroups(_ faults: SeededFaults) -> [FairGroup] {
    var label = [UInt32](repeating: 0, count: states.count)
    var nextLabel: UInt32 = 1
    var takenIn = [UInt32](repeating: 0, count: actions.count)
    var groups: [FairGroup] = []
    var work: [[UInt32]] = [(0..<UInt32(states.count)).map { $0 }]
    while let piece = work.popLast() {
      for state in piece { label[Int(state)] = nextLabel }
      nextLabel += 1
      let partition = components(of: piece) { label[Int($0)] == label[Int($1.target)] }
      for index in 0..<partition.count {
        let members = partition[index]
        let own = nextLabel
        nextLabel += 1
        for state in members { label[Int(state)] = own }
        var isTrivial = true
        var changesObject = false
        for state in members {
          for edge in edges[edgeRange(of: state)]
          where edge.isInside && label[Int(edge.target)] == own {
            isTrivial = false
            takenIn[Int(edge.action)] = own
            if edge.flags.contains(.changesObject) { changesObject = true }
          }
        }
        if isTrivial { continue }
        var isTerminal = true
        let rest = members.filter { state in
          var isFair = true
          for edge in edges[edgeRange(of: state)] where edge.isFair {
            let counts = edge.isInside || !faults.contains(.leavingActionsForgotten)
            if counts && takenIn[Int(edge.action)] != own { isFair = false }
            if edge.isTaken && (!edge.isInside || label[Int(edge.target)] != own) {
              isTerminal = false
            }
          }
          return isFair || faults.contains(.noFairness)
        }
        if rest.count == members.count {
          groups.append(
            FairGroup(members: rest, changesObject: changesObject, isTerminal: isTerminal))
        } else if !rest.isEmpty && !faults.contains(.noSecondDecomposition) {
          work.append(rest)
        }
      }
    }
    return groups
  }
}
