import POR
import Synchronization
import Transitions

/// Random controllers: programs that read and write objects, watches that fill a queue, retries
/// after errors, requeues, timers, optional events with a guard, and crashes; in some worlds also
/// caches that lag, fields, memories, choices of the world, and reconciles in two parts.
///
/// The worlds of the reference of POR.md and more. Every step is recorded in a `Transaction`, which
/// keeps its footprint.
final class RandomControllerModel: ReducibleModel {
  let shape: ControllerShape
  let layout: ControllerLayout
  /// Locked, since helpers ask as well.
  private let programs: Mutex<ControllerPrograms>
  private let judged: ControllerProperties
  let initial: [UInt32]
  /// A seeded bug: see `FootprintFaults.closedGuardsUnread`.
  var forgetsClosedGuards = false
  private var paths: [[UInt32]] = []
  private var pathIDs: [[UInt32]: UInt32] = [:]

  init(seed: UInt64, style: ControllerShape.Style = .classic) {
    let shape = ControllerShape(style, seed: seed)
    self.shape = shape
    layout = ControllerLayout(shape)
    programs = Mutex(ControllerPrograms(shape))
    judged = ControllerProperties(shape)
    var start = [UInt32](repeating: 0, count: layout.width)
    for object in 0..<shape.objects { start[object] = shape.initialValues[object] }
    for request in shape.initialQueue { start[layout.queue] |= 1 << UInt32(request) }
    start[layout.events] = (1 << UInt32(shape.events)) - 1
    for pair in shape.crashing { start[layout.budgets] |= 1 << UInt32(pair) }
    for pair in shape.cached {
      for object in 0..<shape.objects { start[layout.cache(pair, object)] = start[object] }
    }
    initial = start
  }

  /// Whether requests ever wait for a timer.
  var usesTimers: Bool { shape.hasTimers || shape.errors > 0 || shape.conditional > 0 }

  func has(_ state: [UInt32], _ word: Int, _ bit: Int) -> Bool {
    state[word] & (1 << UInt32(bit)) != 0
  }

  func padded(_ state: [UInt32]) -> [UInt32] {
    state + Array(repeating: 0, count: layout.width - state.count)
  }

  // MARK: Steps

  func steps(from state: [UInt32]) -> [TinyStep] {
    let state = padded(state)
    var steps: [TinyStep] = []
    for request in 0..<shape.requests where has(state, layout.queue, request) {
      if isInFlight(request, state) { continue }
      add(ActionID.reconcile(request), .fair, to: &steps, from: state) {
        self.reconcile(request, &$0)
      }
    }
    addTimers(to: &steps, from: state)
    addEvents(to: &steps, from: state)
    addCrashes(to: &steps, from: state)
    addDeliveries(to: &steps, from: state)
    for request in shape.inTwoParts.sorted() where isInFlight(request, state) {
      add(ActionID.finish(request), .fair, to: &steps, from: state) { self.finish(request, &$0) }
    }
    return steps
  }

  /// Adds the outcomes of an action, each with the footprint of all.
  func add(
    _ action: Int, _ flags: StepFlags, to steps: inout [TinyStep], from state: [UInt32],
    _ body: (inout Transaction) -> Void
  ) {
    var outcomes = [Transaction(at: state)]
    body(&outcomes[0])
    if outcomes[0].wasAsked {
      outcomes.append(Transaction(at: state, answer: 1))
      body(&outcomes[1])
    }
    let footprint = outcomes.reduce(Footprint()) { $0.union($1.footprint) }
    for (number, outcome) in outcomes.enumerated() {
      var flags = flags
      if outcome.changesObject { flags.insert(.changesObject) }
      if outcome.fails { flags.insert(.endsInError) }
      steps.append(
        TinyStep(
          action: action, outcome: number, flags: flags,
          brokenRules: outcome.breaksRule ? [ControllerProperties.rule] : [],
          target: outcome.state, footprint: footprint, trace: outcome.trace))
    }
  }

  private func reconcile(_ request: Int, _ step: inout Transaction) {
    step.clear(Cell.queue(request), word: layout.queue, bit: request)
    if shape.inTwoParts.contains(request) {
      start(request, &step)
      return
    }
    let ending = read(request, &step)
    for write in ending.writes where !apply(write, of: request, &step) { break }
    end(request, ending, &step)
  }

  /// Asks the questions of a program and gives its end.
  func read(_ actor: Int, _ step: inout Transaction) -> ControllerPrograms.Ending {
    var path: [UInt32] = []
    while true {
      if case .finish(let ending) = operation(actor, path) { return ending }
      path.append(answer(operation(actor, path), to: actor, &step))
      step.note(path[path.count - 1])
    }
  }

  func operation(_ actor: Int, _ path: [UInt32]) -> ControllerPrograms.Operation {
    programs.withLock { $0.operation(actor, path) }
  }

  /// What an operation other than the end finds.
  func answer(
    _ operation: ControllerPrograms.Operation, to actor: Int, _ step: inout Transaction
  ) -> UInt32 {
    let cached = cachedPair(of: actor)
    switch operation {
    case .get(let object):
      if let cached { return readCache(cached, object, &step) }
      return step.read(UInt32(object), word: object)
    case .whole(let object):
      if let cached {
        return readCache(cached, object, &step) * 4 + readCache(cached, object + 1, &step)
      }
      step.read(Cell.whole(object))
      return step.state[object] * 4 + step.state[object + 1]
    case .list(let kind, let value):
      if cached == nil { step.list(Self.predicate(kind, value)) }
      var found: UInt32 = 0
      for object in 0..<shape.objects where shape.kinds[object] == kind {
        let seen = cached.map { readCache($0, object, &step) } ?? step.state[object]
        if seen == value { found |= 1 << UInt32(object) }
      }
      return found
    case .recall: return step.read(Cell.memory(actor / 2), word: layout.memory(actor / 2))
    case .ask: return ControllerPrograms.answers + step.ask()
    case .finish: return 0
    }
  }

  /// Ends a reconcile: memory, timer, and its own request again.
  func end(_ request: Int, _ ending: ControllerPrograms.Ending, _ step: inout Transaction) {
    if let memory = ending.memory {
      step.write(Cell.memory(request / 2), word: layout.memory(request / 2), memory)
    }
    if ending.fails { step.fails = true }
    if usesTimers {
      step.write(
        Cell.timer(request), word: layout.timers, bit: request, step.fails || ending.waits)
    }
    if ending.requeues { wake(request, &step) }
    step.note(901, step.fails ? 1 : 0, ending.waits ? 1 : 0, ending.requeues ? 1 : 0)
  }

  /// The id of a position in a program.
  func id(of path: [UInt32]) -> UInt32 {
    if let id = pathIDs[path] { return id }
    paths.append(path)
    pathIDs[path] = UInt32(paths.count)
    return UInt32(paths.count)
  }

  func path(_ id: UInt32) -> [UInt32] { paths[Int(id) - 1] }

  // MARK: Predicates

  static func predicate(_ kind: Int, _ value: UInt32) -> UInt32 { UInt32(kind) * 4 + value }

  func accepts(_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool {
    Int(cell) < shape.objects && UInt32(shape.kinds[Int(cell)]) == predicate / 4
      && value == predicate % 4
  }

  var properties: [PropertyKind] { ControllerProperties.all }

  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue {
    judged.evaluate(predicate, at: padded(state)).value
  }

  func reads(of predicate: Int, at state: [UInt32]) -> Footprint {
    judged.evaluate(predicate, at: padded(state)).reads
  }

  func objects(of state: [UInt32]) -> [UInt32] {
    TinySystem.trimmed(Array(state.prefix(shape.objects)))
  }

  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32]) {
    let state = padded(state)
    return ([state[layout.events] >> 16, state[layout.budgets]], objects(of: state))
  }
}
