/// A small set of roots that may lose some: what a helper has sent and the search has not entered.
struct RootSet: ~Copyable {
  private static let empty = UInt64.max
  private static let ways = 4

  private let capacity: Int
  private var roots = FlatBuffer<UInt64>()
  private(set) var count = 0

  /// Makes an empty set for a power of two of roots.
  init(capacity: Int) {
    self.capacity = capacity
    roots.extend(to: capacity, with: Self.empty)
  }

  @inline(__always)
  private func first(_ root: UInt64) -> Int {
    let hash = (root ^ root >> 31) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash >> 40) & (capacity - 1) & ~(Self.ways - 1)
  }

  func contains(_ root: UInt64) -> Bool {
    let first = first(root)
    for place in first..<first + Self.ways where roots[place] == root { return true }
    return false
  }

  /// Adds a root, in the place of another where there is no room.
  mutating func insert(_ root: UInt64) {
    let first = first(root)
    var chosen = first + Int(truncatingIfNeeded: root & 3)
    for place in first..<first + Self.ways where roots[place] == Self.empty { chosen = place }
    if roots[chosen] == Self.empty { count += 1 }
    roots[chosen] = root
  }

  /// Removes a root; false where it is not here.
  mutating func remove(_ root: UInt64) -> Bool {
    let first = first(root)
    for place in first..<first + Self.ways where roots[place] == root && root != Self.empty {
      roots[place] = Self.empty
      count -= 1
      return true
    }
    return false
  }

  mutating func removeAll() {
    count = 0
    for place in 0..<capacity { roots[place] = Self.empty }
  }
}
