import CEL

/// Interned values: selections, lists, outstanding events, superseded reads.
extension Composition {
  /// The id of a selection.
  ///
  /// The cells of all objects at the start that it covers exist afterwards.
  func scanID(_ scan: ObjectScan) -> Int {
    let (id, isNew) = scans.id(of: scan)
    if isNew {
      for (key, _) in world.definition.objects where scan.covers(key) {
        _ = layout.slot(.object(key))
      }
    }
    return id
  }

  /// The id of the list of objects that a selection accepts at a state.
  func scan(_ id: Int, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    scans.listID(id, state, layout, world)
  }

  /// The list with an id.
  func list(_ id: UInt32) -> [Answer.ListedObject] { scans.list(id) }

  /// Whether a version is accepted by the selection of a scan.
  func matches(_ version: UInt32, _ scan: ObjectScan) -> Bool {
    version != 0 && (scan.selection == .all || scans.matches(version, scanID(scan), world))
  }

  /// The outstanding events with an id.
  func pendingEvents(_ id: UInt32) -> [PendingEvent] { pendingLists[Int(id)] }

  /// The id of a queue of outstanding events.
  func intern(_ events: [PendingEvent]) -> UInt32 { intern(events, &pendingLists, &pendingIDs) }

  /// Adds an event to a lagging cache; where it is full the oldest is delivered first, within the
  /// same step (SEMANTICS.md, "Caches").
  func append(_ event: PendingEvent, for controller: Int, in context: StepContext) {
    let cell = Cell.pending(controller: controller, event.key.groupKind)
    var events = pendingEvents(context.wordNow(cell))
    events.append(event)
    let lag = world.definition.participants[controller].lag ?? 0
    while events.count > lag {
      let oldest = events.removeFirst()
      context.deliver(oldest, to: controller)
    }
    context.set(cell, intern(events))
  }

  /// The last question at which an object's read is superseded; -1 for none.
  func supersededIndex(of key: ObjectKey, in id: UInt32) -> Int {
    supersededSets[Int(id)].first { $0.key == key }?.index ?? -1
  }

  /// The id of a set of superseded reads.
  func intern(_ reads: [SupersededRead]) -> UInt32 {
    intern(reads, &supersededSets, &supersededIDs)
  }

  /// The id of a set of violated properties, ascending.
  func intern(violations: [Int]) -> UInt32 {
    intern(violations, &violationSets, &violationIDs)
  }

  private func intern<Item: Hashable>(
    _ items: [Item], _ table: inout [[Item]], _ ids: inout [[Item]: UInt32]
  ) -> UInt32 {
    if let id = ids[items] { return id }
    let id = UInt32(table.count)
    table.append(items)
    ids[items] = id
    return id
  }
}
