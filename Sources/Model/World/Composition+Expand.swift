package import Transitions

extension Composition: TransitionSystem {
  package var initialState: [UInt32] {
    var words =
      initialWords + [UInt32](repeating: 0, count: max(0, layout.width - initialWords.count))
    if usesSymmetry { sortBlocks(&words) }
    return words
  }

  package var width: Int { layout.width }

  package func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer)
    throws
  {
    nameWorkerActions()
    audited?.note(state)
    expandedSignatures = []
    var isBusy = false
    for group in layout.queueWords.indices {
      var bits = flags(layout.queueWords[group], state)
      if mode == .calls { bits |= flags(layout.busyWords[group], state) }
      while bits != 0 {
        let worker = group * 32 + bits.trailingZeroBitCount
        bits &= bits - 1
        isBusy = true
        if waitsForTurn(worker, state) { continue }
        try emit(reconcileActions[worker], state, &buffer)
      }
    }
    for index in layout.pendingCells.indices {
      let cell = layout.pendingCells[index]
      guard cell.word < state.count, state[cell.word] != 0 else { continue }
      isBusy = true
      try emit(
        action(.deliver(controller: cell.controller, cell.groupKind)), state, &buffer)
    }
    // Maximal progress: a timer waits for reconciles and deliveries (SEMANTICS.md, "Timers").
    if !isBusy || world.definition.time == .anytime {
      for group in layout.timerWords.indices {
        var bits = flags(layout.timerWords[group], state)
        while bits != 0 {
          let worker = group * 32 + bits.trailingZeroBitCount
          bits &= bits - 1
          try emit(timerActions[worker], state, &buffer)
        }
      }
    }
    for event in component.events where state[layout.slot(.event(event)).word] != 0 {
      try emit(action(.event(event)), state, &buffer)
      try emit(action(.skip(event)), state, &buffer)
    }
    if hasFaults { try emitFaults(state, &buffer) }
    if let error = deferredError {
      deferredError = nil
      throw error
    }
  }

  @inline(__always)
  private func flags(_ word: Int, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    word < state.count ? state[word] : 0
  }

  private func emitFaults(
    _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) throws {
    for worker in layout.workers.indices where isPending(worker, state) {
      let controller = layout.workers[worker].controller
      for fault in Fault.allCases {
        guard let budget = layout.existingSlot(.budget(fault, controller: controller)),
          flags(budget.word, state) != 0
        else { continue }
        // A crash runs 0, 1, 2… writes first; the other faults hit write 0, 1, 2… until there is
        // no such write.
        var number = 0
        while isListed(fault, number),
          try emit(
            action(
              fault == .crash
                ? .crash(worker: worker, writes: number)
                : .fault(fault, worker: worker, write: number)), state, &buffer)
        {
          number += 1
        }
      }
    }
  }

  /// Whether a fault of a number is one by itself.
  ///
  /// In mode `calls` a crash behind more than one write is a step followed by another crash. It may not
  /// be there either: that it is depends on whether the crash behind one write is, for any choice of
  /// the reconcile, and nobody reads that.
  func isListed(_ fault: Fault, _ number: Int) -> Bool {
    mode != .calls || fault != .crash || number <= 1
  }

  /// Appends all outcomes of an action; false where it cannot happen.
  @discardableResult
  private func emit(
    _ action: UInt32, _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) throws -> Bool {
    if !usesMemo { actionRoots[Int(action)] = steps.addRoot() }
    let before = buffer.successors.count
    var outcome: UInt32 = 0
    try descend(action, actionRoots[Int(action)], [], &outcome, state, &buffer)
    return buffer.successors.count > before
  }

  /// Walks the tree of an action from a node, once for each outcome.
  private func descend(
    _ action: UInt32, _ start: UInt32, _ choices: [UInt32], _ outcome: inout UInt32,
    _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) throws {
    var node = start
    while true {
      switch steps.node(node) {
      case .leaf(let leaf):
        emit(leaf: Int(leaf), action, outcome, state, &buffer)
        outcome += 1
        return
      case .unknown:
        try compute(action, state, choices)
      case .read(let read) where read.kind == .choice:
        for value in 0..<UInt32(read.index) {
          let extended = choices + [value]
          if steps.next(node, value) == nil { try compute(action, state, extended) }
          guard let next = steps.next(node, value) else { throw deferredError ?? MissingStep() }
          try descend(action, next, extended, &outcome, state, &buffer)
        }
        return
      case .read(let read):
        let value = value(of: read, state)
        if steps.next(node, value) == nil { try compute(action, state, choices) }
        guard let next = steps.next(node, value) else { throw deferredError ?? MissingStep() }
        node = next
      }
    }
  }

  /// The value of a read at a state.
  @inline(__always)
  func value(of read: StateRead, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    switch read.kind {
    case .word: read.index < state.count ? state[read.index] : 0
    case .scan: scan(read.index, state)
    case .freshIndex: freshIndex(UInt16(read.index), state)
    case .choice: preconditionFailure("a choice has no value of its own")
    }
  }

  private func emit(
    leaf id: Int, _ action: UInt32, _ outcome: UInt32, _ state: UnsafeBufferPointer<UInt32>,
    _ buffer: inout SuccessorBuffer
  ) {
    let leaf = leaves[id]
    if leaf.isDisabled { return }
    let firstChange = UInt32(buffer.changes.count)
    if leaf.detail >= 0 || usesSymmetry {
      finish(leaf, state, &buffer)
    } else {
      let end = Int(leaf.firstEffect + leaf.effectCount)
      for index in Int(leaf.firstEffect)..<end {
        let effect = leafEffects[index]
        let old = flags(Int(effect.word), state)
        let new = old & effect.keep | effect.set
        if new != old { buffer.changes.append(WordChange(index: effect.word, value: new)) }
      }
    }
    stepCounts.lookedUp += 1
    buffer.successors.append(
      Successor(
        action: action, outcome: outcome, flags: leaf.flags, footprint: visible(leaf.footprint),
        violations: leaf.violations, firstChange: firstChange,
        changeCount: UInt32(buffer.changes.count) - firstChange))
  }

  package func violatedRules(_ violations: UInt32) -> [Int] { violationSets[Int(violations)] }

  package func describe(action: UInt32) -> String {
    describe(actions[Int(action)]) { world.tokens.display($0) }
  }

  /// The name of an action, its request's name shown in a way.
  func describe(_ action: WorldAction, _ display: (String) -> String) -> String {
    func name(_ worker: Int) -> String {
      let worker = layout.workers[worker]
      let controller = world.definition.participants[worker.controller].reconciler.name
      return "\(controller) \(display(worker.request.description))"
    }
    switch action {
    case .reconcile(let worker): return "reconcile \(name(worker))"
    case .timer(let worker): return "timer \(name(worker))"
    case .deliver(let controller, let groupKind):
      let controller = world.definition.participants[controller].reconciler.name
      return "deliver \(groupKind.kind) to \(controller)"
    case .event(let event): return "event \(world.definition.events[event].name)"
    case .skip(let event): return "skip \(world.definition.events[event].name)"
    case .crash(let worker, let writes): return "crash \(name(worker)) after \(writes) writes"
    case .fault(let fault, let worker, let write):
      return "\(fault.rawValue) \(name(worker)) at write \(write + 1)"
    }
  }
}

/// A computed step did not lead where its reads say, or read in another order: a bug of ours.
struct MissingStep: Error {}
