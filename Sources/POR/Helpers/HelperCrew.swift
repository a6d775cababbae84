internal import Glibc
internal import Transitions

/// The helpers of one search: they expand states ahead of it, and change nothing that it can see.
///
/// The search looks at each state that it enters whether a helper has expanded it; where none has, it
/// does so itself. It never waits for an answer, and a helper's answer is the one it would have found,
/// so counts, ids and findings are the same with any number of helpers. The threads start when a search
/// has met some thousand states, and end with it.
final class HelperCrew {
  /// After how many states helpers hear of them.
  private static let interval = 32
  /// How many waiting states they hear of.
  private static let hints = 48

  let gate: Gate
  private let system: any TransitionSystem
  private let tables: UnsafeMutablePointer<SharedTables>
  private let counts = PairCounts()
  private let channels: [Channel]
  private var records = ExpansionIndex()
  private let isStopped = StopFlag()
  /// At how many states the threads start.
  private let threshold: Int
  private var threads: [pthread_t] = []
  private(set) var isStarted = false
  /// By channel: how many blocks were read, how many items were told.
  private var read: [Int]
  private var told: [Int]
  private var entered = 0
  /// What helpers have not been told yet.
  private var news = FlatBuffer<UInt32>()
  /// How many states were asked for, and how many of them helpers had expanded.
  private(set) var asks = 0
  private(set) var hits = 0

  /// Makes helpers that are not at work yet.
  init(_ system: any TransitionSystem, helpers: Int, threshold: Int) {
    self.system = system
    self.threshold = threshold
    gate = Gate(helpers: helpers)
    channels = (0..<helpers).map { _ in Channel() }
    read = Array(repeating: 0, count: helpers)
    told = Array(repeating: 0, count: helpers)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 256, alignment: 128)
    tables = memory.bindMemory(to: SharedTables.self, capacity: 1)
    tables.initialize(to: SharedTables())
  }

  deinit {
    stop()
    tables.deallocate()
  }

  // MARK: The tables of a search

  /// Says where the store of a search lies, or lies now: what was known of another means nothing.
  func publish(
    nodes: UnsafeMutablePointer<UInt64>, roots: UnsafeMutablePointer<UInt64>, width: Int,
    height: Int, isNew: Bool
  ) {
    gate.close()
    tables.pointee.nodes = nodes
    tables.pointee.roots = roots
    tables.pointee.width = width
    tables.pointee.height = height
    if isNew { tables.pointee.firstHeight = height }
    tables.pointee.store += 1
    counts.raise(nodes: 0, roots: 0)
    forget()
    gate.open()
  }

  /// The arrays of pairs have moved; the gate is closed.
  func move(nodes: UnsafeMutablePointer<UInt64>) { tables.pointee.nodes = nodes }
  func move(roots: UnsafeMutablePointer<UInt64>) { tables.pointee.roots = roots }

  /// States have got wider, but not their trees higher.
  func widen(_ width: Int) { gate.exclusively { tables.pointee.width = width } }

  /// A pass over the states begins.
  func begin() {
    gate.close()
    forget()
    tables.pointee.isActive = true
    gate.open()
  }

  /// A pass is over.
  func end() {
    gate.close()
    tables.pointee.isActive = false
    forget()
    gate.open()
  }

  /// What is on its way does not hold any more.
  private func forget() {
    tables.pointee.pass += 1
    entered = 0
    news.truncate(to: 0)
    if isStarted { records.removeAll() }
  }

  // MARK: What they hear

  /// Tells that a state was entered.
  @inline(__always)
  func note(entered state: UInt32, withHelp: Bool) {
    if isStarted { tell(NewsItem(withHelp ? .enteredWithHelp : .entered, state)) }
    entered += 1
  }

  /// Tells that a state's component is complete.
  @inline(__always)
  func note(completed state: UInt32) {
    if isStarted { tell(NewsItem(.completed, state)) }
  }

  @inline(__always)
  private func tell(_ item: NewsItem) {
    if item.state < NewsItem.limit - 1 { news.append(item.raw) }
  }

  /// Whether it is time to `spread` the news.
  var isDue: Bool {
    @inline(__always) get {
      isStarted ? entered >= Self.interval : entered >= threshold
    }
  }

  /// Lets helpers see what is new, and which states wait; takes in what they found.
  func spread(_ store: inout TreeStore, pending: borrowing FlatBuffer<UInt32>) {
    if !isStarted { start() }
    entered = 0
    for place in 0..<min(pending.count, Self.hints) {
      tell(NewsItem(.waiting, pending[pending.count - 1 - place]))
    }
    counts.raise(nodes: store.nodes.count, roots: store.roots.count)
    for index in channels.indices {
      told[index] = channels[index].tell(news.elements, after: told[index])
      while let block = channels[index].blockToRead(read[index]) {
        take(block, from: index, &store.roots)
      }
    }
    news.truncate(to: 0)
  }

  // MARK: What they found

  /// Reads what helpers found out about a state over what was known; false where that is nothing.
  @inline(__always)
  func take(_ root: UInt64, _ expansion: inout KnownExpansion) -> Bool {
    if !isStarted { return false }
    asks += 1
    if records.take(root, &expansion) {
      hits += 1
      return true
    }
    return false
  }

  private func take(
    _ block: UnsafeMutableRawPointer, from index: Int, _ roots: inout PairTable
  ) {
    let words = block.assumingMemoryBound(to: UInt64.self)
    if words[0] == UInt64(tables.pointee.pass) {
      records.insert(
        UnsafeBufferPointer(start: words + 2, count: Int(words[1]) - 2), touching: &roots)
    }
    read[index] += 1
    channels[index].empty(read[index])
  }

  // MARK: Threads

  private func start() {
    isStarted = true
    for index in channels.indices {
      let scout = Scout(index, system, gate, tables, counts, channels[index], isStopped)
      var thread = pthread_t()
      let argument = Unmanaged.passRetained(scout)
      let status = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<Scout>.fromOpaque(argument).takeRetainedValue().run()
          return nil
        }, argument.toOpaque())
      // Without the thread the search does all the work itself.
      if status == 0 { threads.append(thread) } else { argument.release() }
    }
  }

  /// Ends the threads and waits for their end.
  func stop() {
    isStopped.raise()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
    isStarted = false
  }
}
