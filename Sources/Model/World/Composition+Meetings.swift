package import Transitions

/// What footprints meet in, for people.
extension Composition {
  package func describe(_ meeting: FootprintTable.Meeting) -> String {
    switch meeting {
    case .cell(let cell): describe(names.cell(cell))
    case .predicate(let predicate, _):
      switch names.subject(ofPredicate: predicate) {
      case .object(let key, let use): describe(key) + describe(use)
      case .list(let scan, let use): "the list of \(describe(scan))\(describe(use))"
      }
    }
  }

  /// Of an object the fields that were seen to change are named.
  package func describe(
    _ meeting: FootprintTable.Meeting, changes: [CellChange]
  ) -> String {
    let text = describe(meeting)
    guard case .cell(let cell) = meeting, case .object = names.cell(cell) else { return text }
    let paths =
      changes.flatMap { names.changedPaths(ofSide: $0.old) }
      + changes.flatMap { names.changedPaths(ofSide: $0.new) }
    let fields = Set(paths.filter { !$0.isEmpty }.map { $0.joined(separator: ".") })
    // Every change of a spec changes these too.
    let telling = fields.filter { field in
      !field.hasPrefix("metadata.managedFields") && field != "metadata.generation"
        && !fields.contains { field.hasPrefix($0 + ".") }
    }.sorted()
    if telling.isEmpty { return text }
    let shown = telling.prefix(3).map { FootprintNames.display($0) }.joined(separator: ", ")
    return "\(text) (\(shown)\(telling.count > 3 ? ", …" : ""))"
  }

  private func describe(_ use: FieldUse) -> String {
    if use.isWhole { return "" }
    if !use.unread.isEmpty {
      return " (without \(use.unread.map { $0.joined(separator: ".") }.joined(separator: ", ")))"
    }
    if use.paths.isEmpty { return " (whether there is one)" }
    return " (\(use.paths.map { $0.joined(separator: ".") }.joined(separator: ", ")))"
  }

  private func describe(_ cell: FootprintCell) -> String {
    switch cell {
    case .object(let key): describe(key)
    case .rank(let key): "the order of creation of \(describe(key))"
    case .queue(let worker): "the queue of \(describe(worker))"
    case .timer(let worker): "the timer of \(describe(worker))"
    case .position(let worker): "the work on \(describe(worker))"
    case .pending(let controller, let groupKind):
      "what the cache of \(name(of: controller)) has not seen of \(groupKind.plural)"
    case .delivery(let controller, let groupKind):
      "the deliveries of \(groupKind.plural) to \(name(of: controller))"
    case .deadline(let worker, let label):
      "the deadline \(FootprintNames.display(label)) of \(describe(worker))"
    case .memory(let worker, let label) where worker.request == .all:
      "the \(FootprintNames.display(label)) of the process of \(name(of: worker.controller))"
    case .memory(let worker, let label):
      "what is remembered of \(FootprintNames.display(label)) for \(describe(worker))"
    case .spent(let controller, let budget):
      "the budget \(FootprintNames.display(budget)) of \(name(of: controller))"
    case .budget(let fault, let controller):
      "the faults (\(fault.rawValue)) left to \(name(of: controller))"
    case .event(let event): "the event \(world.definition.events[event].name)"
    case .clock: "the time"
    case .incarnation(let controller): "the life of \(name(of: controller))"
    case .turn(let controller): "the turn of \(name(of: controller))"
    case .allQueues(let controller): "the queues of \(name(of: controller))"
    case .idle: "whether anything but timers is enabled"
    }
  }

  private func name(of controller: Int) -> String {
    world.definition.participants[controller].reconciler.name
  }

  private func describe(_ worker: CellLayout.Worker) -> String {
    "\(name(of: worker.controller)) \(path(worker.request.namespace, worker.request.name))"
  }

  private func describe(_ key: ObjectKey) -> String {
    "\(key.groupKind.kind) \(path(key.namespace, key.name))"
  }

  private func path(_ namespace: String, _ name: String) -> String {
    FootprintNames.display(namespace.isEmpty ? name : "\(namespace)/\(name)")
  }

  private func describe(_ scan: ObjectScan) -> String {
    var text = scan.groupKind.plural
    if let namespace = scan.namespace, !namespace.isEmpty {
      text += " in \(names.display(namespace))"
    }
    switch scan.selection {
    case .all: return text
    case .selectors(let label, let field):
      let selectors = [label, field].filter { !$0.isEmpty }.joined(separator: ",")
      return "\(text) with \(names.display(selectors))"
    case .dependents(let uid): return "\(text) that belong to \(owner(uid))"
    case .claimable(let uid, _): return "\(text) that \(owner(uid)) may claim"
    }
  }

  /// The object that a uid was made for.
  private func owner(_ uid: String) -> String {
    let prefix = "uid of "
    if let family = world.tokens.mentioned(in: uid).first?.family {
      let description = world.tokens.description(ofFamily: family)
      if description.hasPrefix(prefix) { return names.display(String(description.dropFirst(7))) }
    }
    return names.display(uid)
  }
}

extension GroupKind {
  /// Several objects of the kind, for people.
  var plural: String {
    if kind.hasSuffix("s") || kind.hasSuffix("x") { return kind + "es" }
    return kind.hasSuffix("y") ? kind.dropLast() + "ies" : kind + "s"
  }
}
