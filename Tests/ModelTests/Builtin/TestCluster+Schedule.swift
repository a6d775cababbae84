import CEL

@testable import Model

/// What else may be out of order where the next request is any of those in the queue.
struct Disorder: OptionSet {
  let rawValue: Int

  /// Some requests are favoured for a while, others starve.
  static let favours = Disorder(rawValue: 1)
  /// Others run between two calls of a reconcile.
  static let interruptions = Disorder(rawValue: 2)
  /// Caches lag behind the store, kind by kind.
  static let lag = Disorder(rawValue: 4)
}

/// A change that a controller's cache has not shown yet.
struct PendingChange {
  let controller: Int
  let change: ObjectChange
  /// The resourceVersion of the object before.
  let version: Int?
}

/// Which reconcile runs when.
extension TestCluster {
  /// Runs reconciles until neither queue nor timers change an object any more.
  ///
  /// - Returns: whether that came about within the number of reconciles.
  @discardableResult
  func settle(limit: Int = 5000) -> Bool {
    failures = []
    var left = limit
    while true {
      while !queue.isEmpty || !pending.isEmpty {
        guard left > 0 else { return false }
        left -= 1
        deliver()
        if !queue.isEmpty { run(queue.remove(at: next())) }
      }
      let before = log.count
      let due = timers
      timers = []
      failures = []
      for work in due {
        guard left > 0 else { return false }
        left -= 1
        run(work)
        if log.count != before { break }
      }
      if log.count == before, queue.isEmpty { return true }
      // What was due and did not run stays due.
      for work in due where !timers.contains(work) { timers.append(work) }
    }
  }

  /// The request that is served next: the oldest, any, or the one of the highest priority.
  private func next() -> Int {
    guard disorder.contains(.favours) else { return random(below: queue.count) }
    // Priorities change now and then: what was starved has its turn.
    if random(below: 6) == 0 { salt = random(below: 1 << 20) }
    let priorities = queue.map { work in
      work.request.name.utf8.reduce(UInt64(salt &* 31 &+ work.controller)) {
        ($0 &+ UInt64($1)) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      } >> 20
    }
    return priorities.indices.max { priorities[$0] < priorities[$1] } ?? 0
  }

  /// Shows some caches what they have missed, of each kind in order.
  private func deliver() {
    var slow: Set<String> = []
    var fast: Set<String> = []
    var rest: [PendingChange] = []
    for event in pending {
      let channel = "\(event.controller) \(event.change.key.groupKind)"
      if !slow.contains(channel), !fast.contains(channel) {
        if random(below: 2) == 0 { fast.insert(channel) } else { slow.insert(channel) }
      }
      if slow.contains(channel) { rest.append(event) }
    }
    let shown = pending.filter {
      fast.contains("\($0.controller) \($0.change.key.groupKind)")
    }
    pending = rest
    for event in shown { wake(event.controller, event.change) }
  }

  /// Runs at most so many queued reconciles.
  func run(_ count: Int) {
    for _ in 0..<count {
      deliver()
      guard !queue.isEmpty else { continue }
      run(queue.remove(at: next()))
    }
  }

  /// A number that the generator answers; 0 where there is none.
  func random(below bound: Int) -> Int {
    guard var state = scatter, bound > 0 else { return 0 }
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    scatter = state
    return Int(state >> 33) % bound
  }

  /// Lets other reconciles run between two calls of one, never one of the same request.
  func interrupt() {
    guard disorder.contains(.interruptions), random(below: 3) == 0 else { return }
    for _ in 0..<random(below: 4) {
      let free = queue.indices.filter { !running.contains(queue[$0]) }
      guard !free.isEmpty, running.count < 4 else { return }
      run(queue.remove(at: free[random(below: free.count)]))
    }
  }

  private func run(_ work: Work) {
    let controller = controllers[work.controller]
    running.append(work)
    defer { running.removeLast() }
    do {
      let oracle = TestOracle(self, author: controller.name, work.request)
      switch try controller.reconcile(work.request, oracle: oracle) {
      case .done: break
      case .requeue, .requeueAfter:
        if !timers.contains(work) { timers.append(work) }
      }
    } catch {
      failures.append("\(controller.name) \(work.request): \(error)")
      if !timers.contains(work) { timers.append(work) }
    }
  }
}
