import POR
import Transitions

/// Random controllers: programs that read and write objects, watches that fill a queue, retries
/// after errors, requeues, timers behind a barrier, optional events with a guard, and crashes.
///
/// The same worlds as the reference of POR.md. Words: objects, then one word each for the queue, the
/// pending events, the timers and the crash budget.
final class RandomControllerModel: TinyModel {
  private enum Operation {
    case get(Int)
    case list(kind: Int, value: UInt32)
    case finish(writes: [Write], requeues: Bool, fails: Bool, waits: Bool)
  }

  private struct Write {
    var object: Int
    var value: UInt32
    var takesMaximum: Bool
  }

  private let seed: UInt64
  private let objects: Int
  private let controllers: Int
  private let events: Int
  private let values: UInt32
  private let reads: Int
  private let kinds: [Int]
  private let watchers: [[Int]]
  private let scopes: [[Int]]
  private let guards: [[(object: Int, value: UInt32)]]
  private let isOneWay: Bool
  private let hasTimers: Bool
  private let crashes: UInt32
  private let errors: Int
  private let random: RandomProperties
  let initial: [UInt32]
  private var programs: [[UInt32]: Operation] = [:]

  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func pick<Value>(_ choices: [Value], _ random: inout SplitMix64) -> Value {
      choices[Int.random(in: 0..<choices.count, using: &random)]
    }
    func chance(_ percent: Int, _ random: inout SplitMix64) -> Bool {
      Int.random(in: 0..<100, using: &random) < percent
    }
    self.seed = generator.next()
    let objects = pick([2, 3, 4], &generator)
    let controllers = pick([2, 3], &generator)
    events = pick([0, 0, 1, 2], &generator)
    values = pick([1, 2], &generator)
    reads = pick([1, 2, 3], &generator)
    kinds = (0..<objects).map { _ in pick([0, 1], &generator) }
    let watching = pick([15, 30, 50], &generator)
    watchers = (0..<objects).map { _ in
      (0..<controllers).filter { _ in chance(watching, &generator) }
    }
    let sparse = pick([30, 50, 70], &generator)
    scopes = (0..<(controllers + events)).map { _ in
      let scope = (0..<objects).filter { _ in chance(sparse, &generator) }
      return scope.isEmpty ? [pick(Array(0..<objects), &generator)] : scope
    }
    let values = values
    guards = (0..<events).map { _ in
      (0..<pick([0, 1, 2], &generator)).map { _ in
        (pick(Array(0..<objects), &generator), UInt32.random(in: 0...values, using: &generator))
      }
    }
    isOneWay = chance(60, &generator)
    hasTimers = chance(50, &generator)
    crashes = chance(35, &generator) ? 1 : 0
    errors = pick([0, 4, 25], &generator)
    var start = (0..<objects).map { _ in UInt32.random(in: 0...values, using: &generator) }
    start.append(
      (0..<controllers).reduce(0) { $0 | (chance(70, &generator) ? 1 << UInt32($1) : 0) })
    start += [(1 << UInt32(events)) - 1, 0, crashes]
    initial = start
    random = RandomProperties(&generator)
    self.objects = objects
    self.controllers = controllers
  }

  private func operation(_ actor: Int, _ path: [UInt32]) -> Operation {
    let key = [UInt32(actor)] + path
    if let known = programs[key] { return known }
    var random = SplitMix64(seed: hash(seed, key))
    let scope = scopes[actor]
    func object() -> Int { scope[Int.random(in: 0..<scope.count, using: &random)] }
    let result: Operation
    if path.count < reads && Int.random(in: 0..<4, using: &random) > 0 {
      if Int.random(in: 0..<10, using: &random) < 3 {
        result = .list(
          kind: Int.random(in: 0...1, using: &random),
          value: UInt32.random(in: 1...values, using: &random))
      } else {
        result = .get(object())
      }
    } else {
      let count = [0, 1, 1, 2][Int.random(in: 0..<4, using: &random)]
      let writes = (0..<count).map { _ in
        Write(
          object: object(), value: UInt32.random(in: 0...values, using: &random),
          takesMaximum: isOneWay && actor < controllers)
      }
      result = .finish(
        writes: writes, requeues: Int.random(in: 0..<100, using: &random) < 3,
        fails: Int.random(in: 0..<100, using: &random) < errors,
        waits: hasTimers && Int.random(in: 0..<100, using: &random) < 35)
    }
    programs[key] = result
    return result
  }

  private struct Effect {
    var state: [UInt32]
    var wrote = false
    var failed = false
    var isBreaking = false
  }

  /// Runs a program, or its first `calls` writes before a crash.
  private func run(_ actor: Int, _ state: [UInt32], calls: Int? = nil) -> Effect {
    var path: [UInt32] = []
    while true {
      switch operation(actor, path) {
      case .get(let object): path.append(state[object])
      case .list(let kind, let value):
        path.append(
          (0..<objects).reduce(16) {
            $0 | (kinds[$1] == kind && state[$1] == value ? 1 << UInt32($1) : 0)
          })
      case .finish(let writes, let requeues, let fails, let waits):
        var effect = Effect(state: state)
        for write in writes.prefix(calls ?? writes.count) {
          let old = effect.state[write.object]
          let new = write.takesMaximum ? max(old, write.value) : write.value
          if old == new { continue }
          effect.wrote = true
          effect.state[write.object] = new
          if hash(seed, [UInt32(write.object), old, new]) % 23 == 0 { effect.isBreaking = true }
          for watcher in watchers[write.object] { effect.state[objects] |= 1 << UInt32(watcher) }
        }
        if calls == nil && actor < controllers {
          effect.failed = fails
          effect.state[objects + 2] &= ~(1 << UInt32(actor))
          if fails || waits { effect.state[objects + 2] |= 1 << UInt32(actor) }
          if requeues { effect.state[objects] |= 1 << UInt32(actor) }
        }
        return effect
      }
    }
  }

  func steps(from state: [UInt32]) -> [TinyStep] {
    let state = state + Array(repeating: 0, count: objects + 4 - state.count)
    let queue = state[objects]
    var steps: [TinyStep] = []
    func add(_ action: Int, _ effect: Effect, fair: Bool) {
      var flags: StepFlags = fair ? .fair : []
      if effect.wrote { flags.insert(.changesObject) }
      if effect.failed { flags.insert(.endsInError) }
      steps.append(
        TinyStep(
          action: action, flags: flags,
          brokenRules: effect.isBreaking ? [RandomProperties.rule] : [], target: effect.state))
    }
    for actor in 0..<controllers where queue & (1 << UInt32(actor)) != 0 {
      var next = state
      next[objects] &= ~(1 << UInt32(actor))
      add(actor, run(actor, next), fair: true)
    }
    if queue == 0 {
      for actor in 0..<controllers where state[objects + 2] & (1 << UInt32(actor)) != 0 {
        var next = state
        next[objects + 2] &= ~(1 << UInt32(actor))
        next[objects] |= 1 << UInt32(actor)
        add(10 + actor, Effect(state: next), fair: true)
      }
    }
    for event in 0..<events where state[objects + 1] & (1 << UInt32(event)) != 0 {
      var next = state
      next[objects + 1] &= ~(1 << UInt32(event))
      let isOpen = guards[event].allSatisfy { state[$0.object] == $0.value }
      add(20 + event, isOpen ? run(controllers + event, next) : Effect(state: next), fair: false)
      add(30 + event, Effect(state: next), fair: false)
    }
    if state[objects + 3] > 0 {
      for actor in 0..<controllers where queue & (1 << UInt32(actor)) != 0 {
        for calls in 0...2 { add(40 + actor * 3 + calls, crash(actor, state, calls), fair: false) }
      }
    }
    return steps
  }

  /// Controllers come in pairs; a crash takes the pair's queue and timers and lists again.
  private func crash(_ actor: Int, _ state: [UInt32], _ calls: Int) -> Effect {
    var effect = run(actor, state, calls: calls)
    effect.state[objects + 3] -= 1
    for peer in 0..<controllers where peer / 2 == actor / 2 {
      effect.state[objects] &= ~(1 << UInt32(peer))
      effect.state[objects + 2] &= ~(1 << UInt32(peer))
      if effect.state[peer % objects] != 0 { effect.state[objects] |= 1 << UInt32(peer) }
    }
    return effect
  }

  var properties: [PropertyKind] { random.properties }
  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue {
    random.predicates[predicate].value(objects(of: state))
  }
  func objects(of state: [UInt32]) -> [UInt32] {
    TinySystem.trimmed(Array(state.prefix(objects)))
  }
  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32]) {
    let happened = state.count > objects + 1 ? state[objects + 1] : 0
    let spent = state.count > objects + 3 ? state[objects + 3] : 0
    return ([happened, spent], objects(of: state))
  }
}
