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
final class ReconcileRun: ReconcileOracle {
  private struct Suspension: Error {}

  /// Whether the step ended at a question of the run.
  private var isSuspended = false
  /// The number of the next question, for one who looks ahead; the tree knows nothing of it.
  private var ahead: Int?

  private let context: StepContext
  private let controller: Int
  private let request: ReconcileRequest
  private let limit: RunLimit
  private(set) var node: UInt32
  private(set) var writes = 0
  private var conditionalWrites = 0
  /// Whether the fault of the limit hit a write.
  private(set) var faultHit = false
  /// Objects that this reconcile wrote, as they were just before its first write of them.
  private var ownBefore: [ObjectKey: UInt32] = [:]
  /// The question at which this reconcile last changed an object.
  private var lastOwnWrite: [ObjectKey: Int] = [:]
  /// Reads that were stale when they were made: object and question.
  private(set) var bornSuperseded: [ObjectKey: Int] = [:]
  /// Recorded answers that a run from the start is fed with.
  private var replayed: [(question: Question, answer: Answer)] = []
  private var replayIndex = 0

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
      note(step.answer, at: index)
    }
  }

  /// Goes on where a run was suspended, with the answers of its state.
  private init(aheadOf run: ReconcileRun) {
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
    ahead = run.tree.depth(of: run.node)
  }

  func lookAhead() -> (any ReconcileOracle)? { isSuspended ? ReconcileRun(aheadOf: self) : nil }

  private var tree: ReconcileTree { context.world.tree }
  /// The number of the next question.
  private var index: Int { ahead ?? tree.depth(of: node) }
  private var participant: Participant { context.world.definition.participants[controller] }

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

  private func notDeterministic(_ difference: String) -> NotDeterministic {
    NotDeterministic(
      controller: participant.reconciler.name, request: request, difference: difference)
  }

  /// A question of the running reconciler.
  private func ask(_ question: Question) throws -> Answer {
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
  private func note(_ answer: Answer, at index: Int) {
    guard case .response(_, _, let changed) = answer else { return }
    for change in changed {
      if ownBefore[change.key] == nil { ownBefore[change.key] = change.before }
      lastOwnWrite[change.key] = index
    }
  }

  // MARK: Answers of this state

  private func answer(_ question: Question) throws -> Answer {
    // Behind its last write the run of a step asks nothing more: another step may come in between and
    // change the answer.
    guard writes < limit.writes else {
      isSuspended = true
      throw Suspension()
    }
    let index = index
    switch question {
    case .get(_, let key):
      return .object(version: try cached(key, index: index))
    case .list(let query):
      return .list(try cached(query, index: index))
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
      return .object(version: context.wordNow(.memory(controller: controller, self.request, label)))
    case .remember(let label, let value):
      context.set(
        .memory(controller: controller, request, label),
        context.world.versions.intern(value.value.object))
      return .flag(true)
    case .awaitsEvents(let groupKind):
      // Only where time waits for deliveries they have an end that is seen before time passes.
      let waits = context.world.definition.time == .fair
      return .flag(try waits && !lagging(groupKind).isEmpty)
    case .choose(let count, _):
      return .number(context.choice(count))
    case .fresh:
      return .text(
        context.freshToken("value by \(participant.reconciler.name) for \(request)"))
    case .send(let request):
      return try send(request, question: question, index: index)
    }
  }

  private func send(_ request: APIRequest, question: Question, index: Int) throws -> Answer {
    if question.isWrite {
      writes += 1
      if question.isConditionalWrite { conditionalWrites += 1 }
      if let (fault, write) = limit.fault, write == number(of: question, for: fault) {
        return sendFaulty(request, fault, index: index)
      }
    }
    let answer = perform(request, index: index)
    note(answer, at: index)
    return answer
  }

  private func perform(_ request: APIRequest, index: Int) -> Answer {
    let view = ServerView(
      context, versionToken: Self.token(index),
      creator: "\(participant.reconciler.name) for \(self.request)",
      isCurrent: { [unowned self] version, key in self.isCurrent(version, key) })
    let first = context.changes.count
    let response = context.world.server.handle(request, reader: view)
    for change in response.changes { context.write(change) }
    let changes = Array(context.changes[first...])
    context.sent.append(SentRequest(request: request, response: response, changes: changes))
    let body = identity(of: response.body, changed: response.changes.last, index)
    return .response(
      code: response.code, body: body,
      changed: changes.map { Answer.ChangedObject(key: $0.key, before: $0.old) })
  }

  /// An answer less what is no part of the identity of the object in it; a changed object gets the
  /// resourceVersion of this question.
  private func identity(of body: JSONValue, changed: ObjectChange?, _ index: Int) -> JSONValue {
    guard var object = body.object, object["kind"]?.string != "Status" else { return body }
    if let items = object["items"]?.array {
      object["items"] = .array(items.map { identity(of: $0, changed: nil, index) })
      return .object(object)
    }
    let groupKind = GroupKind(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    let version = object.at("metadata", "resourceVersion")
    object = context.world.identity(of: object, groupKind: groupKind)
    let isChanged = changed?.new != nil
    object.set(
      isChanged ? .string(Self.token(index)) : version, at: "metadata", "resourceVersion")
    return .object(object)
  }

  /// The number of a write among those that a fault may hit: a conflict hits conditional ones only.
  private func number(of question: Question, for fault: Fault) -> Int? {
    guard fault == .conflict else { return writes - 1 }
    return question.isConditionalWrite ? conditionalWrites - 1 : nil
  }

  private func sendFaulty(_ request: APIRequest, _ fault: Fault, index: Int) -> Answer {
    switch fault {
    case .conflict:
      faultHit = true
      let body = Self.status(409, "Conflict", request)
      let response = APIResponse(code: 409, body: body)
      context.sent.append(SentRequest(request: request, response: response, changes: []))
      return .response(code: 409, body: body, changed: [])
    case .lostResponse, .crash:
      faultHit = true
      guard case .response(_, _, let changed) = perform(request, index: index),
        let written = context.sent.popLast()
      else { preconditionFailure("a request without a response") }
      let body = Self.status(504, "Timeout", request)
      let response = APIResponse(code: 504, body: body)
      context.sent.append(
        SentRequest(request: request, response: response, changes: written.changes))
      let answer = Answer.response(code: 504, body: body, changed: changed)
      note(answer, at: index)
      return answer
    }
  }

  private static func status(_ code: Int64, _ reason: String, _ request: APIRequest) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": .int(code),
      "reason": .string(reason),
      "message": .string("\(reason) on \(request.kind) \(request.name) (injected)"),
    ]
  }

  private static func token(_ index: Int) -> String { "r\(index)" }

  /// Whether a resourceVersion of this run is still current: no effective write since (SEMANTICS.md,
  /// "Optimistic concurrency").
  private func isCurrent(_ version: String, _ key: ObjectKey) -> Bool {
    guard version.hasPrefix("r"), let index = Int(version.dropFirst()) else { return false }
    if let write = lastOwnWrite[key], write > index { return false }
    if let born = bornSuperseded[key], born >= index { return false }
    guard context.composition.mode == .calls else { return true }
    let marks = context.word(.superseded(controller: controller, request))
    return context.composition.supersededIndex(of: key, in: marks) < index
  }

  // MARK: The controller's cache

  private func lagging(_ groupKind: GroupKind) throws -> [PendingEvent] {
    guard participant.lag != nil else { return [] }
    guard context.world.lags(controller, groupKind) else {
      if context.isAhead { throw Suspension() }
      context.world.cache(groupKind, for: controller)
      throw RestartNeeded(reason: "a lagging cache of \(groupKind)")
    }
    let cell = Cell.pending(controller: controller, groupKind)
    return context.composition.pendingEvents(context.word(cell))
  }

  /// The versions in which the cache differs from the store before the step.
  private func differences(_ groupKind: GroupKind) throws -> [ObjectKey: UInt32] {
    var differences = participant.readsOwnWrites ? [:] : ownBefore
    var seen: Set<ObjectKey> = []
    for event in try lagging(groupKind) where seen.insert(event.key).inserted {
      differences[event.key] = event.old
    }
    return differences
  }

  private func cached(_ key: ObjectKey, index: Int) throws -> UInt32 {
    if let version = try differences(key.groupKind)[key] {
      bornSuperseded[key] = index
      return version
    }
    return participant.readsOwnWrites
      ? context.version(now: key) : context.version(before: key)
  }

  private func cached(_ query: ListQuery, index: Int) throws -> [Answer.ListedObject] {
    let scan = ObjectScan(
      query.groupKind, namespace: query.namespace, selection: query.selection)
    let differences = try differences(query.groupKind)
    let list = participant.readsOwnWrites ? context.scanNow(scan) : context.scan(scan)
    let adjusted = context.adjust(list, scan, with: differences)
    for item in adjusted where differences[item.key] != nil { bornSuperseded[item.key] = index }
    if context.isAhead { return adjusted }
    if context.world.freshOrder?.orderSensitiveControllers.contains(controller) == true {
      try context.composition.noteOrder(
        of: adjusted.map(\.key), "\(participant.reconciler.name) lists \(query.kind)")
    }
    if let symmetry = context.world.symmetry,
      symmetry.definition.orderSensitiveControllers.contains(controller),
      !symmetry.keepsOrder(adjusted.map(\.key))
    {
      try context.composition.breakSymmetry(
        "\(participant.reconciler.name) depends on the order of a list of \(query.kind)")
    }
    return adjusted
  }

  // MARK: ReconcileOracle

  private func present(_ version: UInt32, index: Int) -> JSONObject? {
    guard var object = context.world.versions.object(version) else { return nil }
    object.set(.string(Self.token(index)), at: "metadata", "resourceVersion")
    return object
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    let key = ObjectKey(
      GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)
    let index = index
    guard case .object(let version) = try ask(.get(apiVersion: apiVersion, key)) else {
      preconditionFailure("a get answered with something else")
    }
    return present(version, index: index)
  }

  func list(_ query: ListQuery) throws -> [JSONObject] {
    let index = index
    guard case .list(let items) = try ask(.list(query)) else {
      preconditionFailure("a list answered with something else")
    }
    return items.compactMap { present($0.version, index: index) }
  }

  func send(_ request: APIRequest) throws -> APIResponse {
    guard case .response(let code, let body, _) = try ask(.send(request)) else {
      preconditionFailure("a request answered with something else")
    }
    return APIResponse(code: code, body: body)
  }

  func creationRank(of object: JSONObject) throws -> Int {
    let key = ObjectKey(
      GroupKind(
        apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? ""),
      namespace: object.at("metadata", "namespace")?.string ?? "",
      name: object.at("metadata", "name")?.string ?? "")
    guard case .number(let rank) = try ask(.creationRank(key)) else {
      preconditionFailure("a rank answered with something else")
    }
    return rank
  }

  func hasPassed(deadline: String) throws -> Bool {
    guard case .flag(let passed) = try ask(.hasPassed(deadline)) else {
      preconditionFailure("a deadline answered with something else")
    }
    return passed
  }

  func spend(_ budget: String, limit: Int) throws -> Bool {
    guard case .flag(let happens) = try ask(.spend(budget, limit: limit)) else {
      preconditionFailure("a budget answered with something else")
    }
    return happens
  }

  var hasLaggingCaches: Bool { participant.lag != nil }

  func recall(_ label: String) throws -> JSONObject? {
    guard case .object(let version) = try ask(.recall(label)) else {
      preconditionFailure("a memory answered with something else")
    }
    return context.world.versions.object(version)
  }

  func remember(_ label: String, _ value: JSONObject?) throws {
    _ = try ask(.remember(label, IdenticalJSON((value.map(JSONValue.object) ?? .null).asMemory)))
  }

  func awaitsEvents(of groupKind: GroupKind) throws -> Bool {
    guard case .flag(let awaits) = try ask(.awaitsEvents(groupKind)) else {
      preconditionFailure("a cache answered with something else")
    }
    return awaits
  }

  func choose(_ count: Int, _ label: String) throws -> Int {
    guard case .number(let choice) = try ask(.choose(count, label)) else {
      preconditionFailure("a choice answered with something else")
    }
    return choice
  }

  func freshValue() throws -> String {
    guard case .text(let text) = try ask(.fresh) else {
      preconditionFailure("a fresh value answered with something else")
    }
    return text
  }
}
