import CEL
import Transitions

/// What a step reads and writes, for footprints: one leaf's, from the log of its computation.
///
/// Complete by construction: a step sees the state through `StepContext` only, which logs every read,
/// and changes it through `StepContext.set`, which logs every write. What is done or asked outside of
/// that log is named here.
///
/// - **Whether an action is enabled** is asked of flags, `pending`, budgets and events by
///   `Composition.expand`. A step clears or writes the cell that enables it, so whoever disables it
///   conflicts with it; `Composition.enabling` names the cells while it is disabled. Timers wait for
///   the absence of reconciles and deliveries: they read `idle`, which everyone sets who queues a
///   request or adds to a lagging cache.
/// - **A controller that works on one request at a time** reads and writes `turn` in each of its steps.
/// - **A reconcile in flight** is read and written by each of its steps as the one cell `position`.
/// - **Superseding the reads of others** (`Composition.finish`) needs no cell. A mark on object o of a
///   worker w is asked by the version check of a write of o, in a step that also reads o's cell: the
///   server reads the stored object before it compares versions (APICall+Update.swift,
///   APICall+Delete.swift, APICall+Create.swift). Which question the mark names changes in steps of w
///   that are answered with o, and they read o's cell, a list that holds o, or `pending` of a lagging
///   cache, to which every write of o appends; or they are answered with what w itself wrote, and
///   then the mark is the same in both orders (the later question; `Composition.supersede` never lowers
///   it). So a writer of o conflicts with every step of w that a mark on o could tell from another.
/// - **A crash** drops and lists anew what belongs to its controller in the whole state
///   (`Composition.restart`). It writes `incarnation`, which each step of the controller reads; it clears
///   and sets `allQueues`, which everyone sets who queues one of its requests; it writes every `pending`.
/// - **Fresh values** have no cell. The number that a new one gets depends on what the whole state
///   mentions; but states are matched up to these numbers, the order within a class being that of
///   creation. Two steps that make values of one class conflict for another reason: a class belongs
///   to one request of one controller (`position`, or clearing the queue), to one event (its cell),
///   or to the uid of one key (its object cell, which a creation reads before it succeeds). A step
///   that drops the last mention of a value only renumbers the others, which is a renaming in
///   either order; footprints do not know the numbers.
/// - **Ranks of ordinals** are likewise a matter of matching states.
struct FootprintBuilder {
  private let composition: Composition
  private let names: FootprintNames
  private var footprint = Footprint()

  init(_ composition: Composition) {
    self.composition = composition
    names = composition.names
  }

  private var definition: WorldDefinition { composition.world.definition }

  /// The footprint of a step.
  static func footprint(
    of action: WorldAction, _ context: StepContext, isDisabled: Bool
  ) -> Footprint {
    var builder = FootprintBuilder(context.composition)
    builder.addReads(of: context)
    if !isDisabled {
      builder.addWrites(context)
      builder.add(action)
    }
    if let mutant = context.composition.footprintMutant {
      return mutant.applied(to: builder.footprint, builder.names)
    }
    return builder.footprint
  }

  /// The footprint of what a predicate reads.
  static func footprint(ofReads context: StepContext) -> Footprint {
    var builder = FootprintBuilder(context.composition)
    builder.addReads(of: context)
    return builder.footprint
  }

  /// Whole objects are cells.
  ///
  /// What is used in part is a predicate read, which the changes of other parts do not reach.
  private mutating func addReads(of context: StepContext) {
    for (read, _) in context.reads {
      let use = context.partialUses[read] ?? .whole
      switch read.kind {
      case .word:
        if !use.isWhole, case .object(let key)? = composition.layout.cell(at: read.index) {
          footprint.predicates.append(names.predicate(key, using: use))
        } else {
          footprint.reads.append(composition.footprintCell(atWord: read.index))
        }
      case .scan:
        footprint.predicates.append(
          names.predicate(composition.scans.scan(read.index), using: use))
      case .choice, .freshIndex: break
      }
    }
  }

  private mutating func addWrites(_ context: StepContext) {
    for (cell, value) in context.written {
      switch cell {
      case .queue(let controller, let request):
        if value == 0 {
          footprint.clears.append(names.id(of: cell))
        } else {
          addQueued(names.erased(controller, request))
        }
      case .timer:
        if value == 0 {
          footprint.clears.append(names.id(of: cell))
        } else {
          footprint.sets.append(names.id(of: cell))
        }
      case .pending:
        footprint.writes.append(names.id(of: cell))
        if definition.time == .fair { footprint.sets.append(names.id(.idle)) }
      default: footprint.writes.append(names.id(of: cell))
      }
    }
    for change in context.changes {
      let cell = names.id(of: .object(change.key))
      footprint.writes.append(cell)
      let sides = names.sides(of: change)
      footprint.changes.append(CellChange(cell: cell, old: sides.old, new: sides.new))
    }
  }

  private mutating func addQueued(_ worker: CellLayout.Worker) {
    footprint.sets.append(names.id(.queue(worker)))
    if composition.mayCrash(worker.controller) {
      footprint.sets.append(names.id(.allQueues(controller: worker.controller)))
    }
    if definition.time == .fair { footprint.sets.append(names.id(.idle)) }
  }

  /// What an action reads and writes by being what it is.
  private mutating func add(_ action: WorldAction) {
    switch action {
    case .reconcile(let worker), .fault(_, let worker, _):
      let entry = composition.layout.workers[worker]
      addPosition(entry)
      addTurn(of: entry.controller)
      addLife(of: entry.controller)
    case .timer(let worker):
      addLife(of: composition.layout.workers[worker].controller)
      if definition.time == .fair { footprint.reads.append(names.id(.idle)) }
    case .deliver(let controller, let groupKind):
      addLife(of: controller)
      footprint.writes.append(names.id(.delivery(controller: controller, groupKind)))
    case .event, .skip: break
    case .crash(let worker, _):
      let entry = composition.layout.workers[worker]
      addPosition(entry)
      addTurn(of: entry.controller)
      addCrash(of: entry.controller)
    }
  }

  private mutating func addPosition(_ worker: CellLayout.Worker) {
    let cell = names.id(.position(names.erased(worker.controller, worker.request)))
    footprint.reads.append(cell)
    footprint.writes.append(cell)
  }

  private mutating func addTurn(of controller: Int) {
    guard composition.takesTurns(controller) else { return }
    footprint.reads.append(names.id(.turn(controller: controller)))
    footprint.writes.append(names.id(.turn(controller: controller)))
  }

  private mutating func addLife(of controller: Int) {
    guard composition.mayCrash(controller) else { return }
    footprint.reads.append(names.id(.incarnation(controller: controller)))
  }

  private mutating func addCrash(of controller: Int) {
    footprint.reads.append(names.id(.incarnation(controller: controller)))
    footprint.writes.append(names.id(.incarnation(controller: controller)))
    footprint.clears.append(names.id(.allQueues(controller: controller)))
    footprint.sets.append(names.id(.allQueues(controller: controller)))
    if definition.time == .fair { footprint.sets.append(names.id(.idle)) }
    for groupKind in (composition.world.cachedKinds[controller] ?? []).sorted() {
      footprint.writes.append(names.id(.pending(controller: controller, groupKind)))
    }
  }
}
