internal import Transitions

/// Which bits of a state the actions of each class change.
///
/// Learned from the steps that found new states: every bit that varies over the states found is
/// changed by one of those. The flags of many workers share a word, so bits are counted, not words.
struct ChangedBits: ~Copyable {
  struct Entry: BitwiseCopyable {
    /// The class of actions in the high half, the word in the low one.
    var key: UInt64
    var bits: UInt32

    var actionClass: UInt32 { UInt32(truncatingIfNeeded: key >> 32) }
    var word: Int { Int(UInt32(truncatingIfNeeded: key)) }
  }

  private(set) var entries = FlatBuffer<Entry>()
  /// Open addressing: places in `entries` plus one; 0 where there is none.
  private var slots = FlatBuffer<UInt32>()

  /// Makes an empty table.
  init() { slots.extend(to: 64, with: 0) }

  /// The bytes of the table.
  var byteCount: Int { entries.byteCount + slots.byteCount }

  /// Notes a step from the state that was expanded last.
  mutating func note(
    _ index: Int, of enabled: borrowing EnabledActions, in space: borrowing StateSpace
  ) {
    let words = space.words
    let successor = space.buffer.successors[index]
    let actionClass = enabled.classes[Int(enabled.places[index])]
    let first = Int(successor.firstChange)
    for index in first..<(first + Int(successor.changeCount)) {
      let change = space.buffer.changes[index]
      note(actionClass, change.index, words[Int(change.index)] ^ change.value)
    }
  }

  private mutating func note(_ actionClass: UInt32, _ word: UInt32, _ bits: UInt32) {
    let key = UInt64(actionClass) << 32 | UInt64(word)
    var slot = Self.hash(key) & (slots.count - 1)
    while slots[slot] != 0 {
      let place = Int(slots[slot]) - 1
      if entries[place].key == key {
        entries[place].bits |= bits
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    entries.append(Entry(key: key, bits: bits))
    slots[slot] = UInt32(entries.count)
    if entries.count * 2 > slots.count { grow() }
  }

  private mutating func grow() {
    let size = slots.count * 2
    slots = FlatBuffer(capacity: size)
    slots.extend(to: size, with: 0)
    for place in 0..<entries.count {
      var slot = Self.hash(entries[place].key) & (size - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = UInt32(place + 1)
    }
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: ((key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15) >> 24)
  }
}
