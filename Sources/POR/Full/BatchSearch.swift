internal import Transitions

/// The traversal of a full search: in batches of states, whose order does not depend on the number of
/// threads.
///
/// A batch is the last of the states that wait, so the search goes deep as it would depth first, and
/// under a limit it sees ends of runs early. In a batch workers expand the states and look their
/// targets up, in tables that nobody changes; then the search enters the targets that are new, in the
/// order of the states and of their steps, and expands itself what the workers could not. So a state's
/// id is the same as with one thread, which expands and enters the states one by one. The steps are
/// kept (`StateGraph`), and what speaks of components is decided at the end (`ComponentPhase`).
struct BatchSearch: ~Copyable {
  /// How many states a batch has at most.
  static let batchSize = 4096
  /// The same where the search ends at the first violation, for which it looks between two batches.
  private static let shortBatchSize = 1024
  /// How many a worker takes at once, at most.
  private static let maxPieceSize = 128
  private static let piecesPerBatch = 32
  /// How many states one thread expands before it enters their targets.
  static let chunk = 32
  /// Where more than one state of so many is put off, the next batches are expanded alone.
  private static let putOffShare = 2
  private static let batchesAlone = 8
  private static let goodSample = 512

  /// The states that wait behind some place of `waiting`, and how far they are from the initial state.
  struct Layer: BitwiseCopyable {
    var first: Int
    var depth: Int
  }

  let options: SearchOptions
  let fairness: FairnessRule
  let batchSize: Int
  let crew: WorkerCrew?
  var order: ActionOrder
  let workers: [BatchWorker]
  var pieces: [BatchPiece] = []
  /// Only states without a fair step that writes have their steps kept.
  let keepsIdleStepsOnly: Bool

  var graph = StateGraph()
  var waiting = FlatBuffer<UInt32>()
  var layers = FlatBuffer<Layer>()
  var batch = FlatBuffer<UInt32>()
  /// States of the batch without a fair step: they are settled.
  var quiet = FlatBuffer<UInt32>()
  var roots = FlatBuffer<UInt64>()
  /// By state of the chunk: how many steps it has, and what they are.
  var degrees = FlatBuffer<UInt32>()
  var traits = FlatBuffer<StateTraits>()
  /// Sets of rules that their steps violate: the place in `roots` in the high half.
  var violations = FlatBuffer<UInt64>()
  var batchesAlone = 0
  var putOff = 0
  /// Batches with fewer states are not worth waking anybody.
  let smallBatch: Int
  var roundHeight = 0
  var components = Decomposition(nodeCount: 0)
  /// Whether some component whose steps were kept has a cycle; known at the end.
  private(set) var hasCycle = false
  /// How many steps were taken.
  var transitions = 0
  /// How many states were expanded, and how many of them by workers.
  private(set) var expanded = 0
  var helped = 0

  /// Makes a search; with a crew, its threads take part.
  init(
    _ judge: borrowing Judge, options: SearchOptions, crew: WorkerCrew?
  ) {
    self.options = options
    self.crew = crew
    fairness = FairnessRule(faults: options.faults)
    order = ActionOrder(shuffleSeed: options.shuffleSeed)
    var batchSize = options.batchSize
    if case .atFirstViolation = options.stop { batchSize = min(batchSize, Self.shortBatchSize) }
    self.batchSize = batchSize
    smallBatch = max(2, options.helperThreshold)
    workers = (0..<(crew?.workers ?? 0)).map { _ in BatchWorker() }
    keepsIdleStepsOnly = !judge.asksForCycles && options.faults.isEmpty
  }

  /// The bytes of the tables.
  var byteCount: Int {
    graph.byteCount + waiting.byteCount + layers.byteCount + components.byteCount
  }

  /// How many states are known.
  var knownStates: Int { graph.nodeCount }

  /// Everything that the state reaches was explored; known at the end.
  func isCompleted(_ state: UInt32) -> Bool { components.isClosed(state) }

  /// Explores what the initial state reaches and judges it; the reason if it was cut short.
  mutating func run(
    _ judge: inout Judge, in space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    let start = ContinuousClock.now
    let cut = try explore(&judge, &space, &watch)
    switch cut {
    case nil, .states, .time: break
    case .memory, .cancelled, .firstViolation: return cut
    }
    if cut == .states { lookAtTheRest(&judge, &space, watch.maxStates) }
    components = Decomposition(nodeCount: graph.nodeCount)
    var phase = ComponentPhase(
      fairness: fairness, cut: cut, elapsed: ContinuousClock.now - start,
      cancellation: options.cancellation)
    let stop = try phase.run(&components, graph, &judge, in: &space)
    hasCycle = phase.hasCycle
    return cut ?? stop
  }

  private mutating func explore(
    _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    // A reduced search that was given up knows some states already.
    for state in 0..<space.count { waiting.append(UInt32(state)) }
    layers.append(Layer(first: 0, depth: 1))
    while !waiting.isEmpty {
      let depth = takeBatch()
      let known = space.count
      graph.extend(to: known)
      let cut = try expandBatch(depth, &judge, &space, &watch)
      for state in quiet.elements { judge.settle(state, isStuck: false, in: &space) }
      graph.extend(to: min(space.count, watch.maxStates))
      if let cut = cut ?? judge.stop { return cut }
      if space.count > known {
        layers.append(Layer(first: waiting.count, depth: depth + 1))
        for state in known..<space.count { waiting.append(UInt32(state)) }
      }
    }
    return nil
  }

  /// Takes the last states that wait; returns how far the nearest of them is.
  private mutating func takeBatch() -> Int {
    let first = max(0, waiting.count - batchSize)
    batch.truncate(to: 0)
    quiet.truncate(to: 0)
    for place in first..<waiting.count { batch.append(waiting[place]) }
    waiting.truncate(to: first)
    let depth = layers.last.depth
    while !layers.isEmpty && layers.last.first >= first { _ = layers.popLast() }
    return depth
  }

  private mutating func expandBatch(
    _ depth: Int, _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    let predicates = judge.openPredicates
    if crew == nil || batch.count < smallBatch || batchesAlone > 0 {
      batchesAlone = max(0, batchesAlone - 1)
      return try expand(0..<batch.count, predicates, depth, &judge, &space, &watch)
    }
    // Whatever the last batch left to be done in the system's next expansion is done here.
    if let cut = try expand(0..<1, predicates, depth, &judge, &space, &watch) { return cut }
    putOff = 0
    if let cut = try round(predicates, depth, &judge, &space, &watch) { return cut }
    if putOff * Self.putOffShare > max(batch.count, Self.goodSample) {
      batchesAlone = Self.batchesAlone
    }
    return nil
  }

  /// Has workers expand all states of the batch but the first, and enters what they find: as far as it
  /// can be done while they work, then the rest.
  private mutating func round(
    _ predicates: [StatePredicate], _ depth: Int, _ judge: inout Judge, _ space: inout StateSpace,
    _ watch: inout SearchWatch
  ) throws -> CutReason? {
    let frozen = space.frozen(predicates, fairness)
    roundHeight = space.height
    let size = pieceSize
    let pieceCount = (batch.count - 1 + size - 1) / size
    while pieces.count < pieceCount { pieces.append(BatchPiece()) }
    let states = UnsafeBufferPointer(batch.elements)
    let round = Round(workers: workers, pieces: pieces, states: states, frozen: frozen)
    let count = batch.count
    func range(_ piece: Int) -> Range<Int> {
      (1 + piece * size)..<min(1 + (piece + 1) * size, count)
    }
    var next = 0
    var cut: CutReason?
    crew?.run(pieces: pieceCount) { piece in
      let entered = enterWhole(
        pieces[piece], range(piece), predicates, depth, &judge, &space, &watch)
      switch entered {
      case .later: return false
      case .cut(let reason): cut = reason
      case .whole: break
      }
      next += 1
      return cut == nil
    } body: { worker, piece in
      round.workers[worker].expand(
        UnsafeBufferPointer(rebasing: round.states[range(piece)]), in: round.frozen,
        into: round.pieces[piece])
    }
    while cut == nil && next < pieceCount {
      cut = try enter(
        pieces[next], range(next), predicates, depth, &judge, &space, &watch)
      next += 1
    }
    return cut
  }

  /// What the threads of a round share.
  private struct Round: @unchecked Sendable {
    let workers: [BatchWorker]
    let pieces: [BatchPiece]
    let states: UnsafeBufferPointer<UInt32>
    let frozen: FrozenSpace
  }

  /// How many states of the batch a worker takes at once.
  var pieceSize: Int {
    max(1, min(Self.maxPieceSize, batch.count / Self.piecesPerBatch))
  }

  mutating func check(
    after count: Int, _ depth: Int, _ space: borrowing StateSpace, _ watch: inout SearchWatch
  ) -> CutReason? {
    expanded += count
    guard watch.isDue(after: count) else { return nil }
    let states = min(space.count, watch.maxStates)
    return watch.check(
      states: states, transitions: transitions, depth: depth, waiting: states - expanded,
      bytes: byteCount + space.byteCount)
  }
}
