internal import Transitions

/// A system, the store of its states, and a cursor: what every pass over the states works on.
///
/// The search expands a state, locates its successors at once and asks for the `target` of each; where
/// it must look at one, it `show`s it and comes `back`. What walks the known states again asks for
/// each successor by `find`.
struct StateSpace: ~Copyable {
  let system: any TransitionSystem
  private(set) var store: TreeStore
  private var cursor: TreeCursor
  /// The successors of the state that was expanded last.
  private(set) var buffer = SuccessorBuffer()
  /// The roots of those successors.
  private var roots = FlatBuffer<UInt64>()
  /// How many words a state has; it grows in `expand` only.
  private var width: Int
  /// In a reduced search: what is taken at each state; else everything.
  var chosen = ChosenSets()
  /// The chosen set of the state that was expanded last.
  private var chosenHere = ChosenSets.everything

  /// Makes a space that holds nothing but the initial state, as id 0.
  init(system: any TransitionSystem, hashSeed: UInt64) {
    self.system = system
    let initial = system.initialState
    width = max(initial.count, system.width)
    store = TreeStore(width: width, seed: hashSeed)
    cursor = TreeCursor(height: store.height)
    let changes = initial.indices.map { WordChange(index: UInt32($0), value: initial[$0]) }
    let root = changes.withUnsafeBufferPointer { cursor.root(after: $0, in: &store.nodes) }
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
    chosenHere = chosen[state]
    return buffer.successors.count
  }

  /// Whether the search takes a successor of the state that was expanded last.
  @inline(__always)
  func isTaken(_ index: Int) -> Bool {
    chosenHere == ChosenSets.everything
      || chosen.contains(chosenHere, system.actionClass(of: buffer.successors[index].action))
  }

  /// Enters one successor into the store, located by itself.
  mutating func locatedTarget(_ index: Int) -> UInt32 {
    let successor = buffer.successors[index]
    let root = buffer.changes.withUnsafeBufferPointer { changes in
      cursor.root(after: Self.changes(of: successor, in: changes), in: &store.nodes)
    }
    return store.roots.intern(root).id
  }

  /// Works out the roots of all successors, for `target`.
  ///
  /// In one go, since the store's index is larger than any cache: its slots are then read one after
  /// the other without waiting in between, and the look-ups that follow find them at hand.
  mutating func locateSuccessors() {
    roots.truncate(to: 0)
    buffer.successors.withUnsafeBufferPointer { successors in
      buffer.changes.withUnsafeBufferPointer { changes in
        for successor in successors {
          roots.append(
            cursor.root(after: Self.changes(of: successor, in: changes), in: &store.nodes))
        }
      }
    }
    store.roots.touch(roots.elements)
  }

  /// Enters a successor that was located into the store.
  @inline(__always)
  mutating func target(_ index: Int) -> UInt32 { store.roots.intern(roots[index]).id }

  /// Goes to a successor.
  mutating func show(_ index: Int) {
    let successor = buffer.successors[index]
    buffer.changes.withUnsafeBufferPointer { changes in
      cursor.show(Self.changes(of: successor, in: changes))
    }
  }

  /// The id of a successor; nil where the store does not hold it.
  mutating func find(_ index: Int) -> UInt32? {
    let successor = buffer.successors[index]
    let root = buffer.changes.withUnsafeBufferPointer { changes in
      cursor.knownRoot(after: Self.changes(of: successor, in: changes), in: store.nodes)
    }
    guard let root else { return nil }
    return store.roots.find(root)
  }

  /// Comes back to the state that was expanded.
  @inline(__always)
  mutating func back() { cursor.back() }

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
