/// The controller's cache: the store, less what it has not seen.
extension ReconcileRun {
  func lagging(_ groupKind: GroupKind) throws -> [PendingEvent] {
    guard participant.lag != nil else { return [] }
    guard context.world.lags(controller, groupKind) else {
      if context.isAhead { throw Suspension() }
      context.world.cache(groupKind, for: controller)
      throw RestartNeeded(reason: "a lagging cache of \(groupKind)")
    }
    let cell = Cell.pending(controller: controller, groupKind)
    return context.composition.pendingEvents(context.word(cell))
  }

  /// The versions in which the cache differs from the store before the step.
  func differences(_ groupKind: GroupKind) throws -> [ObjectKey: UInt32] {
    var differences = participant.readsOwnWrites ? [:] : ownBefore
    var seen: Set<ObjectKey> = []
    for event in try lagging(groupKind) where seen.insert(event.key).inserted {
      differences[event.key] = event.old
    }
    return differences
  }

  func cached(_ key: ObjectKey, index: Int) throws -> UInt32 {
    if let version = try differences(key.groupKind)[key] {
      bornSuperseded[key] = index
      return version
    }
    return participant.readsOwnWrites
      ? context.version(now: key) : context.version(before: key)
  }

  func cached(_ query: ListQuery, index: Int) throws -> [Answer.ListedObject] {
    let scan = ObjectScan(
      query.groupKind, namespace: query.namespace, selection: query.selection)
    let differences = try differences(query.groupKind)
    let list = participant.readsOwnWrites ? context.scanNow(scan) : context.scan(scan)
    let adjusted = context.adjust(list, scan, with: differences)
    for item in adjusted where differences[item.key] != nil { bornSuperseded[item.key] = index }
    if context.isAhead { return adjusted }
    if context.world.freshOrder?.orderSensitiveControllers.contains(controller) == true {
      try context.composition.noteOrder(
        of: adjusted.map(\.key), "\(participant.reconciler.name) lists \(query.kind)")
    }
    if let symmetry = context.world.symmetry,
      symmetry.definition.orderSensitiveControllers.contains(controller),
      !symmetry.keepsOrder(adjusted.map(\.key))
    {
      try context.composition.breakSymmetry(
        "\(participant.reconciler.name) depends on the order of a list of \(query.kind)")
    }
    return adjusted
  }
}
