import CEL

/// States compared more coarsely than states are matched: without ordinals.
///
/// Ordinals are ranked when states are matched, but not those of an object of which a reconcile in
/// flight or a lagging cache holds a copy (`Composition+Canonical`). So two steps that commute may lead to
/// two states that behave alike and differ in such numbers: in one order an object had a moment
/// without copies, and was ranked in it, in the other it had none. A search keeps such states apart,
/// which costs states and no verdicts; a check of footprints must not mistake them for a conflict.
extension Composition {
  /// What a cell holds, less ordinals.
  enum ComparableContent: Hashable {
    struct Event: Hashable {
      let key: ObjectKey
      let old: UInt32
      let new: UInt32
    }

    struct Step: Hashable {
      let question: Question
      let answer: Answer
    }

    case events([Event])
    case path([Step])
  }

  package func comparableForm(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    var words = [UInt32](state)
    guard world.definition.projections.contains(.ordinals) else {
      return usesSymmetry ? symmetryKey(words) : words
    }
    for (word, cell) in layout.wordCells where word < words.count {
      switch cell {
      case .object(let key):
        words[word] = encode(withoutOrdinals(decode(words[word], of: key)), of: key)
      // Two exchanges of one state are told from others by what they say of each block.
      case .pending where usesSymmetry, .position where usesSymmetry: break
      case .pending where words[word] != 0:
        words[word] = intern(
          .events(
            pendingEvents(words[word]).map {
              ComparableContent.Event(
                key: $0.key, old: withoutOrdinals($0.old), new: withoutOrdinals($0.new))
            }))
      case .position where words[word] != 0:
        words[word] = intern(
          .path(
            world.tree.path(to: words[word]).map {
              ComparableContent.Step(
                question: withoutOrdinals($0.question), answer: withoutOrdinals($0.answer))
            }))
      default: break
      }
    }
    return usesSymmetry ? symmetryKey(words) : words
  }

  private func intern(_ content: ComparableContent) -> UInt32 {
    let id = comparableIDs[content] ?? UInt32(comparableIDs.count + 1)
    comparableIDs[content] = id
    return id
  }

  /// A version with its generations ranked in themselves and without revisions.
  private func withoutOrdinals(_ version: UInt32) -> UInt32 {
    guard let object = world.versions.object(version) else { return version }
    var plain = Ordinals.rankedGenerations(object)
    if let revision = Ordinals.revision(of: plain) {
      plain = Ordinals.withRevisions(
        plain, Dictionary(revision.values.map { ($0, 0) }) { first, _ in first })
    }
    return world.versions.intern(plain)
  }

  private func withoutOrdinals(_ question: Question) -> Question {
    guard case .send(var request) = question else { return question }
    request.body = request.body.map { withoutOrdinals($0) }
    return .send(request)
  }

  private func withoutOrdinals(_ answer: Answer) -> Answer {
    switch answer {
    case .object(let version): .object(version: withoutOrdinals(version))
    case .list(let items):
      .list(
        items.map { Answer.ListedObject(key: $0.key, version: withoutOrdinals($0.version)) })
    case .response(let code, let body, let changed):
      .response(
        code: code, body: withoutOrdinals(body),
        changed: changed.map {
          Answer.ChangedObject(key: $0.key, before: withoutOrdinals($0.before))
        })
    case .number, .flag, .text: answer
    }
  }

  /// A body without generations and revisions.
  private func withoutOrdinals(_ value: JSONValue) -> JSONValue {
    let ordinals = [
      "generation", "observedGeneration", "deployment.kubernetes.io/revision",
      "deployment.kubernetes.io/revision-history",
    ]
    switch value {
    case .object(let object):
      return .object(
        JSONObject(
          object.entries.filter { !ordinals.contains($0.key) }
            .map { ($0.key, withoutOrdinals($0.value)) }))
    case .array(let items): return .array(items.map { withoutOrdinals($0) })
    case .null, .bool, .int, .double, .string, .symbolic: return value
    }
  }
}
