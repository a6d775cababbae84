internal import Transitions

/// One unpacked state with all its inner nodes, and at times one successor of it.
///
/// The layout is a heap: the root is at 1 (and is not stored), the children of `i` are at `2i` and
/// `2i + 1`, the words are the last half. Moving to another state rewrites only the subtrees whose
/// nodes differ, and a successor touches only the paths above its changed words, so a step costs
/// the logarithm of the width, not the width.
struct TreeCursor: ~Copyable {
  private var heap = FlatBuffer<UInt32>()
  private var firstWord: Int
  /// What `place` overwrote: heap index in the high half, old value in the low half.
  private var undo = FlatBuffer<UInt64>()
  /// Heap indices of one level whose children changed.
  private var dirty = FlatBuffer<UInt32>()

  /// Makes a cursor at the state of zeros.
  init(height: Int) {
    firstWord = 1 << height
    heap.extend(to: firstWord * 2, with: 0)
  }

  /// The first words of the state or successor the cursor is at.
  @inline(__always)
  func words(_ width: Int) -> UnsafeBufferPointer<UInt32> {
    assert(width <= firstWord)
    return UnsafeBufferPointer(heap.elements.extracting(firstWord..<(firstWord + width)))
  }

  /// Starts again at the state of zeros, with another height.
  mutating func reset(height: Int) {
    firstWord = 1 << height
    heap.truncate(to: 0)
    heap.extend(to: firstWord * 2, with: 0)
    undo.truncate(to: 0)
  }

  /// Moves to a state.
  mutating func move(to state: UInt32, in store: borrowing TreeStore) {
    assert(undo.isEmpty)
    let pair = store.roots.pair(state)
    assign(2, UInt32(truncatingIfNeeded: pair), store.nodes)
    assign(3, UInt32(truncatingIfNeeded: pair >> 32), store.nodes)
  }

  private mutating func assign(_ index: Int, _ value: UInt32, _ nodes: borrowing PairTable) {
    if heap[index] == value { return }
    heap[index] = value
    if index >= firstWord { return }
    let pair = nodes.pair(value)
    assign(index * 2, UInt32(truncatingIfNeeded: pair), nodes)
    assign(index * 2 + 1, UInt32(truncatingIfNeeded: pair >> 32), nodes)
  }

  /// Goes to a successor by its changed words and returns its root; `restore` comes back.
  mutating func place(
    _ changes: UnsafeBufferPointer<WordChange>, in nodes: inout PairTable
  ) -> UInt64 {
    write(changes)
    while let level = nextLevel() {
      for index in level {
        let id = nodes.intern(children(Int(index))).id
        set(Int(index), id)
      }
      liftDirty()
    }
    return children(1)
  }

  /// As `place`, but only where every node is known: nil for a state the store cannot hold.
  mutating func locate(
    _ changes: UnsafeBufferPointer<WordChange>, in nodes: borrowing PairTable
  ) -> UInt64? {
    write(changes)
    while let level = nextLevel() {
      for index in level {
        guard let id = nodes.find(children(Int(index))) else { return nil }
        set(Int(index), id)
      }
      liftDirty()
    }
    return children(1)
  }

  /// Comes back from a successor.
  @inline(__always)
  mutating func restore() {
    while !undo.isEmpty {
      let entry = undo.popLast()
      heap[Int(entry >> 32)] = UInt32(truncatingIfNeeded: entry)
    }
  }

  @inline(__always)
  private mutating func write(_ changes: UnsafeBufferPointer<WordChange>) {
    assert(undo.isEmpty)
    dirty.truncate(to: 0)
    for change in changes {
      let index = firstWord + Int(change.index)
      if heap[index] == change.value { continue }
      set(index, change.value)
      dirty.append(UInt32(index >> 1))
    }
  }

  /// The dirty indices of the level, ascending and distinct; nil at the root.
  @inline(__always)
  private mutating func nextLevel() -> UnsafeMutableBufferPointer<UInt32>? {
    if dirty.isEmpty || dirty[0] <= 1 { return nil }
    if dirty.count > 1 { sortDirty() }
    return dirty.elements
  }

  @inline(__always)
  private mutating func liftDirty() {
    for place in 0..<dirty.count { dirty[place] >>= 1 }
  }

  private mutating func sortDirty() {
    if dirty.count > 24 {
      var elements = dirty.elements
      elements.sort()
    } else {
      for place in 1..<dirty.count {
        let value = dirty[place]
        var hole = place
        while hole > 0 && dirty[hole - 1] > value {
          dirty[hole] = dirty[hole - 1]
          hole -= 1
        }
        dirty[hole] = value
      }
    }
    var kept = 1
    for place in 1..<dirty.count where dirty[place] != dirty[kept - 1] {
      dirty[kept] = dirty[place]
      kept += 1
    }
    dirty.truncate(to: kept)
  }

  @inline(__always)
  private func children(_ index: Int) -> UInt64 {
    UInt64(heap[index * 2]) | UInt64(heap[index * 2 + 1]) << 32
  }

  @inline(__always)
  private mutating func set(_ index: Int, _ value: UInt32) {
    undo.append(UInt64(index) << 32 | UInt64(heap[index]))
    heap[index] = value
  }
}
