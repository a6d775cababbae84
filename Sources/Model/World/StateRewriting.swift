import CEL

/// One rewriting of texts, versions and bodies, applied to everything a state may hold: a renaming of
/// fresh values, or (in the audit) the way back from unprojected versions.
struct StateRewriting {
  private let composition: Composition
  private let text: (String) -> String
  private let version: (UInt32) -> UInt32
  private let body: (JSONValue) -> JSONValue
  /// Where copies of a controller and of an event take each other's place.
  private let controller: (Int) -> Int
  private let event: (Int) -> Int
  /// The renaming, where it is one of fresh values.
  private var map: [FreshToken: FreshToken] = [:]

  /// A renaming of fresh values.
  init(renaming map: [FreshToken: FreshToken], _ composition: Composition) {
    let world = composition.world
    self.init(
      composition, text: { world.tokens.rename($0, map) },
      version: { world.rename(version: $0, map) }, body: { world.tokens.rename($0, map) })
    self.map = map
  }

  /// Any rewriting that is compatible with what controllers can observe.
  init(
    _ composition: Composition, text: @escaping (String) -> String,
    version: @escaping (UInt32) -> UInt32, body: @escaping (JSONValue) -> JSONValue,
    controller: @escaping (Int) -> Int = { $0 }, event: @escaping (Int) -> Int = { $0 }
  ) {
    self.controller = controller
    self.event = event
    self.composition = composition
    self.text = text
    self.version = version
    self.body = body
  }

  /// A seeded bug: contents stay as they are.
  var leavingVersions: StateRewriting {
    StateRewriting(composition, text: text, version: { $0 }, body: { $0 })
  }

  private var world: World { composition.world }

  func rename(_ text: String) -> String { self.text(text) }

  func rename(controller index: Int) -> Int { controller(index) }

  func rename(_ request: ReconcileRequest) -> ReconcileRequest {
    ReconcileRequest(namespace: rename(request.namespace), name: rename(request.name))
  }

  func rename(_ key: ObjectKey) -> ObjectKey {
    ObjectKey(key.groupKind, namespace: rename(key.namespace), name: rename(key.name))
  }

  func rename(_ selection: ObjectSelection) -> ObjectSelection {
    switch selection {
    case .all: .all
    case .selectors(let label, let field): .selectors(label: rename(label), field: rename(field))
    case .dependents(let uid): .dependents(uid: rename(uid))
    case .claimable(let uid, let label): .claimable(uid: rename(uid), label: rename(label))
    }
  }

  /// A version rewritten.
  func rename(version: UInt32) -> UInt32 { version == 0 ? 0 : self.version(version) }

  /// What a controller remembers, rewritten: its lists of names stay in order.
  private func rename(memory value: UInt32) -> UInt32 {
    let renamed = rename(version: value)
    return renamed == value ? value : composition.intern(memory: world.versions.object(renamed))
  }

  /// A cell, renamed.
  func rename(_ cell: Cell) -> Cell {
    switch cell {
    case .object(let key): .object(rename(key))
    case .rank(let key): .rank(rename(key))
    case .position(let owner, let request):
      .position(controller: controller(owner), rename(request))
    case .superseded(let owner, let request):
      .superseded(controller: controller(owner), rename(request))
    case .pending(let owner, let groupKind): .pending(controller: controller(owner), groupKind)
    case .deadline(let owner, let request, let label):
      .deadline(controller: controller(owner), rename(request), rename(label))
    case .memory(let owner, let request, let label):
      .memory(controller: controller(owner), rename(request), rename(label))
    case .queue(let owner, let request): .queue(controller: controller(owner), rename(request))
    case .timer(let owner, let request): .timer(controller: controller(owner), rename(request))
    case .busy(let owner, let request): .busy(controller: controller(owner), rename(request))
    case .spent(let owner, let label): .spent(controller: controller(owner), label)
    case .budget(let fault, let owner): .budget(fault, controller: controller(owner))
    case .event(let index): .event(event(index))
    case .happened(let index): .happened(event(index))
    case .clock: .clock
    }
  }

  /// A cell and its value, renamed.
  func rename(_ cell: Cell, _ value: UInt32) -> (Cell, UInt32) {
    let target = rename(cell)
    switch (cell, target) {
    case (.object(let key), .object(let renamed)):
      let version = rename(version: composition.decode(value, of: key))
      return (target, composition.encode(version, of: renamed))
    case (.position, _): return (target, rename(node: value))
    case (.memory, _): return (target, rename(memory: value))
    case (.superseded, _):
      let reads = composition.supersededSets[Int(value)]
        .map { SupersededRead(key: rename($0.key), index: $0.index) }
        .sorted { $0.key < $1.key }
      return (target, composition.intern(reads))
    case (.pending, _):
      let events = composition.pendingEvents(value).map {
        PendingEvent(
          key: rename($0.key), old: rename(version: $0.old), new: rename(version: $0.new))
      }
      return (target, composition.intern(events))
    default: return (target, value)
    }
  }

  /// The node at the end of the renamed path.
  ///
  /// The reconciler is not run: what it does is the same up to the renaming, for it can compare
  /// fresh values and copy them, no more. Where it asks something else after all, somebody can tell
  /// the order of fresh values.
  private func rename(node: UInt32) -> UInt32 {
    let tree = world.tree
    let worker = tree.worker(of: node)
    var mentioned = composition.mentionIndex.tokens(ofNode: node, composition)
    mentioned += world.tokens.mentioned(in: worker.request.name)
    let question = tree.question(at: node)
    if let question { mentioned += MentionIndex.tokens(of: question, world) }
    let key = RenamedNode(node: node, pairs: mentioned.flatMap { [$0, map[$0] ?? $0] })
    if !map.isEmpty, let known = composition.renamedNodes[key] { return known }
    var isSame = true
    var current = tree.root(
      controller: controller(worker.controller), request: rename(worker.request))
    // An order that is kept shows nobody anything: only exchanged names make expectations.
    func note(_ question: Question) -> Bool {
      composition.usesSymmetry
        ? tree.expect(question, at: current) : tree.record(question, at: current)
    }
    for step in tree.path(to: node) {
      isSame = note(rename(step.question)) && isSame
      var answer = rename(step.answer)
      if case .recall = step.question, case .object(let version) = step.answer {
        answer = .object(version: rename(memory: version))
      }
      current = tree.follow(current, answer)
    }
    if let question { isSame = note(rename(question)) && isSame }
    if !map.isEmpty {
      composition.renamedNodes[key] = current
      if !isSame && !composition.isCompared {
        composition.noteDifference(ofRenamed: mentioned)
      }
    }
    return current
  }

  private func rename(_ question: Question) -> Question {
    switch question {
    case .get(let apiVersion, let key): return .get(apiVersion: apiVersion, rename(key))
    case .creationRank(let key): return .creationRank(rename(key))
    case .list(var query):
      query.namespace = query.namespace.map { rename($0) }
      query.selection = rename(query.selection)
      return .list(query)
    case .send(var request):
      request.namespace = rename(request.namespace)
      request.name = rename(request.name)
      request.fieldManager = rename(request.fieldManager)
      request.body = request.body.map { body($0) }
      request.labelSelector = rename(request.labelSelector)
      request.fieldSelector = rename(request.fieldSelector)
      return .send(request)
    case .hasPassed(let label): return .hasPassed(rename(label))
    case .remember(let label, let value):
      return .remember(label, IdenticalJSON(body(value.value).asMemory))
    case .next(var batch):
      for index in batch.lanes.indices {
        batch.lanes[index].label = rename(batch.lanes[index].label)
      }
      return .next(batch)
    case .choose, .spend, .fresh, .recall, .awaitsEvents: return question
    }
  }

  private func rename(_ answer: Answer) -> Answer {
    switch answer {
    case .object(let version): .object(version: rename(version: version))
    case .list(let items):
      .list(
        items.map {
          Answer.ListedObject(key: rename($0.key), version: rename(version: $0.version))
        }.sorted { $0.key < $1.key })
    case .response(let code, let body, let changed):
      .response(
        code: code, body: self.body(body),
        changed: changed.map {
          Answer.ChangedObject(key: rename($0.key), before: rename(version: $0.before))
        })
    case .text(let text): .text(rename(text))
    case .number, .flag: answer
    }
  }
}

/// A node of a reconcile tree and where the fresh values go that its path mentions.
struct RenamedNode: Hashable {
  let node: UInt32
  let pairs: [FreshToken]
}

/// A version and the part of a renaming that concerns it.
struct VersionRenaming: Hashable {
  struct Pair: Hashable {
    let from: FreshToken
    let to: FreshToken
  }

  let version: UInt32
  let pairs: [Pair]
}

extension World {
  /// A version with its fresh values renamed; versions that mention none are not touched.
  func rename(version: UInt32, _ map: [FreshToken: FreshToken]) -> UInt32 {
    let mentioned = versions.mentioned(in: version).compactMap { token in
      map[token].map { VersionRenaming.Pair(from: token, to: $0) }
    }
    guard !mentioned.isEmpty, let object = versions.object(version) else { return version }
    let key = VersionRenaming(version: version, pairs: mentioned)
    if let known = renamedVersions[key] { return known }
    let renamed = versions.intern(tokens.rename(object, map))
    renamedVersions[key] = renamed
    return renamed
  }
}
