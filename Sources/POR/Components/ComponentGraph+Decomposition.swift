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

/// The edges of a component's graph that are followed.
private struct FollowedEdges: NodeLists {
  let graph: ComponentGraph
  let follows: (_ source: UInt32, _ edge: ComponentGraph.Edge) -> Bool

  var nodeCount: Int { graph.states.count }

  func firstPlace(of node: UInt32) -> Int {
    let range = graph.edgeRange(of: node)
    return range.isEmpty ? -1 : range.lowerBound
  }

  func follow(_ place: inout Int, of node: UInt32) -> UInt32 {
    let edge = graph.edges[place]
    place = place + 1 == graph.edgeRange(of: node).upperBound ? -1 : place + 1
    return edge.isInside && follows(node, edge) ? edge.target : Self.noNode
  }
}

extension ComponentGraph {
  /// The strongly connected components of some local states along the edges that `follows` admits.
  ///
  /// `follows` must refuse edges to states that are not among `nodes`.
  func components(
    of nodes: some Sequence<UInt32>, follows: (_ source: UInt32, _ edge: Edge) -> Bool
  ) -> Partition {
    var result = Partition()
    var decomposition = Decomposition(nodeCount: states.count)
    withoutActuallyEscaping(follows) { follows in
      let edges = FollowedEdges(graph: self, follows: follows)
      for root in nodes {
        decomposition.run(from: root, in: edges) { component in
          result.members.append(contentsOf: component.members.reversed())
          result.ends.append(result.members.count)
        }
      }
    }
    return result
  }
}
