import POR
import Transitions

/// A random world of children that nothing tells apart, and a parent: what symmetry is tried on.
///
/// Words: the shared objects, the parent's request and the events left, and for each child its value and
/// whether it is queued. Programs read shared objects, a child's own value, and how many children
/// have a value. While symmetry is used, states are matched by sorting the children, and the cells of
/// all children are one cell.
final class SymmetricModel: ReducibleModel {
  private enum Question {
    case shared(Int)
    case own
    case count(UInt32)
  }

  private enum Effect {
    case shared(Int, UInt32)
    case own(UInt32)
    /// The parent turns all children with one value to another.
    case children(UInt32, UInt32)
  }

  private let seed: UInt64
  private let shared: Int
  private let children: Int
  private let values: UInt32
  private let reads: Int
  private let hasEvent: Bool
  /// Whether a change of a child wakes the parent, or itself; of a shared object, the children.
  private let wakesParent: Bool
  private let wakesItself: Bool
  private let wakesChildren: [Bool]
  private let comparesSorted: Bool
  private let judged: [RandomPredicate]
  /// By predicate: whether it looks at one child only.
  private let looksAtOne: [Bool]
  let initial: [UInt32]
  var usesSymmetry = false
  /// A seeded bug: what looks at one child is said to respect symmetry.
  var respectsEverything = false
  var hasSymmetry: Bool { true }

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed ^ 0x5177)
    self.seed = random.next()
    shared = random.pick([1, 1, 2])
    children = random.pick([2, 3, 3, 4])
    values = random.pick([1, 2])
    reads = random.pick([1, 2])
    hasEvent = random.chance(30)
    wakesParent = random.chance(60)
    wakesItself = random.chance(20)
    wakesChildren = (0..<2).map { _ in random.chance(30) }
    comparesSorted = random.chance(50)
    judged = (0..<17).map { _ in RandomPredicate(&random) }
    looksAtOne = (0..<17).map { _ in random.chance(25) }
    var start = (0..<shared).map { _ in UInt32.random(in: 0...1, using: &random) }
    start += [random.chance(50) ? 1 : 0, hasEvent ? 1 : 0]
    let mixed = random.chance(40)
    let (first, queued) = (UInt32.random(in: 0...1, using: &random), random.chance(80))
    for _ in 0..<children {
      start.append(mixed ? UInt32.random(in: 0...1, using: &random) : first)
      start.append(queued || random.chance(50) ? 1 : 0)
    }
    initial = start
  }

  // MARK: Places and cells

  private var width: Int { shared + 2 + children * 2 }
  private var parentWord: Int { shared }
  private var eventWord: Int { shared + 1 }
  private func value(_ child: Int) -> Int { shared + 2 + child * 2 }
  private func queue(_ child: Int) -> Int { shared + 3 + child * 2 }

  private static let parentQueue: UInt32 = 50
  private static let eventCell: UInt32 = 51
  private static let childAction = 100
  private static let childClass = 99
  private func valueCell(_ child: Int) -> UInt32 { usesSymmetry ? 60 : 100 + UInt32(child) }
  private func queueCell(_ child: Int) -> UInt32 { usesSymmetry ? 61 : 200 + UInt32(child) }

  private func padded(_ state: [UInt32]) -> [UInt32] {
    state + Array(repeating: 0, count: width - state.count)
  }

  // MARK: Programs

  private func question(_ actor: UInt32, _ path: [UInt32]) -> Question? {
    var random = SplitMix64(seed: hash(seed, [actor] + path))
    guard path.count < reads, random.chance(75) else { return nil }
    let kind = Int.random(in: 0..<3, using: &random)
    if kind == 0 && actor == 1 { return .own }
    if kind == 1 { return .count(UInt32.random(in: 0...values, using: &random)) }
    return .shared(Int.random(in: 0..<shared, using: &random))
  }

  private func effects(_ actor: UInt32, _ path: [UInt32]) -> (effects: [Effect], requeues: Bool) {
    var random = SplitMix64(seed: hash(seed &+ 1, [actor] + path))
    let effects: [Effect] = (0..<random.pick([0, 1, 1, 2])).map { _ in
      let new = UInt32.random(in: 0...values, using: &random)
      if actor == 1 && random.chance(70) { return .own(new) }
      if actor == 0 && random.chance(40) {
        return .children(UInt32.random(in: 0...values, using: &random), new)
      }
      return .shared(Int.random(in: 0..<shared, using: &random), new)
    }
    return (effects, random.chance(6))
  }

  /// Actors: 0 is the parent, 1 a child, 2 the event.
  private func run(_ actor: UInt32, child: Int, _ step: inout Transaction) {
    var path: [UInt32] = []
    while let question = question(actor, path) {
      switch question {
      case .shared(let object): path.append(step.read(UInt32(object), word: object))
      case .own: path.append(step.read(valueCell(child), word: value(child)))
      case .count(let wanted):
        step.list(wanted)
        path.append(
          (0..<children).reduce(0) { $0 + (step.state[value($1)] == wanted ? 1 : 0) })
      }
      step.note(path[path.count - 1])
    }
    let (effects, requeues) = effects(actor, path)
    for effect in effects {
      switch effect {
      case .shared(let object, let new):
        if step.read(UInt32(object), word: object) == new { continue }
        change(UInt32(object), word: object, to: new, &step)
        if wakesChildren[object] { for child in 0..<children { wake(child, &step) } }
      case .own(let new): turn(child, to: new, &step)
      case .children(let old, let new):
        for child in 0..<children {
          if step.read(valueCell(child), word: value(child)) == old { turn(child, to: new, &step) }
        }
      }
    }
    if !requeues { return }
    if actor == 0 { step.set(Self.parentQueue, word: parentWord, bit: 0) }
    if actor == 1 { wake(child, &step) }
  }

  private func turn(_ child: Int, to new: UInt32, _ step: inout Transaction) {
    if step.read(valueCell(child), word: value(child)) == new { return }
    change(valueCell(child), word: value(child), to: new, &step)
    if wakesParent { step.set(Self.parentQueue, word: parentWord, bit: 0) }
    if wakesItself { wake(child, &step) }
  }

  private func change(_ cell: UInt32, word: Int, to new: UInt32, _ step: inout Transaction) {
    if hash(seed, [cell < 50 ? cell : 60, step.state[word], new]) % 13 == 0 {
      step.breaksRule = true
    }
    step.change(cell, word: word, to: new)
  }

  private func wake(_ child: Int, _ step: inout Transaction) {
    step.set(queueCell(child), word: queue(child), bit: 0)
  }

  // MARK: Steps

  func steps(from state: [UInt32]) -> [TinyStep] {
    let state = padded(state)
    var steps: [TinyStep] = []
    func add(_ action: Int, _ flags: StepFlags, _ body: (inout Transaction) -> Void) {
      var step = Transaction(at: state)
      body(&step)
      let target = usesSymmetry ? representative(of: step.state) : step.state
      steps.append(
        TinyStep(
          action: action, flags: step.changesObject ? flags.union(.changesObject) : flags,
          brokenRules: step.breaksRule ? [ControllerProperties.rule] : [], target: target,
          footprint: step.footprint, trace: step.trace))
    }
    if state[parentWord] != 0 {
      add(0, .fair) {
        $0.clear(Self.parentQueue, word: parentWord, bit: 0)
        run(0, child: 0, &$0)
      }
    }
    if state[eventWord] != 0 {
      add(10, []) {
        $0.write(Self.eventCell, word: eventWord, 0)
        run(2, child: 0, &$0)
      }
      add(11, .givesUp) { $0.write(Self.eventCell, word: eventWord, 0) }
    }
    for child in 0..<children where state[queue(child)] != 0 {
      add(Self.childAction + child, .fair) {
        $0.clear(queueCell(child), word: queue(child), bit: 0)
        run(1, child: child, &$0)
      }
    }
    return steps
  }

  func enabling(of action: Int, at state: [UInt32]) -> TinyCondition {
    switch action {
    case 0: .write(of: Self.parentQueue)
    case 10, 11: .never
    case Self.childClass: .write(of: queueCell(0))
    default: .write(of: queueCell(action - Self.childAction))
    }
  }

  func accepts(_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool {
    value == predicate && cell >= 60
  }

  // MARK: Symmetry

  func actionClass(of action: Int) -> Int {
    action >= Self.childAction ? Self.childClass : action
  }

  func isCollective(_ actionClass: Int) -> Bool { actionClass == Self.childClass }

  func representative(of state: [UInt32]) -> [UInt32] {
    var state = padded(state)
    let sorted = (0..<children).map { state[value($0)] << 1 | state[queue($0)] }.sorted()
    for (child, pair) in sorted.enumerated() {
      state[value(child)] = pair >> 1
      state[queue(child)] = pair & 1
    }
    return TinySystem.trimmed(state)
  }

  func respectsSymmetry(_ property: Int) -> Bool {
    if respectsEverything { return true }
    return switch properties[property] {
    case .always(let predicate), .sometimes(let predicate), .settled(let predicate),
      .eventually(let predicate):
      !looksAtOne[predicate]
    case .leadsTo(let from, let to): !looksAtOne[from] && !looksAtOne[to]
    case .confluent: comparesSorted
    case .converges, .stepRule: true
    }
  }

  // MARK: Properties

  var properties: [PropertyKind] { ControllerProperties.all }

  /// What a predicate looks at: one child and a shared object, or the number of children with a value.
  private func look(_ predicate: Int, _ state: [UInt32]) -> (words: [UInt32], reads: Footprint) {
    var reads = Footprint()
    let object = Int(judged[predicate].seed % UInt64(shared))
    reads.reads = [UInt32(object)]
    if judged[predicate].seed / 8 % 3 == 0 && state[object] == 0 { return ([0], reads) }
    if looksAtOne[predicate] {
      let child = Int(judged[predicate].seed / 64 % UInt64(children))
      reads.reads.append(valueCell(child))
      return ([state[object], state[value(child)]], reads)
    }
    let wanted = UInt32(judged[predicate].seed / 64 % UInt64(values + 1))
    reads.predicates = [wanted]
    let count = (0..<children).reduce(0) { $0 + (state[value($1)] == wanted ? 1 : 0) }
    return ([state[object], UInt32(count)], reads)
  }

  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue {
    judged[predicate].value(look(predicate, padded(state)).words)
  }

  func reads(of predicate: Int, at state: [UInt32]) -> Footprint {
    look(predicate, padded(state)).reads
  }

  /// The shared objects and the children's values; sorted, for ends are compared as the search gives
  /// them.
  func objects(of state: [UInt32]) -> [UInt32] {
    let state = padded(state)
    let own = (0..<children).map { state[value($0)] }
    return TinySystem.trimmed(Array(state.prefix(shared)) + own.sorted())
  }

  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32]) {
    let full = padded(state)
    let own = (0..<children).map { full[value($0)] }
    let end = comparesSorted ? own.sorted() : own
    return ([], TinySystem.trimmed(Array(full.prefix(shared)) + end))
  }
}
