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
  private static let chunk = 32
  /// Where more than one state of so many is put off, the next batches are expanded alone.
  private static let putOffShare = 2
  private static let batchesAlone = 8
  private static let goodSample = 512

  /// The states that wait behind some place of `waiting`, and how far they are from the initial state.
  struct Layer: BitwiseCopyable {
    var first: Int
    var depth: Int
  }

  private let options: SearchOptions
  private let fairness: FairnessRule
  private let batchSize: Int
  private let crew: WorkerCrew?
  private var order: ActionOrder
  private let workers: [BatchWorker]
  private var pieces: [BatchPiece] = []
  /// Only states without a fair step that writes have their steps kept.
  private let keepsIdleStepsOnly: Bool

  private var graph = StateGraph()
  private var waiting = FlatBuffer<UInt32>()
  private var layers = FlatBuffer<Layer>()
  private var batch = FlatBuffer<UInt32>()
  /// States of the batch without a fair step: they are settled.
  private var quiet = FlatBuffer<UInt32>()
  private var roots = FlatBuffer<UInt64>()
  /// By state of the chunk: how many steps it has, and what they are.
  private var degrees = FlatBuffer<UInt32>()
  private var traits = FlatBuffer<StateTraits>()
  /// Sets of rules that their steps violate: the place in `roots` in the high half.
  private var violations = FlatBuffer<UInt64>()
  private var batchesAlone = 0
  private var putOff = 0
  /// Batches with fewer states are not worth waking anybody.
  private let smallBatch: Int
  private var roundHeight = 0
  private var components = Decomposition(nodeCount: 0)
  /// Whether some component whose steps were kept has a cycle; known at the end.
  private(set) var hasCycle = false
  /// How many steps were taken.
  private(set) var transitions = 0
  /// How many states were expanded, and how many of them by workers.
  private(set) var expanded = 0
  private(set) var helped = 0

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
    let pieceCount = round(predicates, space)
    var first = 1
    for piece in 0..<pieceCount {
      let size = min(pieceSize, batch.count - first)
      let cut = try enter(
        pieces[piece], first..<(first + size), predicates, depth, &judge, &space, &watch)
      if let cut { return cut }
      first += size
    }
    if putOff * Self.putOffShare > max(batch.count, Self.goodSample) { batchesAlone = Self.batchesAlone }
    return nil
  }

  /// Has workers expand all states of the batch but the first; returns how many pieces there are.
  private mutating func round(
    _ predicates: [StatePredicate], _ space: borrowing StateSpace
  ) -> Int {
    let frozen = space.frozen(predicates, fairness)
    roundHeight = space.height
    let size = pieceSize
    let pieceCount = (batch.count - 1 + size - 1) / size
    while pieces.count < pieceCount { pieces.append(BatchPiece()) }
    let states = UnsafeBufferPointer(batch.elements)
    let round = Round(workers: workers, pieces: pieces, states: states, frozen: frozen)
    crew?.run(pieces: pieceCount) { worker, piece in
      let first = 1 + piece * size
      let end = min(first + size, round.states.count)
      round.workers[worker].expand(
        UnsafeBufferPointer(rebasing: round.states[first..<end]), in: round.frozen,
        into: round.pieces[piece])
    }
    return pieceCount
  }

  /// What the threads of a round share.
  private struct Round: @unchecked Sendable {
    let workers: [BatchWorker]
    let pieces: [BatchPiece]
    let states: UnsafeBufferPointer<UInt32>
    let frozen: FrozenSpace
  }

  /// How many states of the batch a worker takes at once.
  private var pieceSize: Int {
    max(1, min(Self.maxPieceSize, batch.count / Self.piecesPerBatch))
  }

  // MARK: What workers found

  /// Enters what a worker found out about some states of the batch.
  private mutating func enter(
    _ piece: BatchPiece, _ range: Range<Int>, _ predicates: [StatePredicate], _ depth: Int,
    _ judge: inout Judge, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    for (index, entry) in predicates.enumerated() where piece.seenValues[index] != 0 {
      judge.note(seen: piece.seenValues[index], of: entry)
    }
    for mark in piece.marked.elements {
      judge.mark(UInt32(truncatingIfNeeded: mark), for: predicates[Int(mark >> 32)])
    }
    space.touch(piece.roots.elements)
    var reader = PieceReader()
    var place = range.lowerBound
    while place < range.upperBound {
      // States that lie behind each other and are known, then those that are not.
      var end = place
      var steps = 0
      while end < range.upperBound, case let degree = piece.degrees[end - range.lowerBound],
        degree != BatchPiece.putOff, end == place || space.count + steps < watch.maxStates
      {
        steps += Int(degree)
        end += 1
      }
      if end == place {
        while end < range.upperBound, piece.degrees[end - range.lowerBound] == BatchPiece.putOff {
          end += 1
        }
        putOff += end - place
        let cut = try expand(place..<end, predicates, depth, &judge, &space, &watch)
        if let cut { return cut }
      } else if space.system.takesKnown(successors: steps) {
        space.resolve(steps, of: piece, after: &reader)
        let cut = enterKnown(
          piece, place..<end, range.lowerBound, &reader, &judge, &space, watch.maxStates)
        if let cut { return cut }
        helped += end - place
        if let cut = check(after: end - place, depth, space, &watch) { return cut }
      } else {
        // The system has more to do at the first of them; then it is asked again for the others.
        piece.skip(Int(piece.degrees[place - range.lowerBound]), &reader)
        end = place + 1
        let cut = try expand(place..<end, predicates, depth, &judge, &space, &watch)
        if let cut { return cut }
      }
      place = end
    }
    return nil
  }

  /// Enters the targets of states that a worker knew.
  private mutating func enterKnown(
    _ piece: BatchPiece, _ range: Range<Int>, _ first: Int, _ reader: inout PieceReader,
    _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) -> CutReason? {
    var cut: CutReason?
    entering: for place in range {
      let begin = graph.stepCount
      for _ in 0..<piece.degrees[place - first] {
        var target = piece.targets[reader.target]
        reader.target += 1
        transitions += 1
        if target >= BatchPiece.newNodes {
          target = space.enter(space.lifted(piece.roots[reader.root], from: roundHeight))
          reader.root += 1
          if Int(target) == maxStates {
            graph.truncate(to: begin)
            cut = .states
            break entering
          }
        }
        graph.append(target)
      }
      finish(batch[place], piece.traits[place - first], from: begin)
    }
    while reader.violation < piece.violations.count,
      case let entry = piece.violations[reader.violation], Int(entry >> 32) < reader.target
    {
      judge.noteRules(UInt32(truncatingIfNeeded: entry), space)
      reader.violation += 1
    }
    return cut ?? (graph.stepCount > StateGraph.stepLimit ? .memory : nil)
  }

  // MARK: What the search expands itself

  /// Expands states of the batch one by one.
  private mutating func expand(
    _ range: Range<Int>, _ predicates: [StatePredicate], _ depth: Int, _ judge: inout Judge,
    _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    var first = range.lowerBound
    while first < range.upperBound {
      let end = min(first + Self.chunk, range.upperBound)
      try list(first..<end, predicates, &judge, &space, watch)
      let count = degrees.count
      if let cut = enterRoots(first, &judge, &space, watch.maxStates) { return cut }
      if let cut = check(after: count, depth, space, &watch) { return cut }
      first += count
    }
    return nil
  }

  /// Lists the steps of some states and works out the roots of their targets; at least of one, and of
  /// fewer than asked for where the search is to end.
  private mutating func list(
    _ range: Range<Int>, _ predicates: [StatePredicate], _ judge: inout Judge,
    _ space: inout StateSpace, _ watch: SearchWatch
  ) throws {
    roots.truncate(to: 0)
    degrees.truncate(to: 0)
    traits.truncate(to: 0)
    violations.truncate(to: 0)
    var height = space.height
    for place in range {
      // The search is cut in the last state at most: none behind it is asked for.
      if place > range.lowerBound,
        watch.isCancelled || space.count + roots.count >= watch.maxStates
      {
        return
      }
      let state = batch[place]
      look(at: state, predicates, &judge, &space)
      let count = try space.expand(state)
      if space.height != height {
        for index in 0..<roots.count { roots[index] = space.lifted(roots[index], from: height) }
        height = space.height
      }
      var traits: StateTraits = []
      for index in 0..<count {
        let successor = space.buffer.successors[index]
        traits.note(fairness.flags(of: successor))
        if successor.violations != 0 {
          violations.append(UInt64(roots.count + index) << 32 | UInt64(successor.violations))
        }
      }
      space.appendRoots(to: &roots)
      degrees.append(UInt32(count))
      self.traits.append(traits)
    }
  }

  /// Enters the targets of the states that were listed, the first of which is at a place.
  private mutating func enterRoots(
    _ first: Int, _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) -> CutReason? {
    space.touch(roots.elements)
    var next = 0
    var violation = 0
    var cut: CutReason?
    entering: for place in 0..<degrees.count {
      let begin = graph.stepCount
      let count = Int(degrees[place])
      order.prepare(count)
      for position in 0..<count {
        transitions += 1
        let target = space.enter(roots[next + order[position]])
        if Int(target) == maxStates {
          graph.truncate(to: begin)
          next += position + 1
          cut = .states
          break entering
        }
        graph.append(target)
      }
      if order.isShuffled {
        // Every target is known now, and the graph has them in the order of the system.
        graph.truncate(to: begin)
        for index in next..<(next + count) { graph.append(space.enter(roots[index])) }
      }
      next += count
      finish(batch[first + place], traits[place], from: begin)
    }
    while violation < violations.count, Int(violations[violation] >> 32) < next {
      judge.noteRules(UInt32(truncatingIfNeeded: violations[violation]), space)
      violation += 1
    }
    return cut ?? (graph.stepCount > StateGraph.stepLimit ? .memory : nil)
  }

  /// Ends the list of a state's steps.
  @inline(__always)
  private mutating func finish(_ state: UInt32, _ traits: StateTraits, from begin: Int) {
    if !traits.contains(.hasFairStep) { quiet.append(state) }
    if keepsIdleStepsOnly && traits.contains(.hasFairWrite) { graph.truncate(to: begin) }
    graph.close(state, from: begin)
  }

  /// Evaluates predicates at a state.
  private func look(
    at state: UInt32, _ predicates: [StatePredicate], _ judge: inout Judge,
    _ space: inout StateSpace
  ) {
    if predicates.isEmpty { return }
    space.move(to: state)
    for entry in predicates {
      let value = space.value(of: entry.predicate)
      judge.note(seen: 1 << value.rawValue, of: entry)
      if entry.marksStates && value == .isTrue { judge.mark(state, for: entry) }
    }
  }

  /// Evaluates predicates at the states that were met and not expanded.
  private func lookAtTheRest(
    _ judge: inout Judge, _ space: inout StateSpace, _ maxStates: Int
  ) {
    for state in 0..<UInt32(graph.nodeCount) where !graph.isExpanded(state) {
      look(at: state, judge.openPredicates, &judge, &space)
    }
  }

  private mutating func check(
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
