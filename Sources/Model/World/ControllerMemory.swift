import CEL

/// What controllers remember between two reconciles (`Cell.memory`): part of the state, read and
/// written as every cell, seen by nobody else, and lost when the controller crashes.
///
/// A memory is interned as the contents of objects are, so that fresh values in it are renamed and kept
/// alive like others.
extension StepContext {
  /// Hands an event to a lagging cache: its handlers queue requests and change what is remembered.
  func deliver(_ event: PendingEvent, to controller: Int) {
    enqueue(controller, key: event.key, old: event.old, new: event.new)
    let changes = world.definition.participants[controller].reconciler.memoryChanges(
      before: world.versions.object(event.old), after: world.versions.object(event.new))
    for change in changes {
      let cell = Cell.memory(controller: controller, change.request, change.label)
      let value = wordNow(cell)
      guard let memory = world.versions.object(value) else { continue }
      let changed = composition.intern(memory: change.apply(memory))
      if changed != value { set(cell, changed) }
    }
  }
}

extension Composition {
  /// The number of a memory.
  func intern(memory: JSONObject?) -> UInt32 {
    world.versions.intern(memory.flatMap { JSONValue.object($0).asMemory.object })
  }
}

extension JSONValue {
  /// A memory with its lists of texts in order: they are sets, and a renaming may change the order.
  ///
  /// It looks at no unknown value.
  var asMemory: JSONValue {
    guard let object else { return self }
    return .object(
      JSONObject(
        object.entries.map { entry in
          guard case .array(let items) = entry.value else { return (entry.key, entry.value) }
          let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
          guard texts.count == items.count else { return (entry.key, entry.value) }
          return (entry.key, .array(texts.sorted().map { .string($0) }))
        }))
  }
}
