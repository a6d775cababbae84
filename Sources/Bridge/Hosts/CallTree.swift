internal import Model

/// What runs of real code asked and were answered: node = the next call, edge = the reply, leaf = the
/// result.
///
/// Unlike a `ReconcileTree` it is keyed by the contents that the code saw, so all worlds share it, and
/// a later kverify can (`CallTreeFile`). It says what the code does, and never what a state answers.
struct CallTree {
  /// A place on the way of a run.
  typealias NodeID = Int

  /// Where the runs of one request begin.
  struct Root: Hashable {
    let controller: String
    let request: ReconcileRequest
    /// What the process lived through since it was started (``ProcessLife/key``); empty where that is
    /// nothing, and where it keeps nothing in memory.
    var life = ""
  }

  struct Node {
    var parent: NodeID?
    /// The reply that leads here from the parent's call.
    var reply: HTTPReply?
    var call: HTTPCall?
    var end: PostedEnd?
    /// Whether a second run came to the same result.
    var isChecked = false
    /// Whether this session came here; the others were recorded by an earlier one.
    var isKnown = false
    var next: [HTTPReply: NodeID] = [:]
  }

  private(set) var nodes: [Node] = []
  private(set) var roots: [Root: NodeID] = [:]
  /// What processes that keep state in memory lived through.
  var lives = LifeTable()

  /// Makes an empty tree.
  init() {}

  subscript(id: NodeID) -> Node { nodes[id] }

  /// Where the runs of a request begin.
  mutating func root(_ root: Root) -> NodeID {
    if let id = roots[root] { return id }
    nodes.append(Node())
    roots[root] = nodes.count - 1
    return nodes.count - 1
  }

  /// The place behind a reply, new where it never came.
  mutating func follow(_ id: NodeID, _ reply: HTTPReply) -> NodeID {
    if let next = nodes[id].next[reply] { return next }
    nodes.append(Node(parent: id, reply: reply))
    nodes[id].next[reply] = nodes.count - 1
    return nodes.count - 1
  }

  /// Adds a place that is a root.
  mutating func append(_ node: Node) { nodes.append(node) }

  /// Adds a place behind a reply; false where there is one.
  mutating func connect(_ node: Node, to parent: NodeID) -> Bool {
    guard let reply = node.reply, nodes[parent].next[reply] == nil else { return false }
    nodes.append(node)
    nodes[parent].next[reply] = nodes.count - 1
    return true
  }

  /// Names a root.
  mutating func addRoot(_ root: Root, _ id: NodeID) { roots[root] = id }

  /// Notes that this session came to a place.
  mutating func know(_ id: NodeID) { nodes[id].isKnown = true }

  /// Records the call of a place where none was known.
  mutating func record(_ call: HTTPCall, at id: NodeID) {
    nodes[id].call = call
    nodes[id].isKnown = true
  }

  /// Records the end of a run at a place where none was known.
  mutating func record(_ end: PostedEnd, at id: NodeID) {
    nodes[id].end = end
    nodes[id].isKnown = true
  }

  /// Notes that a second run came to the result of a place.
  mutating func check(_ id: NodeID) { nodes[id].isChecked = true }

  /// The calls and replies from the root to a place.
  func path(to id: NodeID) -> [(call: HTTPCall, reply: HTTPReply)] {
    var path: [(call: HTTPCall, reply: HTTPReply)] = []
    var current = id
    while let parent = nodes[current].parent, let reply = nodes[current].reply,
      let call = nodes[parent].call
    {
      path.append((call, reply))
      current = parent
    }
    return path.reversed()
  }
}
