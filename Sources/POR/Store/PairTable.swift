internal import Glibc

/// Interned pairs of 32-bit words with dense ids: both levels of the tree compression.
///
/// The pairs lie in one flat array in the order of their ids; the index over them is open
/// addressing with linear probing on 32-bit slots. A slot holds an id and, in the bits the id
/// does not need, a tag of the hash, so that a look-up rarely touches a pair that is not the one
/// sought: one cache line of slots and one pair. Eight bytes a pair and 6 to 10 for the index.
struct PairTable: ~Copyable {
  private var pairs = FlatBuffer<UInt64>()
  private var slots: UnsafeMutablePointer<UInt32>
  private var slotCount: Int
  private var idMask: UInt32
  private var room: Int
  private let seed: UInt64
  /// Entries that `touch` read, and a sum that keeps its loads from being optimised away.
  private var touched = FlatBuffer<UInt32>()
  private var touchSum: UInt64 = 0

  /// Told, while helpers are kept out, when the array of pairs has moved; nil where there are none.
  private var observer: PairObserver?

  /// Makes an empty table whose hash depends on a seed; ids and answers do not.
  init(seed: UInt64, expected: Int = 64) {
    self.seed = seed
    slotCount = max(expected * 3 / 2, 64)
    slots = Self.emptySlots(slotCount)
    room = Self.room(slotCount)
    idMask = Self.idMask(room)
  }

  deinit { free(slots) }

  var count: Int { pairs.count }

  /// The bytes of the pairs and of the index.
  var byteCount: Int { pairs.byteCount + slotCount * MemoryLayout<UInt32>.stride }

  /// The pair of an id: the left word in the low half, the right one in the high half.
  @inline(__always)
  func pair(_ id: UInt32) -> UInt64 { pairs[Int(id)] }

  /// The id of a pair, if it was interned.
  @inline(__always)
  func find(_ pair: UInt64) -> UInt32? {
    let (slot, _) = probe(pair)
    let entry = slots[slot]
    return entry == 0 ? nil : (entry & idMask) - 1
  }

  /// The id of a pair, which is new where the table did not hold it yet.
  @inline(__always)
  mutating func intern(_ pair: UInt64) -> (id: UInt32, isNew: Bool) {
    let (slot, tag) = probe(pair)
    let entry = slots[slot]
    if entry != 0 { return ((entry & idMask) - 1, false) }
    let id = UInt32(pairs.count)
    if pairs.isFull { makeRoom() }
    pairs.append(pair)
    slots[slot] = tag | (id + 1)
    if pairs.count == room { rebuild() }
    return (id, true)
  }

  /// All pairs, in the order of their ids, until the table grows.
  var base: UnsafeMutablePointer<UInt64> { pairs.base }

  /// Lets another thread read the pairs.
  mutating func observe(_ observer: PairObserver) { self.observer = observer }

  private mutating func makeRoom() {
    observer?.gate.close()
    pairs.makeRoom()
    guard let observer else { return }
    observer.move(pairs.base)
    observer.gate.open()
  }

  /// Reads what look-ups of some pairs will read first, so that they need not wait for memory.
  ///
  /// The loads do not depend on each other: the processor has many of them under way at once.
  mutating func touch(_ sought: UnsafeMutableBufferPointer<UInt64>) {
    touched.truncate(to: 0)
    for pair in sought {
      let hash = Self.hash(pair ^ seed)
      touched.append(slots[Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(slotCount)) >> 32)])
    }
    var sum: UInt64 = 0
    for entry in touched.elements where entry != 0 { sum &+= pairs[Int(entry & idMask) - 1] }
    touchSum = sum
  }

  /// The slot that holds a pair or is free for it, and the pair's tag.
  @inline(__always)
  private func probe(_ pair: UInt64) -> (slot: Int, tag: UInt32) {
    let hash = Self.hash(pair ^ seed)
    let tag = UInt32(truncatingIfNeeded: hash) & ~idMask
    var slot = Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(slotCount)) >> 32)
    while true {
      let entry = slots[slot]
      if entry == 0 { return (slot, tag) }
      if entry & ~idMask == tag, pairs[Int(entry & idMask) - 1] == pair { return (slot, tag) }
      slot += 1
      if slot == slotCount { slot = 0 }
    }
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> UInt64 {
    let (high, low) = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    var hash = (high ^ low) &* 0xD6E8_FEB8_6659_FD93
    hash ^= hash >> 32
    return hash &* 0xD6E8_FEB8_6659_FD93
  }

  /// Makes the index larger by two thirds and enters every pair again.
  ///
  /// The old index is freed first: the pairs say all, so it is never held beside the new one.
  private mutating func rebuild() {
    precondition(pairs.count < Int(UInt32.max) / 2, "more than 2^31 states or nodes")
    free(slots)
    slotCount = slotCount * 5 / 3
    slots = Self.emptySlots(slotCount)
    room = Self.room(slotCount)
    idMask = Self.idMask(room)
    for id in 0..<pairs.count {
      let hash = Self.hash(pairs[id] ^ seed)
      var slot = Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(slotCount)) >> 32)
      while slots[slot] != 0 {
        slot += 1
        if slot == slotCount { slot = 0 }
      }
      slots[slot] = (UInt32(truncatingIfNeeded: hash) & ~idMask) | UInt32(id + 1)
    }
  }

  /// How many pairs an index of that many slots takes before it is rebuilt.
  private static func room(_ slotCount: Int) -> Int { slotCount * 7 / 10 }

  /// The bits of a slot that hold an id plus one.
  private static func idMask(_ room: Int) -> UInt32 {
    let bits = UInt32.bitWidth - UInt32(room + 1).leadingZeroBitCount
    return bits >= UInt32.bitWidth ? .max : (1 << UInt32(bits)) - 1
  }

  /// Slots of zeros; many of them on large pages, since look-ups go everywhere.
  private static func emptySlots(_ count: Int) -> UnsafeMutablePointer<UInt32> {
    let largePage = 1 << 21
    let size = count * MemoryLayout<UInt32>.stride
    var memory: UnsafeMutableRawPointer?
    let isLarge = size >= 2 * largePage
    guard posix_memalign(&memory, isLarge ? largePage : 64, size) == 0, let memory else {
      preconditionFailure("out of memory: \(count) slots")
    }
    if isLarge { madvise(memory, size, Int32(MADV_HUGEPAGE)) }
    memset(memory, 0, size)
    return memory.assumingMemoryBound(to: UInt32.self)
  }
}

/// Who must know where the pairs of a table lie.
final class PairObserver {
  let gate: Gate
  let move: (UnsafeMutablePointer<UInt64>) -> Void

  /// Makes an observer.
  init(_ gate: Gate, move: @escaping (UnsafeMutablePointer<UInt64>) -> Void) {
    self.gate = gate
    self.move = move
  }
}
