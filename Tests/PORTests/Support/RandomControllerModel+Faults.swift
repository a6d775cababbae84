import Transitions

/// What is not a reconcile or a delivery: timers, events, crashes.
extension RandomControllerModel {
  /// Whether no reconcile and no delivery is left.
  private func isIdle(_ state: [UInt32]) -> Bool { firstBusy(state) == nil }

  /// Some reconcile or delivery that is enabled.
  private func firstBusy(_ state: [UInt32]) -> Int? {
    for request in 0..<shape.requests {
      if isInFlight(request, state) { return ActionID.finish(request) }
      if has(state, layout.queue, request) { return ActionID.reconcile(request) }
    }
    for pair in shape.cached.sorted() {
      for kind in 0..<ControllerShape.kindCount
      where state[layout.pending(pair, kind).lowerBound] != 0 {
        return ActionID.deliver(pair, kind)
      }
    }
    return nil
  }

  func addTimers(to steps: inout [TinyStep], from state: [UInt32]) {
    if state[layout.timers] == 0 || shape.timersWait && !isIdle(state) { return }
    for request in 0..<shape.requests where has(state, layout.timers, request) {
      let flags: StepFlags = shape.timersWait ? .fair.union(.waitsForIdle) : .fair
      add(ActionID.timer(request), flags, to: &steps, from: state) {
        if self.shape.timersWait { $0.read(Cell.busy) }
        $0.write(Cell.timer(request), word: self.layout.timers, bit: request, false)
        self.wake(request, &$0)
      }
    }
  }

  func addEvents(to steps: inout [TinyStep], from state: [UInt32]) {
    for event in 0..<shape.events where has(state, layout.events, event) {
      add(ActionID.event(event), [], to: &steps, from: state) { self.happen(event, &$0) }
    }
    for event in 0..<shape.events where has(state, layout.events, event) {
      add(ActionID.skip(event), .givesUp, to: &steps, from: state) {
        $0.write(Cell.event(event), word: self.layout.events, bit: event, false)
      }
    }
  }

  /// The guard is the first question; where it is false nothing else happens.
  private func happen(_ event: Int, _ step: inout Transaction) {
    let before = step
    let isOpen = shape.guards[event].allSatisfy {
      step.read(UInt32($0.object), word: $0.object) == $0.value
    }
    if !isOpen && forgetsClosedGuards { step = before }
    step.write(Cell.event(event), word: layout.events, bit: event, false)
    guard isOpen else { return }
    step.write(Cell.event(event), word: layout.events, bit: 16 + event, true)
    step.note(904)
    let actor = shape.requests + event
    for write in read(actor, &step).writes where !apply(write, of: actor, &step) { break }
  }

  func addCrashes(to steps: inout [TinyStep], from state: [UInt32]) {
    for request in 0..<shape.requests where has(state, layout.queue, request) {
      guard has(state, layout.budgets, request / 2) else { continue }
      for writes in 0...2 {
        add(ActionID.crash(request, writes), [], to: &steps, from: state) {
          self.crash(request, writes, &$0)
        }
      }
    }
  }

  /// The controller loses its memory, its cache, its timers and its queue, and lists again.
  private func crash(_ request: Int, _ writes: Int, _ step: inout Transaction) {
    let pair = request / 2
    step.clear(Cell.budget(pair), word: layout.budgets, bit: pair)
    for write in read(request, &step).writes.prefix(writes)
    where !apply(write, of: request, &step) { break }
    step.fails = false
    if shape.hasMemory { step.write(Cell.memory(pair), word: layout.memory(pair), 0) }
    if shape.cached.contains(pair) { relist(pair, &step) }
    for peer in 0..<shape.requests where peer / 2 == pair {
      step.clear(Cell.queue(peer), word: layout.queue, bit: peer)
      if usesTimers { step.write(Cell.timer(peer), word: layout.timers, bit: peer, false) }
      if shape.inTwoParts.contains(peer) {
        step.write(Cell.position(peer), word: layout.position(peer), 0)
      }
      let main = peer % shape.objects
      if step.read(UInt32(main), word: main) != 0 { wake(peer, &step) }
    }
  }

  func enabling(of action: Int, at state: [UInt32]) -> TinyCondition {
    let state = padded(state)
    switch action {
    case ..<10:
      return has(state, layout.queue, action)
        ? .write(of: Cell.position(action)) : .write(of: Cell.queue(action))
    case ..<20:
      if shape.timersWait, let busy = firstBusy(state) { return .after(busy) }
      return .write(of: Cell.timer(action - 10))
    case ..<40: return .never
    case ..<80:
      let request = (action - 40) / 3
      let hasBudget = has(state, layout.budgets, request / 2)
      return hasBudget ? .write(of: Cell.queue(request)) : .never
    case ..<90:
      let (pair, kind) = (action - 80).quotientAndRemainder(dividingBy: ControllerShape.kindCount)
      return .write(of: Cell.pending(pair, kind))
    default: return .write(of: Cell.position(action - 90))
    }
  }
}
