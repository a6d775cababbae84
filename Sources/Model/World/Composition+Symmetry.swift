import CEL
import Transitions

/// The representative of a state among all that differ from it in an exchange of interchangeable names
/// (Emerson and Sistla, "Symmetry and model checking", 1996; Clarke et al., "Exploiting symmetry in
/// temporal logic model checking", 1996).
extension Composition {
  package var hasSymmetry: Bool { symmetry != nil && !(world.symmetry?.isBroken ?? true) }

  package func respectsSymmetry(property: Int) -> Bool {
    guard let symmetry = world.symmetry else { return true }
    return symmetry.definition.respectedProperties[propertyIndices[property]]
  }

  package func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    var words = [UInt32](state)
    grow(&words)
    sortBlocks(&words)
    return words
  }

  /// The objects that stand for those of a state, whatever else in it tells blocks apart.
  func representativeObjects(_ state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
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
    guard let symmetry else { return }
    symmetry.update(layout)
    var moves = Array(symmetry.groupOf.indices)
    var isSorted = true
    for (group, blocks) in symmetry.groups.enumerated() {
      let signatures = symmetry.signatures(ofGroup: group, words, self)
      guard let order = Self.order(signatures) else { continue }
      isSorted = false
      for (position, target) in order.enumerated() { moves[blocks[position]] = blocks[target] }
    }
    if !isSorted { words = moved(words, moves, symmetry) }
  }

  /// Where each position must go so that the signatures ascend; nil where they do.
  ///
  /// As few as possible go anywhere: what stands where an equal one belongs stays.
  private static func order(_ signatures: [StateSymmetry.Signature]) -> [Int]? {
    if !signatures.indices.dropFirst().contains(where: { signatures[$0] < signatures[$0 - 1] }) {
      return nil
    }
    let sorted = signatures.sorted()
    var order = Array(signatures.indices)
    let wrong = signatures.indices.filter { signatures[$0] != sorted[$0] }
    var free: [StateSymmetry.Signature: [Int]] = [:]
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
    for (position, (word, cell)) in layout.wordCells.enumerated()
    where word < words.count && words[word] != 0 {
      let owner = symmetry.cellOwners[position]
      if case .nobody = owner, world.mutants.contains(.symmetry) { continue }
      guard
        isMoved(owner, moves)
          || symmetry.traits(of: cell, words[word], self).contains(where: {
            moves[$0.block] != $0.block
          })
      else { continue }
      let (target, value) = renamed(cell, words[word], moves, rewriting, symmetry)
      if target == cell, value == words[word] { continue }
      result[word] = 0
      targets.append((layout.slot(target), value))
    }
    for (index, entry) in layout.workers.enumerated()
    where index < symmetry.workerOwners.count && isMoved(symmetry.workerOwners[index], moves) {
      let target = worker(
        rewriting.rename(controller: entry.controller), rewriting.rename(entry.request))
      for (from, to) in zip(workerSlots(index), workerSlots(target))
      where target != index && from.word < words.count && words[from.word] & from.mask != 0 {
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

  private func isMoved(_ owner: StateSymmetry.Owner, _ moves: [Int]) -> Bool {
    switch owner {
    case .nobody: false
    case .block(let block): moves[block] != block
    case .several: true
    }
  }

  /// A cell and its value, renamed; nodes of reconcile trees once each.
  private func renamed(
    _ cell: Cell, _ value: UInt32, _ moves: [Int], _ rewriting: StateRewriting,
    _ symmetry: StateSymmetry
  ) -> (Cell, UInt32) {
    guard case .position = cell else { return rewriting.rename(cell, value) }
    let blocks = symmetry.blocks(ofNode: value, self)
    let key = NodeRenaming(
      node: value, moves: blocks.flatMap { [Int32($0), Int32(moves[$0])] })
    if let known = symmetry.renamedNodes[key] { return (rewriting.rename(cell), known) }
    let (target, node) = rewriting.rename(cell, value)
    symmetry.renamedNodes[key] = node
    return (target, node)
  }

  /// What the audit compares in place of a representative: the signatures of each group in order, and
  /// without names what no block owns.
  ///
  /// It is equal for all renamings of a state.
  func symmetryKey(_ words: [UInt32]) -> [UInt32] {
    guard let symmetry else { return words }
    symmetry.update(layout)
    var key: [UInt32] = []
    for group in symmetry.groups.indices {
      for signature in symmetry.signatures(ofGroup: group, words, self).sorted() {
        for (role, value) in signature.values.enumerated() where value != 0 {
          key += [UInt32(role), value]
        }
        key += signature.mentions.flatMap { [UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)] }
        key.append(.max)
      }
    }
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
