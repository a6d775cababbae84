/// The states of a search as roots of binary trees whose inner nodes are shared between states.
///
/// Tree compression as in LTSmin (Laarman, van de Pol, Weber: "Parallel Recursive State Compression
/// for Free", SPIN 2011): a vector of 2^height words is a complete binary tree over pairs; equal
/// subtrees are one node. A state is a root, a pair of its own, and its id is dense. Two departures:
/// the node of an all-zero subtree is 0, whatever its height, so padding is free and a state keeps
/// its id when the vector grows; and a state is entered from its predecessor's tree by the changed
/// words only (`TreeCursor`), which costs one look-up a level.
struct TreeStore: ~Copyable {
  /// The tree spans 2^height words.
  private(set) var height: Int
  /// The inner nodes of all heights; node 0 is the pair (0, 0).
  var nodes: PairTable
  /// The states.
  var roots: PairTable
  private let seed: UInt64

  /// Makes an empty store of vectors of a width.
  init(width: Int, seed: UInt64) {
    self.seed = seed
    height = Self.height(width)
    nodes = PairTable(seed: seed)
    roots = PairTable(seed: seed)
    _ = nodes.intern(0)
  }

  /// How many states there are.
  var count: Int { roots.count }

  /// The bytes of the vectors and their index.
  var byteCount: Int { nodes.byteCount + roots.byteCount }

  /// Makes room for vectors of a width; true where the trees got higher.
  ///
  /// A level is added above: each root becomes a node, with zeros to its right. Roots differ, so the
  /// new roots differ too and are entered in the same order: ids stay.
  mutating func fit(width: Int) -> Bool {
    let needed = Self.height(width)
    guard needed > height else { return false }
    while height < needed {
      var higher = PairTable(seed: seed, expected: roots.count)
      for state in 0..<roots.count {
        _ = higher.intern(UInt64(nodes.intern(roots.pair(UInt32(state))).id))
      }
      roots = higher
      height += 1
    }
    return true
  }

  /// The root of the same state in a tree that has got higher since.
  mutating func lifted(_ root: UInt64, from height: Int) -> UInt64 {
    var root = root
    for _ in height..<self.height { root = UInt64(nodes.intern(root).id) }
    return root
  }

  private static func height(_ width: Int) -> Int {
    max(1, Int.bitWidth - (max(width, 1) - 1).leadingZeroBitCount)
  }
}
