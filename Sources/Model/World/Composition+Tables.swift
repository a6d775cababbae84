import CEL

/// Interned values: selections, lists, outstanding events, superseded reads.
extension Composition {
  /// The id of a selection.
  ///
  /// The cells of all objects at the start that it covers exist afterwards.
  func scanID(_ scan: ObjectScan) -> Int {
    if let id = scanIDs[scan] { return id }
    for (key, _) in world.definition.objects where scan.covers(key) {
      _ = layout.slot(.object(key))
    }
    scans.append(scan)
    scanIDs[scan] = scans.count - 1
    return scans.count - 1
  }

  /// The id of the list of objects that a selection accepts at a state.
  func scan(_ id: Int, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    let scan = scans[id]
    var list: [Answer.ListedObject] = []
    for (key, word) in layout.objects(of: scan.groupKind) where scan.covers(key) {
      let version = decode(word < state.count ? state[word] : 0, of: key)
      if version != 0, matches(version, scan) {
        list.append(Answer.ListedObject(key: key, version: version))
      }
    }
    return intern(list, &lists, &listIDs)
  }

  /// The list with an id.
  func list(_ id: UInt32) -> [Answer.ListedObject] { lists[Int(id)] }

  /// Whether a version is accepted by the selection of a scan.
  func matches(_ version: UInt32, _ scan: ObjectScan) -> Bool {
    guard version != 0 else { return false }
    if scan.selection == .all { return true }
    let key = UInt64(scanID(scan)) << 32 | UInt64(version)
    if let known = scanMatches[key] { return known }
    let result = world.versions.object(version).map { scan.selection.matches($0) } ?? false
    scanMatches[key] = result
    return result
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
      context.enqueue(controller, key: oldest.key, old: oldest.old, new: oldest.new)
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
