/// What a step or a predicate reads of the state it starts from.
///
/// One word: two bits of kind, thirty of index.
package struct StateRead: Hashable, Sendable {
  /// What the index means.
  package enum Kind: UInt32, Sendable {
    /// A word of the state vector.
    case word
    /// The objects that a stored selection accepts.
    case scan
    /// The smallest unused number of a class of fresh values.
    case freshIndex
    /// No read: one of so many outcomes that upstream leaves open.
    case choice
  }

  package let raw: UInt32

  /// Makes a read.
  package init(_ kind: Kind, _ index: Int) { raw = kind.rawValue << 29 | UInt32(index) }

  @inline(__always) fileprivate init(raw: UInt32) { self.raw = raw }

  @inline(__always) package var kind: Kind { Kind(rawValue: raw >> 29 & 3) ?? .word }
  @inline(__always) package var index: Int { Int(raw & 0x1FFF_FFFF) }
}

/// A decision tree over reads of the state: what was computed once for some values of what it read is
/// looked up for every later state with the same values.
///
/// A node is the next read, an edge its value, a leaf an id of the owner's. This is the memo of
/// whole steps (the path walked is exactly their reads) and of predicates. Flat arrays and one open
/// addressing table keyed by (node, value): a look-up allocates and retains nothing.
package struct StepTree: ~Copyable {
  /// Marks a leaf among the nodes.
  private static let leafBit: UInt32 = 0x8000_0000
  /// Marks a node whose read is not known yet.
  private static let unknown: UInt32 = 0x7FFF_FFFF

  private var nodes: [UInt32] = []
  private var edges = EdgeTable()

  /// Makes an empty tree.
  package init() {}

  /// Adds a root: the start of one action or predicate.
  package mutating func addRoot() -> UInt32 {
    nodes.append(Self.unknown)
    return UInt32(nodes.count - 1)
  }

  /// What a node is.
  package enum Node {
    case leaf(UInt32)
    case read(StateRead)
    case unknown
  }

  /// What a node is.
  @inline(__always)
  package borrowing func node(_ id: UInt32) -> Node {
    let raw = nodes[Int(id)]
    if raw & Self.leafBit != 0 { return .leaf(raw & ~Self.leafBit) }
    return raw == Self.unknown ? .unknown : .read(StateRead(raw: raw))
  }

  /// The node behind an edge; nil where it was never taken.
  @inline(__always)
  package borrowing func next(_ node: UInt32, _ value: UInt32) -> UInt32? {
    edges.target(node, value)
  }

  /// Records a path from a root: its reads with their values, and the leaf at its end.
  ///
  /// The same values so far must lead to the same next read: the step is deterministic. False where
  /// they do not; nothing is recorded behind that place.
  package mutating func record(
    root: UInt32, path: [(read: StateRead, value: UInt32)], leaf: UInt32
  ) -> Bool {
    var node = root
    for (read, value) in path {
      switch self.node(node) {
      case .unknown: nodes[Int(node)] = read.raw
      case .read(let known): guard known == read else { return false }
      case .leaf: return false
      }
      node = next(node, value) ?? addEdge(node, value)
    }
    if case .read = self.node(node) { return false }
    nodes[Int(node)] = leaf | Self.leafBit
    return true
  }

  private mutating func addEdge(_ node: UInt32, _ value: UInt32) -> UInt32 {
    nodes.append(Self.unknown)
    let target = UInt32(nodes.count - 1)
    edges.add(node, value, target)
    return target
  }
}
