internal import Transitions

/// Turns what the passes noted into runs.
///
/// With seeded faults there are no runs: what such a search notes need not be so.
struct CounterexampleBuilder: ~Copyable {
  private let properties: [PropertyKind]
  private let fairness: FairnessRule
  private let isSeeded: Bool
  private let cycleEffort: Int
  /// By property and kind.
  private(set) var violations: [RunGoal: Violation] = [:]

  /// Makes a builder.
  init(properties: [PropertyKind], options: SearchOptions) {
    self.properties = properties
    fairness = FairnessRule(faults: options.faults)
    isSeeded = !options.faults.isEmpty || !options.reductionFaults.isEmpty
    cycleEffort = options.cycleEffort
  }

  /// Finds the runs of all violations that were noted and have none yet.
  mutating func build(_ judge: borrowing Judge, in space: inout StateSpace) throws {
    var goals: [RunGoal] = []
    for (property, observations) in judge.observations.enumerated() {
      for kind in observations.violations {
        let goal = RunGoal(property: property, kind: kind)
        if violations[goal] == nil { goals.append(goal) }
      }
    }
    if goals.isEmpty || isSeeded { return }
    var walk = ShortestRuns(properties: properties, goals: goals)
    try walk.walk(judge, in: &space)
    for goal in goals {
      guard let (state, step) = walk.found[goal] else { continue }
      var run = Run(steps: try space.steps(along: walk.path(to: state)))
      if let step { run.steps.append(step) }
      var violation = Violation(kind: goal.kind)
      switch goal.kind {
      case .livelock:
        try addLoop(to: &run, at: state, within: judge.livelocks, .changesObject, &space)
      case .cannotConverge:
        try addLoop(to: &run, at: state, within: judge.endless, .changesObject, &space)
      case .fairCycleWithout:
        try addLoop(to: &run, at: state, within: judge.fair, .nothing, &space)
      case .stuck:
        try addLoop(to: &run, at: state, within: judge.stuck, .endsInError, &space)
      case .differentEnds:
        guard let other = walk.otherEnds[goal.property] else { continue }
        violation.otherRun = Run(steps: try space.steps(along: walk.path(to: other)))
      case .predicateFalse, .evaluationError, .neverReached, .stepRule, .settledWithout: break
      }
      violation.run = run
      violations[goal] = violation
    }
  }

  /// Finds the runs of the violations of one `leadsTo` property.
  mutating func build(
    property: Int, from: Int, to: Int, _ pass: borrowing ResponsePass, settled: StateSet,
    in space: inout StateSpace
  ) throws {
    let kinds = pass.observations.violations
    if kinds.isEmpty || isSeeded { return }
    var walk = ResponseRuns(from: from, to: to)
    try walk.walk(to: kinds, pass, settled: settled, in: &space)
    for kind in kinds {
      guard let pair = walk.found[kind] else { continue }
      let (states, trigger) = walk.path(to: pair)
      var run = Run(steps: try space.steps(along: states), trigger: trigger)
      if kind == .fairCycleWithout {
        try addLoop(to: &run, at: pair / 2, within: pass.fair, .nothing, &space)
      }
      let goal = RunGoal(property: property, kind: kind)
      violations[goal] = Violation(kind: kind, run: run)
    }
  }

  /// Appends a fair cycle through the last state, which stays within a set of marked states.
  private func addLoop(
    to run: inout Run, at state: UInt32, within marks: StateSet, _ demand: CycleDemand,
    _ space: inout StateSpace
  ) throws {
    var numbers = FlatBuffer<UInt32>()
    numbers.extend(to: space.count, with: 0)
    var region = [state]
    numbers[Int(state)] = 1
    var next = 0
    while next < region.count {
      let source = region[next]
      next += 1
      for index in 0..<(try space.expand(source)) {
        let target = space.find(index)
        guard let target, marks.contains(target), numbers[Int(target)] == 0 else { continue }
        let flags = fairness.flags(of: space.buffer.successors[index])
        if demand == .endsInError && !flags.contains(.fair) { continue }
        region.append(target)
        numbers[Int(target)] = UInt32(region.count)
      }
    }
    let places = numbers.elements
    let graph = try ComponentGraph(states: region, in: &space, fairness: fairness) { target in
      let number = places[Int(target)]
      return number == 0 ? nil : number - 1
    }
    let members: [UInt32]
    if demand == .endsInError {
      members = Array(0..<UInt32(region.count))
    } else {
      members =
        graph.fairGroups(fairness.faults).map(\.members).first { $0.contains(0) } ?? []
    }
    precondition(!members.isEmpty, "a marked state that lies in no fair group")
    run.loopStart = run.steps.count
    run.steps += FairCycle.steps(
      from: 0, in: members, of: graph, demand: demand,
      using: demand == .endsInError ? .fair : .all, effort: cycleEffort)
  }
}
