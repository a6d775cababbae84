import Transitions

/// A hand-written family of POR.md section 6: objects, a queue, one-shot programs, and events.
///
/// Words: the objects, then the queue as one word, then the pending events as one word.
final class FamilySystem: ReducibleModel {
  /// What a program does: the values it writes, and whether it puts its request back; and what it
  /// read to know.
  struct Outcome {
    var writes: [(object: Int, value: UInt32)]
    var requeues = false
    /// Objects that are read, besides those that are written.
    var reads: [Int] = []
    /// It lists the children that have this value.
    var lists: UInt32?
  }

  /// Actors that nothing tells apart, and the objects of theirs, one each or none.
  struct Twins {
    var actors: Range<Int>
    var objects: Range<Int>
  }

  let name: String
  private let objectCount: Int
  private let programs: [([UInt32]) -> Outcome]
  private let watchers: [Int: [Int]]
  private let events: Int
  private let twins: Twins?
  /// Objects before this one are the children that are listed.
  private let children: Int
  let initial: [UInt32]
  let properties: [PropertyKind] = [.converges(allowErrors: false), .confluent]

  init(
    _ name: String, objects: [UInt32], programs: [([UInt32]) -> Outcome],
    watchers: [Int: [Int]] = [:], queue: some Sequence<Int>, events: Int = 0, children: Int = 0,
    twins: Twins? = nil
  ) {
    self.name = name
    objectCount = objects.count
    self.programs = programs
    self.watchers = watchers
    self.events = events
    self.children = children
    self.twins = twins
    initial = objects + [queue.reduce(0) { $0 | 1 << UInt32($1) }, (1 << UInt32(events)) - 1]
  }

  // MARK: Cells

  private static let eventCells: UInt32 = 2000
  private static let twinObject: UInt32 = 3000
  private static let twinQueue: UInt32 = 3001
  private static let twinClass = 500

  private func cell(ofObject object: Int) -> UInt32 {
    usesSymmetry && twins?.objects.contains(object) == true ? Self.twinObject : UInt32(object)
  }

  private func cell(ofQueue actor: Int) -> UInt32 {
    usesSymmetry && twins?.actors.contains(actor) == true ? Self.twinQueue : 1000 + UInt32(actor)
  }

  func accepts(_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool {
    value == predicate && (cell < UInt32(children) || cell == Self.twinObject)
  }

  func enabling(of action: Int, at state: [UInt32]) -> TinyCondition {
    if action >= programs.count - events && action != Self.twinClass { return .never }
    return .write(of: action == Self.twinClass ? Self.twinQueue : cell(ofQueue: action))
  }

  func reads(of predicate: Int, at state: [UInt32]) -> Footprint { Footprint() }

  // MARK: Symmetry

  var hasSymmetry: Bool { twins != nil }
  var usesSymmetry = false

  func actionClass(of action: Int) -> Int {
    twins?.actors.contains(action) == true ? Self.twinClass : action
  }

  func isCollective(_ actionClass: Int) -> Bool { actionClass == Self.twinClass }

  /// The twins by the value of their object and by whether they are queued.
  func representative(of state: [UInt32]) -> [UInt32] {
    guard let twins else { return state }
    var state = padded(state)
    var pairs = twins.actors.map { actor in
      let number = actor - twins.actors.lowerBound
      let value = number < twins.objects.count ? state[twins.objects.lowerBound + number] : 0
      return value << 1 | (state[objectCount] >> UInt32(actor) & 1)
    }
    pairs.sort()
    for (number, pair) in pairs.enumerated() {
      let bit: UInt32 = 1 << UInt32(twins.actors.lowerBound + number)
      state[objectCount] = pair & 1 == 1 ? state[objectCount] | bit : state[objectCount] & ~bit
      if number < twins.objects.count { state[twins.objects.lowerBound + number] = pair >> 1 }
    }
    return TinySystem.trimmed(state)
  }

  // MARK: Steps

  private func padded(_ state: [UInt32]) -> [UInt32] {
    state + Array(repeating: 0, count: objectCount + 2 - state.count)
  }

  func steps(from state: [UInt32]) -> [TinyStep] {
    let state = padded(state)
    var steps: [TinyStep] = []
    let controllers = programs.count - events
    for actor in 0..<controllers where state[objectCount] & (1 << UInt32(actor)) != 0 {
      var next = state
      next[objectCount] &= ~(1 << UInt32(actor))
      var step = run(actor, next, flags: .fair)
      step.footprint.clears.append(cell(ofQueue: actor))
      steps.append(step)
    }
    for event in 0..<events where state[objectCount + 1] & (1 << UInt32(event)) != 0 {
      var next = state
      next[objectCount + 1] &= ~(1 << UInt32(event))
      var step = run(controllers + event, next, flags: [])
      step.footprint.clears.append(Self.eventCells + UInt32(event))
      steps.append(step)
      var skip = TinyStep(action: 1000 + event, flags: .givesUp, target: next)
      skip.footprint.clears.append(Self.eventCells + UInt32(event))
      steps.append(skip)
    }
    if !usesSymmetry { return steps }
    return steps.map { step in
      var step = step
      step.target = representative(of: TinySystem.trimmed(step.target))
      return step
    }
  }

  private func run(_ actor: Int, _ state: [UInt32], flags: StepFlags) -> TinyStep {
    var next = state
    var flags = flags
    let outcome = programs[actor](Array(state.prefix(objectCount)))
    var footprint = Footprint()
    footprint.reads = outcome.reads.map(cell(ofObject:))
    footprint.predicates = outcome.lists.map { [$0] } ?? []
    func set(_ actor: Int) {
      next[objectCount] |= 1 << UInt32(actor)
      footprint.sets.append(cell(ofQueue: actor))
    }
    for (object, value) in outcome.writes {
      let own = cell(ofObject: object)
      footprint.reads.append(own)
      if next[object] == value { continue }
      footprint.writes.append(own)
      footprint.changes.append(CellChange(cell: own, old: next[object], new: value))
      next[object] = value
      flags.formUnion(.changesObject)
      for watcher in watchers[object] ?? [] { set(watcher) }
    }
    if outcome.requeues { set(actor) }
    return TinyStep(action: actor, flags: flags, target: next, footprint: footprint)
  }

  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue { .isTrue }
  func objects(of state: [UInt32]) -> [UInt32] {
    TinySystem.trimmed(Array(state.prefix(objectCount)))
  }
  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32]) {
    ([], objects(of: state))
  }
}

extension FamilySystem {
  typealias Program = ([UInt32]) -> Outcome

  private static func zeros(_ count: Int) -> [UInt32] { Array(repeating: 0, count: count) }

  private static func writer(_ object: Int, _ value: UInt32) -> Program {
    { _ in Outcome(writes: [(object, value)]) }
  }

  static func independentWriters(_ k: Int) -> FamilySystem {
    FamilySystem(
      "\(k) independent writers", objects: zeros(k), programs: (0..<k).map { writer($0, 1) },
      queue: 0..<k)
  }

  static func chains(_ k: Int, _ n: UInt32) -> FamilySystem {
    FamilySystem(
      "\(k) chains of \(n)", objects: zeros(k),
      programs: (0..<k).map { chain in
        { objects in
          guard objects[chain] < n else { return Outcome(writes: [], reads: [chain]) }
          return Outcome(
            writes: [(chain, objects[chain] + 1)], requeues: objects[chain] + 1 < n)
        }
      }, queue: 0..<k)
  }

  static func cascades(_ k: Int, _ n: Int) -> FamilySystem {
    var programs: [Program] = []
    var watchers: [Int: [Int]] = [:]
    for cascade in 0..<k {
      for step in 0..<n {
        let source = cascade * (n + 1) + step
        watchers[source] = [programs.count]
        programs.append { objects in
          Outcome(writes: [(source + 1, objects[source])], reads: [source])
        }
      }
    }
    let row: [UInt32] = [1] + zeros(n)
    return FamilySystem(
      "\(k) cascades of \(n)", objects: (0..<k).flatMap { _ in row }, programs: programs,
      watchers: watchers, queue: (0..<k).map { $0 * n })
  }

  static func fanOut(_ k: Int) -> FamilySystem {
    let parent: Program = { objects in
      Outcome(
        writes: (0..<k).filter { objects[$0] == 0 }.map { ($0, 1) }, reads: Array(0..<k))
    }
    let children: [Program] = (0..<k).map { child in
      { objects in Outcome(writes: objects[child] == 1 ? [(child, 2)] : [], reads: [child]) }
    }
    // A child that became ready wakes nobody: only its creation is watched.
    return FamilySystem(
      "fan-out to \(k)", objects: zeros(k), programs: [parent] + children,
      watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [$0 + 1]) }), queue: [0])
  }

  static func lister(_ k: Int, creates value: UInt32) -> FamilySystem {
    let creators = (0..<k).map { writer($0, value) }
    let lister: Program = { objects in
      Outcome(writes: [(k, 1 + UInt32(objects.prefix(k).filter { $0 == 1 }.count))], lists: 1)
    }
    return FamilySystem(
      "\(k) creators, \(value == 1 ? "matching" : "non-matching") lister", objects: zeros(k + 1),
      programs: creators + [lister], queue: 0...k, children: k)
  }

  static func readers(_ k: Int) -> FamilySystem {
    let copiers: [Program] = (1...k).map { reader in
      { objects in Outcome(writes: [(reader, objects[0])], reads: [0]) }
    }
    return FamilySystem(
      "1 writer, \(k) readers", objects: [1] + zeros(k), programs: [writer(0, 2)] + copiers,
      queue: 0...k)
  }

  static func lastWriters(_ k: Int) -> FamilySystem {
    FamilySystem(
      "\(k) last-writers", objects: [0], programs: (0..<k).map { writer(0, UInt32($0 + 1)) },
      queue: 0..<k)
  }

  static func counters(_ k: Int) -> FamilySystem {
    FamilySystem(
      "\(k) increments", objects: [0],
      programs: (0..<k).map { _ in { objects in Outcome(writes: [(0, objects[0] + 1)]) } },
      queue: 0..<k, twins: Twins(actors: 0..<k, objects: 0..<0))
  }

  /// As `lister`, but the creators' changes wake it, and it does not run before.
  static func wokenLister(_ k: Int) -> FamilySystem {
    let creators = (0..<k).map { writer($0, 1) }
    let lister: Program = { objects in
      Outcome(writes: [(k, 1 + UInt32(objects.prefix(k).filter { $0 == 1 }.count))], lists: 1)
    }
    return FamilySystem(
      "\(k) creators wake a lister", objects: zeros(k + 1), programs: creators + [lister],
      watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [k]) }), queue: 0..<k,
      children: k)
  }

  static func fanIn(_ k: Int) -> FamilySystem {
    let parent: Program = { objects in
      Outcome(writes: [(k, 1 + UInt32(objects.prefix(k).filter { $0 == 2 }.count))], lists: 2)
    }
    return FamilySystem(
      "fan-in of \(k)", objects: zeros(k + 1), programs: [parent] + (0..<k).map { writer($0, 2) },
      watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [0]) }), queue: 1...k,
      children: k, twins: Twins(actors: 1..<(k + 1), objects: 0..<k))
  }

  static func fighters(_ k: Int) -> FamilySystem {
    FamilySystem(
      "2 fighters, \(k) independent", objects: zeros(k + 1),
      programs: [writer(0, 1), writer(0, 2)] + (0..<k).map { writer($0 + 1, 1) },
      watchers: [0: [0, 1]], queue: 0..<(k + 2))
  }

  static func events(_ k: Int) -> FamilySystem {
    FamilySystem(
      "\(k) optional events", objects: zeros(k), programs: (0..<k).map { writer($0, 1) },
      queue: [], events: k)
  }
}
