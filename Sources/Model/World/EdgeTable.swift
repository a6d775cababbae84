/// Edges of trees of integers: (node, value) to node, in one open addressing table.
///
/// A look-up allocates and retains nothing: it is on the path of every step.
package struct EdgeTable: ~Copyable {
  private var keys: UnsafeMutablePointer<UInt64>
  private var targets: UnsafeMutablePointer<UInt32>
  private var capacity = 1024
  private var used = 0
  /// No edge has this key: nodes and values of all ones do not occur together.
  private static let empty = UInt64.max

  /// Makes an empty table.
  package init() {
    keys = .allocate(capacity: capacity)
    keys.initialize(repeating: Self.empty, count: capacity)
    targets = .allocate(capacity: capacity)
    targets.initialize(repeating: 0, count: capacity)
  }

  deinit {
    keys.deallocate()
    targets.deallocate()
  }

  /// The end of an edge; nil where there is none.
  @inline(__always)
  package borrowing func target(_ node: UInt32, _ value: UInt32) -> UInt32? {
    let key = UInt64(node) << 32 | UInt64(value)
    var slot = Self.slot(key) & (capacity - 1)
    while true {
      let found = keys[slot]
      if found == key { return targets[slot] }
      if found == Self.empty { return nil }
      slot = (slot + 1) & (capacity - 1)
    }
  }

  @inline(__always)
  private static func slot(_ key: UInt64) -> Int {
    let product = (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> 20)
  }

  /// Adds an edge that is not there yet.
  package mutating func add(_ node: UInt32, _ value: UInt32, _ target: UInt32) {
    if (used + 1) * 2 > capacity { grow() }
    insert(UInt64(node) << 32 | UInt64(value), target)
    used += 1
  }

  private mutating func insert(_ key: UInt64, _ target: UInt32) {
    var slot = Self.slot(key) & (capacity - 1)
    while keys[slot] != Self.empty { slot = (slot + 1) & (capacity - 1) }
    keys[slot] = key
    targets[slot] = target
  }

  private mutating func grow() {
    let (oldKeys, oldTargets, oldCapacity) = (keys, targets, capacity)
    capacity *= 2
    keys = .allocate(capacity: capacity)
    keys.initialize(repeating: Self.empty, count: capacity)
    targets = .allocate(capacity: capacity)
    targets.initialize(repeating: 0, count: capacity)
    for slot in 0..<oldCapacity where oldKeys[slot] != Self.empty {
      insert(oldKeys[slot], oldTargets[slot])
    }
    oldKeys.deallocate()
    oldTargets.deallocate()
  }
}
