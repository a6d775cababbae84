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

  /// What ranking makes of a version, and whose revisions it takes part in; computed once a version.
  private func ordinalForm(of version: UInt32) -> OrdinalForm {
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
    for (word, cell) in layout.wordCells {
      guard case .object(let key) = cell, word < words.count else { continue }
      let version = decode(words[word], of: key)
      guard version != 0 else { continue }
      let form = ordinalForm(of: version)
      var current = version
      if form.ranked != version, !isOutstanding(key, words) {
        words[word] = encode(form.ranked, of: key)
        current = form.ranked
      }
      if let family = form.revisionFamily {
        revisions[family, default: []].append((key, word, current))
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
