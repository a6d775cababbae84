/// What an explorer does that tries every order of the pending requests, depth first, and prunes a
/// child only where the same contents and pending requests came of the same history of writes.
///
/// So explore simulators of controllers that match no states. The system is k controllers that write
/// their object once and are woken by their own write, as `WokenWritersSystem`. It counts, no more.
struct NaiveExplorer {
  /// What is known of a place in the search: which came before, what is written, in which order the
  /// requests wait; 3 bits a request, first to last, from the lowest bits.
  private struct Node {
    var parent: UInt32
    var written: UInt32
    var pending: UInt32
    var pendingCount: Int
    /// Who wrote, first to last, below a leading 1.
    var history: UInt32
  }

  private let controllers: Int
  private var numbers: [UInt64: UInt32] = [:]
  private var ordered: Set<UInt32> = []
  private var histories: Set<UInt64> = []
  private var stack: [Node] = []

  /// Makes an explorer of at most seven controllers, so that a node fits a word.
  init(controllers: Int) {
    precondition((1...7).contains(controllers))
    self.controllers = controllers
  }

  /// The number of places that are visited.
  mutating func visits() -> Int {
    var order: UInt32 = 0
    for controller in (0..<controllers).reversed() { order = order << 3 | UInt32(controller) }
    let start = Node(
      parent: 0, written: 0, pending: order, pendingCount: controllers, history: 1)
    histories.insert(key(start))
    stack.append(start)
    var visits = 0
    while let node = stack.popLast() {
      visits += 1
      let own = number(node)
      if node.pendingCount > 1 { pushOrders(of: node, numbered: own) }
      if node.pendingCount > 0 { step(node, numbered: own) }
    }
    return visits
  }

  /// Pushes the node once for each request that could be the first, unless it was pushed before.
  private mutating func pushOrders(of node: Node, numbered own: UInt32) {
    for place in 0..<node.pendingCount {
      var candidate = node
      candidate.pending = Self.movedToFront(node.pending, place)
      let number = number(candidate)
      guard ordered.insert(number).inserted, number != own else { continue }
      stack.append(candidate)
    }
  }

  /// Runs the first request: it writes, which wakes it again, or finds nothing to do.
  private mutating func step(_ node: Node, numbered own: UInt32) {
    var next = node
    let first = node.pending & 7
    next.parent = own
    if node.written & 1 << first == 0 {
      next.written |= 1 << first
      next.history = node.history << 3 | first
    } else {
      next.pending = node.pending >> 3
      next.pendingCount -= 1
    }
    if histories.insert(key(next)).inserted { stack.append(next) }
  }

  private static func movedToFront(_ order: UInt32, _ place: Int) -> UInt32 {
    let shift = UInt32(3 * place)
    let before = order & (1 << shift - 1)
    let after = (order >> (shift + 3)) << (shift + 3)
    return after | before << 3 | order >> shift & 7
  }

  /// The number of a place: what came before, contents, and the order of the requests.
  private mutating func number(_ node: Node) -> UInt32 {
    let key =
      UInt64(node.parent) << 32 | UInt64(node.pendingCount) << 28
      | UInt64(node.written) << 21 | UInt64(node.pending)
    if let known = numbers[key] { return known }
    let number = UInt32(numbers.count + 1)
    numbers[key] = number
    return number
  }

  /// Contents, the set of pending requests, and the history.
  private func key(_ node: Node) -> UInt64 {
    var pending: UInt64 = 0
    var rest = node.pending
    for _ in 0..<node.pendingCount {
      pending |= 1 << UInt64(rest & 7)
      rest >>= 3
    }
    return UInt64(node.written) << 40 | pending << 32 | UInt64(node.history)
  }
}
