internal import Synchronization

/// A look at a table of pairs that does not change it: what several threads may share.
///
/// Good until the table grows. One thread may enter pairs meanwhile: who finds a slot taken sees its pair
/// (the slot is written last, releasing, and read acquiring), and who does not has looked before.
struct PairView: BitwiseCopyable {
  var pairs: UnsafeMutablePointer<UInt64>
  var slots: UnsafeMutablePointer<UInt32>
  var slotCount: Int
  /// The bits of a slot that hold an id plus one; the others hold a tag of the hash.
  var idMask: UInt32
  let seed: UInt64

  /// What a slot holds; zero where it is free.
  @inline(__always)
  func entry(_ slot: Int) -> UInt32 {
    atomic(slot).pointee.load(ordering: .acquiring)
  }

  /// Fills a slot.
  @inline(__always)
  func fill(_ slot: Int, _ entry: UInt32) {
    atomic(slot).pointee.store(entry, ordering: .releasing)
  }

  @inline(__always)
  private func atomic(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
    UnsafeMutableRawPointer(slots + slot).assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  /// The pair of an id: the left word in the low half, the right one in the high half.
  @inline(__always)
  func pair(_ id: UInt32) -> UInt64 { pairs[Int(id)] }

  /// The id of a pair, if it was interned.
  @inline(__always)
  func find(_ pair: UInt64) -> UInt32? {
    let entry = probe(pair).entry
    return entry == 0 ? nil : (entry & idMask) - 1
  }

  /// The slot that holds a pair or is free for it, what it holds, and the pair's tag.
  @inline(__always)
  func probe(_ pair: UInt64) -> (slot: Int, entry: UInt32, tag: UInt32) {
    let hash = Self.hash(pair ^ seed)
    let tag = UInt32(truncatingIfNeeded: hash) & ~idMask
    var slot = first(hash)
    while true {
      let entry = self.entry(slot)
      if entry == 0 { return (slot, 0, tag) }
      if entry & ~idMask == tag, pairs[Int(entry & idMask) - 1] == pair {
        return (slot, entry, tag)
      }
      slot += 1
      if slot == slotCount { slot = 0 }
    }
  }

  /// Where a look-up of a hash begins.
  @inline(__always)
  func first(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(slotCount)) >> 32)
  }

  @inline(__always)
  static func hash(_ key: UInt64) -> UInt64 {
    let (high, low) = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    var hash = (high ^ low) &* 0xD6E8_FEB8_6659_FD93
    hash ^= hash >> 32
    return hash &* 0xD6E8_FEB8_6659_FD93
  }
}

/// Reads what look-ups of some pairs will read first, so that they need not wait for memory.
///
/// The loads do not depend on each other: the processor has many of them under way at once.
struct PairToucher: ~Copyable {
  /// Entries that were read, and a sum that keeps their loads from being optimised away.
  private var entries = FlatBuffer<UInt32>()
  private var sum: UInt64 = 0

  /// Begins the look-ups of some pairs.
  mutating func touch(_ sought: UnsafeMutableBufferPointer<UInt64>, in view: PairView) {
    entries.truncate(to: 0)
    for pair in sought {
      entries.append(view.entry(view.first(PairView.hash(pair ^ view.seed))))
    }
    var sum: UInt64 = 0
    for entry in entries.elements where entry != 0 {
      sum &+= view.pairs[Int(entry & view.idMask) - 1]
    }
    self.sum = sum
  }
}
