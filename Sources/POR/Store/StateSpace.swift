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
  /// The successors of the state that was expanded last, and where they lie.
  private(set) var buffer = SuccessorBuffer()
  private var roots = FlatBuffer<UInt64>()
  /// How many words a state has; it grows in `expand` only.
  private(set) var width: Int
  /// In a reduced search: what is taken at each state; else everything.
  var chosen = ChosenSets()
  /// The chosen set of the state that was expanded last.
  private var chosenHere = ChosenSets.everything

  /// What helpers list before it is asked for; nil where there are none.
  private var foresight: Foresight?
  /// The targets of the state that was expanded last, if helpers looked for them.
  private var foreseen: [UInt32] = []

  /// The height of the store's trees at first, which their layout depends on.
  let firstHeight: Int

  /// Makes a space that holds nothing but the initial state, as id 0; with a crew, its threads list
  /// what is foreseen.
  init(
    system: any TransitionSystem, hashSeed: UInt64, crew: WorkerCrew? = nil,
    helperThreshold: Int = 2
  ) {
    self.system = system
    foresight = crew.map { Foresight($0, threshold: helperThreshold) }
    let initial = system.initialState
    width = max(initial.count, system.width)
    store = TreeStore(width: width, seed: hashSeed)
    firstHeight = store.height
    cursor = TreeCursor(height: firstHeight)
    let changes = initial.indices.map { WordChange(index: UInt32($0), value: initial[$0]) }
    let root = changes.withUnsafeBufferPointer { cursor.root(after: $0, in: &store.nodes) }
    _ = store.roots.intern(root)
  }

  /// How many states are known.
  var count: Int { store.count }

  /// The height of the store's trees.
  var height: Int { store.height }

  /// What others may read until something is entered or the system is asked.
  func frozen(_ predicates: [StatePredicate], _ fairness: FairnessRule) -> FrozenSpace {
    FrozenSpace(
      system: system, nodes: store.nodes.view, roots: store.roots.view, width: width,
      firstHeight: firstHeight, height: store.height, fairness: fairness, predicates: predicates)
  }

  /// The words of the state or successor the cursor is at.
  var words: UnsafeBufferPointer<UInt32> { cursor.words(width) }

  /// The bytes of the store.
  var byteCount: Int { store.byteCount }

  /// Moves to a state.
  mutating func move(to state: UInt32) { cursor.move(to: state, in: store) }

  /// Moves to a state and lists its successors; returns how many.
  mutating func expand(_ state: UInt32) throws -> Int {
    move(to: state)
    chosenHere = chosen[state]
    if let foresight, foresight.take(state, into: &buffer, &foreseen, system) {
      return buffer.successors.count
    }
    foreseen.removeAll(keepingCapacity: true)
    buffer.removeAll()
    try system.expand(words, into: &buffer)
    if system.width > width { grow(at: state) }
    return buffer.successors.count
  }

  /// Tells which states are expanded next, in this order, the first at a place; states may be passed over.
  ///
  /// Called at each place, it looks ahead where it has to.
  @inline(__always)
  func foresee(
    _ content: Foresight.Content, of states: UnsafeBufferPointer<UInt32>, at place: Int
  ) {
    guard let foresight, place % Foresight.window == 0 else { return }
    let rest = UnsafeBufferPointer(rebasing: states[place...])
    if rest.count < foresight.threshold || !system.mayBeReadByHelpers { return }
    foresight.list(rest, content, in: frozen([], FairnessRule(faults: [])))
  }

  /// How many states were expanded that had been foreseen.
  var foreseenStates: Int { foresight?.used ?? 0 }

  /// Whether the search takes a successor of the state that was expanded last.
  @inline(__always)
  func isTaken(_ index: Int) -> Bool {
    chosenHere == ChosenSets.everything
      || chosen.contains(chosenHere, system.actionClass(of: buffer.successors[index].action))
  }

  /// Enters one successor into the store, located by itself.
  mutating func locatedTarget(_ index: Int) -> UInt32 {
    if index < foreseen.count, foreseen[index] != Foresight.unknown { return foreseen[index] }
    let successor = buffer.successors[index]
    let root = buffer.changes.withUnsafeBufferPointer { changes in
      cursor.root(after: successor.changes(in: changes), in: &store.nodes)
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
          roots.append(cursor.root(after: successor.changes(in: changes), in: &store.nodes))
        }
      }
    }
    store.roots.touch(roots.elements)
  }

  /// Works out the roots of all successors of the state that was expanded last, for `enter`.
  mutating func appendRoots(to list: inout FlatBuffer<UInt64>) {
    buffer.successors.withUnsafeBufferPointer { successors in
      buffer.changes.withUnsafeBufferPointer { changes in
        for successor in successors {
          list.append(cursor.root(after: successor.changes(in: changes), in: &store.nodes))
        }
      }
    }
  }

  /// Begins the look-ups of some roots.
  mutating func touch(_ roots: UnsafeMutableBufferPointer<UInt64>) { store.roots.touch(roots) }

  /// Gets the roots of the next so many steps that a worker listed ready to be entered, in trees as high
  /// as they were then.
  mutating func resolve(_ steps: Int, of piece: BatchPiece, after reader: inout PieceReader) {
    piece.resolve(steps, after: &reader, in: &store.nodes)
  }

  /// Whether what a piece has new can be entered while others look at the store.
  func hasRoom(for piece: BatchPiece) -> Bool {
    store.roots.hasRoom(for: piece.roots.count) && store.nodes.hasRoom(for: piece.newNodes.count)
  }

  /// Enters the state of a root into the store.
  @inline(__always)
  mutating func enter(_ root: UInt64) -> UInt32 { store.roots.intern(root).id }

  /// The root of the same state in a tree that has got higher since.
  mutating func lifted(_ root: UInt64, from height: Int) -> UInt64 {
    store.lifted(root, from: height)
  }

  /// Enters a successor that was located into the store.
  @inline(__always)
  mutating func target(_ index: Int) -> UInt32 { enter(roots[index]) }

  /// Goes to a successor.
  mutating func show(_ index: Int) {
    let successor = buffer.successors[index]
    buffer.changes.withUnsafeBufferPointer { changes in
      cursor.show(successor.changes(in: changes))
    }
  }

  /// The id of a successor; nil where the store does not hold it.
  mutating func find(_ index: Int) -> UInt32? {
    let successor = buffer.successors[index]
    let root = buffer.changes.withUnsafeBufferPointer { changes in
      cursor.knownRoot(after: successor.changes(in: changes), in: store.nodes.view)
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
    move(to: state)
  }
}

extension Successor {
  /// The changed words, of all that a buffer holds.
  @inline(__always)
  func changes(in all: UnsafeBufferPointer<WordChange>) -> UnsafeBufferPointer<WordChange> {
    let first = Int(firstChange)
    return UnsafeBufferPointer(rebasing: all[first..<(first + Int(changeCount))])
  }
}
