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
  private var expansion = KnownExpansion()
  /// The state that was expanded last, where the cursor is not at it: a helper had expanded it.
  private var distant: UInt32?
  /// The successors of that state come from a helper.
  private(set) var isHelped = false
  /// Those who expand states ahead of the search.
  let crew: HelperCrew?
  /// How many words a state has; it grows in `expand` only.
  private var width: Int
  /// In a reduced search: what is taken at each state; else everything.
  var chosen = ChosenSets()
  /// The chosen set of the state that was expanded last.
  private var chosenHere = ChosenSets.everything

  /// Makes a space that holds nothing but the initial state, as id 0.
  init(system: any TransitionSystem, hashSeed: UInt64, crew: HelperCrew? = nil) {
    self.system = system
    self.crew = crew
    let initial = system.initialState
    width = max(initial.count, system.width)
    store = TreeStore(width: width, seed: hashSeed)
    cursor = TreeCursor(height: store.height)
    let changes = initial.indices.map { WordChange(index: UInt32($0), value: initial[$0]) }
    let root = changes.withUnsafeBufferPointer { cursor.root(after: $0, in: &store.nodes) }
    _ = store.roots.intern(root)
    if let crew { publish(to: crew, isNew: true) }
  }

  /// Tells helpers where the store lies.
  private mutating func publish(to crew: HelperCrew, isNew: Bool) {
    store.nodes.observe(PairObserver(crew.gate) { [unowned crew] in crew.move(nodes: $0) })
    store.roots.observe(PairObserver(crew.gate) { [unowned crew] in crew.move(roots: $0) })
    crew.publish(
      nodes: store.nodes.base, roots: store.roots.base, width: width, height: store.height,
      isNew: isNew)
  }

  /// The successors of the state that was expanded last.
  var buffer: SuccessorBuffer {
    @inline(__always) _read { yield expansion.buffer }
  }

  /// Lets helpers see what is new.
  mutating func spread(_ pending: borrowing FlatBuffer<UInt32>) {
    crew?.spread(&store, pending: pending)
  }

  /// How many states are known.
  var count: Int { store.count }

  /// The words of the state or successor the cursor is at.
  var words: UnsafeBufferPointer<UInt32> { cursor.words(width) }

  /// The bytes of the store.
  var byteCount: Int { store.byteCount }

  /// Moves to a state.
  mutating func move(to state: UInt32) {
    distant = nil
    cursor.move(to: state, in: store)
  }

  /// Moves to a state and lists its successors; returns how many.
  mutating func expand(_ state: UInt32) throws -> Int {
    isHelped = false
    move(to: state)
    expansion.buffer.removeAll()
    try system.expand(words, into: &expansion.buffer)
    if system.width > width { grow(at: state) }
    chosenHere = chosen[state]
    return expansion.buffer.successors.count
  }

  /// Lists and locates the successors of a state, which a helper may have done; returns how many.
  ///
  /// Of the successors that are known a helper tells neither the action nor what it changes. The
  /// cursor goes to the state when another one is shown, if not before.
  mutating func list(_ state: UInt32) throws -> Int {
    guard let crew, crew.take(store.roots.pair(state), &expansion),
      system.takesKnown(successors: expansion.buffer.successors.count)
    else {
      let count = try expand(state)
      locateSuccessors()
      return count
    }
    isHelped = true
    distant = state
    chosenHere = chosen[state]
    let height = store.height
    if system.width > width { grow(at: state) }
    for index in 0..<expansion.states.count
    where expansion.states[index] == KnownExpansion.unknownState {
      // Ids stay when the trees get higher, but roots do not.
      if store.height != height || expansion.roots[index] == KnownExpansion.unknownRoot {
        expansion.roots[index] = root(index)
      }
    }
    return expansion.buffer.successors.count
  }

  /// Goes to the state that was expanded last.
  @inline(__always)
  private mutating func approach() {
    if let distant { move(to: distant) }
  }

  /// Whether the search takes a successor of the state that was expanded last.
  @inline(__always)
  func isTaken(_ index: Int) -> Bool {
    chosenHere == ChosenSets.everything
      || chosen.contains(chosenHere, system.actionClass(of: buffer.successors[index].action))
  }

  /// Enters one successor into the store, located by itself.
  mutating func locatedTarget(_ index: Int) -> UInt32 { store.roots.intern(root(index)).id }

  private mutating func root(_ index: Int) -> UInt64 {
    approach()
    let successor = expansion.buffer.successors[index]
    return expansion.buffer.changes.withUnsafeBufferPointer { changes in
      cursor.root(after: Self.changes(of: successor, in: changes), in: &store.nodes)
    }
  }

  /// Works out the roots of all successors, for `target`.
  ///
  /// In one go, since the store's index is larger than any cache: its slots are then read one after
  /// the other without waiting in between, and the look-ups that follow find them at hand.
  mutating func locateSuccessors() {
    expansion.roots.truncate(to: 0)
    expansion.buffer.successors.withUnsafeBufferPointer { successors in
      expansion.buffer.changes.withUnsafeBufferPointer { changes in
        for successor in successors {
          expansion.roots.append(
            cursor.root(after: Self.changes(of: successor, in: changes), in: &store.nodes))
        }
      }
    }
    store.roots.touch(expansion.roots.elements)
  }

  /// Enters a successor that was located into the store.
  @inline(__always)
  mutating func target(_ index: Int) -> UInt32 {
    if isHelped && expansion.states[index] != KnownExpansion.unknownState {
      return expansion.states[index] & ~KnownExpansion.completed
    }
    return store.roots.intern(expansion.roots[index]).id
  }

  /// Whether a successor that was listed is known to be completed.
  @inline(__always)
  func isKnownCompleted(_ index: Int) -> Bool {
    isHelped && expansion.states[index] & KnownExpansion.completed != 0
      && expansion.states[index] != KnownExpansion.unknownState
  }

  /// Goes to a successor.
  mutating func show(_ index: Int) {
    approach()
    let successor = expansion.buffer.successors[index]
    expansion.buffer.changes.withUnsafeBufferPointer { changes in
      cursor.show(Self.changes(of: successor, in: changes))
    }
  }

  /// The id of a successor; nil where the store does not hold it.
  mutating func find(_ index: Int) -> UInt32? {
    let successor = expansion.buffer.successors[index]
    let root = expansion.buffer.changes.withUnsafeBufferPointer { changes in
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
    crew?.gate.close()
    defer { crew?.gate.open() }
    crew?.widen(width)
    guard store.fit(width: width) else { return }
    cursor.reset(height: store.height)
    move(to: state)
    if let crew { publish(to: crew, isNew: false) }
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
