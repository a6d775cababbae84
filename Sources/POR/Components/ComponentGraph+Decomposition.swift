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
    withoutActuallyEscaping(follows) { follows in
      Partition(of: nodes, in: FollowedEdges(graph: self, follows: follows))
    }
  }
}
