package import Transitions

/// What helpers on other threads may ask: the successors of a state as far as every step is known.
///
/// The same walk as `expand`, but it computes, interns and counts nothing. It gives up at a step that was
/// never computed, at a list that was never met, and at a state that must be brought into canonical form.
/// What it reads (the tree of steps, its leaves, the layout, the lists, the ids of actions) changes in
/// `expand`, `evaluate` and other questions only, never in this file.
extension Composition {
  package var mayBeReadByHelpers: Bool {
    usesMemo && audited == nil && world.mutants.isEmpty && !usesSymmetry
  }

  package func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool {
    // Names are given to workers in the order in which `expand` meets them.
    guard reconcileActions.count == layout.workers.count, state.count >= layout.width else {
      return false
    }
    var isBusy = false
    for group in layout.queueWords.indices {
      var bits = state[layout.queueWords[group]]
      if mode == .calls { bits |= state[layout.busyWords[group]] }
      while bits != 0 {
        let worker = group * 32 + bits.trailingZeroBitCount
        bits &= bits - 1
        isBusy = true
        if waitsForTurn(worker, state) { continue }
        if !list(reconcileActions[worker], state, &buffer) { return false }
      }
    }
    for index in layout.pendingCells.indices {
      let cell = layout.pendingCells[index]
      if state[cell.word] == 0 { continue }
      isBusy = true
      let action = WorldAction.deliver(controller: cell.controller, cell.groupKind)
      if !list(action, state, &buffer) { return false }
    }
    if !isBusy || world.definition.time == .anytime {
      for group in layout.timerWords.indices {
        var bits = state[layout.timerWords[group]]
        while bits != 0 {
          let worker = group * 32 + bits.trailingZeroBitCount
          bits &= bits - 1
          if !list(timerActions[worker], state, &buffer) { return false }
        }
      }
    }
    for event in component.events {
      guard let slot = layout.existingSlot(.event(event)) else { return false }
      if state[slot.word] == 0 { continue }
      if !list(.event(event), state, &buffer) || !list(.skip(event), state, &buffer) {
        return false
      }
    }
    return !hasFaults || listFaults(state, &buffer)
  }

  package func takesKnown(successors: Int) -> Bool {
    // An error that waits is thrown by `expand`, which also names workers and tells who audits.
    guard reconcileActions.count == layout.workers.count, deferredError == nil, audited == nil
    else { return false }
    stepCounts.lookedUp += successors
    return true
  }

  package func knownValue(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateValue? {
    guard usesMemo, let leaf = knownLeaf(from: predicateRoots[predicate], state) else {
      return nil
    }
    return PredicateLeaf(leaf).value
  }

  private func knownLeaf(from root: UInt32, _ state: UnsafeBufferPointer<UInt32>) -> UInt32? {
    var node = root
    while true {
      switch steps.node(node) {
      case .leaf(let leaf): return leaf
      case .unknown: return nil
      case .read(let read):
        guard let value = knownValue(of: read, state), let next = steps.next(node, value) else {
          return nil
        }
        node = next
      }
    }
  }

  private func listFaults(
    _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) -> Bool {
    for worker in layout.workers.indices where isPending(worker, state) {
      let controller = layout.workers[worker].controller
      for fault in Fault.allCases {
        guard let budget = layout.existingSlot(.budget(fault, controller: controller)),
          state[budget.word] != 0
        else { continue }
        var number = 0
        while isListed(fault, number) {
          let before = buffer.successors.count
          let action =
            fault == .crash
            ? WorldAction.crash(worker: worker, writes: number)
            : .fault(fault, worker: worker, write: number)
          if !list(action, state, &buffer) { return false }
          if buffer.successors.count == before { break }
          number += 1
        }
      }
    }
    return true
  }

  private func list(
    _ action: WorldAction, _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) -> Bool {
    guard let id = actionIDs[action] else { return false }
    return list(id, state, &buffer)
  }

  /// Appends all outcomes of an action; false where some are not known.
  private func list(
    _ action: UInt32, _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) -> Bool {
    var outcome: UInt32 = 0
    return walk(action, actionRoots[Int(action)], &outcome, state, &buffer)
  }

  private func walk(
    _ action: UInt32, _ start: UInt32, _ outcome: inout UInt32,
    _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) -> Bool {
    var node = start
    while true {
      switch steps.node(node) {
      case .leaf(let leaf):
        defer { outcome += 1 }
        return append(leaf: Int(leaf), action, outcome, state, &buffer)
      case .unknown: return false
      case .read(let read) where read.kind == .choice:
        for value in 0..<UInt32(read.index) {
          guard let next = steps.next(node, value),
            walk(action, next, &outcome, state, &buffer)
          else { return false }
        }
        return true
      case .read(let read):
        guard let value = knownValue(of: read, state), let next = steps.next(node, value) else {
          return false
        }
        node = next
      }
    }
  }

  @inline(__always)
  private func knownValue(
    of read: StateRead, _ state: UnsafeBufferPointer<UInt32>
  ) -> UInt32? {
    switch read.kind {
    case .word: read.index < state.count ? state[read.index] : 0
    case .scan: scans.knownListID(read.index, state, layout)
    case .freshIndex, .choice: nil
    }
  }

  private func append(
    leaf id: Int, _ action: UInt32, _ outcome: UInt32, _ state: UnsafeBufferPointer<UInt32>,
    _ buffer: inout SuccessorBuffer
  ) -> Bool {
    let leaf = leaves[id]
    if leaf.isDisabled { return true }
    if leaf.detail >= 0 { return false }
    let firstChange = UInt32(buffer.changes.count)
    for index in Int(leaf.firstEffect)..<Int(leaf.firstEffect + leaf.effectCount) {
      let effect = leafEffects[index]
      let old = Int(effect.word) < state.count ? state[Int(effect.word)] : 0
      let new = old & effect.keep | effect.set
      if new != old { buffer.changes.append(WordChange(index: effect.word, value: new)) }
    }
    buffer.successors.append(
      Successor(
        action: action, outcome: outcome, flags: leaf.flags, footprint: leaf.footprint,
        violations: leaf.violations, firstChange: firstChange,
        changeCount: UInt32(buffer.changes.count) - firstChange))
    return true
  }
}

/// How many steps a composition computed, and how many it looked up.
///
/// Apart from the composition, whose memory helpers read while these numbers change.
final class StepCounts {
  var computed = 0
  var lookedUp = 0
}
