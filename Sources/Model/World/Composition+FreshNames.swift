import CEL

/// Fresh values of a state: which are mentioned, which number is free, the renaming to the smallest.
extension Composition {
  /// The number of a class that a new fresh value gets at a state.
  func freshIndex(_ family: UInt16, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var alive = AliveTokens()
    mentions(state, &alive)
    // Where gaps are closed the next number is free, and larger than all: the order of numbers is
    // the order of creation in every form of a state. Elsewhere gaps must be filled again.
    return world.definition.projections.contains(.freshNames)
      ? alive.next(of: family) : alive.smallestFree(of: family)
  }

  /// Collects every fresh value that a state mentions.
  private func mentions(_ words: UnsafeBufferPointer<UInt32>, _ alive: inout AliveTokens) {
    mentionIndex.update(self)
    alive.insert(mentionIndex.outside)
    for index in mentionIndex.facts.indices {
      let fact = mentionIndex.facts[index]
      let value = fact.word < words.count ? words[fact.word] : 0
      switch fact.content {
      case .object:
        let current = value == 0 ? fact.initial : value - 1
        guard current != 0 else { continue }
        alive.insert(mentionIndex.ofCells[index])
        alive.insert(world.versions.mentioned(in: current))
      case .deadline where value != 0: alive.insert(mentionIndex.ofCells[index])
      case .memory where value != 0:
        alive.insert(mentionIndex.ofCells[index])
        alive.insert(world.versions.mentioned(in: value))
      case .position where value != 0: alive.insert(mentionIndex.tokens(ofNode: value, self))
      case .pending where value != 0:
        for event in pendingEvents(value) {
          alive.insert(world.tokens.mentioned(in: event.key.name))
          alive.insert(world.versions.mentioned(in: event.old))
          alive.insert(world.versions.mentioned(in: event.new))
        }
      default: break
      }
    }
    for worker in mentionIndex.namedWorkers {
      let isSet = workerSlots(worker).contains {
        $0.word < words.count && words[$0.word] & $0.mask != 0
      }
      if isSet { alive.insert(mentionIndex.ofWorkers[worker]) }
    }
  }

  /// Where the flags of a worker lie.
  func workerSlots(_ worker: Int) -> [Slot] {
    let slots = [layout.slot(.queue, worker: worker), layout.slot(.timer, worker: worker)]
    return mode == .calls ? slots + [layout.slot(.busy, worker: worker)] : slots
  }

  /// Closes the gaps in the numbers of each class; the order of the numbers stays.
  func compactTokens(_ words: inout [UInt32]) {
    var alive = AliveTokens()
    words.withUnsafeBufferPointer { mentions($0, &alive) }
    let renaming = alive.closingGaps
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
      let controller = renaming.rename(controller: entry.controller)
      guard request != entry.request || controller != entry.controller else { continue }
      let target = worker(controller, request)
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
