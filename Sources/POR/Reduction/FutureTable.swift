internal import Transitions

/// Interned maps from an actor (a class of actions, an observer) to the footprint of all that it does
/// in some part of the reduced graph: `Fut(s)` of POR.md, section 3.
///
/// Big-endian Patricia tries (Okasaki and Gill: "Fast Mergeable Integer Maps", ML Workshop 1998),
/// hash-consed: equal maps have equal ids, and a union walks only where two maps differ. The maps
/// along a path of the search share almost everything. Id 0 is the empty map.
struct FutureTable: ~Copyable {
  /// A leaf, where `bit` is 0: then `prefix` is the key and `left` the footprint; else a branch.
  struct Node: BitwiseCopyable, Equatable {
    var prefix: UInt32
    var bit: UInt32
    var left: UInt32
    var right: UInt32

    var hash: UInt64 {
      var hash = (UInt64(prefix) << 32 | UInt64(left)) &* 0x9E37_79B9_7F4A_7C15
      hash ^= (UInt64(bit) << 32 | UInt64(right)) &* 0xD6E8_FEB8_6659_FD93
      hash ^= hash >> 29
      return hash &* 0x9E37_79B9_7F4A_7C15
    }
  }

  /// A direct-mapped cache: a union that was evicted is worked out again.
  struct CachedUnion: BitwiseCopyable {
    var left: UInt32 = 0
    var right: UInt32 = 0
    var result: UInt32 = 0
  }

  /// The cache grows with the nodes up to this: a small search pays for a small one.
  private static let maxCacheSize = 1 << 16
  private var nodes = FlatBuffer<Node>()
  private var slots = FlatBuffer<UInt32>()
  private var cache = FlatBuffer<CachedUnion>()
  private let footprints: FootprintTable

  /// Makes a table of maps into a table of footprints.
  init(_ footprints: FootprintTable) {
    self.footprints = footprints
    nodes.append(Node(prefix: 0, bit: 0, left: 0, right: 0))
    slots.extend(to: 256, with: 0)
    cache.extend(to: 256, with: CachedUnion())
  }

  /// The bytes of the tables.
  var byteCount: Int { nodes.byteCount + slots.byteCount + cache.byteCount }

  /// The map with one entry; the empty one for the empty footprint.
  mutating func single(_ key: UInt32, _ footprint: UInt32) -> UInt32 {
    if footprint == 0 { return 0 }
    return intern(Node(prefix: key, bit: 0, left: footprint, right: 0))
  }

  /// The map with the entries of two, where both have one their footprints together.
  mutating func union(_ left: UInt32, _ right: UInt32) -> UInt32 {
    if left == right || right == 0 { return left }
    if left == 0 { return right }
    let (first, second) = (min(left, right), max(left, right))
    let hash = (UInt64(first) << 32 | UInt64(second)) &* 0x9E37_79B9_7F4A_7C15
    let slot = Int(truncatingIfNeeded: hash >> 48) & (cache.count - 1)
    let cached = cache[slot]
    if cached.left == first && cached.right == second { return cached.result }
    let result = merge(first, second)
    cache[slot] = CachedUnion(left: first, right: second, result: result)
    return result
  }

  private mutating func merge(_ left: UInt32, _ right: UInt32) -> UInt32 {
    let (first, second) = (nodes[Int(left)], nodes[Int(right)])
    if first.prefix == second.prefix && first.bit == second.bit {
      if first.bit == 0 {
        return single(first.prefix, footprints.union(first.left, second.left))
      }
      return branch(
        first.prefix, first.bit, union(first.left, second.left), union(first.right, second.right))
    }
    if contains(first, second) {
      return second.prefix & first.bit == 0
        ? branch(first.prefix, first.bit, union(first.left, right), first.right)
        : branch(first.prefix, first.bit, first.left, union(first.right, right))
    }
    if contains(second, first) {
      return first.prefix & second.bit == 0
        ? branch(second.prefix, second.bit, union(left, second.left), second.right)
        : branch(second.prefix, second.bit, second.left, union(left, second.right))
    }
    let bit = UInt32(1) << UInt32(31 - (first.prefix ^ second.prefix).leadingZeroBitCount)
    let prefix = first.prefix & ~(bit | (bit - 1))
    return first.prefix & bit == 0
      ? branch(prefix, bit, left, right) : branch(prefix, bit, right, left)
  }

  /// Whether the keys of a node lie below a branch.
  private func contains(_ branch: Node, _ node: Node) -> Bool {
    branch.bit > node.bit && node.prefix & ~(branch.bit | (branch.bit - 1)) == branch.prefix
  }

  private mutating func branch(
    _ prefix: UInt32, _ bit: UInt32, _ left: UInt32, _ right: UInt32
  ) -> UInt32 {
    intern(Node(prefix: prefix, bit: bit, left: left, right: right))
  }

  private mutating func intern(_ node: Node) -> UInt32 {
    var slot = Int(truncatingIfNeeded: node.hash >> 20) & (slots.count - 1)
    while slots[slot] != 0 {
      if nodes[Int(slots[slot])] == node { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let id = UInt32(nodes.count)
    nodes.append(node)
    slots[slot] = id
    if nodes.count * 2 > slots.count { grow() }
    if nodes.count > cache.count && cache.count < Self.maxCacheSize {
      let size = cache.count * 4
      cache = FlatBuffer(capacity: size)
      cache.extend(to: size, with: CachedUnion())
    }
    return id
  }

  private mutating func grow() {
    let size = slots.count * 2
    slots = FlatBuffer(capacity: size)
    slots.extend(to: size, with: 0)
    for id in 1..<nodes.count {
      var slot = Int(truncatingIfNeeded: nodes[id].hash >> 20) & (size - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = UInt32(id)
    }
  }

  /// Lists the entries of a map, by key.
  func entries(of map: UInt32, into list: inout FlatBuffer<FutureEntry>) {
    list.truncate(to: 0)
    if map != 0 { append(map, &list) }
  }

  private func append(_ id: UInt32, _ list: inout FlatBuffer<FutureEntry>) {
    let node = nodes[Int(id)]
    if node.bit == 0 {
      list.append(FutureEntry(key: node.prefix, footprint: node.left))
    } else {
      append(node.left, &list)
      append(node.right, &list)
    }
  }
}

/// One entry of a map of futures.
struct FutureEntry: BitwiseCopyable {
  /// Twice the class of an action, or twice the number of an observer plus one.
  var key: UInt32
  var footprint: UInt32

  static func key(actionClass: UInt32) -> UInt32 { actionClass << 1 }
  static func key(observer: Int) -> UInt32 { UInt32(observer) << 1 | 1 }

  var isObserver: Bool { key & 1 == 1 }
  /// The class of an action or the number of an observer.
  var actor: UInt32 { key >> 1 }
}
