/// The controller's cache: the store, less what it has not seen.
extension ReconcileRun {
  /// What the controller is not given of objects.
  var unread: UnreadFields {
    context.world.definition.projections.contains(.unread) ? participant.unread : UnreadFields()
  }

  /// What of an object of a kind a read depends on.
  ///
  /// In mode `calls` a read also gives the version of the whole object, which a later write may name: it
  /// is superseded by every change.
  func use(of groupKind: GroupKind) -> FieldUse {
    context.composition.mode == .reconcile ? unread.use(of: groupKind) : .whole
  }

  /// A version as the controller is given it.
  func shown(_ version: UInt32, _ groupKind: GroupKind) -> UInt32 {
    let unread = unread
    guard !unread.paths(groupKind).isEmpty, let object = context.world.versions.object(version)
    else { return version }
    return context.world.versions.intern(unread.shown(object, groupKind))
  }

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
    let use = use(of: key.groupKind)
    return participant.readsOwnWrites
      ? context.version(now: key, using: use) : context.version(before: key, using: use)
  }

  func cached(_ query: ListQuery, index: Int) throws -> [Answer.ListedObject] {
    let scan = ObjectScan(
      query.groupKind, namespace: query.namespace, selection: query.selection)
    let differences = try differences(query.groupKind)
    let use = use(of: query.groupKind)
    let list =
      participant.readsOwnWrites
      ? context.scanNow(scan, using: use) : context.scan(scan, using: use)
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
