import Transitions

/// A hand-written family of POR.md section 6: objects, a queue, one-shot programs, and events.
///
/// Words: the objects, then the queue as one word, then the pending events as one word.
final class FamilySystem: TinyModel {
  /// What a program does: the values it writes, and whether it puts its request back.
  struct Outcome {
    var writes: [(object: Int, value: UInt32)]
    var requeues = false
  }

  let name: String
  private let objectCount: Int
  private let programs: [([UInt32]) -> Outcome]
  private let watchers: [Int: [Int]]
  private let events: Int
  let initial: [UInt32]
  let properties: [PropertyKind] = [.converges(allowErrors: false), .confluent]

  init(
    _ name: String, objects: [UInt32], programs: [([UInt32]) -> Outcome],
    watchers: [Int: [Int]] = [:], queue: some Sequence<Int>, events: Int = 0
  ) {
    self.name = name
    objectCount = objects.count
    self.programs = programs
    self.watchers = watchers
    self.events = events
    initial = objects + [queue.reduce(0) { $0 | 1 << UInt32($1) }, (1 << UInt32(events)) - 1]
  }

  func steps(from state: [UInt32]) -> [TinyStep] {
    let state = state + Array(repeating: 0, count: objectCount + 2 - state.count)
    var steps: [TinyStep] = []
    let controllers = programs.count - events
    for actor in 0..<controllers where state[objectCount] & (1 << UInt32(actor)) != 0 {
      var next = state
      next[objectCount] &= ~(1 << UInt32(actor))
      steps.append(run(actor, next, flags: .fair))
    }
    for event in 0..<events where state[objectCount + 1] & (1 << UInt32(event)) != 0 {
      var next = state
      next[objectCount + 1] &= ~(1 << UInt32(event))
      steps.append(run(controllers + event, next, flags: []))
      steps.append(TinyStep(action: 1000 + event, flags: [], target: next))
    }
    return steps
  }

  private func run(_ actor: Int, _ state: [UInt32], flags: StepFlags) -> TinyStep {
    var next = state
    var flags = flags
    let outcome = programs[actor](Array(state.prefix(objectCount)))
    for (object, value) in outcome.writes where next[object] != value {
      next[object] = value
      flags.formUnion(.changesObject)
      for watcher in watchers[object] ?? [] { next[objectCount] |= 1 << UInt32(watcher) }
    }
    if outcome.requeues { next[objectCount] |= 1 << UInt32(actor) }
    return TinyStep(action: actor, flags: flags, target: next)
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
          guard objects[chain] < n else { return Outcome(writes: []) }
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
        programs.append { objects in Outcome(writes: [(source + 1, objects[source])]) }
      }
    }
    let row: [UInt32] = [1] + zeros(n)
    return FamilySystem(
      "\(k) cascades of \(n)", objects: (0..<k).flatMap { _ in row }, programs: programs,
      watchers: watchers, queue: (0..<k).map { $0 * n })
  }

  static func fanOut(_ k: Int) -> FamilySystem {
    let parent: Program = { objects in
      Outcome(writes: (0..<k).filter { objects[$0] == 0 }.map { ($0, 1) })
    }
    let children: [Program] = (0..<k).map { child in
      { objects in Outcome(writes: objects[child] == 1 ? [(child, 2)] : []) }
    }
    // A child that became ready wakes nobody: only its creation is watched.
    return FamilySystem(
      "fan-out to \(k)", objects: zeros(k), programs: [parent] + children,
      watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [$0 + 1]) }), queue: [0])
  }

  static func lister(_ k: Int, creates value: UInt32) -> FamilySystem {
    let creators = (0..<k).map { writer($0, value) }
    let lister: Program = { objects in
      Outcome(writes: [(k, 1 + UInt32(objects.prefix(k).filter { $0 == 1 }.count))])
    }
    return FamilySystem(
      "\(k) creators, \(value == 1 ? "matching" : "non-matching") lister", objects: zeros(k + 1),
      programs: creators + [lister], queue: 0...k)
  }

  static func readers(_ k: Int) -> FamilySystem {
    let copiers: [Program] = (1...k).map { reader in
      { objects in Outcome(writes: [(reader, objects[0])]) }
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
      queue: 0..<k)
  }

  static func fanIn(_ k: Int) -> FamilySystem {
    let parent: Program = { objects in
      Outcome(writes: [(k, 1 + UInt32(objects.prefix(k).filter { $0 == 2 }.count))])
    }
    return FamilySystem(
      "fan-in of \(k)", objects: zeros(k + 1), programs: [parent] + (0..<k).map { writer($0, 2) },
      watchers: Dictionary(uniqueKeysWithValues: (0..<k).map { ($0, [0]) }), queue: 1...k)
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
