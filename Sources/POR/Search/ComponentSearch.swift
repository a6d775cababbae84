internal import Transitions

/// Depth-first search that completes the strongly connected components one by one.
///
/// Where a reduced search (`ReducedSearch`) was before, only the steps that it took are followed.
struct ComponentSearch: ~Copyable {
  private var path = ComponentPath()
  private var order: ActionOrder
  private let fairness: FairnessRule
  /// How many steps were taken.
  private var transitions = 0

  /// Makes a search that tries actions in an order.
  init(order: ActionOrder, fairness: FairnessRule) {
    self.order = order
    self.fairness = fairness
  }

  /// Explores what a state reaches and was not explored before; the reason if it was cut short.
  mutating func run<Pass: SearchPass & ~Copyable>(
    from root: UInt32, _ pass: inout Pass, in space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    path.extend(to: space.count)
    space.move(to: root)
    if path.isUnseen(root) { path.meet(root, isAdmitted: pass.admits(root, in: space)) }
    guard path.isWaiting(root) else { return pass.stop }
    if let cut = try enter(root, &pass, &space, &watch) { return cut }
    while let turn = path.next() {
      switch turn {
      case .enter(let state):
        if let cut = try enter(state, &pass, &space, &watch) { return cut }
      case .leadTo, .merge: break
      case .close(let first):
        try pass.complete(path.component(from: first, transitions: transitions), in: &space)
        path.close(from: first)
        if let stop = pass.stop { return stop }
      }
    }
    return nil
  }

  private mutating func enter<Pass: SearchPass & ~Copyable>(
    _ state: UInt32, _ pass: inout Pass, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    if let stop = pass.stop { return stop }
    let place = path.enter(state)
    let count = try space.expand(state)
    space.locateSuccessors()
    order.prepare(count)
    for position in 0..<count {
      let index = order[position]
      let successor = space.buffer.successors[index]
      if fairness.flags(of: successor).contains(.fair) { path.note(.hasFairStep, at: place) }
      guard space.isTaken(index) else { continue }
      transitions += 1
      pass.take(successor, in: space)
      let target = space.target(index)
      if Int(target) == path.knownStates {
        if path.knownStates == watch.maxStates { return .states }
        path.extend(to: path.knownStates + 1)
      }
      if path.isUnseen(target) {
        space.show(index)
        path.meet(target, isAdmitted: pass.admits(target, in: space))
        space.back()
      }
      _ = path.follow(from: state, to: target)
    }
    return watch.isDue()
      ? watch.check(
        states: path.knownStates, transitions: transitions, depth: path.depth,
        waiting: path.waitingCount, bytes: path.byteCount + space.byteCount) : nil
  }
}
