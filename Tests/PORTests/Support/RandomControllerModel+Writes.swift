import Transitions

/// What a write does besides changing the object: fields, versions, watches, caches.
extension RandomControllerModel {
  /// Makes a write; false where it is refused, which ends the program.
  func apply(
    _ write: ControllerPrograms.Write, of actor: Int, _ step: inout Transaction
  ) -> Bool {
    if write.isConditional && isSuperseded(write.object, for: actor, &step) {
      step.note(902)
      step.fails = true
      return false
    }
    if write.replaces {
      let first = write.object & ~1
      step.read(Cell.whole(first))
      for field in [first, first + 1] {
        // A replacement writes the fields that it leaves as they are, too.
        step.write(UInt32(field))
        let value = (write.value + UInt32(field & 1)) % (shape.values + 1)
        if step.state[field] != value { change(field, to: value, &step) }
      }
      step.set(Cell.whole(first))
      return true
    }
    let old = step.read(UInt32(write.object), word: write.object)
    let new = write.takesMaximum ? max(old, write.value) : write.value
    if old != new { change(write.object, to: new, &step) }
    return true
  }

  private func change(_ object: Int, to value: UInt32, _ step: inout Transaction) {
    if hash(shape.seed, [UInt32(object), step.state[object], value]) % 23 == 0 {
      step.breaksRule = true
    }
    step.change(object, to: value)
    if shape.hasFields { step.set(Cell.whole(object)) }
    supersede(object, &step)
    if shape.mapsByObject && !shape.watchers[object].isEmpty {
      // The mapping of the change to requests looks at another object.
      let other = (object + 1) % shape.objects
      if step.read(UInt32(other), word: other) == 0 { return tellCaches(object, &step) }
    }
    for watcher in shape.watchers[object] where cachedPair(of: watcher) == nil {
      wake(watcher, &step)
    }
    tellCaches(object, &step)
  }

  private func tellCaches(_ object: Int, _ step: inout Transaction) {
    for pair in shape.cached.sorted() { append(object, to: pair, &step) }
  }

  /// Sets a request.
  func wake(_ request: Int, _ step: inout Transaction) {
    step.set(Cell.queue(request), word: layout.queue, bit: request)
    step.set(Cell.busy)
  }
}
