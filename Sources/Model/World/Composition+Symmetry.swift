import CEL
import Transitions

/// The representative of a state among all that differ from it in an exchange of interchangeable names
/// (Emerson and Sistla, "Symmetry and model checking", 1996; Clarke et al., "Exploiting symmetry in
/// temporal logic model checking", 1996).
extension Composition {
  package var hasSymmetry: Bool {
    symmetry == nil ? mayPermuteFreshValues : !(world.symmetry?.isBroken ?? true)
  }

  package func respectsSymmetry(property: Int) -> Bool {
    let index = propertyIndices[property]
    if symmetry == nil { return world.freshOrder?.respectedProperties[index] ?? true }
    return world.symmetry?.definition.respectedProperties[index] ?? true
  }

  package func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    var words = [UInt32](state)
    grow(&words)
    sortBlocks(&words)
    return words
  }

  /// The objects that stand for those of a state, whatever else in it tells blocks apart.
  func representativeObjects(_ state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    if symmetry == nil {
      return objectsUpToFreshValues(state).enumerated().flatMap { $1 == 0 ? [] : [UInt32($0), $1] }
    }
    var words = [UInt32](repeating: 0, count: layout.width)
    for (word, cell) in layout.wordCells where word < state.count {
      if case .object = cell { words[word] = state[word] }
    }
    sortBlocks(&words)
    return words.enumerated().flatMap { $1 == 0 ? [] : [UInt32($0), $1] }
  }

  /// Notes that something tells names apart.
  ///
  /// Where states are being merged by their symmetry the exploration must start again, without.
  func breakSymmetry(_ reason: String) throws {
    world.symmetry?.markBroken()
    if usesSymmetry { throw RestartNeeded(reason: "names that are told apart: \(reason)") }
  }

  /// Renames the blocks of a state so that they stand in the order of their signatures.
  func sortBlocks(_ words: inout [UInt32]) {
    guard let symmetry else { return sortFreshValues(&words) }
    sort(&words, symmetry.signatures(words, self), symmetry)
  }

  /// The same for a successor of a state, from what differs.
  func sortBlocks(_ words: inout [UInt32], after state: UnsafeBufferPointer<UInt32>) {
    guard let symmetry else { return sortFreshValues(&words) }
    if expandedSignatures.isEmpty { expandedSignatures = symmetry.signatures(Array(state), self) }
    let signatures = symmetry.signatures(words, after: state, expandedSignatures, self)
    sort(&words, signatures, symmetry)
  }

  private func sort(_ words: inout [UInt32], _ signatures: [UInt32], _ symmetry: StateSymmetry) {
    var moves: [Int] = []
    for blocks in symmetry.groups {
      let own = blocks.map { signatures[$0] }
      guard let order = Self.order(own) else { continue }
      if moves.isEmpty { moves = Array(symmetry.groupOf.indices) }
      for (position, target) in order.enumerated() { moves[blocks[position]] = blocks[target] }
    }
    if !moves.isEmpty { words = moved(words, moves, symmetry) }
  }

  /// Where each position must go so that the numbers ascend; nil where they do.
  ///
  /// As few as possible go anywhere: what stands where an equal one belongs stays.
  private static func order(_ signatures: [UInt32]) -> [Int]? {
    if !signatures.indices.dropFirst().contains(where: { signatures[$0] < signatures[$0 - 1] }) {
      return nil
    }
    let sorted = signatures.sorted()
    var order = Array(signatures.indices)
    let wrong = signatures.indices.filter { signatures[$0] != sorted[$0] }
    var free: [UInt32: [Int]] = [:]
    for position in wrong.reversed() { free[sorted[position], default: []].append(position) }
    for position in wrong {
      order[position] = free[signatures[position]]?.popLast() ?? position
    }
    return order
  }

  /// A state in which blocks take each other's place: cells move with the names in them.
  private func moved(
    _ words: [UInt32], _ moves: [Int], _ symmetry: StateSymmetry
  ) -> [UInt32] {
    let rewriting = StateRewriting(moves: moves, symmetry, self)
    var result = words
    var targets: [(Slot, UInt32)] = []
    for position in symmetry.cellOwners.indices {
      let (word, cell) = layout.wordCells[position]
      guard word < words.count, words[word] != 0 else { continue }
      let owner = symmetry.cellOwners[position]
      if case .nobody = owner, world.mutants.contains(.symmetry) { continue }
      guard
        isMoved(owner, moves)
          || symmetry.traits(of: cell, words[word], self).contains(where: {
            moves[$0.block] != $0.block
          })
      else { continue }
      let value = renamed(cell, words[word], moves, rewriting, symmetry)
      let target = slot(ofCellAt: position, cell, moves, rewriting, symmetry)
      if target.word == word, value == words[word] { continue }
      result[word] = 0
      targets.append((target, value))
    }
    for index in symmetry.workerOwners.indices where isMoved(symmetry.workerOwners[index], moves) {
      let target = worker(movedFrom: index, moves, rewriting, symmetry)
      guard target != index else { continue }
      for (from, to) in zip(workerSlots(index), workerSlots(target))
      where from.word < words.count && words[from.word] & from.mask != 0 {
        result[from.word] &= ~from.mask
        targets.append((to, 1))
      }
    }
    grow(&result)
    for (slot, value) in targets {
      result[slot.word] = result[slot.word] & ~slot.mask | value << slot.shift & slot.mask
    }
    return result
  }

  /// Where a cell goes; looked up for a cell of one block.
  private func slot(
    ofCellAt position: Int, _ cell: Cell, _ moves: [Int], _ rewriting: StateRewriting,
    _ symmetry: StateSymmetry
  ) -> Slot {
    guard case .block(let block) = symmetry.cellOwners[position] else {
      return layout.slot(rewriting.rename(cell))
    }
    let key = UInt64(position) << 32 | UInt64(moves[block])
    if let known = symmetry.movedCells[key] { return known }
    let slot = layout.slot(rewriting.rename(cell))
    symmetry.movedCells[key] = slot
    return slot
  }

  private func worker(
    movedFrom index: Int, _ moves: [Int], _ rewriting: StateRewriting, _ symmetry: StateSymmetry
  ) -> Int {
    let entry = layout.workers[index]
    func target() -> Int {
      worker(rewriting.rename(controller: entry.controller), rewriting.rename(entry.request))
    }
    guard case .block(let block) = symmetry.workerOwners[index] else { return target() }
    let key = UInt64(index) << 32 | UInt64(moves[block])
    if let known = symmetry.movedWorkers[key] { return known }
    let found = target()
    symmetry.movedWorkers[key] = found
    return found
  }

  private func isMoved(_ owner: StateSymmetry.Owner, _ moves: [Int]) -> Bool {
    switch owner {
    case .nobody: false
    case .block(let block): moves[block] != block
    case .several: true
    }
  }

  /// The value of a cell, renamed; nodes of reconcile trees once each.
  private func renamed(
    _ cell: Cell, _ value: UInt32, _ moves: [Int], _ rewriting: StateRewriting,
    _ symmetry: StateSymmetry
  ) -> UInt32 {
    switch cell {
    case .object, .superseded, .pending, .memory: return rewriting.rename(cell, value).1
    case .position:
      let blocks = symmetry.blocks(ofNode: value, self)
      let key = NodeRenaming(
        node: value, moves: blocks.flatMap { [Int32($0), Int32(moves[$0])] })
      if let known = symmetry.renamedNodes[key] { return known }
      let node = rewriting.rename(cell, value).1
      symmetry.renamedNodes[key] = node
      return node
    default: return value
    }
  }

  /// What the audit compares in place of a representative: the signatures of each group in order, and
  /// without names what no block owns.
  ///
  /// It is equal for all renamings of a state.
  func symmetryKey(_ words: [UInt32]) -> [UInt32] {
    guard let symmetry else { return freshSymmetry?.key(words, self) ?? words }
    var key: [UInt32] = []
    let signatures = symmetry.signatures(words, self)
    for blocks in symmetry.groups { key += blocks.map { signatures[$0] }.sorted() }
    var shared: UInt32 = 0
    for (position, (word, cell)) in layout.wordCells.enumerated()
    where word < words.count && words[word] != 0 {
      switch symmetry.cellOwners[position] {
      case .nobody: key += [UInt32(position), symmetry.erased(cell, words[word], -1, self)]
      case .several: shared += 1
      case .block: break
      }
    }
    for (worker, owner) in symmetry.workerOwners.enumerated() {
      let flags = symmetry.flags(worker, words, self)
      switch owner {
      case .nobody where flags != 0: key += [UInt32(worker), flags]
      case .several where flags != 0: shared += 1
      default: break
      }
    }
    return key + [shared]
  }
}

extension StateRewriting {
  /// An exchange of blocks.
  init(moves: [Int], _ symmetry: StateSymmetry, _ composition: Composition) {
    let names = symmetry.names
    self.init(
      composition, text: { names.rename($0, moves) },
      version: { names.rename(version: $0, moves) }, body: { names.rename($0, moves) },
      controller: { symmetry.rename(controller: $0, moves) },
      event: { symmetry.rename(event: $0, moves) })
  }
}
