internal import Transitions

/// What was executed in and behind each open component of a reduced search, and behind each state that
/// is completed: `Fut(s)` of POR.md, section 3.
struct OpenFutures: ~Copyable {
  struct Single: BitwiseCopyable {
    var footprint: UInt32
    var future: UInt32
  }

  private let footprints: FootprintTable
  private var table: FutureTable
  /// By open component.
  private var open = FlatBuffer<UInt32>()
  /// By completed state.
  private var summary = FlatBuffer<UInt32>()
  /// By class: its last footprint, widened, and the future of that one action.
  private var singles = FlatBuffer<Single>()

  /// Makes the futures of no component.
  init(_ footprints: FootprintTable) {
    self.footprints = footprints
    table = FutureTable(footprints)
  }

  /// The bytes of the tables.
  var byteCount: Int { summary.byteCount + open.byteCount + table.byteCount }

  // MARK: Open components

  /// Opens a component above the others; nothing was executed in it.
  @inline(__always)
  mutating func push() { open.append(0) }

  /// Adds a future to that of the top component.
  @inline(__always)
  mutating func add(_ future: UInt32) {
    let top = open.count - 1
    if open[top] != future { open[top] = table.union(open[top], future) }
  }

  /// Adds a step of a class to the future of the top component.
  @inline(__always)
  mutating func add(step actionClass: UInt32, _ footprint: UInt32) {
    add(single(actionClass, footprint))
  }

  /// Adds what an observer reads to the future of the top component.
  mutating func add(observer: Int, _ reads: UInt32) {
    add(table.single(FutureEntry.key(observer: observer), reads))
  }

  /// Adds what a completed state has behind it to the future of the top component.
  @inline(__always)
  mutating func add(behind state: UInt32) { add(summary[Int(state)]) }

  /// Adds the futures of so many components at the top to the one below each.
  @inline(__always)
  mutating func merge(_ count: Int) {
    for _ in 0..<count { pop() }
  }

  /// Closes the top component, which has some of so many states: its future is final.
  mutating func close(_ states: UnsafeBufferPointer<UInt32>, of count: Int) {
    summary.extend(to: count, with: 0)
    for state in states { summary[Int(state)] = open.last }
    pop()
  }

  private mutating func pop() {
    let future = open.popLast()
    if !open.isEmpty { add(future) }
  }

  /// The future that is one step of a class.
  @inline(__always)
  private mutating func single(_ actionClass: UInt32, _ footprint: UInt32) -> UInt32 {
    if Int(actionClass) >= singles.count {
      singles.extend(to: Int(actionClass) + 1, with: Single(footprint: .max, future: 0))
    }
    let known = singles[Int(actionClass)]
    if known.footprint == footprint { return known.future }
    let future = table.single(
      FutureEntry.key(actionClass: actionClass), footprints.widened(footprint))
    singles[Int(actionClass)] = Single(footprint: footprint, future: future)
    return future
  }

  // MARK: Entries

  /// Lists the future of the top component.
  func listTop(into entries: inout FlatBuffer<FutureEntry>) {
    table.entries(of: open.last, into: &entries)
  }

  /// Lists what was executed at a completed state and behind it, or, without a state, at all.
  mutating func list(from state: UInt32?, into entries: inout FlatBuffer<FutureEntry>) {
    var future: UInt32 = 0
    if let state {
      future = summary[Int(state)]
    } else {
      for place in 0..<open.count { future = table.union(future, open[place]) }
    }
    table.entries(of: future, into: &entries)
  }
}
