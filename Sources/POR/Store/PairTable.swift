internal import Glibc

/// Interned pairs of 32-bit words with dense ids: both levels of the tree compression.
///
/// The pairs lie in one flat array in the order of their ids; the index over them is open
/// addressing with linear probing on 32-bit slots. A slot holds an id and, in the bits the id
/// does not need, a tag of the hash, so that a look-up rarely touches a pair that is not the one
/// sought: one cache line of slots and one pair. Eight bytes a pair and 6 to 10 for the index.
struct PairTable: ~Copyable {
  private var pairs = FlatBuffer<UInt64>()
  /// Where the pairs and their index lie now.
  private(set) var view: PairView
  private var room: Int
  private var toucher = PairToucher()

  /// Makes an empty table whose hash depends on a seed; ids and answers do not.
  init(seed: UInt64, expected: Int = 64) {
    let slotCount = max(expected * 3 / 2, 64)
    room = Self.room(slotCount)
    view = PairView(
      pairs: pairs.base, slots: Self.emptySlots(slotCount), slotCount: slotCount,
      idMask: Self.idMask(room), seed: seed)
  }

  deinit { free(view.slots) }

  var count: Int { pairs.count }

  /// The bytes of the pairs and of the index.
  var byteCount: Int { pairs.byteCount + view.slotCount * MemoryLayout<UInt32>.stride }

  /// The pair of an id: the left word in the low half, the right one in the high half.
  @inline(__always)
  func pair(_ id: UInt32) -> UInt64 { pairs[Int(id)] }

  /// The id of a pair, if it was interned.
  @inline(__always)
  func find(_ pair: UInt64) -> UInt32? { view.find(pair) }

  /// The id of a pair, which is new where the table did not hold it yet.
  @inline(__always)
  mutating func intern(_ pair: UInt64) -> (id: UInt32, isNew: Bool) {
    let (slot, entry, tag) = view.probe(pair)
    if entry != 0 { return ((entry & view.idMask) - 1, false) }
    let id = UInt32(pairs.count)
    pairs.append(pair)
    view.pairs = pairs.base
    view.fill(slot, tag | (id + 1))
    if pairs.count == room { rebuild() }
    return (id, true)
  }

  /// Whether so many pairs can be entered while others look at the table: it does not grow.
  func hasRoom(for count: Int) -> Bool {
    pairs.count + count < min(room, pairs.capacity)
  }

  /// Reads what look-ups of some pairs will read first, so that they need not wait for memory.
  mutating func touch(_ sought: UnsafeMutableBufferPointer<UInt64>) {
    toucher.touch(sought, in: view)
  }

  /// Makes the index larger by two thirds and enters every pair again.
  ///
  /// The old index is freed first: the pairs say all, so it is never held beside the new one.
  private mutating func rebuild() {
    precondition(pairs.count < Int(UInt32.max) / 2, "more than 2^31 states or nodes")
    free(view.slots)
    view.slotCount = view.slotCount * 5 / 3
    view.slots = Self.emptySlots(view.slotCount)
    room = Self.room(view.slotCount)
    view.idMask = Self.idMask(room)
    for id in 0..<pairs.count {
      let hash = PairView.hash(pairs[id] ^ view.seed)
      var slot = view.first(hash)
      while view.slots[slot] != 0 {
        slot += 1
        if slot == view.slotCount { slot = 0 }
      }
      view.slots[slot] = (UInt32(truncatingIfNeeded: hash) & ~view.idMask) | UInt32(id + 1)
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
