/// The footprints of one system, interned: ids are compared, united and tested for conflict, and every
/// answer is kept (POR.md, section 4: hash-consed footprints, memoised conflicts).
///
/// Id 0 is the empty footprint. Ids are given in the order of first appearance.
package final class FootprintTable {
  /// What two footprints meet in.
  package enum Meeting: Hashable, Sendable {
    case cell(UInt32)
    /// A predicate read and the cell of a change that it notices.
    case predicate(UInt32, cell: UInt32)
  }

  /// What two footprints that conflict must share, in a few bits: most pairs share nothing.
  private struct Sketch {
    /// A bit for each cell that is touched, by its number modulo 64.
    var cells: UInt64
    var hasPredicates: Bool
    var hasChanges: Bool

    init(_ footprint: Footprint) {
      cells = 0
      for list in [footprint.reads, footprint.writes, footprint.sets, footprint.clears] {
        for cell in list { cells |= 1 << UInt64(cell & 63) }
      }
      hasPredicates = !footprint.predicates.isEmpty
      hasChanges = !footprint.changes.isEmpty || !footprint.wideChanges.isEmpty
    }

    /// Whether writes of this one may reach predicate reads of another, or both touch some cell.
    @inline(__always)
    func mayReach(_ other: Sketch) -> Bool {
      cells & other.cells != 0 || hasChanges && other.hasPredicates
    }
  }

  private var footprints: [Footprint] = [Footprint()]
  private var sketches = [Sketch(Footprint())]
  private var ids: [Footprint: UInt32] = [Footprint(): 0]
  private var unions: [UInt64: UInt32] = [:]
  private var conflicts = PairMemo()
  private var disturbances = PairMemo()
  /// Answers of "no" that a value not seen yet may change; forgotten when there is one.
  private var freshConflicts = PairMemo()
  private var freshDisturbances = PairMemo()
  private var widenedIDs: [UInt32] = [0]
  /// By cell: the values seen in changes of it.
  private var values: [UInt32: [UInt32]] = [:]
  /// By predicate and cell: how many of the cell's values were asked, and whether one was accepted.
  private var accepted: [UInt64: (asked: Int, isAny: Bool)] = [:]
  private let accepts: (_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool
  /// How many changes a footprint of the future has by name at most.
  private let namedChanges: Int

  /// Makes an empty table.
  ///
  /// - namedChanges: how many changes a footprint of the future has by name at most. It pays where
  ///   predicate reads tell one change of a cell from another.
  /// - accepts: whether a predicate read lists this cell when it has this value. Absence matches
  ///   nothing. The answer may not change. Where it is unknown it is true.
  package init(namedChanges: Int = 0, accepts: @escaping (UInt32, UInt32, UInt32) -> Bool) {
    self.namedChanges = namedChanges
    self.accepts = accepts
  }

  /// How many footprints there are.
  package var count: Int { footprints.count }

  package subscript(id: UInt32) -> Footprint { footprints[Int(id)] }

  /// The id of a footprint.
  package func intern(_ footprint: Footprint) -> UInt32 {
    let canonical = footprint.canonical
    if let id = ids[canonical] { return id }
    let id = UInt32(footprints.count)
    footprints.append(canonical)
    sketches.append(Sketch(canonical))
    widenedIDs.append(.max)
    ids[canonical] = id
    for change in canonical.changes { note(change) }
    return id
  }

  private func note(_ change: CellChange) {
    for value in [change.old, change.new] where values[change.cell]?.contains(value) != true {
      values[change.cell, default: []].append(value)
      freshConflicts.removeAll()
      freshDisturbances.removeAll()
    }
  }

  /// The id of a footprint with its changes widened, unless they are few.
  ///
  /// For footprints of the future, which would be as many as there are sets of changes. More
  /// conflicts, never fewer.
  package func widened(_ id: UInt32) -> UInt32 {
    if widenedIDs[Int(id)] != .max { return widenedIDs[Int(id)] }
    let footprint = footprints[Int(id)]
    let wide = footprint.changes.count <= namedChanges ? id : intern(footprint.widened)
    widenedIDs[Int(id)] = wide
    return wide
  }

  /// The id of what two footprints read and write together.
  package func union(_ left: UInt32, _ right: UInt32) -> UInt32 {
    if left == right || right == 0 { return left }
    if left == 0 { return right }
    let key = Self.key(left, right)
    if let id = unions[key] { return id }
    let both = footprints[Int(left)].union(footprints[Int(right)])
    let isWide = namedChanges > 0 && both.changes.count > namedChanges
    let id = intern(isWide ? both.widened : both)
    unions[key] = id
    return id
  }

  /// Whether two footprints conflict: their steps may not commute.
  package func conflict(_ left: UInt32, _ right: UInt32) -> Bool {
    if left == 0 || right == 0 { return false }
    let (one, other) = (sketches[Int(left)], sketches[Int(right)])
    if !one.mayReach(other) && !other.mayReach(one) { return false }
    let key = Self.key(left, right)
    if let known = conflicts[key] ?? freshConflicts[key] { return known }
    let (first, second) = (footprints[Int(left)], footprints[Int(right)])
    let answer =
      disturb(first, second) != nil || disturb(second, first) != nil
      || overlap(first, second) != nil
    if !answer && (mayChange(first, second) || mayChange(second, first)) {
      freshConflicts[key] = answer
    } else {
      conflicts[key] = answer
    }
    return answer
  }

  /// Whether the writes of one footprint reach the reads of another.
  package func disturbs(_ writer: UInt32, readsOf reader: UInt32) -> Bool {
    if writer == 0 || reader == 0 { return false }
    if !sketches[Int(writer)].mayReach(sketches[Int(reader)]) { return false }
    let key = UInt64(writer) << 32 | UInt64(reader)
    if let known = disturbances[key] ?? freshDisturbances[key] { return known }
    let (first, second) = (footprints[Int(writer)], footprints[Int(reader)])
    let answer = disturb(first, second) != nil
    if !answer && mayChange(first, second) {
      freshDisturbances[key] = answer
    } else {
      disturbances[key] = answer
    }
    return answer
  }

  /// Whether a value not seen yet may make the writes of one reach the reads of another.
  private func mayChange(_ writer: Footprint, _ reader: Footprint) -> Bool {
    !writer.wideChanges.isEmpty && !reader.predicates.isEmpty
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
    let cell =
      Self.common(writer.writes, reader.reads) ?? Self.common(writer.sets, reader.reads)
      ?? Self.common(writer.clears, reader.reads)
    if let cell { return .cell(cell) }
    for predicate in reader.predicates {
      for change in writer.changes where notices(predicate, change) {
        return .predicate(predicate, cell: change.cell)
      }
      for cell in writer.wideChanges where acceptsSome(predicate, cell) {
        return .predicate(predicate, cell: cell)
      }
    }
    return nil
  }

  /// The first cell that two footprints write in ways that do not commute.
  private func overlap(_ left: Footprint, _ right: Footprint) -> Meeting? {
    let cell =
      Self.common(left.writes, right.writes) ?? Self.common(left.writes, right.sets)
      ?? Self.common(left.writes, right.clears) ?? Self.common(left.sets, right.writes)
      ?? Self.common(left.clears, right.writes) ?? Self.common(left.clears, right.clears)
      ?? Self.common(left.clears, right.sets) ?? Self.common(left.sets, right.clears)
    return cell.map { .cell($0) }
  }

  /// Whether a predicate read may answer differently after a change.
  private func notices(_ predicate: UInt32, _ change: CellChange) -> Bool {
    accepts(predicate, change.cell, change.old) || accepts(predicate, change.cell, change.new)
  }

  /// Whether a predicate read lists a cell with one of the values that it had so far.
  package func acceptsSome(_ predicate: UInt32, _ cell: UInt32) -> Bool {
    let key = UInt64(predicate) << 32 | UInt64(cell)
    var known = accepted[key] ?? (asked: 0, isAny: false)
    let all = values[cell] ?? []
    while !known.isAny && known.asked < all.count {
      known.isAny = accepts(predicate, cell, all[known.asked])
      known.asked += 1
    }
    accepted[key] = known
    return known.isAny
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

  /// Forgets every answer.
  mutating func removeAll() {
    if used == 0 { return }
    slots.update(repeating: Self.empty, count: capacity)
    used = 0
  }

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
