/// The records that the search has from its helpers and has not asked for yet: by root, in a ring.
///
/// Belongs to the search's thread. What is never asked for is overwritten in the end.
struct ExpansionIndex: ~Copyable {
  private static let ways = 2
  private static let absent = Int.min

  private let capacity: Int
  private let ringSize: Int
  private var keys = FlatBuffer<UInt64>()
  /// By key: where the record begins, in words written since the beginning.
  private var places = FlatBuffer<Int>()
  private let ring: UnsafeMutablePointer<UInt64>
  private var written = 0
  private var unknown = FlatBuffer<UInt64>()

  /// Makes an empty index of powers of two of records and words.
  init(capacity: Int = 8192, ringSize: Int = 1 << 17) {
    self.capacity = capacity
    self.ringSize = ringSize
    keys.extend(to: capacity, with: 0)
    places.extend(to: capacity, with: Self.absent)
    ring = .allocate(capacity: ringSize)
  }

  deinit { ring.deallocate() }

  @inline(__always)
  private func first(_ root: UInt64) -> Int {
    let hash = (root ^ root >> 31) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash >> 40) & (capacity - 1) & ~(Self.ways - 1)
  }

  @inline(__always)
  private func isThere(_ place: Int) -> Bool {
    place != Self.absent && written - place <= ringSize
  }

  /// Takes in the records that lie in some words.
  ///
  /// Look-ups of the states that they do not know read memory far away: that begins now.
  mutating func insert(_ words: UnsafeBufferPointer<UInt64>, touching roots: inout PairTable) {
    if words.count > ringSize - (written & (ringSize - 1)) {
      written = (written | (ringSize - 1)) + 1
    }
    let start = written
    guard let source = words.baseAddress else { return }
    (ring + (start & (ringSize - 1))).update(from: source, count: words.count)
    written += words.count
    var place = start
    while place < written {
      let record = ring + (place & (ringSize - 1))
      let root = record[0]
      let first = first(root)
      // The older one goes.
      let slot = places[first] <= places[first + 1] ? first : first + 1
      keys[slot] = root
      places[slot] = place
      unknown.truncate(to: 0)
      ExpansionRecord.forEachUnknownRoot(record) { unknown.append($0) }
      roots.touch(unknown.elements)
      place += Int(record[1])
    }
  }

  /// Removes the record of a root and reads it; false where there is none.
  @inline(__always)
  mutating func take(_ root: UInt64, _ expansion: inout KnownExpansion) -> Bool {
    let first = first(root)
    for slot in first..<first + Self.ways where keys[slot] == root && isThere(places[slot]) {
      ExpansionRecord.read(ring + (places[slot] & (ringSize - 1)), &expansion)
      places[slot] = Self.absent
      return true
    }
    return false
  }

  /// Forgets all records.
  mutating func removeAll() {
    for slot in 0..<capacity { places[slot] = Self.absent }
  }
}
