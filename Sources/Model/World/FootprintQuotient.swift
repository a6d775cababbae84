import CEL
import Transitions

/// Footprints of a search by representatives: names that may be exchanged are replaced by their roles.
///
/// A footprint outlives its state, in summaries of what may still happen, while the states of the
/// search are renamed from step to step. So it must be closed under every exchange (POR.md, section 5,
/// "Symmetry"): the cell of `t1` is the cell of any task of the orbit, and copies of a controller or of
/// an event are one. As with fresh values that merges names and so only adds conflicts.
///
/// The quotient of a footprint depends on the footprint alone, so steps need not be computed again.
final class FootprintQuotient {
  private let names: FootprintNames
  private let symmetry: StateSymmetry
  private let table: FootprintTable
  private var cells: [UInt32: UInt32] = [:]
  private var predicates: [UInt32: UInt32] = [:]
  private var sides: [UInt32: UInt32] = [:]
  private var footprints: [UInt32: UInt32] = [0: 0]
  private var texts: [String: String] = [:]
  /// The first copy of each controller and of each event.
  private let controllers: [Int]
  private let events: [Int]

  init(_ names: FootprintNames, _ symmetry: StateSymmetry, _ table: FootprintTable) {
    self.names = names
    self.symmetry = symmetry
    self.table = table
    controllers = Self.firstCopies(symmetry.controllerNames, symmetry)
    events = Self.firstCopies(symmetry.eventNames, symmetry)
  }

  private static func firstCopies(_ names: [String], _ symmetry: StateSymmetry) -> [Int] {
    var first: [String: Int] = [:]
    return names.enumerated().map { index, name in
      let role = symmetry.withRoles(name)
      let known = first[role] ?? index
      first[role] = known
      return known
    }
  }

  /// The controllers that are copies of one.
  func copies(of controller: Int) -> [Int] {
    controllers.indices.filter { controllers[$0] == controllers[controller] }
  }

  /// The quotient of a footprint.
  func footprint(_ id: UInt32) -> UInt32 {
    if let known = footprints[id] { return known }
    let plain = table[id]
    var result = Footprint()
    result.reads = plain.reads.map { cell($0) }
    result.predicates = plain.predicates.map { predicate($0) }
    result.writes = plain.writes.map { cell($0) }
    result.sets = plain.sets.map { cell($0) }
    result.clears = plain.clears.map { cell($0) }
    result.changes = plain.changes.map {
      CellChange(cell: cell($0.cell), old: side($0.old), new: side($0.new))
    }
    let quotient = table.intern(result)
    footprints[id] = quotient
    return quotient
  }

  /// The class of all copies of a class of actions.
  func actionClass(_ action: ActionClass) -> ActionClass {
    action.mapped(
      worker: worker, controller: { Self.firstOfSeveral($0, self.controllers) },
      event: { Self.firstOfSeveral($0, self.events) })
  }

  /// The first copy; nil for what has none.
  private static func firstOfSeveral(_ index: Int, _ copies: [Int]) -> Int? {
    copies.count { $0 == copies[index] } > 1 ? copies[index] : nil
  }

  // MARK: Names

  /// An erased text in which interchangeable names are replaced by their roles.
  private func text(_ erased: String) -> String {
    if let known = texts[erased] { return known }
    let result = names.mappingClasses(in: erased, text: symmetry.withRoles) { self.text($0) }
    texts[erased] = result
    return result
  }

  private func key(_ key: ObjectKey) -> ObjectKey {
    ObjectKey(key.groupKind, namespace: text(key.namespace), name: text(key.name))
  }

  private func worker(_ worker: CellLayout.Worker) -> CellLayout.Worker {
    CellLayout.Worker(
      controller: controllers[worker.controller],
      request: ReconcileRequest(
        namespace: text(worker.request.namespace), name: text(worker.request.name)))
  }

  private func cell(_ id: UInt32) -> UInt32 {
    if let known = cells[id] { return known }
    let quotient = names.id(cell(names.cell(id)))
    cells[id] = quotient
    return quotient
  }

  private func cell(_ cell: FootprintCell) -> FootprintCell {
    switch cell {
    case .object(let key): .object(self.key(key))
    case .rank(let key): .rank(self.key(key))
    case .queue(let worker): .queue(self.worker(worker))
    case .timer(let worker): .timer(self.worker(worker))
    case .position(let worker): .position(self.worker(worker))
    case .pending(let controller, let kind): .pending(controller: controllers[controller], kind)
    case .delivery(let controller, let kind): .delivery(controller: controllers[controller], kind)
    case .deadline(let worker, let label): .deadline(self.worker(worker), text(label))
    case .memory(let worker, let label): .memory(self.worker(worker), text(label))
    case .spent(let controller, let label):
      .spent(controller: controllers[controller], text(label))
    case .budget(let fault, let controller): .budget(fault, controller: controllers[controller])
    case .event(let event): .event(events[event])
    case .incarnation(let controller): .incarnation(controller: controllers[controller])
    case .turn(let controller): .turn(controller: controllers[controller])
    case .allQueues(let controller): .allQueues(controller: controllers[controller])
    case .clock, .idle: cell
    }
  }

  private func predicate(_ id: UInt32) -> UInt32 {
    if let known = predicates[id] { return known }
    let quotient: UInt32
    switch names.subject(ofPredicate: id) {
    case .object(let key, let use):
      quotient = names.id(.object(self.key(key), mapped(use)), .object(key, use))
    case .list(let scan, let use):
      let test = SelectionTest(scan) { self.text(self.names.erased($0)) }
      quotient = names.id(.list(test, mapped(use)), .list(scan, use))
    }
    predicates[id] = quotient
    return quotient
  }

  private func mapped(_ use: FieldUse) -> FieldUse {
    use.mapped { text($0) }
  }

  private func side(_ id: UInt32) -> UInt32 {
    if id == 0 { return 0 }
    if let known = sides[id] { return known }
    let side = names.side(id)
    let quotient = names.id(
      ChangeSide(
        form: side.form.mapped { self.text($0) }, changed: side.changed.map { $0.map { text($0) } })
    )
    sides[id] = quotient
    return quotient
  }
}

extension StateSymmetry {
  /// A text in which the names of blocks that may be exchanged are replaced by their roles, marked as
  /// `FootprintNames` marks fresh values.
  func withRoles(_ text: String) -> String {
    let renamed = names.names.rewrite(Array(text.utf8)[...]) { mention in
      let group = groupOf[mention.block]
      return group < 0 ? nil : "\u{1}\(group).\(mention.role)\u{2}"
    }
    return renamed.map { String(decoding: $0, as: UTF8.self) } ?? text
  }
}
