package import CEL

/// What one step of a run did, for the tale: who acted, what it read, what it sent, what changed.
package struct StepAccount: Sendable {
  /// Who acted.
  package enum Actor: Hashable, Sendable {
    case controller(String, request: String)
    case cache(controller: String, kind: String)
    case event(String)
  }

  /// What kind of step it was.
  package enum Kind: Hashable, Sendable {
    case reconcile(isFirst: Bool)
    case timer, delivery, event, skip
    case crash(afterWrites: Int)
    case fault(Fault)
  }

  /// An object that was read.
  package struct Read: Hashable, Sendable {
    package let key: ObjectKey
    /// The object as it was seen; nil where it was absent.
    package let seen: JSONObject?
    /// The object as it really was at that moment.
    package let live: JSONObject?

    /// Whether the reader saw something else than was there.
    package var isStale: Bool { seen != live }
  }

  /// One request to the API server.
  package struct Sent: Hashable, Sendable {
    package let verb: String
    package let key: ObjectKey
    package let subresource: String
    package let code: Int
    package let message: String?
    package let changes: [Change]
  }

  /// One object that changed.
  package struct Change: Hashable, Sendable {
    package let key: ObjectKey
    package let old: JSONObject?
    package let new: JSONObject?
  }

  package let actor: Actor
  package let kind: Kind
  package let reads: [Read]
  package let sent: [Sent]
  /// How the reconcile ended, where this step ended it.
  package let outcome: ReconcileOutcome?
}

extension Composition {
  /// The account of a step, computed anew without memo.
  package func account(
    of action: UInt32, outcome: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) throws -> StepAccount {
    let choices = try choices(of: action, outcome: outcome, at: state)
    let context = StepContext(self, state: state, choices: choices)
    var draft = StepDraft()
    let name = actions[Int(action)]
    let start = position(of: name, state)
    try run(name, context, &draft)
    return StepAccount(
      actor: actor(of: name), kind: kind(of: name, start), reads: reads(name, start, context),
      sent: context.sent.map { sent($0) }, outcome: draft.outcome)
  }

  /// The node at which the worker of an action stands; 0 where it starts or has none.
  private func position(of action: WorldAction, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    guard let worker = worker(of: action) else { return 0 }
    let entry = layout.workers[worker]
    guard
      let slot = layout.existingSlot(.position(controller: entry.controller, entry.request)),
      slot.word < state.count
    else { return 0 }
    return state[slot.word]
  }

  private func worker(of action: WorldAction) -> Int? {
    switch action {
    case .reconcile(let worker), .timer(let worker), .crash(let worker, _),
      .fault(_, let worker, _):
      worker
    case .deliver, .event, .skip: nil
    }
  }

  private func actor(of action: WorldAction) -> StepAccount.Actor {
    if let worker = worker(of: action) {
      let entry = layout.workers[worker]
      return .controller(
        world.definition.participants[entry.controller].reconciler.name,
        request: entry.request.description)
    }
    switch action {
    case .deliver(let controller, let groupKind):
      return .cache(
        controller: world.definition.participants[controller].reconciler.name,
        kind: groupKind.kind)
    case .event(let event), .skip(let event): return .event(world.definition.events[event].name)
    default: preconditionFailure("an action without an actor")
    }
  }

  private func kind(of action: WorldAction, _ start: UInt32) -> StepAccount.Kind {
    switch action {
    case .reconcile: .reconcile(isFirst: start == 0)
    case .timer: .timer
    case .deliver: .delivery
    case .event: .event
    case .skip: .skip
    case .crash(_, let writes): .crash(afterWrites: writes)
    case .fault(let fault, _, _): .fault(fault)
    }
  }

  private func reads(
    _ action: WorldAction, _ start: UInt32, _ context: StepContext
  ) -> [StepAccount.Read] {
    guard let end = context.lastNode else { return [] }
    let skipped = start == 0 ? 0 : world.tree.depth(of: start)
    var reads: [StepAccount.Read] = []
    var seen: Set<ObjectKey> = []
    func add(_ key: ObjectKey, _ version: UInt32) {
      guard seen.insert(key).inserted else { return }
      reads.append(
        StepAccount.Read(
          key: key, seen: world.versions.object(version),
          live: world.versions.object(context.version(before: key))))
    }
    for step in world.tree.path(to: end).dropFirst(skipped) {
      switch (step.question, step.answer) {
      case (.get(_, let key), .object(let version)): add(key, version)
      case (.list, .list(let items)): for item in items { add(item.key, item.version) }
      default: break
      }
    }
    return reads
  }

  private func sent(_ sent: SentRequest) -> StepAccount.Sent {
    let request = sent.request
    let name =
      request.name.isEmpty
      ? sent.changes.first?.key.name ?? request.body?.at("metadata", "name")?.string ?? ""
      : request.name
    return StepAccount.Sent(
      verb: Self.word(for: request.verb),
      key: ObjectKey(request.groupKind, namespace: request.namespace, name: name),
      subresource: request.subresource, code: sent.response.code,
      message: sent.response.message,
      changes: sent.changes.map {
        StepAccount.Change(
          key: $0.key, old: world.versions.object($0.old), new: world.versions.object($0.new))
      })
  }

  private static func word(for verb: APIVerb) -> String {
    switch verb {
    case .get: "get"
    case .list: "list"
    case .create: "create"
    case .update: "update"
    case .delete: "delete"
    case .deleteCollection: "delete collection"
    case .patch(.apply): "apply"
    case .patch: "patch"
    }
  }

  /// The choices that lead to an outcome of an action.
  private func choices(
    of action: UInt32, outcome: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) throws -> [UInt32] {
    var number: UInt32 = 0
    func search(_ start: UInt32, _ choices: [UInt32]) throws -> [UInt32]? {
      var node = start
      while true {
        switch steps.node(node) {
        case .leaf:
          defer { number += 1 }
          return number == outcome ? choices : nil
        case .unknown: try compute(action, state, choices)
        case .read(let read) where read.kind == .choice:
          for value in 0..<UInt32(read.index) {
            let extended = choices + [value]
            if steps.next(node, value) == nil { try compute(action, state, extended) }
            guard let next = steps.next(node, value) else { throw MissingStep() }
            if let found = try search(next, extended) { return found }
          }
          return nil
        case .read(let read):
          let value = value(of: read, state)
          if steps.next(node, value) == nil { try compute(action, state, choices) }
          guard let next = steps.next(node, value) else { throw MissingStep() }
          node = next
        }
      }
    }
    return try search(actionRoots[Int(action)], []) ?? []
  }

  /// All objects of a state, by key.
  package func objects(at state: UnsafeBufferPointer<UInt32>) -> [(ObjectKey, JSONObject)] {
    var versions = world.initialVersions
    for (word, cell) in layout.wordCells where word < state.count {
      if case .object(let key) = cell { versions[key] = decode(state[word], of: key) }
    }
    return versions.sorted { $0.key < $1.key }.compactMap { key, version in
      world.versions.object(version).map { (key, $0) }
    }
  }

  /// The name of an action that means the same in every exploration of this world.
  package func stableName(of action: UInt32) -> String {
    func name(_ worker: Int) -> String {
      let worker = layout.workers[worker]
      let controller = world.definition.participants[worker.controller].reconciler.name
      let request = "\(worker.request.namespace)/\(worker.request.name)"
      return "\(controller) \(world.tokens.spelledOut(request))"
    }
    switch actions[Int(action)] {
    case .reconcile(let worker): return "reconcile \(name(worker))"
    case .timer(let worker): return "timer \(name(worker))"
    case .crash(let worker, let writes): return "crash \(writes) \(name(worker))"
    case .fault(let fault, let worker, let write):
      return "\(fault.rawValue) \(write) \(name(worker))"
    case .deliver(let controller, let groupKind):
      let controller = world.definition.participants[controller].reconciler.name
      return "deliver \(controller) \(groupKind)"
    case .event(let event): return "event \(world.definition.events[event].name)"
    case .skip(let event): return "skip \(world.definition.events[event].name)"
    }
  }
}
