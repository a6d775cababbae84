package import Transitions

/// What a reduced search asks of a composition: footprints, classes of actions, what enables them.
extension Composition {
  /// nil where fresh values are not renamed: footprints know no numbers of fresh values, so they only
  /// say how steps commute up to a renaming.
  package var footprints: FootprintTable? {
    world.definition.projections.contains(.freshNames) && world.mutants.isEmpty
      ? footprintTable : nil
  }

  /// Whether a controller may crash at all.
  func mayCrash(_ controller: Int) -> Bool {
    (world.definition.participants[controller].budgets[.crash] ?? 0) > 0
  }

  /// The footprint cell of a word; words of flags are never read by a step.
  func footprintCell(atWord word: Int) -> UInt32 {
    if word < footprintCells.count, footprintCells[word] != .max { return footprintCells[word] }
    guard let cell = layout.cell(at: word) else { preconditionFailure("a read of a word of flags") }
    if footprintCells.count <= word {
      footprintCells.append(
        contentsOf: repeatElement(.max, count: word + 1 - footprintCells.count))
    }
    footprintCells[word] = names.id(of: cell)
    return footprintCells[word]
  }

  // MARK: Classes of actions

  /// Names the classes of a new action: by itself, and with all its copies.
  func classify(_ action: WorldAction, _ id: UInt32) {
    let named = ActionClass(action, layout, names)
    classOfAction.append(add(id, to: named, isCollective: named.isCollective))
    guard let quotient else { return }
    let merged = quotient.actionClass(named)
    mergedClassOfAction.append(
      merged == named
        ? classOfAction[classOfAction.count - 1] : add(id, to: merged, isCollective: true))
  }

  private func add(_ action: UInt32, to named: ActionClass, isCollective: Bool) -> UInt32 {
    if let known = actionClassIDs[named] {
      classMembers[Int(known)].append(action)
      return known
    }
    let new = UInt32(classMembers.count)
    actionClassIDs[named] = new
    classMembers.append([action])
    collectiveClasses.append(isCollective)
    return new
  }

  package func actionClass(of action: UInt32) -> UInt32 {
    usesSymmetry && quotient != nil
      ? mergedClassOfAction[Int(action)] : classOfAction[Int(action)]
  }

  /// A footprint as the search sees it now: closed under exchanges where states are merged by them.
  @inline(__always)
  func visible(_ footprint: UInt32) -> UInt32 {
    guard usesSymmetry, let quotient else { return footprint }
    return quotient.footprint(footprint)
  }

  package func isCollective(actionClass: UInt32) -> Bool { collectiveClasses[Int(actionClass)] }

  package func describe(actionClass: UInt32) -> String {
    describe(actions[Int(classMembers[Int(actionClass)][0])]) { names.display($0) }
  }

  // MARK: What enables an action

  package func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    switch plainEnabling(of: actionClass, at: state) {
    case .writeTo(let reads): .writeTo(reads: visible(reads))
    case .idle(let reads): .idle(reads: visible(reads))
    case let other: other
    }
  }

  private func plainEnabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    let members = classMembers[Int(actionClass)]
    switch actions[Int(members[0])] {
    case .event, .skip: return .never
    case .deliver(let controller, let groupKind):
      return writes(to: names.id(.pending(controller: controller, groupKind)))
    case .reconcile(let worker): return .writeTo(reads: queueReads(worker))
    case .timer(let worker): return enablingOfTimer(worker, state)
    case .crash(let worker, _):
      return enablingOfFault(.crash, worker, actionClass, state)
    case .fault(let fault, let worker, _):
      return enablingOfFault(fault, worker, actionClass, state)
    }
  }

  private func writes(to cell: UInt32) -> EnablingCondition {
    var reads = Footprint()
    reads.reads = [cell]
    return .writeTo(reads: footprintTable.intern(reads))
  }

  /// What is read to find that a request is not queued, or that it is another one's turn.
  ///
  /// A crash may queue any request of its controller. A reconcile in flight began as a queued one.
  private func queueReads(_ worker: Int) -> UInt32 {
    let entry = layout.workers[worker]
    var reads = Footprint()
    reads.reads = [names.id(.queue(names.erased(entry.controller, entry.request)))]
    if mayCrash(entry.controller) {
      reads.reads.append(names.id(.allQueues(controller: entry.controller)))
    }
    if takesTurns(entry.controller) {
      reads.reads.append(names.id(.turn(controller: entry.controller)))
    }
    return footprintTable.intern(reads)
  }

  /// A timer waits until no reconcile and no delivery is left.
  ///
  /// So for the first of them to be made, met by a fault instead, or dropped by a crash; where time
  /// does not wait, for being set.
  private func enablingOfTimer(
    _ worker: Int, _ state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    let entry = layout.workers[worker]
    if world.definition.time == .fair, let first = firstUrgentCells(at: state) {
      var reads = Footprint()
      reads.reads = first.map { names.id($0) }
      return .idle(reads: footprintTable.intern(reads))
    }
    return writes(to: names.id(.timer(names.erased(entry.controller, entry.request))))
  }

  /// The cells that whoever takes the first enabled reconcile or delivery writes.
  private func firstUrgentCells(at state: UnsafeBufferPointer<UInt32>) -> [FootprintCell]? {
    func life(_ controller: Int) -> [FootprintCell] {
      mayCrash(controller) ? [.incarnation(controller: controller)] : []
    }
    for (worker, entry) in layout.workers.enumerated() where isPending(worker, state) {
      return [.position(names.erased(entry.controller, entry.request))] + life(entry.controller)
    }
    for cell in layout.pendingCells where cell.word < state.count && state[cell.word] != 0 {
      return [.delivery(controller: cell.controller, cell.groupKind)] + life(cell.controller)
    }
    return nil
  }

  /// Whether a reconcile of a worker is enabled: queued or in flight, and its turn.
  func isPending(_ worker: Int, _ state: UnsafeBufferPointer<UInt32>) -> Bool {
    (isSet(layout.slot(.queue, worker: worker), state)
      || mode == .calls && isSet(layout.slot(.busy, worker: worker), state))
      && !waitsForTurn(worker, state)
  }

  /// A crash or another fault: its budget is spent, or its request is not pending, or the run of
  /// the reconcile has no such write.
  ///
  /// A class may have members of each sort, and some that were never met: all that any of them waits for.
  private func enablingOfFault(
    _ fault: Fault, _ worker: Int, _ actionClass: UInt32, _ state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    func isLeft(_ controller: Int) -> Bool {
      guard let budget = layout.existingSlot(.budget(fault, controller: controller)) else {
        return false
      }
      return budget.word < state.count && state[budget.word] != 0
    }
    let controller = layout.workers[worker].controller
    let copies = usesSymmetry ? quotient?.copies(of: controller) : nil
    guard (copies ?? [controller]).contains(where: isLeft) else { return .never }
    var reads = isCollective(actionClass: actionClass) ? queueReads(worker) : 0
    for member in classMembers[Int(actionClass)] {
      switch actions[Int(member)] {
      case .crash(let worker, _), .fault(_, let worker, _):
        let missing =
          isPending(worker, state) ? readsDisabling(member, state) : queueReads(worker)
        reads = footprintTable.union(reads, missing)
      default: preconditionFailure("a class of faults with another action")
      }
    }
    return .writeTo(reads: reads)
  }

  /// What is read to find that an action cannot happen at a state, over all its outcomes.
  private func readsDisabling(_ action: UInt32, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var union: UInt32 = 0
    func walk(_ start: UInt32, _ choices: [UInt32]) throws {
      var node = start
      while true {
        switch steps.node(node) {
        case .leaf(let leaf):
          if leaves[Int(leaf)].isDisabled {
            union = footprintTable.union(union, leaves[Int(leaf)].footprint)
          }
          return
        case .unknown: try compute(action, state, choices)
        case .read(let read):
          let values = read.kind == .choice ? 0..<UInt32(read.index) : 0..<1
          for value in values {
            let isChoice = read.kind == .choice
            let value = isChoice ? value : self.value(of: read, state)
            let extended = isChoice ? choices + [value] : choices
            if steps.next(node, value) == nil { try compute(action, state, extended) }
            guard let next = steps.next(node, value) else { throw MissingStep() }
            guard isChoice else {
              node = next
              continue
            }
            try walk(next, extended)
          }
          if read.kind == .choice { return }
        }
      }
    }
    do {
      try walk(actionRoots[Int(action)], [])
    } catch {
      deferredError = deferredError ?? error
    }
    return union
  }

  // MARK: Predicates

  package func reads(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> UInt32 { visible(leaf(ofPredicate: predicate, at: state).footprint) }
}

/// The name of an action as footprints know it.
struct ActionClass: Hashable {
  private enum Subject: Hashable {
    case worker(CellLayout.Worker)
    case cache(controller: Int, GroupKind)
    case event(Int)
  }

  private enum Verb: Hashable {
    case reconcile, timer, deliver, happen, skip
    case crash(writes: Int)
    case fault(Fault, write: Int)
  }

  private var subject: Subject
  private let verb: Verb
  /// Whether it stands for all copies of its actions, in a search by representatives.
  private var isMerged = false

  /// The class of an action.
  init(_ action: WorldAction, _ layout: CellLayout, _ names: FootprintNames) {
    func work(_ worker: Int) -> Subject {
      let entry = layout.workers[worker]
      return .worker(names.erased(entry.controller, entry.request))
    }
    switch action {
    case .reconcile(let worker): (subject, verb) = (work(worker), .reconcile)
    case .timer(let worker): (subject, verb) = (work(worker), .timer)
    case .deliver(let controller, let groupKind):
      (subject, verb) = (.cache(controller: controller, groupKind), .deliver)
    case .event(let event): (subject, verb) = (.event(event), .happen)
    case .skip(let event): (subject, verb) = (.event(event), .skip)
    case .crash(let worker, let writes): (subject, verb) = (work(worker), .crash(writes: writes))
    case .fault(let fault, let worker, let write):
      (subject, verb) = (work(worker), .fault(fault, write: write))
    }
  }

  /// The class of all copies of a class: with the names of another worker, controller or event.
  ///
  /// It is never the class of one of them.
  func mapped(
    worker: (CellLayout.Worker) -> CellLayout.Worker, controller: (Int) -> Int?,
    event: (Int) -> Int?
  ) -> ActionClass {
    var result = self
    switch subject {
    case .worker(let old):
      result.subject = .worker(worker(old))
      result.isMerged = result.subject != subject || controller(old.controller) != nil
    case .cache(let old, let groupKind):
      guard let first = controller(old) else { break }
      result.subject = .cache(controller: first, groupKind)
      result.isMerged = true
    case .event(let old):
      guard let first = event(old) else { break }
      result.subject = .event(first)
      result.isMerged = true
    }
    return result
  }

  /// Whether it stands for several actions.
  var isCollective: Bool {
    guard case .worker(let worker) = subject else { return false }
    return FootprintNames.isCollective(worker.request.name)
      || FootprintNames.isCollective(worker.request.namespace)
  }
}
