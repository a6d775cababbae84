internal import Transitions

/// What does not change while the workers of a round read it.
struct FrozenSpace {
  let system: any TransitionSystem
  let nodes: PairView
  let roots: PairView
  let width: Int
  let firstHeight: Int
  let height: Int
  let fairness: FairnessRule
  /// The predicates that are looked at.
  let predicates: [StatePredicate]
}

/// Expands states of a space that nobody changes meanwhile; one a thread.
///
/// It asks the system only for what is known. What it finds is what the search would find itself in the
/// same state of the space, or missing.
final class BatchWorker {
  /// How many states are expanded before their targets are looked up.
  private static let chunk = 32

  private var cursor = TreeCursor(height: 1)
  private var cursorHeight = 0
  private var toucher = PairToucher()
  private var buffer = SuccessorBuffer()
  /// The roots of the targets of the chunk; whether nodes of one are new.
  private var found = FlatBuffer<UInt64>()
  private var isNew = FlatBuffer<Bool>()

  /// Makes a worker.
  init() {}

  /// Expands some states.
  func expand(
    _ states: UnsafeBufferPointer<UInt32>, in space: FrozenSpace, into piece: BatchPiece
  ) {
    expand(states, of: space.system, in: space, into: piece)
  }

  /// The system is opened once: threads that retain it at each state wait for each other.
  private func expand(
    _ states: UnsafeBufferPointer<UInt32>, of system: some TransitionSystem, in space: FrozenSpace,
    into piece: BatchPiece
  ) {
    piece.removeAll(predicates: space.predicates.count)
    if cursorHeight != space.height {
      cursor = TreeCursor(height: space.firstHeight)
      if space.height > space.firstHeight { cursor.reset(height: space.height) }
      cursorHeight = space.height
    }
    var first = 0
    while first < states.count {
      let end = min(first + Self.chunk, states.count)
      found.truncate(to: 0)
      isNew.truncate(to: 0)
      for place in first..<end {
        cursor.move(to: space.roots.pair(states[place]), space.nodes)
        if !look(at: states[place], of: system, in: space, piece)
          || !list(of: system, in: space, piece)
        {
          piece.degrees.append(BatchPiece.putOff)
          piece.putOffs += 1
          piece.traits.append([])
        }
      }
      lookUp(in: space, piece)
      markLast(of: end - first, piece)
      first = end
    }
  }

  /// Evaluates the predicates; false where one is not known.
  private func look(
    at state: UInt32, of system: some TransitionSystem, in space: FrozenSpace, _ piece: BatchPiece
  ) -> Bool {
    let words = cursor.words(space.width)
    let marks = piece.marked.count
    for (index, entry) in space.predicates.enumerated() {
      guard let value = system.knownValue(ofPredicate: entry.predicate, at: words) else {
        piece.marked.truncate(to: marks)
        return false
      }
      piece.seenValues[index] |= 1 << value.rawValue
      if entry.marksStates && value == .isTrue {
        piece.marked.append(UInt64(index) << 32 | UInt64(state))
      }
    }
    return true
  }

  /// Lists the steps and works out the roots of their targets; false where a step is not known.
  private func list(
    of system: some TransitionSystem, in space: FrozenSpace, _ piece: BatchPiece
  ) -> Bool {
    buffer.removeAll()
    guard system.knownSuccessors(of: cursor.words(space.width), into: &buffer) else {
      return false
    }
    var traits: StateTraits = []
    buffer.successors.withUnsafeBufferPointer { successors in
      buffer.changes.withUnsafeBufferPointer { changes in
        for successor in successors {
          if successor.violations != 0 {
            let place = UInt64(piece.targets.count + found.count)
            piece.violations.append(place << 32 | UInt64(successor.violations))
          }
          var root: UInt64 = 0
          isNew.append(
            cursor.root(
              after: successor.changes(in: changes), in: space.nodes, &root, new: &piece.newNodes))
          found.append(root)
          traits.note(space.fairness.flags(of: successor))
        }
      }
    }
    piece.degrees.append(UInt32(buffer.successors.count))
    piece.traits.append(traits)
    return true
  }

  /// Finds the targets of the chunk.
  private func lookUp(in space: FrozenSpace, _ piece: BatchPiece) {
    toucher.touch(found.elements, in: space.roots)
    for place in 0..<found.count {
      let root = found[place]
      if !isNew[place], let state = space.roots.find(root) {
        piece.targets.append(state)
      } else {
        piece.unknownPlaces.append(UInt32(piece.targets.count))
        piece.targets.append(isNew[place] ? BatchPiece.newNodes : BatchPiece.unknown)
        piece.roots.append(root)
      }
    }
  }

  /// Marks the last target of each of the last states.
  private func markLast(of states: Int, _ piece: BatchPiece) {
    var end = piece.targets.count
    for place in stride(from: piece.degrees.count - 1, to: piece.degrees.count - states - 1, by: -1)
    where piece.degrees[place] != BatchPiece.putOff && piece.degrees[place] > 0 {
      piece.targets[end - 1] |= StateGraph.last
      end -= Int(piece.degrees[place])
    }
  }
}
