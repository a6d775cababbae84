/// The steps between the states of a full search: for each expanded state the ids of its targets.
///
/// Four bytes a step, in the order in which the system lists them, and four a state. The last target
/// of a state is marked by a bit that ids do not need, so the order in which states are expanded does
/// not matter and no count is kept. Which action a step is nobody asks but for cycles, whose states are
/// expanded a second time (`ComponentGraph`).
struct StateGraph: ~Copyable, NodeLists {
  private static let unexpanded = UInt32.max
  private static let empty = UInt32.max - 1
  static let last: UInt32 = 1 << 31
  /// More steps than this cannot be told apart by their places.
  static let stepLimit = Int(UInt32.max) - (1 << 24)

  /// By state: where its targets begin, or one of the marks above.
  private var starts = FlatBuffer<UInt32>()
  private var targets = FlatBuffer<UInt32>()

  /// Makes a graph without states.
  init() {}

  /// The bytes of the tables.
  var byteCount: Int { starts.byteCount + targets.byteCount }

  /// How many steps are kept.
  var stepCount: Int { targets.count }

  /// Makes room for that many states, the new ones not expanded yet.
  mutating func extend(to count: Int) { starts.extend(to: count, with: Self.unexpanded) }

  /// Adds the target of a step of the state that is closed next.
  @inline(__always)
  mutating func append(_ target: UInt32) { targets.append(target) }

  /// Ends the list of a state, which began at a count of steps.
  @inline(__always)
  mutating func close(_ state: UInt32, from first: Int) {
    if first == targets.count {
      starts[Int(state)] = Self.empty
    } else {
      starts[Int(state)] = UInt32(first)
      targets[targets.count - 1] |= Self.last
    }
  }

  /// Adds the targets of some states, one behind the other, of each the last one marked.
  mutating func append(_ steps: UnsafeMutableBufferPointer<UInt32>.SubSequence) {
    targets.append(steps)
  }

  /// Says where a step of those leads.
  @inline(__always)
  mutating func set(_ step: Int, _ target: UInt32) {
    targets[step] = target | targets[step] & Self.last
  }

  /// Says where the marked list of a state begins.
  @inline(__always)
  mutating func close(_ state: UInt32, markedFrom first: Int, _ degree: UInt32) {
    starts[Int(state)] = degree == 0 ? Self.empty : UInt32(first)
  }

  /// Forgets the steps that were added behind a count.
  mutating func truncate(to count: Int) { targets.truncate(to: count) }

  /// Whether the steps of a state are known.
  func isExpanded(_ state: UInt32) -> Bool {
    Int(state) < starts.count && starts[Int(state)] != Self.unexpanded
  }

  // MARK: For the decomposition

  var nodeCount: Int { starts.count }

  @inline(__always)
  func firstPlace(of node: UInt32) -> Int {
    let start = starts[Int(node)]
    return start >= Self.empty ? -1 : Int(start)
  }

  @inline(__always)
  func follow(_ place: inout Int, of node: UInt32) -> UInt32 {
    let target = targets[place]
    place = target & Self.last != 0 ? -1 : place + 1
    return target & ~Self.last
  }

  @inline(__always)
  func isOpenEnded(_ node: UInt32) -> Bool { starts[Int(node)] == Self.unexpanded }
}
