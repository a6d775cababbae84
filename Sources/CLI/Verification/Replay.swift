internal import Model
internal import POR
internal import Transitions

/// A recorded counterexample in a world made anew: nothing of the search that found it is used.
struct Replay {
  let composition: Composition
  let property: Int
  private let kind: ViolationKind
  /// The runs in the ids of this world, with the states along them.
  let runs: [(run: Run, states: [[UInt32]])]

  /// Replays the schedules; throws ``ReplayMismatch`` where a step cannot happen.
  init(
    _ record: CounterexampleRecord, definition: WorldDefinition, learning: World? = nil
  ) throws {
    guard let index = definition.properties.firstIndex(where: { $0.name == record.property }),
      let kind = ViolationKind(word: record.violation)
    else { throw KverifyBug("the record names no property and no violation of this world") }
    self.kind = kind
    let world = World(definition)
    if let learning { world.learn(from: learning) }
    while true {
      let component = try Component(names: record.part, property: index, in: world)
      let composition = Composition(world, component: component)
      do {
        let runs = try record.schedules.map { try $0.resolved(in: composition) }
        guard let local = composition.propertyIndices.firstIndex(of: index) else {
          throw KverifyBug("the property is judged in no part")
        }
        (self.composition, self.runs, property) = (composition, runs, local)
        return
      } catch is RestartNeeded {
        continue
      }
    }
  }

  /// How many states that follow a run are looked at again.
  private static let closureLimit = 100_000

  /// The violation in the ids of this world, after it was checked, and what was left unchecked.
  ///
  /// Every step and all that can be seen along the run is checked. That nothing else can follow is
  /// checked where not too many states do; the search found it, and a reader is told.
  func confirmed() throws -> (violation: Violation, unchecked: String?) {
    let violation = Violation(
      kind: kind, run: runs.first?.run, otherRun: runs.count > 1 ? runs[1].run : nil)
    var checker = RunChecker(system: composition, closureLimit: Self.closureLimit)
    switch try checker.check(violation, of: property) {
    case .confirmed: return (violation, nil)
    case .undecided(let reason):
      let name = composition.world.definition.properties[composition.propertyIndices[property]].name
      return (
        violation, "\(name): that nothing else can follow its run was not checked again, \(reason)"
      )
    case .refuted(let reason):
      throw KverifyBug("a counterexample does not replay: \(reason)")
    }
  }
}

/// A recorded step cannot happen where the run says it does.
struct ReplayMismatch: Error {
  let step: Int
  let action: String
}

extension CounterexampleRecord.Schedule {
  /// Records a run by names that mean the same in every exploration of the world: ids depend on the
  /// order in which a search met things.
  init(_ run: Run, in composition: Composition) {
    self.init(
      steps: run.steps.map {
        CounterexampleRecord.Step(
          action: composition.stableName(of: $0.action), outcome: Int($0.outcome))
      }, returnsToStep: run.loopStart.map { $0 + 1 }, trigger: run.trigger)
  }

  /// The run in the ids of a composition, with the state before each step and after the last.
  func resolved(in composition: Composition) throws -> (run: Run, states: [[UInt32]]) {
    var states = [composition.initialState]
    var resolved: [RunStep] = []
    for (number, step) in steps.enumerated() {
      var state = states[number]
      composition.grow(&state)
      let (next, action) = try Self.follow(step, number, from: state, in: composition)
      resolved.append(RunStep(action: action, outcome: UInt32(step.outcome)))
      states.append(next)
    }
    let run = Run(
      steps: resolved, loopStart: returnsToStep.map { $0 - 1 }, trigger: trigger)
    return (run, states)
  }

  private static func follow(
    _ step: CounterexampleRecord.Step, _ number: Int, from state: [UInt32],
    in composition: Composition
  ) throws -> (state: [UInt32], action: UInt32) {
    var buffer = SuccessorBuffer()
    try state.withUnsafeBufferPointer { try composition.expand($0, into: &buffer) }
    let match = buffer.successors.first {
      $0.outcome == UInt32(step.outcome)
        && composition.stableName(of: $0.action) == step.action
    }
    guard let match else { throw ReplayMismatch(step: number + 1, action: step.action) }
    var next = state
    composition.grow(&next)
    for index in Int(match.firstChange)..<Int(match.firstChange + match.changeCount) {
      let change = buffer.changes[index]
      next[Int(change.index)] = change.value
    }
    return (next, match.action)
  }
}

extension Component {
  /// The part with these starts of runs, and a property.
  init(names: [String], property: Int, in world: World) throws {
    let all = Partition.finest(world)
    let wanted = Set(names)
    var parts: [Component] = []
    for part in all where !wanted.isDisjoint(with: world.names(of: part)) { parts.append(part) }
    self = Partition.merge(parts)
    if !properties.contains(property) { properties = (properties + [property]).sorted() }
    let found = Set(world.names(of: self))
    guard wanted.isSubset(of: found) || !world.definition.projections.contains(.components) else {
      throw KverifyBug("the record names starts of runs that this world has not")
    }
  }
}

extension ViolationKind {
  /// The word for it in a record.
  var word: String { "\(self)" }

  /// The kind of a word.
  init?(word: String) {
    guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = kind
  }
}
