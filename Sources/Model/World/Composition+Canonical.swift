import CEL

/// The canonical form of a state: ordinals by rank, fresh values by the smallest numbers.
///
/// Both are projections (SEMANTICS.md, "State identity"): two states that differ only in them have
/// the same future up to the same renaming, since nothing but order and equality of these values
/// can be observed.
extension Composition {
  /// Whether a step may lead out of canonical form.
  func needsCanonicalForm(_ context: StepContext) -> Bool {
    for change in context.changes {
      if !world.tokens.mentioned(in: change.key.name).isEmpty { return true }
      if world.versions.mentioned(in: change.old) != world.versions.mentioned(in: change.new) {
        return true
      }
      if hasOrdinals(change.new) { return true }
    }
    for (word, _) in context.effects {
      guard let cell = layout.cell(at: word) else { continue }
      switch cell {
      case .position, .pending: return true
      default: break
      }
    }
    // A flag of a request with a fresh name may be the last mention of it.
    guard !families.isEmpty || mode == .calls else { return false }
    return !families.isEmpty
  }

  /// Brings a state into canonical form.
  func canonicalize(_ words: inout [UInt32]) {
    if !world.mutants.isEmpty { mutate(&words) }
    if world.definition.projections.contains(.ordinals) { rankOrdinals(&words) }
    if world.definition.projections.contains(.freshNames), !families.isEmpty {
      compactTokens(&words)
    }
    grow(&words)
  }

  // MARK: Ordinals

  /// Whether an object holds an ordinal that is not in its smallest form.
  private func hasOrdinals(_ version: UInt32) -> Bool {
    guard let object = world.versions.object(version) else { return false }
    return Ordinals.rankedGenerations(object) != object || Ordinals.revision(of: object) != nil
  }

  private func rankOrdinals(_ words: inout [UInt32]) {
    var revisions: [String: [(key: ObjectKey, word: Int, version: UInt32)]] = [:]
    for (word, cell) in layout.wordCells {
      guard case .object(let key) = cell, word < words.count else { continue }
      let version = decode(words[word], of: key)
      guard version != 0, let object = world.versions.object(version) else { continue }
      let form: UInt32
      if let known = ordinalForms[version] {
        form = known
      } else {
        form = world.versions.intern(Ordinals.rankedGenerations(object))
        ordinalForms[version] = form
      }
      var current = version
      if form != version, !isOutstanding(key, words) {
        words[word] = encode(form, of: key)
        current = form
      }
      if let revision = Ordinals.revision(of: object) {
        revisions[revision.family, default: []].append((key, word, current))
      }
    }
    for (_, members) in revisions.sorted(by: { $0.key < $1.key }) {
      guard !members.contains(where: { isOutstanding($0.key, words) }) else { continue }
      let values = members.flatMap {
        world.versions.object($0.version).flatMap(Ordinals.revision)?.values ?? []
      }
      let ranks = Ordinals.ranks(values)
      guard ranks.contains(where: { $0.key != $0.value }) else { continue }
      for member in members {
        guard let object = world.versions.object(member.version) else { continue }
        let ranked = world.versions.intern(Ordinals.withRevisions(object, ranks))
        words[member.word] = encode(ranked, of: member.key)
      }
    }
  }

  /// Whether a reconcile in flight or a lagging cache holds a copy of an object: its ordinals then
  /// stay as they are, for the copy is compared with them.
  private func isOutstanding(_ key: ObjectKey, _ words: [UInt32]) -> Bool {
    for cell in layout.pendingCells where cell.word < words.count && words[cell.word] != 0 {
      if pendingEvents(words[cell.word]).contains(where: { $0.key == key }) { return true }
    }
    guard mode == .calls else { return false }
    for worker in busyWorkers(words) {
      let entry = layout.workers[worker]
      let slot = layout.slot(.position(controller: entry.controller, entry.request))
      if slot.word < words.count, lastRead(of: key, before: words[slot.word]) >= 0 { return true }
    }
    return false
  }

  // MARK: Fresh values

  /// The smallest number of a class that nothing at a state mentions.
  func freshIndex(_ family: UInt16, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var used: Set<UInt16> = []
    mentions(Array(state)) { token in
      if token.family == family { used.insert(token.index) }
    }
    var index: UInt16 = 0
    while used.contains(index) { index += 1 }
    return UInt32(index)
  }

  /// Calls back for every fresh value that a state mentions, some of them several times.
  private func mentions(_ words: [UInt32], _ body: (FreshToken) -> Void) {
    func text(_ text: String) {
      for token in world.tokens.mentioned(in: text) { body(token) }
    }
    func version(_ version: UInt32) {
      for token in world.versions.mentioned(in: version) { body(token) }
    }
    for (key, _) in world.definition.objects where layout.existingSlot(.object(key)) == nil {
      version(world.initialVersions[key] ?? 0)
    }
    for (word, cell) in layout.wordCells {
      let value = word < words.count ? words[word] : 0
      switch cell {
      case .object(let key):
        let current = decode(value, of: key)
        guard current != 0 else { continue }
        text(key.name)
        version(current)
      case .deadline(_, let request, let label) where value != 0:
        text(request.name)
        text(label)
      case .position where value != 0:
        for step in world.tree.path(to: value) {
          for token in tokens(of: step.question) + tokens(of: step.answer) { body(token) }
        }
      case .pending where value != 0:
        for event in pendingEvents(value) {
          text(event.key.name)
          version(event.old)
          version(event.new)
        }
      default: break
      }
    }
    for (index, worker) in layout.workers.enumerated() {
      for slot in workerSlots(index) where slot.word < words.count {
        if words[slot.word] & slot.mask != 0 { text(worker.request.name) }
      }
    }
  }

  private func workerSlots(_ worker: Int) -> [Slot] {
    [
      layout.slot(.queue, worker: worker), layout.slot(.timer, worker: worker),
      layout.slot(.busy, worker: worker),
    ]
  }

  private func tokens(of question: Question) -> [FreshToken] {
    switch question {
    case .get(_, let key), .creationRank(let key): world.tokens.mentioned(in: key.name)
    case .list(let query): world.tokens.mentioned(in: "\(query.selection)")
    case .send(let request):
      world.tokens.mentioned(
        in: .object(["name": .string(request.name), "body": request.body ?? .null]))
    case .hasPassed(let label): world.tokens.mentioned(in: label)
    case .choose, .spend, .fresh: []
    }
  }

  private func tokens(of answer: Answer) -> [FreshToken] {
    switch answer {
    case .object(let version): world.versions.mentioned(in: version)
    case .list(let items): items.flatMap { world.versions.mentioned(in: $0.version) }
    case .response(_, let body, let changed):
      world.tokens.mentioned(in: body) + changed.flatMap { world.versions.mentioned(in: $0.before) }
    case .text(let text): world.tokens.mentioned(in: text)
    case .number, .flag: []
    }
  }

  /// Closes the gaps in the numbers of each class; the order of the numbers stays.
  private func compactTokens(_ words: inout [UInt32]) {
    var alive: Set<FreshToken> = []
    mentions(words) { alive.insert($0) }
    var renaming: [FreshToken: FreshToken] = [:]
    var next: [UInt16: UInt16] = [:]
    for token in alive.sorted() {
      let index = next[token.family] ?? 0
      next[token.family] = index + 1
      if index != token.index {
        renaming[token] = FreshToken(family: token.family, index: index)
      }
    }
    if !renaming.isEmpty { words = rewritten(words, StateRewriting(renaming: renaming, self)) }
  }

  /// A state rewritten: cells move with the names in them.
  func rewritten(_ words: [UInt32], _ renaming: StateRewriting) -> [UInt32] {
    var result = words
    var moved: [(Slot, UInt32)] = []
    for (word, cell) in layout.wordCells where word < words.count && words[word] != 0 {
      let (target, value) = renaming.rename(cell, words[word])
      if target == cell, value == words[word] { continue }
      result[word] = 0
      moved.append((layout.slot(target), value))
    }
    for (index, entry) in layout.workers.enumerated() {
      let request = renaming.rename(entry.request)
      guard request != entry.request else { continue }
      let target = worker(entry.controller, request)
      for (from, to) in zip(workerSlots(index), workerSlots(target))
      where from.word < words.count && words[from.word] & from.mask != 0 {
        result[from.word] &= ~from.mask
        moved.append((to, 1))
      }
    }
    grow(&result)
    for (slot, value) in moved {
      if result.count <= slot.word { grow(&result) }
      result[slot.word] = result[slot.word] & ~slot.mask | value << slot.shift & slot.mask
    }
    return result
  }
}
