internal import Transitions

/// Depth-first search that completes the strongly connected components one by one.
///
/// The path-based algorithm of Gabow (Inf. Process. Lett. 74, 2000) and Couvreur (FM 1999) with an
/// explicit stack: a number a state, a stack of the open states, a stack of the roots of the open
/// components. All successors of a state are entered into the store at once, while its inner nodes
/// are at hand; an edge into an open component merges at once; only ids of unexplored states wait.
/// So no edge is kept, and a state costs four bytes here once its component is complete.
/// Where a reduced search (`ReducedSearch`) was before, only the steps that it took are followed.
struct ComponentSearch: ~Copyable {
  private static let unseen: UInt32 = 0
  private static let waiting = UInt32.max
  private static let refused = UInt32.max - 1
  private static let completed = UInt32.max - 2

  struct Frame: BitwiseCopyable {
    /// The place of the state in `open`.
    var place: UInt32
    /// Where the state's successors begin in `pending`.
    var firstPending: UInt32
  }

  struct Traits: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    static let hasFairStep = Traits(rawValue: 1)
    static let hasSelfLoop = Traits(rawValue: 2)
  }

  /// By state: its place in `open` plus one, or one of the marks above.
  private var number = FlatBuffer<UInt32>()
  private var open = FlatBuffer<UInt32>()
  private var traits = FlatBuffer<Traits>()
  private var roots = FlatBuffer<UInt32>()
  private var frames = FlatBuffer<Frame>()
  private var pending = FlatBuffer<UInt32>()
  private var order: ActionOrder
  private let fairness: FairnessRule
  /// How many steps were taken.
  private(set) var transitions = 0

  /// Makes a search that tries actions in an order.
  init(order: ActionOrder, fairness: FairnessRule) {
    self.order = order
    self.fairness = fairness
  }

  /// The bytes of the tables.
  var byteCount: Int {
    number.byteCount + open.byteCount + traits.byteCount + roots.byteCount + frames.byteCount
      + pending.byteCount
  }

  /// The component of the state is complete: everything that it reaches was explored.
  func isCompleted(_ state: UInt32) -> Bool {
    Int(state) < number.count && number[Int(state)] == Self.completed
  }

  /// Explores what a state reaches and was not explored before; the reason if it was cut short.
  mutating func run<Pass: SearchPass & ~Copyable>(
    from root: UInt32, _ pass: inout Pass, in space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    number.extend(to: space.count, with: Self.unseen)
    space.move(to: root)
    if number[Int(root)] == Self.unseen { meet(root, &pass, space) }
    guard number[Int(root)] == Self.waiting else { return pass.stop }
    if let cut = try enter(root, &pass, &space, &watch) { return cut }
    while !frames.isEmpty {
      let frame = frames.last
      if pending.count > Int(frame.firstPending) {
        let state = pending.popLast()
        switch number[Int(state)] {
        case Self.waiting:
          if let cut = try enter(state, &pass, &space, &watch) { return cut }
        case Self.completed, Self.refused: break
        default: merge(downTo: number[Int(state)])
        }
        continue
      }
      _ = frames.popLast()
      if roots.last == frame.place + 1 {
        try complete(from: frame.place, &pass, &space)
        if let stop = pass.stop { return stop }
      }
    }
    return nil
  }

  private mutating func meet<Pass: SearchPass & ~Copyable>(
    _ state: UInt32, _ pass: inout Pass, _ space: borrowing StateSpace
  ) {
    number[Int(state)] = pass.admits(state, in: space) ? Self.waiting : Self.refused
  }

  private mutating func enter<Pass: SearchPass & ~Copyable>(
    _ state: UInt32, _ pass: inout Pass, _ space: inout StateSpace, _ watch: inout SearchWatch
  ) throws -> CutReason? {
    if let stop = pass.stop { return stop }
    let place = open.count
    number[Int(state)] = UInt32(place + 1)
    open.append(state)
    roots.append(UInt32(place + 1))
    frames.append(Frame(place: UInt32(place), firstPending: UInt32(pending.count)))
    let count = try space.expand(state)
    space.locateSuccessors()
    order.prepare(count)
    var traits: Traits = []
    for position in 0..<count {
      let index = order[position]
      let successor = space.buffer.successors[index]
      if fairness.flags(of: successor).contains(.fair) { traits.insert(.hasFairStep) }
      guard space.isTaken(index) else { continue }
      transitions += 1
      pass.take(successor, in: space)
      let target = space.target(index)
      if Int(target) == number.count {
        if number.count == watch.maxStates { return .states }
        number.append(Self.unseen)
      }
      if number[Int(target)] == Self.unseen {
        space.show(index)
        meet(target, &pass, space)
        space.back()
      }
      let mark = number[Int(target)]
      if mark == Self.waiting {
        pending.append(target)
      } else if mark < Self.completed {
        if target == state { traits.insert(.hasSelfLoop) }
        merge(downTo: mark)
      }
    }
    self.traits.append(traits)
    return watch.isDue()
      ? watch.check(
        states: number.count, transitions: transitions, depth: frames.count,
        waiting: pending.count, bytes: byteCount + space.byteCount) : nil
  }

  /// Merges the components above the open state of a number into its component.
  @inline(__always)
  private mutating func merge(downTo number: UInt32) {
    while roots.last > number { _ = roots.popLast() }
  }

  private mutating func complete<Pass: SearchPass & ~Copyable>(
    from place: UInt32, _ pass: inout Pass, _ space: inout StateSpace
  ) throws {
    let first = Int(place)
    let size = open.count - first
    var union: Traits = []
    for index in first..<open.count { union.formUnion(traits[index]) }
    try pass.complete(
      CompletedComponent(
        states: UnsafeBufferPointer(open.elements.extracting(first..<open.count)),
        isTrivial: size == 1 && !union.contains(.hasSelfLoop),
        hasFairStep: union.contains(.hasFairStep),
        expectedEdges: transitions / number.count * size * 9 / 8 + size,
        numbers: UnsafeBufferPointer(number.elements), firstNumber: place + 1),
      in: &space)
    for index in first..<open.count { number[Int(open[index])] = Self.completed }
    open.truncate(to: first)
    traits.truncate(to: first)
    _ = roots.popLast()
  }
}
