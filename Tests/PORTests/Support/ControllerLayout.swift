import Transitions

/// Where a random world of controllers keeps what: the words of its states.
struct ControllerLayout {
  let objects: Int
  let queue: Int
  /// Which events are left (the low half) and which have happened (the high half).
  let events: Int
  let timers: Int
  let budgets: Int
  private let firstMemory: Int
  private let firstPosition: Int
  private let firstSuperseded: Int
  private let firstCache: Int
  private let firstPending: Int
  private let lag: Int
  let width: Int

  /// Lays out the states of a shape.
  init(_ shape: ControllerShape) {
    objects = shape.objects
    queue = objects
    events = objects + 1
    timers = objects + 2
    budgets = objects + 3
    firstMemory = objects + 4
    firstPosition = firstMemory + (shape.hasMemory ? shape.pairs : 0)
    let inTwoParts = shape.inTwoParts.isEmpty ? 0 : shape.requests
    firstSuperseded = firstPosition + inTwoParts
    firstCache = firstSuperseded + (shape.conditional > 0 ? inTwoParts : 0)
    let cached = shape.cached.isEmpty ? 0 : shape.pairs
    firstPending = firstCache + cached * objects
    lag = shape.lag
    width = firstPending + cached * ControllerShape.kindCount * lag
  }

  func memory(_ pair: Int) -> Int { firstMemory + pair }
  func position(_ request: Int) -> Int { firstPosition + request }
  func superseded(_ request: Int) -> Int { firstSuperseded + request }
  func cache(_ pair: Int, _ object: Int) -> Int { firstCache + pair * objects + object }
  /// The words of a queue of changes, the oldest first; zero is none.
  func pending(_ pair: Int, _ kind: Int) -> Range<Int> {
    let first = firstPending + (pair * ControllerShape.kindCount + kind) * lag
    return first..<(first + lag)
  }
}

/// The cells of footprints; an object's, or a field's, is its number.
enum Cell {
  static func queue(_ request: Int) -> UInt32 { 100 + UInt32(request) }
  static func event(_ event: Int) -> UInt32 { 120 + UInt32(event) }
  static func timer(_ request: Int) -> UInt32 { 140 + UInt32(request) }
  static func budget(_ pair: Int) -> UInt32 { 160 + UInt32(pair) }
  /// Set by all that puts an end to idleness, read by what waits for it.
  static let busy: UInt32 = 170
  static func memory(_ pair: Int) -> UInt32 { 180 + UInt32(pair) }
  static func position(_ request: Int) -> UInt32 { 200 + UInt32(request) }
  static func cache(_ pair: Int, _ kind: Int) -> UInt32 {
    220 + UInt32(pair * ControllerShape.kindCount + kind)
  }
  static func pending(_ pair: Int, _ kind: Int) -> UInt32 {
    240 + UInt32(pair * ControllerShape.kindCount + kind)
  }
  static func superseded(_ request: Int, _ object: Int) -> UInt32 {
    300 + UInt32(request * 16 + object)
  }
  /// The object that a field is part of, as a whole; a write of a field only sets it, so that writes
  /// of two fields commute.
  static func whole(_ object: Int) -> UInt32 { 500 + UInt32(object / 2) }
}

/// The actions of a random world.
enum ActionID {
  static func reconcile(_ request: Int) -> Int { request }
  static func timer(_ request: Int) -> Int { 10 + request }
  static func event(_ event: Int) -> Int { 20 + event }
  static func skip(_ event: Int) -> Int { 30 + event }
  /// The controller dies while it reconciles a request, after some of its writes.
  static func crash(_ request: Int, _ writes: Int) -> Int { 40 + request * 3 + writes }
  static func deliver(_ pair: Int, _ kind: Int) -> Int {
    80 + pair * ControllerShape.kindCount + kind
  }
  /// The second part of a reconcile in two.
  static func finish(_ request: Int) -> Int { 90 + request }
}
