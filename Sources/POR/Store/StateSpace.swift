internal import Transitions

/// A system, the store of its states, and a cursor: what every pass over the states works on.
///
/// The use is always the same: `expand` a state, then for each successor go to it (`enter` or
/// `find`), look, and come `back`.
struct StateSpace: ~Copyable {
  let system: any TransitionSystem
  private(set) var store: TreeStore
  private var cursor: TreeCursor
  /// The successors of the state that was expanded last.
  private(set) var buffer = SuccessorBuffer()
  /// How many words a state has; it grows in `expand` only.
  private var width: Int

  /// Makes a space that holds nothing but the initial state, as id 0.
  init(system: any TransitionSystem, hashSeed: UInt64) {
    self.system = system
    let initial = system.initialState
    width = max(initial.count, system.width)
    store = TreeStore(width: width, seed: hashSeed)
    cursor = TreeCursor(height: store.height)
    let changes = initial.indices.map { WordChange(index: UInt32($0), value: initial[$0]) }
    let root = changes.withUnsafeBufferPointer { cursor.place($0, in: &store.nodes) }
    cursor.restore()
    _ = store.roots.intern(root)
  }

  /// How many states are known.
  var count: Int { store.count }

  /// The words of the state or successor the cursor is at.
  var words: UnsafeBufferPointer<UInt32> { cursor.words(width) }

  /// The bytes of the store.
  var byteCount: Int { store.byteCount }

  /// Moves to a state.
  mutating func move(to state: UInt32) { cursor.move(to: state, in: store) }

  /// Moves to a state and lists its successors; returns how many.
  mutating func expand(_ state: UInt32) throws -> Int {
    move(to: state)
    buffer.removeAll()
    try system.expand(words, into: &buffer)
    if system.width > width { grow(at: state) }
    return buffer.successors.count
  }

  /// Goes to a successor and enters it into the store.
  @inline(__always)
  mutating func enter(_ index: Int) -> UInt32 {
    let successor = buffer.successors[index]
    let root = buffer.changes.withUnsafeBufferPointer { changes in
      cursor.place(Self.changes(of: successor, in: changes), in: &store.nodes)
    }
    return store.roots.intern(root).id
  }

  /// Goes to a successor; nil where the store does not hold it.
  mutating func find(_ index: Int) -> UInt32? {
    let successor = buffer.successors[index]
    let root = buffer.changes.withUnsafeBufferPointer { changes in
      cursor.locate(Self.changes(of: successor, in: changes), in: store.nodes)
    }
    guard let root else { return nil }
    return store.roots.find(root)
  }

  /// Comes back to the state that was expanded.
  @inline(__always)
  mutating func back() { cursor.restore() }

  /// The value of a predicate at the state or successor the cursor is at.
  func value(of predicate: Int) -> PredicateValue {
    system.evaluate(predicate: predicate, at: words)
  }

  private mutating func grow(at state: UInt32) {
    width = system.width
    guard store.fit(width: width) else { return }
    cursor.reset(height: store.height)
    cursor.move(to: state, in: store)
  }

  @inline(__always)
  private static func changes(
    of successor: Successor, in changes: UnsafeBufferPointer<WordChange>
  ) -> UnsafeBufferPointer<WordChange> {
    let first = Int(successor.firstChange)
    return UnsafeBufferPointer(
      rebasing: changes[first..<(first + Int(successor.changeCount))])
  }
}
