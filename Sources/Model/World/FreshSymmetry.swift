import CEL

/// Sorts the fresh values of a class by what a state says of each, instead of by their creation.
///
/// Where nobody can tell the order of a class (`FreshOrder`), a permutation of its numbers is an
/// automorphism of the system: equality is all that can be asked of fresh values. The *signature* of a
/// value is what a state says of it without numbers: the cells that are named by it, with their
/// contents, and how other cells mention it. Values are renumbered in the order of their signatures; those
/// with equal ones keep theirs. Whatever the signature is, a state is replaced by a renaming of itself,
/// so a poor one merges less. Nothing is tried out: a look at each cell, and a sort.
final class FreshSymmetry {
  /// What counts of a state.
  enum Content { case everything, objects }

  /// One value that a cell mentions, and how.
  private struct Mention {
    let token: FreshToken
    let trait: UInt32
  }

  private struct CellValue: Hashable {
    let position: Int
    let value: UInt32
  }

  private struct WorkerFlags: Hashable {
    let worker: Int
    let flags: UInt32
  }

  private let world: World
  private let isMovable: (UInt16) -> Bool
  private let controllerNames: [String]
  /// By position in `CellLayout.wordCells`: a text that mentions what the cell's name mentions.
  private var cellNames: [String] = []
  private var mentionsOfCells: [CellValue: [Mention]] = [:]
  private var mentionsOfWorkers: [WorkerFlags: [Mention]] = [:]
  private var numbers: [JSONValue: UInt32] = [:]
  private var signatureNumbers: [[UInt32]: UInt32] = [:]

  /// Makes the order of the classes that may be permuted.
  init(_ world: World, isMovable: @escaping (UInt16) -> Bool) {
    self.world = world
    self.isMovable = isMovable
    controllerNames = world.definition.participants.map(\.reconciler.name)
  }

  /// The renumbering that puts the values of each class in the order of their signatures.
  func sorting(
    _ words: [UInt32], _ content: Content, _ composition: Composition
  ) -> [FreshToken: FreshToken] {
    let ranked = signatures(words, content, composition)
      .sorted { ($0.token.family, $0.number, $0.token) < ($1.token.family, $1.number, $1.token) }
    var renaming: [FreshToken: FreshToken] = [:]
    var next: [UInt16: UInt16] = [:]
    for (token, _) in ranked {
      let place = next[token.family, default: 0]
      next[token.family] = place + 1
      if token.index != place {
        renaming[token] = FreshToken(family: token.family, index: place)
      }
    }
    return renaming
  }

  /// What is equal for all renumberings of a state: the signatures in order, and without numbers what
  /// mentions no value of such a class by its name.
  func key(_ words: [UInt32], _ composition: Composition) -> [UInt32] {
    let signatures = signatures(words, .everything, composition)
    var key = signatures.map { UInt64($0.token.family) << 32 | UInt64($0.number) }.sorted()
      .flatMap { [UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)] }
    for (position, (word, cell)) in composition.layout.wordCells.enumerated()
    where word < words.count && words[word] != 0 {
      if !movable(in: cellNames[position]).isEmpty { continue }
      key += [UInt32(position), erased(cell, words[word], nil, composition)]
    }
    for worker in composition.layout.workers.indices {
      let flags = flags(worker, words, composition)
      if flags != 0, movable(in: name(ofWorker: worker, composition)).isEmpty {
        key += [UInt32(worker), flags]
      }
    }
    return key
  }

  // MARK: What a state says

  /// The numbers of what a state says of each value, by value.
  private func signatures(
    _ words: [UInt32], _ content: Content, _ composition: Composition
  ) -> [(token: FreshToken, number: UInt32)] {
    traits(words, content, composition).sorted { $0.key < $1.key }
      .map { ($0.key, signature($0.value)) }
  }

  private func traits(
    _ words: [UInt32], _ content: Content, _ composition: Composition
  ) -> [FreshToken: [UInt32]] {
    let layout = composition.layout
    while cellNames.count < layout.wordCells.count {
      cellNames.append(name(of: layout.wordCells[cellNames.count].cell))
    }
    var traits: [FreshToken: [UInt32]] = [:]
    func add(_ mentions: [Mention]) {
      for mention in mentions { traits[mention.token, default: []].append(mention.trait) }
    }
    for position in layout.wordCells.indices {
      let word = layout.wordCells[position].word
      // An object as at the start mentions none: whoever made it made no fresh name.
      guard word < words.count, words[word] != 0 else { continue }
      if content == .objects, !isObject(layout.wordCells[position].cell) { continue }
      add(mentions(position, words[word], composition))
    }
    if content == .objects { return traits }
    composition.mentionIndex.update(composition)
    for worker in composition.mentionIndex.namedWorkers {
      let flags = flags(worker, words, composition)
      if flags != 0 { add(mentions(ofWorker: worker, flags, composition)) }
    }
    return traits
  }

  private func isObject(_ cell: Cell) -> Bool { if case .object = cell { true } else { false } }

  private func mentions(
    _ position: Int, _ value: UInt32, _ composition: Composition
  ) -> [Mention] {
    let key = CellValue(position: position, value: value)
    if let known = mentionsOfCells[key] { return known }
    let cell = composition.layout.wordCells[position].cell
    let found = Set(movable(in: cellNames[position])).union(movable(in: cell, value, composition))
    let mentions = found.sorted().map { token in
      let name = erase(cellNames[position], token)
      let content = Int64(erased(cell, value, token, composition))
      return Mention(token: token, trait: number(of: [.string(name), .int(content)]))
    }
    mentionsOfCells[key] = mentions
    return mentions
  }

  private func mentions(
    ofWorker worker: Int, _ flags: UInt32, _ composition: Composition
  ) -> [Mention] {
    let key = WorkerFlags(worker: worker, flags: flags)
    if let known = mentionsOfWorkers[key] { return known }
    let name = name(ofWorker: worker, composition)
    let mentions = movable(in: name).map { token in
      let erased = JSONValue.string(erase(name, token))
      return Mention(token: token, trait: number(of: ["worker", erased, .int(Int64(flags))]))
    }
    mentionsOfWorkers[key] = mentions
    return mentions
  }

  private func signature(_ traits: [UInt32]) -> UInt32 {
    let sorted = traits.sorted()
    if let known = signatureNumbers[sorted] { return known }
    let number = UInt32(signatureNumbers.count)
    signatureNumbers[sorted] = number
    return number
  }

  private func flags(_ worker: Int, _ words: [UInt32], _ composition: Composition) -> UInt32 {
    var flags: UInt32 = 0
    for (bit, slot) in composition.workerSlots(worker).enumerated()
    where slot.word < words.count && words[slot.word] & slot.mask != 0 {
      flags |= 1 << UInt32(bit)
    }
    return flags
  }

  // MARK: Names

  private func name(ofWorker worker: Int, _ composition: Composition) -> String {
    let entry = composition.layout.workers[worker]
    return name(entry.controller, entry.request)
  }

  private func name(_ controller: Int, _ request: ReconcileRequest) -> String {
    "\(controllerNames[controller]) \(request.namespace)/\(request.name)"
  }

  private func name(of cell: Cell) -> String {
    switch cell {
    case .object(let key): "object \(key.groupKind) \(key.namespace)/\(key.name)"
    case .rank(let key): "rank \(key.groupKind) \(key.namespace)/\(key.name)"
    case .queue(let controller, let request), .timer(let controller, let request),
      .busy(let controller, let request):
      "flag \(name(controller, request))"
    case .position(let controller, let request): "position \(name(controller, request))"
    case .superseded(let controller, let request): "superseded \(name(controller, request))"
    case .deadline(let controller, let request, let label):
      "deadline \(name(controller, request)) \(label)"
    case .memory(let controller, let request, let label):
      "memory \(name(controller, request)) \(label)"
    case .pending(let controller, let kind): "pending \(controllerNames[controller]) \(kind)"
    case .spent(let controller, let label): "spent \(controllerNames[controller]) \(label)"
    case .budget(let fault, let controller): "budget \(fault) \(controllerNames[controller])"
    case .event(let event): "event \(event)"
    case .happened(let event): "happened \(event)"
    case .clock: "clock"
    }
  }

  private func movable(in text: String) -> [FreshToken] {
    world.tokens.mentioned(in: text).filter { isMovable($0.family) }
  }

  private func movable(
    in cell: Cell, _ value: UInt32, _ composition: Composition
  ) -> Set<FreshToken> {
    var found: Set<FreshToken> = []
    func add(_ tokens: [FreshToken]) {
      found.formUnion(tokens.filter { isMovable($0.family) })
    }
    switch cell {
    case .object(let key): add(world.versions.mentioned(in: composition.decode(value, of: key)))
    case .memory: add(world.versions.mentioned(in: value))
    case .position: add(composition.mentionIndex.tokens(ofNode: value, composition))
    case .superseded:
      for read in composition.supersededSets[Int(value)] { add(movable(in: text(of: read.key))) }
    case .pending:
      for event in composition.pendingEvents(value) {
        add(movable(in: text(of: event.key)))
        add(world.versions.mentioned(in: event.old) + world.versions.mentioned(in: event.new))
      }
    default: break
    }
    return found
  }

  private func text(of key: ObjectKey) -> String { "\(key.groupKind) \(key.namespace)/\(key.name)" }

  // MARK: Values without numbers, as seen from one of the values

  private func erase(_ text: String, _ own: FreshToken?) -> String {
    world.tokens.replacingTokens(in: text) { token in
      if token == own { return "\u{1}own\u{2}" }
      return isMovable(token.family) ? "\u{1}\(token.family)\u{2}" : world.tokens.text(token)
    }
  }

  private func erase(_ value: JSONValue, _ own: FreshToken?) -> JSONValue {
    switch value {
    case .string(let text): .string(erase(text, own))
    case .array(let items): .array(items.map { erase($0, own) })
    case .object(let object):
      .array(object.entries.flatMap { [.string(erase($0.key, own)), erase($0.value, own)] })
    case .null, .bool, .int, .double: value
    // Signatures choose among equals: what a value is now does for that.
    case .symbolic(let leaf): leaf.current
    }
  }

  private func erased(version: UInt32, _ own: FreshToken?) -> JSONValue {
    guard let object = world.versions.object(version) else { return .null }
    return erase(.object(object), own)
  }

  private func erased(
    _ cell: Cell, _ value: UInt32, _ own: FreshToken?, _ composition: Composition
  ) -> UInt32 {
    switch cell {
    case .object(let key):
      return number(of: erased(version: composition.decode(value, of: key), own))
    case .memory: return number(of: erased(version: value, own))
    case .position: return number(of: .array(path(to: value, own)))
    case .superseded:
      let reads = composition.supersededSets[Int(value)]
        .map { "\(erase(text(of: $0.key), own)) \($0.index)" }
      return number(of: .array(reads.sorted().map(JSONValue.string)))
    case .pending:
      return number(
        of: .array(
          composition.pendingEvents(value).map { event in
            [
              .string(erase(text(of: event.key), own)), erased(version: event.old, own),
              erased(version: event.new, own),
            ]
          }))
    default: return value
    }
  }

  /// The answers on a path: they and the request tell the questions.
  private func path(to node: UInt32, _ own: FreshToken?) -> [JSONValue] {
    world.tree.path(to: node).map { step in
      switch step.answer {
      case .object(let version): return erased(version: version, own)
      case .list(let items):
        // The order of the list is that of the names.
        let items = items.map {
          number(of: [.string(erase(text(of: $0.key), own)), erased(version: $0.version, own)])
        }
        return .array(items.sorted().map { .int(Int64($0)) })
      case .response(let code, let body, let changed):
        let before = changed.map { erased(version: $0.before, own) }
        return [.int(Int64(code)), erase(body, own), .array(before)]
      case .text(let text): return .string(erase(text, own))
      case .number(let number): return .int(Int64(number))
      case .flag(let flag): return .bool(flag)
      }
    }
  }

  private func number(of value: JSONValue) -> UInt32 {
    if let known = numbers[value] { return known }
    let number = UInt32(numbers.count + 1)
    numbers[value] = number
    return number
  }
}
