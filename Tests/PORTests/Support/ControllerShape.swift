import POR
import Transitions

/// Which kinds of actions a random world of controllers has, and how its parts are connected.
///
/// Requests are numbered; two of them, 2p and 2p + 1, belong to one controller ("pair" p), which has
/// one memory, one cache and one budget of crashes.
struct ControllerShape {
  enum Style: Sendable, CaseIterable {
    /// One tangle, without caches and the like: the worlds of the full search's tests.
    case classic
    /// One tangle.
    case plain
    /// Two or three groups that hardly touch: where ignoring and visibility bugs show.
    case grouped
    /// Few controllers with timers that wait, events, and requests that are put back: barriers.
    case timed
    /// Three or four requests that hardly touch, each with an object of its own.
    case loose
  }

  static let kindCount = 3
  var seed: UInt64
  var objects: Int
  var requests: Int
  var events: Int
  var values: UInt32
  /// The most reads of a program.
  var reads: Int
  /// By object cell.
  var kinds: [Int]
  /// By object cell: the requests that its changes set.
  var watchers: [[Int]]
  /// By request, then by event: the objects that its programs speak of.
  var scopes: [[Int]]
  /// By event.
  var guards: [[(object: Int, value: UInt32)]]
  var isOneWay: Bool
  var lists: Bool
  var hasTimers: Bool
  /// Timers wait until nothing else fair is left.
  var timersWait = true
  /// Chances out of 100 that a program ends with an error, and that it sets its request again.
  var errors: Int
  var requeues = 3
  /// The pairs that may crash once.
  var crashing: Set<Int> = []

  /// Cells 2k and 2k + 1 are the two fields of one object.
  var hasFields = false
  /// Chance out of 100 that a program asks the world for one of two answers.
  var choices = 0
  /// Pairs with a memory.
  var hasMemory = false
  /// Pairs that read a cache, and how many changes it may lag behind.
  var cached: Set<Int> = []
  var lag = 1
  /// Requests that read in one step and write in another.
  var inTwoParts: Set<Int> = []
  /// Chance out of 100 that such a write is conditional.
  var conditional = 0
  /// Mapping a change to requests reads another object.
  var mapsByObject = false

  var pairs: Int { (requests + 1) / 2 }
  var initialValues: [UInt32] = []
  var initialQueue: [Int] = []

  /// Makes the shape of a seed.
  init(_ style: Style, seed: UInt64) {
    var random = SplitMix64(
      seed: seed &+ UInt64(Style.allCases.firstIndex(of: style) ?? 0) << 32)
    self.seed = random.next()
    let isLoose = style == .loose
    let isGrouped = style == .grouped || isLoose
    let isTimed = style == .timed
    let groups = isLoose ? random.pick([3, 3, 4]) : isGrouped ? random.pick([2, 2, 3]) : 1
    let perGroup = isLoose ? 1 : random.pick([1, 2])
    objects = isGrouped ? groups * perGroup : isTimed ? 3 : random.pick([2, 3, 4])
    requests = isGrouped ? groups * (isLoose ? 1 : random.pick([1, 2])) : random.pick([2, 3])
    events =
      isTimed
      ? random.pick([1, 2])
      : isGrouped ? random.pick([0, 1, 1]) : random.pick([0, 0, 1, 2])
    values = random.pick([1, 2])
    reads = isGrouped ? random.pick([1, 2]) : random.pick([1, 2, 3])
    let (objects, requests, values) = (objects, requests, values)

    // The two requests of a pair are of one group where a group has two.
    let width = max(1, requests / groups)
    func group(_ actor: Int) -> Int { actor / width % groups }
    let touching = isLoose ? random.pick([0, 5, 10]) : random.pick([0, 10, 25])
    let sparse = random.pick([30, 50, 70])
    scopes = (0..<(requests + events)).map { actor in
      let scope = (0..<objects).filter { object in
        isGrouped
          ? object % groups == group(actor) || random.chance(touching) : random.chance(sparse)
      }
      return scope.isEmpty ? [random.pick(Array(0..<objects))] : scope
    }
    let watching =
      isLoose
      ? random.pick([0, 30, 60])
      : isGrouped ? random.pick([40, 70, 100]) : random.pick([15, 30, 50])
    watchers = (0..<objects).map { object in
      (0..<requests).filter { actor in
        let isNear = object % groups == group(actor)
        return random.chance(isNear ? watching : touching / 2)
      }
    }
    let kindsByNumber = !isGrouped || random.chance(30)
    kinds = (0..<objects).map { object in
      isGrouped ? (kindsByNumber ? object % 2 : object % groups) : random.pick([0, 1])
    }
    guards = (0..<events).map { _ in
      (0..<random.pick([0, 1, 2])).map { _ in
        (random.pick(Array(0..<objects)), UInt32.random(in: 0...values, using: &random))
      }
    }
    isOneWay = random.chance(isGrouped ? 40 : 60)
    lists = !isGrouped || random.chance(40)
    hasTimers = isTimed || random.chance(isGrouped ? 20 : 40)
    errors = random.pick([0, 4, 25])
    if random.chance(isGrouped ? 20 : isTimed ? 10 : 35) { crashing = [0] }
    initialValues = (0..<objects).map { _ in UInt32.random(in: 0...values, using: &random) }
    initialQueue = (0..<requests).filter { _ in random.chance(isGrouped ? 60 : 70) }
    if style == .plain || style == .grouped { addKinds(&random) }
    if style != .classic { requeues = random.pick([3, 15, 50]) }
  }

  /// The action kinds that only some worlds have, few at a time: the worlds must stay small.
  private mutating func addKinds(_ random: inout SplitMix64) {
    timersWait = random.chance(75)
    hasFields = objects % 2 == 0 && random.chance(25)
    if random.chance(35) { choices = 50 }
    hasMemory = random.chance(20)
    if random.chance(20) {
      cached = [Int.random(in: 0..<pairs, using: &random)]
      lag = random.pick([1, 1, 2])
    }
    if random.chance(30) {
      inTwoParts = Set((0..<requests).filter { _ in random.chance(50) })
      conditional = random.pick([0, 60])
    }
    mapsByObject = random.chance(15)
    if !crashing.isEmpty { crashing = Set((0..<pairs).filter { _ in random.chance(50) }) }
  }
}

extension SplitMix64 {
  /// One of some values.
  mutating func pick<Value>(_ choices: [Value]) -> Value {
    choices[Int.random(in: 0..<choices.count, using: &self)]
  }

  /// True this often out of a hundred times.
  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &self) < percent
  }
}
