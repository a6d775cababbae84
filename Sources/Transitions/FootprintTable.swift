/// The footprints of one system, interned: ids are compared, united and tested for conflict, and every
/// answer is kept (POR.md, section 4: hash-consed footprints, memoised conflicts).
///
/// Id 0 is the empty footprint. Ids are given in the order of first appearance.
package final class FootprintTable {
  /// What two footprints meet in.
  package enum Meeting: Hashable, Sendable {
    case cell(UInt32)
    /// A predicate read and a change it notices.
    case predicate(UInt32, CellChange)
  }

  private var footprints: [Footprint] = [Footprint()]
  private var ids: [Footprint: UInt32] = [Footprint(): 0]
  private var unions: [UInt64: UInt32] = [:]
  private var conflicts = PairMemo()
  private var disturbances = PairMemo()
  private let accepts: (_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool

  /// Makes an empty table.
  ///
  /// - accepts: whether a predicate read lists this cell when it has this value. Absence matches
  ///   nothing. The answer may not change. Where it is unknown it is true.
  package init(accepts: @escaping (UInt32, UInt32, UInt32) -> Bool) { self.accepts = accepts }

  /// How many footprints there are.
  package var count: Int { footprints.count }

  package subscript(id: UInt32) -> Footprint { footprints[Int(id)] }

  /// The id of a footprint.
  package func intern(_ footprint: Footprint) -> UInt32 {
    let canonical = footprint.canonical
    if let id = ids[canonical] { return id }
    let id = UInt32(footprints.count)
    footprints.append(canonical)
    ids[canonical] = id
    return id
  }

  /// The id of what two footprints read and write together.
  package func union(_ left: UInt32, _ right: UInt32) -> UInt32 {
    if left == right || right == 0 { return left }
    if left == 0 { return right }
    let key = Self.key(left, right)
    if let id = unions[key] { return id }
    let id = intern(footprints[Int(left)].union(footprints[Int(right)]))
    unions[key] = id
    return id
  }

  /// Whether two footprints conflict: their steps may not commute.
  package func conflict(_ left: UInt32, _ right: UInt32) -> Bool {
    if left == 0 || right == 0 { return false }
    let key = Self.key(left, right)
    if let known = conflicts[key] { return known }
    let (first, second) = (footprints[Int(left)], footprints[Int(right)])
    let answer =
      disturb(first, second) != nil || disturb(second, first) != nil
      || overlap(first, second) != nil
    conflicts[key] = answer
    return answer
  }

  /// Whether the writes of one footprint reach the reads of another.
  package func disturbs(_ writer: UInt32, readsOf reader: UInt32) -> Bool {
    if writer == 0 || reader == 0 { return false }
    let key = UInt64(writer) << 32 | UInt64(reader)
    if let known = disturbances[key] { return known }
    let answer = disturb(footprints[Int(writer)], footprints[Int(reader)]) != nil
    disturbances[key] = answer
    return answer
  }

  /// Where two footprints conflict; nil where they do not.
  package func meeting(_ left: UInt32, _ right: UInt32) -> Meeting? {
    let (first, second) = (footprints[Int(left)], footprints[Int(right)])
    return disturb(first, second) ?? disturb(second, first) ?? overlap(first, second)
  }

  private static func key(_ left: UInt32, _ right: UInt32) -> UInt64 {
    UInt64(min(left, right)) << 32 | UInt64(max(left, right))
  }

  /// The first read of one footprint that another's writes reach.
  private func disturb(_ writer: Footprint, _ reader: Footprint) -> Meeting? {
    for cells in [writer.writes, writer.sets, writer.clears] {
      if let cell = Self.common(cells, reader.reads) { return .cell(cell) }
    }
    for predicate in reader.predicates {
      for change in writer.changes where notices(predicate, change) {
        return .predicate(predicate, change)
      }
    }
    return nil
  }

  /// The first cell that two footprints write in ways that do not commute.
  private func overlap(_ left: Footprint, _ right: Footprint) -> Meeting? {
    let pairs = [
      (left.writes, right.writes), (left.writes, right.sets), (left.writes, right.clears),
      (left.sets, right.writes), (left.clears, right.writes), (left.clears, right.clears),
      (left.clears, right.sets), (left.sets, right.clears),
    ]
    for (first, second) in pairs {
      if let cell = Self.common(first, second) { return .cell(cell) }
    }
    return nil
  }

  /// Whether a predicate read may answer differently after a change.
  private func notices(_ predicate: UInt32, _ change: CellChange) -> Bool {
    accepts(predicate, change.cell, change.old) || accepts(predicate, change.cell, change.new)
  }

  /// The first element of two ascending lists that is in both.
  private static func common(_ left: [UInt32], _ right: [UInt32]) -> UInt32? {
    if left.isEmpty || right.isEmpty { return nil }
    var (first, second) = (0, 0)
    while first < left.count && second < right.count {
      if left[first] == right[second] { return left[first] }
      if left[first] < right[second] { first += 1 } else { second += 1 }
    }
    return nil
  }
}

/// Answers of yes or no about pairs of ids, kept for ever: open addressing on flat memory.
struct PairMemo: ~Copyable {
  /// A key's high bit is never set; a slot holds the key doubled, plus the answer.
  private static let empty = UInt64.max
  private var slots: UnsafeMutablePointer<UInt64>
  private var capacity = 256
  private var used = 0

  init() {
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Self.empty, count: capacity)
  }

  deinit { slots.deallocate() }

  subscript(key: UInt64) -> Bool? {
    @inline(__always) get {
      var slot = Self.hash(key) & (capacity - 1)
      while true {
        let found = slots[slot]
        if found == Self.empty { return nil }
        if found >> 1 == key { return found & 1 == 1 }
        slot = (slot + 1) & (capacity - 1)
      }
    }
    set {
      guard let newValue else { return }
      precondition(key >> 63 == 0, "more than 2^31 footprints")
      if (used + 1) * 2 > capacity { grow() }
      insert(key << 1 | (newValue ? 1 : 0))
      used += 1
    }
  }

  private mutating func insert(_ entry: UInt64) {
    var slot = Self.hash(entry >> 1) & (capacity - 1)
    while slots[slot] != Self.empty { slot = (slot + 1) & (capacity - 1) }
    slots[slot] = entry
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    let product = (key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> 24)
  }

  private mutating func grow() {
    let (old, oldCapacity) = (slots, capacity)
    capacity *= 2
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Self.empty, count: capacity)
    for slot in 0..<oldCapacity where old[slot] != Self.empty { insert(old[slot]) }
    old.deallocate()
  }
}
