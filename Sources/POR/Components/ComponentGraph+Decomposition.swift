/// The strongly connected components of some states, each a range of one flat array.
struct Partition {
  /// The local states, component after component.
  fileprivate(set) var members: [UInt32] = []
  fileprivate var ends: [Int] = []

  /// How many components there are.
  var count: Int { ends.count }

  subscript(index: Int) -> ArraySlice<UInt32> {
    members[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }
}

extension ComponentGraph {
  /// The strongly connected components of some local states along the edges that `follows` admits.
  ///
  /// Tarjan's algorithm (SIAM J. Comput. 1(2), 1972) with an explicit stack. `follows` must refuse
  /// edges to states that are not among `nodes`.
  func components(
    of nodes: some Sequence<UInt32>, follows: (_ source: UInt32, _ edge: Edge) -> Bool
  ) -> Partition {
    var result = Partition()
    var number = [UInt32](repeating: 0, count: states.count)
    var low = [UInt32](repeating: 0, count: states.count)
    var isOpen = [Bool](repeating: false, count: states.count)
    var next: UInt32 = 1
    var open: [UInt32] = []
    var path: [(state: UInt32, edge: Int)] = []

    func enter(_ state: UInt32) {
      number[Int(state)] = next
      low[Int(state)] = next
      next += 1
      isOpen[Int(state)] = true
      open.append(state)
      path.append((state, Int(starts[Int(state)])))
    }

    for root in nodes where number[Int(root)] == 0 {
      enter(root)
      while let (state, first) = path.last {
        var place = first
        let end = Int(starts[Int(state) + 1])
        var descends = false
        while place < end {
          let edge = edges[place]
          place += 1
          guard edge.isInside && follows(state, edge) else { continue }
          let target = Int(edge.target)
          if number[target] == 0 {
            path[path.count - 1].edge = place
            enter(edge.target)
            descends = true
            break
          }
          if isOpen[target] { low[Int(state)] = min(low[Int(state)], number[target]) }
        }
        if descends { continue }
        path.removeLast()
        if let parent = path.last?.state {
          low[Int(parent)] = min(low[Int(parent)], low[Int(state)])
        }
        guard low[Int(state)] == number[Int(state)] else { continue }
        while let member = open.popLast() {
          isOpen[Int(member)] = false
          result.members.append(member)
          if member == state { break }
        }
        result.ends.append(result.members.count)
      }
    }
    return result
  }
}
