/// The path of a depth-first search, and the strongly connected components that are open on it.
///
/// The path-based algorithm of Gabow (Inf. Process. Lett. 74, 2000) and Couvreur (FM 1999) with an
/// explicit stack: a number a state, a stack of the open states, a stack of the roots of the open
/// components. All targets of a state are met at once, while the inner nodes of the store are at hand; a
/// step into an open component merges at once; only ids of states that are not entered wait.
/// So no step is kept, and a state costs four bytes here once its component is complete.
///
/// Who searches asks for the next `Turn`, enters the states that it is told to, and follows their
/// steps: `ComponentSearch` all of them, `ReducedSearch` those that it chooses, also at states that it
/// entered before, as long as their component is open.
struct ComponentPath: ~Copyable {
  private static let unseen: UInt32 = 0
  private static let waiting = UInt32.max
  private static let refused = UInt32.max - 1
  private static let completed = UInt32.max - 2

  /// What is to be done next.
  enum Turn {
    /// The state is entered and its steps are followed.
    case enter(UInt32)
    /// A state had been left waiting; it has been completed since.
    case leadTo(completed: UInt32)
    /// A state had been left waiting; it is open, and so many components became one with the one below.
    case merge(Int)
    /// Nothing is left to follow in the component of the states in `open` from a place on: it is closed,
    /// or more steps of its states are followed.
    case close(first: Int)
  }

  /// Where a step leads.
  enum Target {
    /// To a state that is entered later, or never.
    case unopened
    case completed
    /// To an open state: so many components became one with the one below.
    case open(merged: Int)
  }

  /// What is known of an open state's steps.
  struct Traits: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    static let hasFairStep = Traits(rawValue: 1)
    static let hasSelfLoop = Traits(rawValue: 2)
  }

  struct Frame: BitwiseCopyable {
    /// The place of the state in `open`.
    var place: UInt32
    /// Where the state's successors begin in `pending`.
    var firstPending: UInt32
  }

  /// By state: its place in `open` plus one, or one of the marks above.
  private var number = FlatBuffer<UInt32>()
  /// The states of open components, in the order in which they were entered.
  private(set) var open = FlatBuffer<UInt32>()
  /// By place in `open`.
  private var traits = FlatBuffer<Traits>()
  /// The first place plus one of each open component.
  private var roots = FlatBuffer<UInt32>()
  private var frames = FlatBuffer<Frame>()
  private var pending = FlatBuffer<UInt32>()

  /// Makes an empty path.
  init() {}

  /// The bytes of the tables.
  var byteCount: Int {
    number.byteCount + open.byteCount + traits.byteCount + roots.byteCount + frames.byteCount
      + pending.byteCount
  }

  /// How many states are known.
  var knownStates: Int { number.count }

  /// How many states are on the path.
  var depth: Int { frames.count }

  /// How many steps wait.
  var waitingCount: Int { pending.count }

  // MARK: States

  /// Makes room for that many states, the new ones not met yet.
  mutating func extend(to count: Int) { number.extend(to: count, with: Self.unseen) }

  /// Whether a state was not met yet.
  @inline(__always)
  func isUnseen(_ state: UInt32) -> Bool { number[Int(state)] == Self.unseen }

  /// Whether a state was met and not entered yet.
  @inline(__always)
  func isWaiting(_ state: UInt32) -> Bool { number[Int(state)] == Self.waiting }

  /// Whether a state was entered.
  func isEntered(_ state: UInt32) -> Bool {
    let mark = number[Int(state)]
    return mark != Self.unseen && mark != Self.waiting && mark != Self.refused
  }

  /// The component of the state is complete: everything that it reaches was explored.
  func isCompleted(_ state: UInt32) -> Bool {
    Int(state) < number.count && number[Int(state)] == Self.completed
  }

  /// Meets a state; one that is refused is never entered.
  @inline(__always)
  mutating func meet(_ state: UInt32, isAdmitted: Bool) {
    number[Int(state)] = isAdmitted ? Self.waiting : Self.refused
  }

  /// Puts a state on the path, in a component of its own; returns its place.
  @inline(__always)
  mutating func enter(_ state: UInt32) -> Int {
    let place = open.count
    number[Int(state)] = UInt32(place + 1)
    open.append(state)
    traits.append([])
    roots.append(UInt32(place + 1))
    frames.append(Frame(place: UInt32(place), firstPending: UInt32(pending.count)))
    return place
  }

  /// Notes something about the open state at a place.
  @inline(__always)
  mutating func note(_ trait: Traits, at place: Int) { traits[place].formUnion(trait) }

  /// Follows a step from an open state of the top component to a state that was met.
  @inline(__always)
  mutating func follow(from state: UInt32, to target: UInt32) -> Target {
    let mark = number[Int(target)]
    switch mark {
    case Self.waiting:
      pending.append(target)
      return .unopened
    case Self.refused: return .unopened
    case Self.completed: return .completed
    default:
      if target == state { traits[Int(mark) - 1].insert(.hasSelfLoop) }
      return .open(merged: merge(downTo: mark))
    }
  }

  // MARK: Components

  /// What is to be done next; nil at the end.
  @inline(__always)
  mutating func next() -> Turn? {
    while !frames.isEmpty {
      let frame = frames.last
      if pending.count > Int(frame.firstPending) {
        let state = pending.popLast()
        switch number[Int(state)] {
        case Self.waiting: return .enter(state)
        case Self.refused: continue
        case Self.completed: return .leadTo(completed: state)
        case let mark:
          let merged = merge(downTo: mark)
          if merged > 0 { return .merge(merged) }
        }
      } else if roots.last == frame.place + 1 {
        return .close(first: Int(frame.place))
      } else {
        _ = frames.popLast()
      }
    }
    return nil
  }

  /// Merges the components above the open state of a number into its component; returns how many.
  @inline(__always)
  private mutating func merge(downTo number: UInt32) -> Int {
    let count = roots.count
    while roots.last > number { _ = roots.popLast() }
    return count - roots.count
  }

  /// The top component, whose first state is at a place, of a search that took so many steps.
  func component(from first: Int, transitions: Int) -> CompletedComponent {
    let size = open.count - first
    var union: Traits = []
    for place in first..<open.count { union.formUnion(traits[place]) }
    return CompletedComponent(
      states: UnsafeBufferPointer(open.elements.extracting(first..<open.count)),
      isTrivial: size == 1 && !union.contains(.hasSelfLoop),
      hasFairStep: union.contains(.hasFairStep),
      expectedEdges: transitions / number.count * size * 9 / 8 + size,
      numbers: UnsafeBufferPointer(number.elements), firstNumber: UInt32(first + 1))
  }

  /// Closes the top component.
  mutating func close(from first: Int) {
    _ = frames.popLast()
    for place in first..<open.count { number[Int(open[place])] = Self.completed }
    open.truncate(to: first)
    traits.truncate(to: first)
    _ = roots.popLast()
  }
}
