/// A set of state ids, one bit each.
struct StateSet {
  private var blocks: [UInt64] = []
  /// How many states it holds.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  var byteCount: Int { blocks.count * MemoryLayout<UInt64>.stride }

  func contains(_ state: UInt32) -> Bool {
    let block = Int(state >> 6)
    return block < blocks.count && blocks[block] & (1 << UInt64(state & 63)) != 0
  }

  mutating func insert(_ state: UInt32) {
    let block = Int(state >> 6)
    while blocks.count <= block { blocks.append(0) }
    let bit: UInt64 = 1 << UInt64(state & 63)
    if blocks[block] & bit == 0 {
      blocks[block] |= bit
      count += 1
    }
  }

  /// The members, ascending.
  var members: [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(count)
    for (index, block) in blocks.enumerated() {
      var rest = block
      while rest != 0 {
        result.append(UInt32(index * 64 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
    return result
  }
}
