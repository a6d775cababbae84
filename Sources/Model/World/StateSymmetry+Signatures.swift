import CEL

/// What a state says of a block, without names.
///
/// Nothing here depends on how blocks are called, but for the order of equal things: a signature of a
/// renamed block in a renamed state is the same.
extension StateSymmetry {
  /// What a state says of one block.
  struct Signature: Hashable {
    /// The values of its own cells and workers, by role; without zeros at the end.
    var values: [UInt32] = []
    /// What other cells say of it: the cell or its role, and how; ascending.
    var mentions: [UInt64] = []

    mutating func set(_ role: Int, _ value: UInt32) {
      if role >= values.count {
        if value == 0 { return }
        values.append(contentsOf: repeatElement(0, count: role + 1 - values.count))
      }
      values[role] = value
      while values.last == 0 { values.removeLast() }
    }
  }

  /// The number of a signature; equal ones have equal numbers.
  func number(of signature: Signature) -> UInt32 {
    if let known = signatureNumbers[signature] { return known }
    let number = UInt32(signatureTable.count)
    signatureTable.append(signature)
    signatureNumbers[signature] = number
    return number
  }

  /// The numbers of what a state says of each block.
  ///
  /// Blocks that are of no group have number 0.
  func signatures(_ words: [UInt32], _ composition: Composition) -> [UInt32] {
    update(composition.layout)
    var signatures = groupOf.map { _ in Signature() }
    let layout = composition.layout
    for position in cellOwners.indices {
      let word = layout.wordCells[position].word
      guard word < words.count, words[word] != 0 else { continue }
      let said = statements(of: position, words[word], composition)
      if let own = said.own { signatures[own].set(cellRoles[position], said.value) }
      for (block, mention) in said.mentions { signatures[block].mentions.append(mention) }
    }
    for (worker, owner) in workerOwners.enumerated() {
      guard case .block(let block) = owner else { continue }
      signatures[block].set(workerRoles[worker], flags(worker, words, composition))
    }
    return signatures.enumerated().map { block, signature in
      guard groupOf[block] >= 0 else { return 0 }
      var signature = signature
      signature.mentions.sort()
      return number(of: signature)
    }
  }

  /// The same for a successor of a state, from the words that differ.
  func signatures(
    _ words: [UInt32], after state: UnsafeBufferPointer<UInt32>, _ known: [UInt32],
    _ composition: Composition
  ) -> [UInt32] {
    update(composition.layout)
    var changed: [Int: Signature] = [:]
    func edit(_ block: Int, _ change: (inout Signature) -> Void) {
      guard groupOf[block] >= 0 else { return }
      var signature = changed[block] ?? signatureTable[Int(known[block])]
      change(&signature)
      changed[block] = signature
    }
    for word in words.indices {
      let (old, new) = (word < state.count ? state[word] : 0, words[word])
      if old == new { continue }
      switch contentOfWord[word] {
      case .cell(let position):
        for (value, isNew) in [(old, false), (new, true)] {
          let said = statements(of: position, value, composition)
          if let own = said.own {
            edit(own) { $0.set(cellRoles[position], isNew ? said.value : 0) }
          }
          for (block, mention) in said.mentions {
            edit(block) { signature in
              if isNew {
                signature.mentions.append(mention)
              } else if let index = signature.mentions.firstIndex(of: mention) {
                signature.mentions.remove(at: index)
              }
            }
          }
        }
      case .flags(let first):
        var bits = old ^ new
        while bits != 0 {
          let worker = first + bits.trailingZeroBitCount
          bits &= bits - 1
          guard worker < workerOwners.count, case .block(let block) = workerOwners[worker] else {
            continue
          }
          edit(block) { $0.set(workerRoles[worker], flags(worker, words, composition)) }
        }
      }
    }
    if changed.isEmpty { return known }
    var result = known
    for (block, signature) in changed {
      var signature = signature
      signature.mentions.sort()
      result[block] = number(of: signature)
    }
    return result
  }

  /// What a cell with a value says of its own block, and of others.
  private func statements(
    of position: Int, _ value: UInt32, _ composition: Composition
  ) -> (own: Int?, value: UInt32, mentions: [(block: Int, mention: UInt64)]) {
    let cell = composition.layout.wordCells[position].cell
    var own: Int?
    var erased: UInt32 = 0
    var source = UInt64(position) << 32
    switch cellOwners[position] {
    case .several: return (nil, 0, [])
    case .nobody: break
    case .block(let block):
      own = block
      source = UInt64(groupOf[block]) << 48 | UInt64(cellRoles[position]) << 32 | 1 << 63
      if value != 0 { erased = self.erased(cell, value, block, composition) &+ 1 }
    }
    if value == 0 { return (own, 0, []) }
    let mentions = traits(of: cell, value, composition).compactMap { trait in
      trait.block == own || groupOf[trait.block] < 0
        ? nil : (block: trait.block, mention: source | UInt64(trait.trait))
    }
    return (own, erased, mentions)
  }

  /// The flags of a worker as one number.
  func flags(_ worker: Int, _ words: [UInt32], _ composition: Composition) -> UInt32 {
    var flags: UInt32 = 0
    for (bit, slot) in composition.workerSlots(worker).enumerated()
    where slot.word < words.count && words[slot.word] & slot.mask != 0 {
      flags |= 1 << UInt32(bit)
    }
    return flags
  }

  // MARK: Values without names

  /// The number of a cell's value without names, as seen from a block; -1 for nobody's view.
  func erased(_ cell: Cell, _ value: UInt32, _ block: Int, _ composition: Composition) -> UInt32 {
    switch cell {
    case .object(let key):
      return names.erased(version: composition.decode(value, of: key), block)
    case .memory: return names.erased(version: value, block)
    case .position: return erased(node: value, block, composition)
    case .superseded:
      let reads = composition.supersededSets[Int(value)].map { erased($0, block) }
      return names.number(of: .array(reads.sorted().map(JSONValue.string)))
    case .pending:
      let events = composition.pendingEvents(value).map { erased($0, block) }
      return names.number(of: .array(events))
    default: return value
    }
  }

  private func erased(_ key: ObjectKey, _ block: Int) -> String {
    names.erase("\(key.groupKind) \(key.namespace)/\(key.name)", block)
  }

  private func erased(_ read: SupersededRead, _ block: Int) -> String {
    "\(erased(read.key, block)) \(read.index)"
  }

  private func erased(_ event: PendingEvent, _ block: Int) -> JSONValue {
    [
      .string(erased(event.key, block)), .int(Int64(names.erased(version: event.old, block))),
      .int(Int64(names.erased(version: event.new, block))),
    ]
  }

  private func erased(node: UInt32, _ block: Int, _ composition: Composition) -> UInt32 {
    let key = UInt64(node) << 32 | UInt64(UInt32(truncatingIfNeeded: block))
    if let known = erasedNodes[key] { return known }
    let steps = composition.world.tree.path(to: node).map { step -> JSONValue in
      let question = JSONValue.string(names.erase("\(step.question)", block))
      switch step.answer {
      case .object(let version):
        return [question, .int(Int64(names.erased(version: version, block)))]
      case .list(let items):
        // The order of the list is that of the names.
        let versions = items.map { names.erased(version: $0.version, block) }.sorted()
        return [question, .array(versions.map { .int(Int64($0)) })]
      case .response(let code, let body, let changed):
        return [
          question, .int(Int64(code)), .string(names.erase(body.current.text, block)),
          .array(changed.map { .int(Int64(names.erased(version: $0.before, block))) }),
        ]
      case .text(let text): return [question, .string(names.erase(text, block))]
      case .number(let number): return [question, .int(Int64(number))]
      case .flag(let flag): return [question, .bool(flag)]
      }
    }
    let id = names.number(of: .array(steps))
    erasedNodes[key] = id
    return id
  }

  // MARK: Mentions in values

  /// How a cell's value speaks of blocks.
  func traits(of cell: Cell, _ value: UInt32, _ composition: Composition) -> [BlockTrait] {
    switch cell {
    case .object(let key): traits(ofVersion: composition.decode(value, of: key))
    case .memory: traits(ofVersion: value)
    case .position: traits(ofNode: value, composition)
    case .superseded:
      composition.supersededSets[Int(value)].flatMap { read in
        names.mentions(in: "\(read.key.namespace)/\(read.key.name)").map { mention in
          trait(mention.block, [.string(erased(read, mention.block)), .int(Int64(mention.role))])
        }
      }
    case .pending:
      composition.pendingEvents(value).enumerated().flatMap { place, event in
        let keys = names.mentions(in: "\(event.key.namespace)/\(event.key.name)")
        let values = names.mentions(inVersion: event.old) + names.mentions(inVersion: event.new)
        return (keys + values).map { mention in
          trait(mention.block, [.int(Int64(place)), erased(event, mention.block)])
        }
      }
    default: []
    }
  }

  private func trait(_ block: Int, _ parts: [JSONValue]) -> BlockTrait {
    BlockTrait(block: block, trait: names.number(of: .array(parts)))
  }

  /// The mentions of a text or value in their order.
  private func traits(_ place: Int, _ mentions: [BlockMention]) -> [BlockTrait] {
    mentions.enumerated().map { ordinal, mention in
      trait(mention.block, [.int(Int64(place)), .int(Int64(ordinal)), .int(Int64(mention.role))])
    }
  }

  private func traits(ofVersion version: UInt32) -> [BlockTrait] {
    if version == 0 { return [] }
    if let known = traitsOfVersions[version] { return known }
    let found = traits(-1, names.mentions(inVersion: version))
    traitsOfVersions[version] = found
    return found
  }

  private func traits(ofNode node: UInt32, _ composition: Composition) -> [BlockTrait] {
    if let known = traitsOfNodes[node] { return known }
    var found: [BlockTrait] = []
    for (place, step) in composition.world.tree.path(to: node).enumerated() {
      found += traits(2 * place, names.mentions(in: "\(step.question)"))
      switch step.answer {
      case .object(let version): found += traits(2 * place + 1, names.mentions(inVersion: version))
      case .list(let items):
        // The order of the list is that of the names: what is said of an object takes its place.
        for item in items {
          let mentions =
            names.mentions(in: "\(item.key.namespace)/\(item.key.name)")
            + names.mentions(inVersion: item.version)
          for (ordinal, mention) in mentions.enumerated() {
            let erased = names.erased(version: item.version, mention.block)
            found.append(
              trait(
                mention.block,
                [
                  .int(Int64(place)), .int(Int64(ordinal)), .int(Int64(mention.role)),
                  .int(Int64(erased)), "item",
                ]))
          }
        }
      case .response(_, let body, let changed):
        found += traits(2 * place + 1, names.mentions(in: body))
        for change in changed {
          let mentions = names.mentions(in: "\(change.key.namespace)/\(change.key.name)")
          found += traits(2 * place + 1, mentions + names.mentions(inVersion: change.before))
        }
      case .text(let text): found += traits(2 * place + 1, names.mentions(in: text))
      case .number, .flag: break
      }
    }
    traitsOfNodes[node] = found
    return found
  }

  /// The blocks that a node's path, its worker or its question mention, ascending.
  func blocks(ofNode node: UInt32, _ composition: Composition) -> [Int] {
    if let known = blocksOfNodes[node] { return known }
    let tree = composition.world.tree
    let worker = tree.worker(of: node)
    let request = "\(worker.request.namespace)/\(worker.request.name)"
    var found = Set(
      names.mentions(in: "\(controllerNames[worker.controller]) \(request)").map(\.block))
    found.formUnion(traits(ofNode: node, composition).map(\.block))
    if let question = tree.question(at: node) {
      found.formUnion(names.mentions(in: "\(question)").map(\.block))
    }
    let sorted = found.sorted()
    blocksOfNodes[node] = sorted
    return sorted
  }
}
