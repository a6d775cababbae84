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
      let form = ordinalForm(of: change.new)
      if form.revisionFamily != nil || form.ranked != change.new && !copiesEndWithTheirStep {
        return true
      }
    }
    for (word, _) in context.effects {
      guard let cell = layout.cell(at: word) else { continue }
      switch cell {
      case .position, .pending: return true
      default: break
      }
    }
    // A flag of a request with a fresh name may be the last mention of it.
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

  /// Whether no copy of an object outlives the step that read it: then the ordinals of a changed
  /// object can be ranked once for all states, with its step.
  var copiesEndWithTheirStep: Bool {
    mode == .reconcile && audited == nil && world.mutants.isEmpty
      && world.definition.projections.contains(.ordinals)
      && world.definition.participants.allSatisfy { $0.lag == nil }
  }

  /// Ranks the ordinals of the objects that a step changed, after its rules were judged.
  func rankChangedObjects(_ context: StepContext) {
    for change in context.changes {
      let version = context.version(now: change.key)
      let ranked = ordinalForm(of: version).ranked
      if ranked != version { context.set(.object(change.key), encode(ranked, of: change.key)) }
    }
  }

  /// What ranking makes of a version, and whose revisions it takes part in; computed once a version.
  private func ordinalForm(of version: UInt32) -> OrdinalForm {
    if version == 0 { return OrdinalForm(ranked: 0, revisionFamily: nil) }
    if let known = ordinalForms[version] { return known }
    guard let object = world.versions.object(version) else {
      return OrdinalForm(ranked: version, revisionFamily: nil)
    }
    let form = OrdinalForm(
      ranked: world.versions.intern(Ordinals.rankedGenerations(object)),
      revisionFamily: Ordinals.revision(of: object)?.family)
    noteDerived(form.ranked, from: version, Ordinals.rankedGenerations)
    ordinalForms[version] = form
    return form
  }

  private func rankOrdinals(_ words: inout [UInt32]) {
    var revisions: [String: [(key: ObjectKey, word: Int, version: UInt32)]] = [:]
    mentionIndex.update(self)
    for index in mentionIndex.facts.indices {
      let fact = mentionIndex.facts[index]
      guard fact.content == .object, fact.word < words.count else { continue }
      let version = words[fact.word] == 0 ? fact.initial : words[fact.word] - 1
      guard version != 0 else { continue }
      let form = ordinalForm(of: version)
      guard form.ranked != version || form.revisionFamily != nil,
        case .object(let key) = layout.wordCells[index].cell
      else { continue }
      var current = version
      if form.ranked != version, !isOutstanding(key, words) {
        words[fact.word] = encode(form.ranked, of: key)
        current = form.ranked
      }
      if let family = form.revisionFamily {
        revisions[family, default: []].append((key, fact.word, current))
      }
    }
    if revisions.isEmpty { return }
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
}

/// What the ranking of ordinals makes of a version.
struct OrdinalForm {
  let ranked: UInt32
  /// Whose revisions the object takes part in.
  let revisionFamily: String?
}
