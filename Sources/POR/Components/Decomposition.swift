/// A graph over dense numbers as a decomposition reads it.
protocol NodeLists: ~Copyable {
  var nodeCount: Int { get }

  /// The place of a node's first edge; negative where it has none.
  func firstPlace(of node: UInt32) -> Int

  /// The target of a node's edge at a place, `noNode` where it is not followed; then the node's next
  /// place, negative behind the last one.
  func follow(_ place: inout Int, of node: UInt32) -> UInt32

  /// Whether the node may have edges that are not known.
  func isOpenEnded(_ node: UInt32) -> Bool
}

extension NodeLists where Self: ~Copyable {
  /// The target of an edge that is not followed.
  static var noNode: UInt32 { .max }

  func isOpenEnded(_ node: UInt32) -> Bool { false }
}

/// One strongly connected component, as a decomposition meets it.
struct DecomposedComponent {
  /// Its nodes.
  let members: UnsafeMutableBufferPointer<UInt32>
  /// Some edge leads from one of its nodes to one of its nodes.
  let hasCycle: Bool
  /// Everything that it reaches is known.
  let isClosed: Bool
}

/// The strongly connected components of a graph.
///
/// Tarjan's algorithm with an explicit stack ("Depth-First Search and Linear Graph Algorithms", SIAM
/// Journal on Computing 1(2), 1972). Four bytes a node; the low link of a node is needed only while the node is on the path, so it lies
/// in the path. Components come with those behind them first, so whether all that one reaches is known
/// is passed on along the edges.
struct Decomposition: ~Copyable {
  private static let unseen: UInt32 = 0
  private static let closed = UInt32.max
  private static let openEnded = UInt32.max - 1

  struct Frame: BitwiseCopyable {
    var node: UInt32
    var low: UInt32
    /// The place of the next edge; negative where there is none left.
    var place: Int
    var hasCycle: Bool
    var isOpenEnded: Bool
  }

  /// By node: when it was met, or one of the marks above.
  private var number = FlatBuffer<UInt32>()
  private var open = FlatBuffer<UInt32>()
  private var path = FlatBuffer<Frame>()
  private var next: UInt32 = 1

  /// Makes the decomposition of a graph of so many nodes.
  init(nodeCount: Int) { number.extend(to: nodeCount, with: Self.unseen) }

  /// The bytes of the tables.
  var byteCount: Int { number.byteCount + open.byteCount + path.byteCount }

  /// Whether the component of a node was met and everything that it reaches is known.
  func isClosed(_ node: UInt32) -> Bool {
    Int(node) < number.count && number[Int(node)] == Self.closed
  }

  /// Meets the components that a node reaches and that were not met before.
  @inline(__always)
  mutating func run<Graph: NodeLists & ~Copyable>(
    from root: UInt32, in graph: borrowing Graph,
    _ meet: (DecomposedComponent) throws -> Void
  ) rethrows {
    if number[Int(root)] != Self.unseen { return }
    var frame = enter(root, graph)
    while true {
      if frame.place >= 0 {
        let target = graph.follow(&frame.place, of: frame.node)
        if target == Graph.noNode { continue }
        let mark = number[Int(target)]
        if mark == Self.unseen {
          path.append(frame)
          frame = enter(target, graph)
        } else {
          if mark < frame.low { frame.low = mark }
          if target == frame.node { frame.hasCycle = true }
          if mark == Self.openEnded { frame.isOpenEnded = true }
        }
        continue
      }
      if frame.low == number[Int(frame.node)] { try finish(frame, meet) }
      if path.isEmpty { return }
      let done = frame
      frame = path.popLast()
      if done.low < frame.low { frame.low = done.low }
      if done.isOpenEnded { frame.isOpenEnded = true }
    }
  }

  @inline(__always)
  private mutating func enter<Graph: NodeLists & ~Copyable>(
    _ node: UInt32, _ graph: borrowing Graph
  ) -> Frame {
    number[Int(node)] = next
    open.append(node)
    defer { next += 1 }
    return Frame(
      node: node, low: next, place: graph.firstPlace(of: node), hasCycle: false,
      isOpenEnded: graph.isOpenEnded(node))
  }

  @inline(__always)
  private mutating func finish(
    _ frame: Frame, _ meet: (DecomposedComponent) throws -> Void
  ) rethrows {
    var first = open.count - 1
    while open[first] != frame.node { first -= 1 }
    let members = open.elements.extracting(first..<open.count)
    let mark = frame.isOpenEnded ? Self.openEnded : Self.closed
    for member in members { number[Int(member)] = mark }
    try meet(
      DecomposedComponent(
        members: members, hasCycle: members.count > 1 || frame.hasCycle,
        isClosed: !frame.isOpenEnded))
    open.truncate(to: first)
  }
}
