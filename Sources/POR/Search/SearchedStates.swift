internal import Transitions

/// The states that a search with several passes entered, each once, whatever store holds it.
///
/// Passes that run one after the other share a store. Where one of them is given up, or where symmetry
/// raced with none, there are several, and a state that two of them hold is still one state.
struct SearchedStates {
  /// A store of passes that are done, and which of its states count.
  private final class Store {
    var space: StateSpace
    let counted: StateSet

    init(_ space: consuming StateSpace, _ counted: StateSet) {
      self.space = space
      self.counted = counted
    }
  }

  private var stores: [Store] = []
  /// How many there are.
  private(set) var count = 0

  /// Adds the states of a store that count.
  mutating func add(_ space: consuming StateSpace, _ counted: StateSet) {
    if counted.isEmpty { return }
    let new = Store(space, counted)
    if stores.isEmpty {
      count = counted.count
    } else {
      for state in counted.members {
        new.space.move(to: state)
        let words = new.space.words
        let isKnown = stores.contains { store in
          store.space.id(of: words).map { store.counted.contains($0) } ?? false
        }
        if !isKnown { count += 1 }
      }
    }
    stores.append(new)
  }
}

extension StateSpace {
  /// The id of a state that the store holds; nil for another one.
  func id(of words: UnsafeBufferPointer<UInt32>) -> UInt32? {
    var changes: [WordChange] = []
    for (index, value) in words.enumerated() where value != 0 {
      if index >= 1 << store.height { return nil }
      changes.append(WordChange(index: UInt32(index), value: value))
    }
    var probe = TreeCursor(height: firstHeight)
    if height > firstHeight { probe.reset(height: height) }
    let root = changes.withUnsafeBufferPointer { probe.knownRoot(after: $0, in: store.nodes.view) }
    return root.flatMap { store.roots.find($0) }
  }
}
