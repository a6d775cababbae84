import CEL
import Transitions

/// Steps computed the long way: once for all states that agree in what was read.
extension Composition {
  /// Computes an action at a state for given choices and records the path and its leaf.
  func compute(_ action: UInt32, _ state: UnsafeBufferPointer<UInt32>, _ choices: [UInt32]) throws {
    let context = StepContext(self, state: state, choices: choices)
    var draft = StepDraft()
    try run(actions[Int(action)], context, &draft)
    let leaf = try makeLeaf(actions[Int(action)], context, draft)
    if let error = deferredError {
      deferredError = nil
      throw error
    }
    note(context.reads)
    guard steps.record(root: actionRoots[Int(action)], path: context.reads, leaf: UInt32(leaf))
    else { throw MissingStep() }
    stepCounts.computed += 1
  }

  /// What a step is found to be, before it becomes a leaf.
  struct StepDraft {
    var flags: StepFlags = []
    var worker: Int?
    var restart: (controller: Int, requests: [ReconcileRequest])?
    var isDisabled = false
    var outcome: ReconcileOutcome?
  }

  /// Runs an action in a context.
  func run(_ action: WorldAction, _ context: StepContext, _ draft: inout StepDraft) throws {
    switch action {
    case .reconcile(let worker):
      let limit = RunLimit(writes: mode == .calls ? 1 : .max)
      try reconcile(worker, limit, context, &draft)
    case .timer(let worker):
      let (controller, request) = (
        layout.workers[worker].controller, layout.workers[worker].request
      )
      context.set(.timer(controller: controller, request), 0)
      context.enqueue(controller, request)
      draft.flags = world.definition.time == .fair ? [.fair, .waitsForIdle] : .fair
    case .deliver(let controller, let groupKind):
      let cell = Cell.pending(controller: controller, groupKind)
      var events = pendingEvents(context.word(cell))
      let event = events.removeFirst()
      context.set(cell, intern(events))
      context.deliver(event, to: controller)
      draft.flags = .fair
    case .event(let event): try happen(event, context, &draft)
    case .skip(let event):
      _ = context.word(.event(event))
      context.set(.event(event), 0)
      draft.flags = .givesUp
    case .crash(let worker, let writes): try crash(worker, writes, context, &draft)
    case .fault(let fault, let worker, let write):
      let controller = layout.workers[worker].controller
      let budget = Cell.budget(fault, controller: controller)
      let left = context.word(budget)
      // In mode `calls` a step makes one write, so only its first can be hit.
      guard mode == .reconcile || write == 0 else {
        draft.isDisabled = true
        return
      }
      let limit = RunLimit(writes: mode == .calls ? 1 : .max, fault: (fault, write: write))
      let run = try reconcile(worker, limit, context, &draft)
      draft.flags.remove(.fair)
      guard run.faultHit else {
        draft.isDisabled = true
        return
      }
      context.set(budget, left - 1)
    }
  }

  @discardableResult
  private func reconcile(
    _ worker: Int, _ limit: RunLimit, _ context: StepContext, _ draft: inout StepDraft
  ) throws -> ReconcileRun {
    let (controller, request) = (layout.workers[worker].controller, layout.workers[worker].request)
    let position = Cell.position(controller: controller, request)
    let superseded = Cell.superseded(controller: controller, request)
    let standing = mode == .calls ? context.word(position) : 0
    if standing == 0 { context.set(.queue(controller: controller, request), 0) }
    let root = world.tree.root(controller: controller, request: request)
    let run = ReconcileRun(
      context, controller: controller, request: request, from: standing == 0 ? root : standing,
      limit: limit)
    draft.flags = .fair
    draft.worker = worker
    let end = try run.run()
    context.lastNode = run.node
    switch end {
    case .suspended:
      // In mode `reconcile` only a crash stops in between, and drops the position.
      guard mode == .calls else { break }
      context.set(.busy(controller: controller, request), 1)
      let (standsAt, moved) = try run.positionInLaneOrder()
      context.set(position, standsAt)
      if !run.bornSuperseded.isEmpty || !moved.isEmpty {
        var reads = supersededSets[Int(context.word(superseded))].map {
          SupersededRead(key: $0.key, index: moved[$0.index] ?? $0.index)
        }
        for (key, index) in run.bornSuperseded {
          let known = reads.first { $0.key == key }?.index ?? -1
          reads.removeAll { $0.key == key }
          reads.append(SupersededRead(key: key, index: max(known, index)))
        }
        reads.sort { $0.key < $1.key }
        context.set(superseded, intern(reads))
      }
    case .ended(let outcome):
      draft.outcome = outcome
      if standing != 0 {
        context.set(.busy(controller: controller, request), 0)
        context.set(position, 0)
        context.set(superseded, 0)
      }
      switch outcome {
      case .finished(.done): break
      case .finished(.requeue), .finished(.requeueAfter):
        context.set(.timer(controller: controller, request), 1)
      case .failed:
        context.set(.timer(controller: controller, request), 1)
        draft.flags.insert(.endsInError)
      }
    }
    return run
  }

  /// A user event: its guard is the first question of its program (SEMANTICS.md, "Events").
  ///
  /// Throws `UnusableExpression` where an expression of the event cannot be evaluated.
  private func happen(_ index: Int, _ context: StepContext, _ draft: inout StepDraft) throws {
    let event = world.definition.events[index]
    do {
      try happen(index, event, context)
    } catch let error as EvaluationError {
      throw UnusableExpression(place: "the event \(event.name)", reason: error.message)
    }
  }

  private func happen(_ index: Int, _ event: WorldEvent, _ context: StepContext) throws {
    let left = context.word(.event(index))
    let view = StateView(context, .after)
    if let condition = event.guardCondition, try !condition(view) {
      context.set(.event(index), 0)
      return
    }
    context.set(.event(index), left - 1)
    if tracksEvents { context.set(.happened(index), context.wordNow(.happened(index)) + 1) }
    let request = try event.request(view)
    // An event is one request: what it read of an object is current, and nothing older can be.
    let version = "event"
    let server = ServerView(
      context, versionToken: version, creator: "event \(event.name)",
      isCurrent: { given, _ in given == version })
    let response = world.server.handle(request, reader: server)
    for change in response.changes { context.write(change) }
    context.sent.append(
      SentRequest(request: request, response: response, changes: context.changes))
  }

  /// Whether states tell which events happened: only confluence over equal events asks.
  private var tracksEvents: Bool {
    world.definition.properties.contains {
      if case .confluent(let rule) = $0.program { !rule.acrossEvents } else { false }
    }
  }

  /// A crash after so many writes: position, queue and timers of the controller are dropped, its cache
  /// is listed again, every object it reconciles is queued (SEMANTICS.md, "Faults").
  private func crash(
    _ worker: Int, _ writes: Int, _ context: StepContext, _ draft: inout StepDraft
  ) throws {
    let controller = layout.workers[worker].controller
    let budget = Cell.budget(.crash, controller: controller)
    let left = context.word(budget)
    if writes > 0 {
      var inner = StepDraft()
      let run = try reconcile(worker, RunLimit(writes: writes), context, &inner)
      let ended = inner.outcome != nil
      // Fewer writes than asked for: no such crash. In mode `calls` a crash after a write that is
      // not the last is that step followed by a crash before any write.
      if run.writes < writes || mode == .calls && !ended { draft.isDisabled = true }
    }
    context.set(budget, left - 1)
    var requests: Set<ReconcileRequest> = []
    for rule in world.definition.participants[controller].reconciler.watches {
      guard rule.hasOwnRequests else { continue }
      for item in held(rule.groupKind, by: controller).flatMap({ context.scanNow($0) }) {
        guard let object = world.versions.object(item.version),
          rule.predicate?(nil, object) ?? true,
          let request = rule.ownRequest(item.key, object)
        else { continue }
        requests.insert(request)
      }
    }
    for request in requests { noteWrite(.queue(controller: controller, request)) }
    for root in world.rootRequests where root.controller == controller {
      noteWrite(.queue(controller: controller, root.request))
    }
    draft.restart = (controller, requests.sorted())
    draft.worker = worker
  }

  /// The lists with which a controller fills its cache of a kind: one a namespace that it holds.
  private func held(_ groupKind: GroupKind, by controller: Int) -> [ObjectScan] {
    let namespaces = world.definition.participants[controller].namespaces
    guard let namespaces, world.definition.resources.isNamespaced(groupKind) else {
      return [ObjectScan(groupKind, namespace: nil, selection: .all)]
    }
    return namespaces.map { ObjectScan(groupKind, namespace: $0, selection: .all) }
  }

  // MARK: Leaves

  private func makeLeaf(
    _ action: WorldAction, _ context: StepContext, _ draft: StepDraft
  ) throws -> Int {
    var flags = draft.flags
    if !context.changes.isEmpty { flags.insert(.changesObject) }
    let violations = draft.isDisabled ? [] : try violatedRules(context, draft)
    if copiesEndWithTheirStep { rankChangedObjects(context) }
    let needsFinish =
      draft.restart != nil || mode == .calls && !context.changes.isEmpty
      || needsCanonicalForm(context) || !world.mutants.isEmpty
    // After the step rules: what they read of the state is the step's too.
    let footprint = FootprintBuilder.footprint(
      of: action, context, isDisabled: draft.isDisabled)
    var leaf = StepLeaf(
      firstEffect: UInt32(leafEffects.count), effectCount: 0, flags: flags,
      violations: intern(violations: violations), footprint: footprintTable.intern(footprint),
      detail: -1, isDisabled: draft.isDisabled)
    for (word, effect) in context.effects.sorted(by: { $0.key < $1.key }) {
      leafEffects.append(
        LeafEffect(word: UInt32(word), keep: effect.keep, set: effect.set))
    }
    leaf.effectCount = UInt32(leafEffects.count) - leaf.firstEffect
    if needsFinish {
      leafDetails.append(
        LeafDetail(worker: draft.worker, writes: context.changes, restart: draft.restart))
      leaf.detail = Int32(leafDetails.count - 1)
    }
    leaves.append(leaf)
    return leaves.count - 1
  }

  /// Keeps what a step read, for the check that components are independent.
  func note(_ reads: [(read: StateRead, value: UInt32)]) {
    for (read, _) in reads {
      switch read.kind {
      case .word:
        if let cell = layout.cell(at: read.index) { recorded.read.insert(cell) }
      case .scan: recorded.scans.insert(scans.scan(read.index))
      case .freshIndex, .choice: break
      }
    }
  }

  /// The step rules that a step violates, as property indices of this component, ascending.
  private func violatedRules(_ context: StepContext, _ draft: StepDraft) throws -> [Int] {
    var violated: [Int] = []
    for (local, index) in propertyIndices.enumerated() {
      guard case .step(let rule) = world.definition.properties[index].program else { continue }
      switch rule {
      case .transition(let concerns, let holds):
        guard context.changes.contains(where: { concerns($0.key) }) else { continue }
        let value: Bool?
        do {
          value = try holds(StateView(context, .before), StateView(context, .after))
        } catch let error as RestartNeeded {
          throw error
        } catch {
          value = false
        }
        if value != nil { occurrences.noteRule(local) }
        if value == false { violated.append(local) }
      case .event(let rule):
        if breaks(rule, context, draft) { violated.append(local) }
      }
    }
    return violated
  }
}
