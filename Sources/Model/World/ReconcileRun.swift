import CEL

/// Where a run of a reconcile stops.
struct RunLimit {
  /// How many writes the run may make in this step; the next one ends it.
  var writes: Int
  /// The write of this step (from 0) that is answered with a fault instead.
  var fault: (Fault, write: Int)?
}

/// How far a run of a reconcile came.
enum RunEnd {
  /// It waits behind a write, before its next question.
  case suspended
  case ended(ReconcileOutcome)
}

/// One reconcile on its way through its tree, from its position to the end of the step.
///
/// While the tree knows the way no code runs; at the first unknown answer the reconciler is run from its
/// start, is fed the recorded answers, and goes on from there with answers of this state.
final class ReconcileRun {
  struct Suspension: Error {}

  /// Whether the step ended at a question of the run.
  var isSuspended = false
  /// The number of the next question, for one who looks ahead; the tree knows nothing of it.
  var ahead: Int?

  let context: StepContext
  let controller: Int
  let request: ReconcileRequest
  let limit: RunLimit
  private(set) var node: UInt32
  var writes = 0
  var conditionalWrites = 0
  /// Whether the fault of the limit hit a write.
  var faultHit = false
  /// Objects that this reconcile wrote, as they were just before its first write of them.
  var ownBefore: [ObjectKey: UInt32] = [:]
  /// The question at which this reconcile last changed an object.
  var lastOwnWrite: [ObjectKey: Int] = [:]
  /// Reads that were stale when they were made: object and question.
  var bornSuperseded: [ObjectKey: Int] = [:]
  /// How many new values this run was given.
  private var freshValues = 0
  /// Recorded answers that a run from the start is fed with.
  private var replayed: [(question: Question, answer: Answer)] = []
  private var replayIndex = 0
  /// What resourceVersions of this run begin with: none is taken for one of an earlier reconcile, where
  /// the controller may remember those.
  var versionMark = "r"

  init(
    _ context: StepContext, controller: Int, request: ReconcileRequest, from node: UInt32,
    limit: RunLimit
  ) {
    self.context = context
    self.controller = controller
    self.request = request
    self.limit = limit
    self.node = node
    for (index, step) in context.world.tree.path(to: node).enumerated() {
      if case .recall = step.question { noteMemory(step.answer) }
      note(step.answer, at: index)
      if case .fresh = step.question { freshValues += 1 }
    }
  }

  /// Goes on where a run was suspended, with the answers of its state.
  init(aheadOf run: ReconcileRun) {
    context = StepContext(aheadOf: run.context)
    controller = run.controller
    request = run.request
    limit = RunLimit(writes: .max)
    node = run.node
    writes = run.writes
    conditionalWrites = run.conditionalWrites
    ownBefore = run.ownBefore
    lastOwnWrite = run.lastOwnWrite
    bornSuperseded = run.bornSuperseded
    freshValues = run.freshValues
    versionMark = run.versionMark
    ahead = run.tree.depth(of: run.node)
  }

  var tree: ReconcileTree { context.world.tree }
  /// The number of the next question.
  var index: Int { ahead ?? tree.depth(of: node) }
  var participant: Participant { context.world.definition.participants[controller] }

  /// Runs to the end of the step.
  func run() throws -> RunEnd {
    do {
      while true {
        if let outcome = tree.outcome(at: node) { return .ended(outcome) }
        guard let question = tree.question(at: node), !tree.isExpected(at: node) else {
          return try execute()
        }
        let answer = try answer(question)
        guard let next = tree.next(node, answer) else {
          node = tree.follow(node, answer)
          return try execute()
        }
        node = next
      }
    } catch is Suspension {
      return .suspended
    }
  }

  /// Runs the reconciler from its start, with the recorded answers first.
  private func execute() throws -> RunEnd {
    if let symmetry = context.world.symmetry,
      !symmetry.allows(CellLayout.Worker(controller: controller, request: request))
    {
      try context.composition.breakSymmetry(
        "\(participant.reconciler.name) computes with the name of \(request)")
    }
    replayed = tree.path(to: node)
    replayIndex = 0
    node = tree.root(controller: controller, request: request)
    let outcome: ReconcileOutcome
    do {
      outcome = .finished(try participant.reconciler.reconcile(request, oracle: self))
    } catch let error as ReconcileError {
      outcome = .failed(error)
    }
    if tree.refute(at: node) { try context.composition.noteDifference(at: node) }
    guard tree.record(outcome, at: node) else {
      throw notDeterministic("a run ended where another asked on")
    }
    return .ended(outcome)
  }

  func notDeterministic(_ difference: String) -> NotDeterministic {
    NotDeterministic(
      controller: participant.reconciler.name, request: request, difference: difference)
  }

  /// A question of the running reconciler.
  func ask(_ question: Question) throws -> Answer {
    if let index = ahead {
      let answer = try self.answer(question)
      ahead = index + 1
      return answer
    }
    if !tree.confirm(question, at: node) { try context.composition.noteDifference(at: node) }
    guard tree.record(question, at: node) else {
      throw notDeterministic("after the same answers one run asked \(question)")
    }
    let answer: Answer
    if replayIndex < replayed.count {
      answer = replayed[replayIndex].answer
      replayIndex += 1
    } else {
      try context.composition.noteOrder(question, at: node)
      answer = try self.answer(question)
    }
    node = tree.follow(node, answer)
    return answer
  }

  /// Keeps what later answers depend on.
  func note(_ answer: Answer, at index: Int) {
    guard case .response(_, _, let changed) = answer else { return }
    for change in changed {
      if ownBefore[change.key] == nil { ownBefore[change.key] = change.before }
      lastOwnWrite[change.key] = index
    }
  }

  /// Where the controller remembers something under a label.
  private func memory(_ label: String) -> Cell {
    let owner = participant.reconciler.sharesMemory ? ReconcileRequest.all : request
    return .memory(controller: controller, owner, label)
  }

  /// Tells the resourceVersions of this run from those of reconciles that are remembered.
  private func noteMemory(_ answer: Answer) {
    guard participant.reconciler.sharesMemory, case .object(let version) = answer,
      let life = context.world.versions.object(version)?["life"]?.int
    else { return }
    versionMark = "r\(life)-"
  }

  // MARK: Answers of this state

  private func answer(_ question: Question) throws -> Answer {
    // Behind its last write the run of a step asks nothing more: another step may come in between and
    // change the answer. Nobody else changes what a controller remembers that works on one at a time.
    guard writes < limit.writes || question.isRemember && participant.reconciler.sharesMemory else {
      isSuspended = true
      throw Suspension()
    }
    let index = index
    switch question {
    case .get(_, let key):
      return .object(version: shown(try cached(key, index: index), key.groupKind))
    case .list(let query):
      return .list(
        try cached(query, index: index).map {
          Answer.ListedObject(key: $0.key, version: shown($0.version, $0.key.groupKind))
        })
    case .creationRank(let key):
      guard context.world.rankedKinds.contains(key.groupKind) else {
        if context.isAhead { throw Suspension() }
        context.world.rank(key.groupKind)
        throw RestartNeeded(reason: "creation order of \(key.groupKind)")
      }
      return .number(Int(context.wordNow(.rank(key))))
    case .hasPassed(let label):
      let cell = Cell.deadline(controller: controller, request, label)
      if context.wordNow(cell) == 1 { return .flag(true) }
      guard context.choice(2) == 1 else { return .flag(false) }
      context.set(cell, 1)
      return .flag(true)
    case .spend(let budget, let limit):
      let cell = Cell.spent(controller: controller, budget)
      let spent = context.wordNow(cell)
      guard spent < limit, context.choice(2) == 1 else { return .flag(false) }
      context.set(cell, spent + 1)
      return .flag(true)
    case .recall(let label):
      let answer = Answer.object(version: context.wordNow(memory(label)))
      noteMemory(answer)
      return answer
    case .remember(let label, let value):
      context.set(memory(label), context.world.versions.intern(value.value.object))
      return .flag(true)
    case .awaitsEvents(let groupKind):
      // Only where time waits for deliveries they have an end that is seen before time passes.
      let waits = context.world.definition.time == .fair
      return .flag(try waits && !lagging(groupKind).isEmpty)
    case .choose(let count, _):
      return .number(context.choice(count))
    case .next(let batch):
      return .number(lane(of: batch))
    case .fresh:
      freshValues += 1
      return .text(
        context.freshToken("value by \(participant.reconciler.name) for \(request)\(role)"))
    case .send(let request):
      return try send(request, question: question, index: index)
    }
  }

  /// What tells the values of a process apart: their number in the run, and which life of it that is.
  ///
  /// Steps that touch different values of one class count as dependent (`FootprintNames`). What a
  /// declarative controller makes in one run is alike; of what real code makes nobody knows, so the
  /// objects that it names are not interchangeable, and a class for each keeps them independent. The
  /// budget of crashes tells the life: it is read by the step, and a crash, which writes it, conflicts.
  private var role: String {
    guard participant.reconciler.runsElsewhere else { return "" }
    guard let crashes = participant.budgets[.crash], crashes > 0 else { return " [\(freshValues)]" }
    let life = crashes - Int(context.word(.budget(.crash, controller: controller)))
    return " [\(freshValues)\(String(repeating: "'", count: life))]"
  }
}
