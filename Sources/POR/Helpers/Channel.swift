internal import Synchronization

/// What goes between the search's thread and one helper's: news one way, expansions the other.
///
/// On machines whose cores lie far apart a cache line takes half a microsecond from one to the other,
/// as long as a state. So nothing is shared but these two queues and the arrays that only grow; both are
/// written in one piece and read in order, by one thread each, and a counter that says how far is
/// written once for many entries.
final class Channel: @unchecked Sendable {
  static let blockSize = 16 << 10
  private static let blockCount = 8
  private static let newsSize = 1 << 15
  private static let stride = 128

  private let counters: UnsafeMutableRawPointer
  private let blocks: UnsafeMutableRawPointer
  private let news: UnsafeMutablePointer<UInt32>

  /// Makes empty queues.
  init() {
    counters = .allocate(byteCount: 4 * Self.stride, alignment: Self.stride)
    blocks = .allocate(byteCount: Self.blockCount * Self.blockSize, alignment: Self.stride)
    news = .allocate(capacity: Self.newsSize)
    for index in 0..<4 { counter(index).initialize(to: Atomic(0)) }
  }

  deinit {
    counters.deallocate()
    blocks.deallocate()
    news.deallocate()
  }

  private func counter(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (counters + index * Self.stride).assumingMemoryBound(to: Atomic<Int>.self)
  }

  // MARK: Blocks, from the helper to the search

  /// How many blocks the helper has filled, and how many the search has read.
  private var filled: UnsafeMutablePointer<Atomic<Int>> { counter(0) }
  private var emptied: UnsafeMutablePointer<Atomic<Int>> { counter(1) }

  /// The next block to fill; nil where the search has not read it yet.
  ///
  /// For the helper.
  func blockToFill() -> UnsafeMutableRawPointer? {
    let number = filled.pointee.load(ordering: .relaxed)
    if number - emptied.pointee.load(ordering: .acquiring) == Self.blockCount { return nil }
    return blocks + number % Self.blockCount * Self.blockSize
  }

  /// The next block is filled.
  ///
  /// For the helper.
  func fill() {
    filled.pointee.store(filled.pointee.load(ordering: .relaxed) + 1, ordering: .releasing)
  }

  /// The next block to read; nil where it is not filled yet.
  ///
  /// For the search.
  @inline(__always)
  func blockToRead(_ number: Int) -> UnsafeMutableRawPointer? {
    if filled.pointee.load(ordering: .acquiring) == number { return nil }
    return blocks + number % Self.blockCount * Self.blockSize
  }

  /// So many blocks are read.
  ///
  /// For the search.
  func empty(_ number: Int) { emptied.pointee.store(number, ordering: .releasing) }

  // MARK: News, from the search to the helper

  private var told: UnsafeMutablePointer<Atomic<Int>> { counter(2) }
  private var heard: UnsafeMutablePointer<Atomic<Int>> { counter(3) }

  /// Adds items, as many as there is room for, to so many that were told; how many there are then.
  func tell(_ items: UnsafeMutableBufferPointer<UInt32>, after position: Int) -> Int {
    let room = Self.newsSize - (position - heard.pointee.load(ordering: .acquiring))
    let count = min(items.count, room)
    for place in 0..<count { news[(position + place) & (Self.newsSize - 1)] = items[place] }
    told.pointee.store(position + count, ordering: .releasing)
    return position + count
  }

  /// How much was told.
  ///
  /// For the helper.
  func toldCount() -> Int { told.pointee.load(ordering: .acquiring) }

  /// Reads an item.
  ///
  /// For the helper.
  @inline(__always)
  func read(at position: Int) -> UInt32 { news[position & (Self.newsSize - 1)] }

  /// Everything before a position is read.
  ///
  /// For the helper.
  func hear(_ position: Int) { heard.pointee.store(position, ordering: .releasing) }
}

/// One thing that a search tells its helpers: what it is and of which state, in one word.
///
/// It is advice: a helper that misses some does needless work, nothing else.
struct NewsItem {
  enum Kind: UInt32 {
    /// The search entered the state and expanded it itself.
    case entered
    /// The search entered the state and had its expansion from a helper.
    case enteredWithHelp
    /// The state's component is complete.
    case completed
    /// The state waits to be entered; of several in a row the first is the next. They take the place of
    /// those before once another kind of item came between.
    case waiting
  }

  /// States with greater ids are not told of.
  static let limit: UInt32 = 1 << 30

  let raw: UInt32

  init(raw: UInt32) { self.raw = raw }

  @inline(__always)
  init(_ kind: Kind, _ state: UInt32) { raw = kind.rawValue << 30 | state }

  var kind: Kind { Kind(rawValue: raw >> 30) ?? .entered }
  var state: UInt32 { raw & (Self.limit - 1) }
}
