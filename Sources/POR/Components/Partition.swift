/// The strongly connected components of some nodes, each a range of one flat array.
struct Partition {
  /// The nodes, component after component.
  private(set) var members: [UInt32] = []
  private var ends: [Int] = []

  /// The components of what some nodes reach in a graph.
  init(of nodes: some Sequence<UInt32>, in graph: borrowing some NodeLists) {
    var decomposition = Decomposition(nodeCount: graph.nodeCount)
    for root in nodes {
      decomposition.run(from: root, in: graph) { component in
        members.append(contentsOf: component.members.reversed())
        ends.append(members.count)
      }
    }
  }

  /// How many components there are.
  var count: Int { ends.count }

  subscript(index: Int) -> ArraySlice<UInt32> {
    members[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }
}
