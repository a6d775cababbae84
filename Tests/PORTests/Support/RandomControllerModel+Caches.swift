import Transitions

/// Caches that lag: an effective write appends to a queue of changes, a delivery takes the oldest into
/// the cache and sets the requests that watch the object (POR.md, section 2, "Caches").
///
/// One cell for the whole queue: to append and to deliver always conflict.
extension RandomControllerModel {
  /// The pair whose cache an actor reads; nil where it reads the objects themselves.
  func cachedPair(of actor: Int) -> Int? {
    actor < shape.requests && shape.cached.contains(actor / 2) ? actor / 2 : nil
  }

  func readCache(_ pair: Int, _ object: Int, _ step: inout Transaction) -> UInt32 {
    step.read(Cell.cache(pair, shape.kinds[object]), word: layout.cache(pair, object))
  }

  /// Appends a change; a full queue delivers its head first, inside the write.
  func append(_ object: Int, to pair: Int, _ step: inout Transaction) {
    let kind = shape.kinds[object]
    let words = layout.pending(pair, kind)
    step.read(Cell.pending(pair, kind))
    step.set(Cell.busy)
    if step.state[words.upperBound - 1] != 0 { takeHead(pair, kind, &step) }
    for word in words where step.state[word] == 0 {
      step.write(
        Cell.pending(pair, kind), word: word, 1 + UInt32(object) * 4 + step.state[object])
      return
    }
  }

  private func takeHead(_ pair: Int, _ kind: Int, _ step: inout Transaction) {
    let words = layout.pending(pair, kind)
    let cell = Cell.pending(pair, kind)
    let head = step.read(cell, word: words.lowerBound) - 1
    for word in words {
      step.write(cell, word: word, word + 1 < words.upperBound ? step.state[word + 1] : 0)
    }
    let object = Int(head / 4)
    step.note(903, head)
    step.write(Cell.cache(pair, kind), word: layout.cache(pair, object), head % 4)
    for watcher in shape.watchers[object] where watcher / 2 == pair { wake(watcher, &step) }
  }

  func addDeliveries(to steps: inout [TinyStep], from state: [UInt32]) {
    for pair in shape.cached.sorted() {
      for kind in 0..<ControllerShape.kindCount
      where state[layout.pending(pair, kind).lowerBound] != 0 {
        add(ActionID.deliver(pair, kind), .fair, to: &steps, from: state) {
          self.takeHead(pair, kind, &$0)
        }
      }
    }
  }

  /// A controller that starts lists everything.
  func relist(_ pair: Int, _ step: inout Transaction) {
    for object in 0..<shape.objects {
      let value = step.read(UInt32(object), word: object)
      step.write(
        Cell.cache(pair, shape.kinds[object]), word: layout.cache(pair, object), value)
    }
    for kind in 0..<ControllerShape.kindCount {
      for word in layout.pending(pair, kind) { step.write(Cell.pending(pair, kind), word: word, 0) }
    }
  }
}
