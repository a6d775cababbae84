internal import Glibc
internal import Transitions

/// What one helper does: it expands states that the search will soon ask for.
///
/// It starts at one of the states that wait and goes on depth first, the last successor first, as the
/// search itself will, past all that was entered or is on its way already. It has a copy of the store,
/// made from the pairs in the order of their ids, so that ids are the same; and it knows what it
/// was told of the search. What it finds is what the search would find itself, or missing.
final class Scout: @unchecked Sendable {
  /// How many states are looked at before it starts anew, nearer to where the search is then.
  private static let stride = 1000
  /// Which of the waiting states it starts at: not those that the search takes at once.
  private static let nearest = 2
  private static let farthest = 4
  /// How far ahead it may be.
  private static let reach = 2048
  /// How many records are sent at once.
  private static let batch = 32
  /// After how many failures in a row it rests.
  private static let patience = 8

  private let index: Int
  private let system: any TransitionSystem
  private let gate: Gate
  private let tables: UnsafePointer<SharedTables>
  private let counts: PairCounts
  private let channel: Channel
  private let isStopped: StopFlag

  private var pass = -1
  private var storeNumber = -1
  private var store = TreeStore(width: 1, seed: 0)
  private var cursor = TreeCursor(height: 1)
  /// By state: the kind of the last news of it, plus one.
  private var marks = FlatBuffer<UInt8>()
  private var heard = 0
  private var waiting: [UInt32] = []
  private var isWaitingComplete = true
  private var ahead = RootSet(capacity: 8192)

  private var stack = FlatBuffer<UInt64>()
  private var found = KnownExpansion()
  private var left = 0
  private var near = Scout.nearest
  private var helped = 0
  /// How many states the search has entered since it was less than half as far ahead as it may be.
  private var entered = 0
  private var failures = 0
  private var block: UnsafeMutablePointer<UInt64>?
  private var blockCount = 1
  private var records = 0

  /// Makes a helper.
  init(
    _ index: Int, _ system: any TransitionSystem, _ gate: Gate,
    _ tables: UnsafePointer<SharedTables>, _ counts: PairCounts, _ channel: Channel,
    _ isStopped: StopFlag
  ) {
    self.index = index
    self.system = system
    self.gate = gate
    self.tables = tables
    self.counts = counts
    self.channel = channel
    self.isStopped = isStopped
  }

  /// Works until the search is over.
  func run() {
    var idle: UInt32 = 0
    while !isStopped.isRaised {
      if gate.enter(index) {
        let hasWorked = work()
        gate.leave(index)
        if hasWorked {
          idle = 0
          continue
        }
      }
      idle &+= 1

      if idle < 64 { sched_yield() } else { usleep(idle < 256 ? 20 : 200) }
    }
  }

  /// Expands one state; false where there is nothing to do.
  private func work() -> Bool {
    guard tables.pointee.isActive else { return false }
    if tables.pointee.pass != pass || tables.pointee.store != storeNumber { renew() }
    learn()
    if ahead.count >= Self.reach {
      if entered < Self.reach / 2 {

        send()
        return false
      }
      // What was found is not what is wanted now.
      ahead.removeAll()

      stack.truncate(to: 0)
      left = 0
    }
    if ahead.count * 2 < Self.reach { entered = 0 }
    guard hasBlock() else { return false }
    guard let root = next() else {

      send()
      return false
    }
    left -= 1

    found.removeAll()
    cursor.move(to: root, store.nodes)
    guard
      system.knownSuccessors(of: cursor.words(tables.pointee.width), into: &found.buffer)
    else {
      failures += 1
      if failures < Self.patience { return true }
      stack.truncate(to: 0)
      failures = 0
      return false
    }
    failures = 0
    locate()
    follow()
    write(root)
    return true
  }

  // MARK: What the search tells

  private func renew() {
    pass = tables.pointee.pass
    if tables.pointee.store != storeNumber {
      storeNumber = tables.pointee.store
      store = TreeStore(width: 1 << tables.pointee.height, seed: 0)
      cursor = TreeCursor(height: tables.pointee.firstHeight)
      if tables.pointee.height > tables.pointee.firstHeight {
        cursor.reset(height: tables.pointee.height)
      }
    }
    stack.truncate(to: 0)
    marks.truncate(to: 0)
    waiting = []
    ahead.removeAll()
    left = 0
    block = nil
    heard = channel.toldCount()
    channel.hear(heard)
  }

  /// Takes in what is new: states, and what happened to them.
  private func learn() {
    let told = channel.toldCount()
    if told == heard { return }
    copyPairs()
    while heard < told {
      let item = NewsItem(raw: channel.read(at: heard))
      heard += 1
      if Int(item.state) >= marks.count { continue }
      take(item)
    }
    channel.hear(heard)
  }

  private func take(_ item: NewsItem) {
    let state = Int(item.state)
    switch item.kind {
    case .waiting:
      if isWaitingComplete { waiting.removeAll(keepingCapacity: true) }
      isWaitingComplete = false
      waiting.append(item.state)
      return
    case .completed: marks[state] = 2
    case .entered, .enteredWithHelp:
      entered += 1
      marks[state] = max(marks[state], 1)
      if ahead.remove(store.roots.pair(item.state)) {
        if item.kind == .entered { avoid() } else { helped += 1 }
      }
    }
    isWaitingComplete = true
    if helped >= 64 {
      helped = 0
      near = max(near - 1, Self.nearest)
    }
  }

  /// The search was at a state before the helper's record of it: elsewhere there is more to gain.
  private func avoid() {

    stack.truncate(to: 0)
    left = 0
    near = min(near + 1, Self.farthest)
  }

  /// Takes in the new pairs, in the order of their ids.
  private func copyPairs() {
    guard let roots = tables.pointee.roots, let nodes = tables.pointee.nodes else { return }
    let rootCount = counts.roots()
    let nodeCount = counts.nodes()
    for id in store.nodes.count..<max(nodeCount, store.nodes.count) {
      _ = store.nodes.intern(nodes[id])
    }
    var first = store.roots.count
    while first < rootCount {
      let chunk = min(64, rootCount - first)
      store.roots.touch(UnsafeMutableBufferPointer(start: roots + first, count: chunk))
      for id in first..<first + chunk { _ = store.roots.intern(roots[id]) }
      first += chunk
    }
    marks.extend(to: rootCount, with: 0)
  }

  // MARK: Looking ahead

  /// Whether the search will still ask for a state.
  private func isWanted(_ root: UInt64) -> Bool {
    if let state = store.roots.find(root), Int(state) < marks.count, marks[Int(state)] != 0 {
      return false
    }
    return !ahead.contains(root)
  }

  /// The next state to expand.
  private func next() -> UInt64? {
    if left > 0 {
      while !stack.isEmpty {
        let root = stack.popLast()
        if isWanted(root) { return root }
      }
    }

    stack.truncate(to: 0)
    left = Self.stride
    // The search is about to take the nearest ones itself.
    for place in waiting.indices where place >= near {
      let state = waiting[place]
      if Int(state) >= store.roots.count || marks[Int(state)] != 0 { continue }
      let root = store.roots.pair(state)
      if !ahead.contains(root) { return root }
    }
    return nil
  }

  /// Works out the roots of what was found, and the ids of those that are known.
  private func locate() {
    let count = found.buffer.successors.count
    found.buffer.successors.withUnsafeBufferPointer { successors in
      found.buffer.changes.withUnsafeBufferPointer { changes in
        for successor in successors {
          let first = Int(successor.firstChange)
          let own = UnsafeBufferPointer(
            rebasing: changes[first..<(first + Int(successor.changeCount))])
          found.roots.append(
            cursor.knownRoot(after: own, in: store.nodes) ?? KnownExpansion.unknownRoot)
        }
      }
    }
    store.roots.touch(found.roots.elements)
    for place in 0..<count {
      let root = found.roots[place]
      guard root != KnownExpansion.unknownRoot, let state = store.roots.find(root) else {
        found.states.append(KnownExpansion.unknownState)
        continue
      }
      found.states.append(marks[Int(state)] == 2 ? state | KnownExpansion.completed : state)
    }
  }

  /// Puts the successors on the stack that are worth a look.
  private func follow() {
    for place in 0..<found.roots.count {
      let (root, state) = (found.roots[place], found.states[place])
      if root == KnownExpansion.unknownRoot { continue }
      if state == KnownExpansion.unknownState
        || state & KnownExpansion.completed == 0 && marks[Int(state)] == 0
      {
        stack.append(root)
      }
    }
  }

  // MARK: Sending

  private func hasBlock() -> Bool {
    if block != nil { return true }
    guard let next = channel.blockToFill() else { return false }
    block = next.assumingMemoryBound(to: UInt64.self)
    blockCount = 2
    records = 0
    return true
  }

  /// Adds what was found to the block.
  private func write(_ root: UInt64) {
    let capacity = Channel.blockSize / 8
    guard let block else { return }
    let words = ExpansionRecord.write(
      found, of: root, to: block + blockCount, room: capacity - blockCount)
    if let words {
      blockCount += words
      records += 1
      ahead.insert(root)
    }
    if words == nil || records == Self.batch { send() }
  }

  /// Sends the block, if it holds anything.
  private func send() {
    guard let block, records > 0 else { return }
    block[0] = UInt64(pass)
    block[1] = UInt64(blockCount)
    self.block = nil
    channel.fill()
  }
}
