internal import Transitions

/// Successors that several threads list before the search asks for them.
///
/// A search comes back to the states of a component that is complete: to close their sets, for the
/// provisos, to judge their cycles. Then it is known which states are expanded next and in which order.
/// Their successors, the footprints among them, and the ids of their targets are looked up in
/// tables that nobody changes meanwhile; what is not known there the search finds itself. So it sees the
/// same as without helpers, in the same order.
///
/// It serves one space: the cursors keep nodes of its trees.
final class Foresight {
  /// What is looked up of a state.
  enum Content {
    case successors
    /// Their targets too, where the store holds them.
    case targets
  }

  /// How many states are listed in one round.
  static let window = 1024
  /// How many of them a worker takes at once.
  private static let pieceSize = 32
  /// The target of a successor that the store does not hold.
  static let unknown = UInt32.max

  private struct Slot {
    var isKnown = false
    var buffer = SuccessorBuffer()
    var targets: [UInt32] = []
  }

  private final class Worker {
    var cursor: TreeCursor
    var height: Int

    init(_ space: FrozenSpace) {
      cursor = TreeCursor(height: space.firstHeight)
      height = space.firstHeight
    }
  }

  /// What the threads of a round share.
  private struct Round: @unchecked Sendable {
    let workers: [Worker]
    let slots: UnsafeMutablePointer<Slot>
    let states: UnsafeBufferPointer<UInt32>
    let frozen: FrozenSpace
  }

  private let crew: WorkerCrew
  private var workers: [Worker] = []
  private let slots: UnsafeMutablePointer<Slot>
  private var states = FlatBuffer<UInt32>()
  /// The place of the state that is expanded next, or before it.
  private var next = 0
  /// Fewer states are not worth waking anybody.
  let threshold: Int
  /// How many states were listed by a round and asked for.
  private(set) var used = 0

  /// Makes an empty foresight.
  init(_ crew: WorkerCrew, threshold: Int) {
    self.crew = crew
    self.threshold = max(2, threshold)
    slots = .allocate(capacity: Self.window)
    slots.initialize(repeating: Slot(), count: Self.window)
  }

  deinit {
    slots.deinitialize(count: Self.window)
    slots.deallocate()
  }

  /// Lists the successors of states that will be expanded in this order, if at all.
  func list(_ wanted: UnsafeBufferPointer<UInt32>, _ content: Content, in frozen: FrozenSpace) {
    states.truncate(to: 0)
    for state in wanted.prefix(Self.window) { states.append(state) }
    next = 0
    while workers.count < crew.workers { workers.append(Worker(frozen)) }
    let count = states.count
    let round = Round(
      workers: workers, slots: slots, states: UnsafeBufferPointer(states.elements), frozen: frozen)
    crew.run(pieces: (count + Self.pieceSize - 1) / Self.pieceSize) { worker, piece in
      let first = piece * Self.pieceSize
      for place in first..<min(first + Self.pieceSize, count) {
        let state = round.states[place]
        Self.list(state, content, by: round.workers[worker], in: round.frozen, &round.slots[place])
      }
    }
  }

  private static func list(
    _ state: UInt32, _ content: Content, by worker: Worker, in space: FrozenSpace,
    _ slot: inout Slot
  ) {
    if worker.height != space.height {
      worker.cursor.reset(height: space.height)
      worker.height = space.height
    }
    worker.cursor.move(to: space.roots.pair(state), space.nodes)
    slot.buffer.removeAll()
    slot.targets.removeAll(keepingCapacity: true)
    slot.isKnown = space.system.knownSuccessors(
      of: worker.cursor.words(space.width), into: &slot.buffer)
    guard slot.isKnown, case .targets = content else { return }
    slot.buffer.successors.withUnsafeBufferPointer { successors in
      slot.buffer.changes.withUnsafeBufferPointer { changes in
        for successor in successors {
          let root = worker.cursor.knownRoot(
            after: successor.changes(in: changes), in: space.nodes)
          slot.targets.append(root.flatMap { space.roots.find($0) } ?? unknown)
        }
      }
    }
  }

  /// Takes the successors and targets of a state, where they were listed; false where they were not.
  ///
  /// States before it in the list are not expected any more; none is if it is not in the list.
  func take(
    _ state: UInt32, into buffer: inout SuccessorBuffer, _ targets: inout [UInt32],
    _ system: any TransitionSystem
  ) -> Bool {
    while next < states.count && states[next] != state { next += 1 }
    if next == states.count { return false }
    let place = next
    next += 1
    guard slots[place].isKnown,
      system.takesKnown(successors: slots[place].buffer.successors.count)
    else { return false }
    swap(&buffer, &slots[place].buffer)
    swap(&targets, &slots[place].targets)
    used += 1
    return true
  }
}
