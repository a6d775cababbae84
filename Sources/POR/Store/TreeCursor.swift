internal import Transitions

/// One unpacked state with all its inner nodes, and at times one successor of it.
///
/// The words lie in their own order for the system to read. The nodes lie as a heap: the root is at
/// 1 (and is not stored), the children of `i` are at `2i` and `2i + 1`, the leaves are the last half.
/// Moving to another state rewrites only the subtrees whose nodes differ, and a successor touches
/// only the paths above its changed words, so a step costs the logarithm of the width, not the width.
struct TreeCursor: ~Copyable {
  private var words = FlatBuffer<UInt32>()
  private var heap = FlatBuffer<UInt32>()
  private var layout: WordLayout
  private var firstLeaf: Int
  /// What was overwritten in `heap` and in `words`: index in the high half, old value in the low one.
  private var undo = FlatBuffer<UInt64>()
  private var undoWords = FlatBuffer<UInt64>()
  /// Heap indices of one level whose children changed.
  private var dirty = FlatBuffer<UInt32>()
  /// Heap indices of the nodes that the table has not.
  private var fresh = FlatBuffer<UInt32>()

  /// Makes a cursor at the state of zeros.
  init(height: Int) {
    firstLeaf = 1 << height
    layout = WordLayout(height: height)
    heap.extend(to: firstLeaf * 2, with: 0)
    words.extend(to: firstLeaf, with: 0)
  }

  /// The first words of the state or successor the cursor is at.
  @inline(__always)
  func words(_ width: Int) -> UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(words.elements.extracting(0..<width))
  }

  /// Starts again at the state of zeros, with a greater height.
  mutating func reset(height: Int) {
    firstLeaf = 1 << height
    layout.grow(height: height)
    heap.truncate(to: 0)
    heap.extend(to: firstLeaf * 2, with: 0)
    words.truncate(to: 0)
    words.extend(to: firstLeaf, with: 0)
    undo.truncate(to: 0)
    undoWords.truncate(to: 0)
  }

  /// Moves to a state.
  mutating func move(to state: UInt32, in store: borrowing TreeStore) {
    assert(undo.isEmpty && undoWords.isEmpty)
    move(to: store.roots.pair(state), store.nodes.view)
  }

  /// Moves to the state of a root, which no store need hold.
  mutating func move(to root: UInt64, _ nodes: PairView) {
    assert(undo.isEmpty && undoWords.isEmpty)
    assign(2, UInt32(truncatingIfNeeded: root), nodes)
    assign(3, UInt32(truncatingIfNeeded: root >> 32), nodes)
  }

  private mutating func assign(_ index: Int, _ value: UInt32, _ nodes: PairView) {
    if heap[index] == value { return }
    heap[index] = value
    if index >= firstLeaf {
      words[Int(layout.word[index - firstLeaf])] = value
      return
    }
    let pair = nodes.pair(value)
    assign(index * 2, UInt32(truncatingIfNeeded: pair), nodes)
    assign(index * 2 + 1, UInt32(truncatingIfNeeded: pair >> 32), nodes)
  }

  /// The root of a successor, given its changed words; the cursor stays where it is.
  mutating func root(
    after changes: UnsafeBufferPointer<WordChange>, in nodes: inout PairTable
  ) -> UInt64 {
    writeLeaves(changes)
    while hasDirtyLevel() {
      for place in 0..<dirty.count {
        let index = Int(dirty[place])
        set(index, nodes.intern(children(index)).id)
        dirty[place] = UInt32(index >> 1)
      }
    }
    let root = children(1)
    restoreNodes()
    return root
  }

  /// As `root(after:in:)`, but the table stays as it is: nodes that it has not are appended to a list,
  /// and then the root, as the last entry; false, and nothing appended, where it has all of them.
  mutating func root(
    after changes: UnsafeBufferPointer<WordChange>, in nodes: PairView, _ root: inout UInt64,
    new: inout FlatBuffer<NewNode>
  ) -> Bool {
    writeLeaves(changes)
    let first = new.count
    while hasDirtyLevel() {
      for place in 0..<dirty.count {
        let index = Int(dirty[place])
        let references = first == new.count ? [] : references(index)
        if references.isEmpty, let id = nodes.find(children(index)) {
          set(index, id)
        } else {
          new.append(NewNode(pair: children(index), references: references))
          set(index, UInt32(new.count - 1 - first))
          fresh.append(UInt32(index))
        }
        dirty[place] = UInt32(index >> 1)
      }
    }
    root = children(1)
    if first < new.count {
      new.append(NewNode(pair: root, references: references(1).union(.isRoot)))
    }
    restoreNodes()
    fresh.truncate(to: 0)
    return first < new.count
  }

  /// Which children of a node are new.
  private func references(_ index: Int) -> NewNode.References {
    var result: NewNode.References = []
    for other in fresh.elements {
      if Int(other) == index * 2 { result.insert(.left) }
      if Int(other) == index * 2 + 1 { result.insert(.right) }
    }
    return result
  }

  /// As `root(after:in:)`, but nil where a node is unknown: for a state the store cannot hold.
  mutating func knownRoot(
    after changes: UnsafeBufferPointer<WordChange>, in nodes: PairView
  ) -> UInt64? {
    writeLeaves(changes)
    var isKnown = true
    while isKnown && hasDirtyLevel() {
      for place in 0..<dirty.count {
        let index = Int(dirty[place])
        guard let id = nodes.find(children(index)) else {
          isKnown = false
          break
        }
        set(index, id)
        dirty[place] = UInt32(index >> 1)
      }
    }
    let root = children(1)
    restoreNodes()
    return isKnown ? root : nil
  }

  /// Goes to a successor's words; `back` returns.
  mutating func show(_ changes: UnsafeBufferPointer<WordChange>) {
    assert(undoWords.isEmpty)
    for change in changes {
      undoWords.append(UInt64(change.index) << 32 | UInt64(words[Int(change.index)]))
      words[Int(change.index)] = change.value
    }
  }

  /// Comes back from a successor's words.
  mutating func back() {
    while !undoWords.isEmpty {
      let entry = undoWords.popLast()
      words[Int(entry >> 32)] = UInt32(truncatingIfNeeded: entry)
    }
  }

  @inline(__always)
  private mutating func writeLeaves(_ changes: UnsafeBufferPointer<WordChange>) {
    assert(undo.isEmpty)
    dirty.truncate(to: 0)
    for change in changes {
      let index = firstLeaf + Int(layout.leaf[Int(change.index)])
      if heap[index] == change.value { continue }
      set(index, change.value)
      dirty.append(UInt32(index >> 1))
    }
  }

  @inline(__always)
  private mutating func restoreNodes() {
    while !undo.isEmpty {
      let entry = undo.popLast()
      heap[Int(entry >> 32)] = UInt32(truncatingIfNeeded: entry)
    }
  }

  /// Makes the dirty indices ascending and distinct; false where nothing is left below the root.
  @inline(__always)
  private mutating func hasDirtyLevel() -> Bool {
    if dirty.isEmpty || dirty[0] <= 1 { return false }
    if dirty.count > 1 { sortDirty() }
    return true
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

/// A node that a table of pairs has not yet, or a root above such nodes.
struct NewNode: BitwiseCopyable {
  struct References: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    /// The word is no id but the place of a node in the same list, behind the last root.
    static let left = References(rawValue: 1)
    static let right = References(rawValue: 2)
    /// The entry is a root, and the last one of its tree.
    static let isRoot = References(rawValue: 4)
  }

  var pair: UInt64
  var references: References
}
