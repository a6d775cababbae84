internal import Transitions

/// Makes the runs of a reduced search as short as those of a full one, where that costs little.
///
/// In a reduced graph all that is taken first and has nothing to do with a violation stands in its
/// run. A small world is simply searched in full for the runs of what is known to be violated. In a
/// larger one the unreduced graph is walked breadth first as far as the effort goes
/// (`UnreducedWalk`), which finds the shortest run to a state that shows a violation by itself; from
/// the runs that are left, steps are left out (`StepDropping`). No run gets longer, and all of them
/// are checked by the caller like any other.
struct RunShortener {
  private let system: any TransitionSystem
  private let options: SearchOptions

  /// Makes a shortener for a system that matches no states up to symmetry now.
  init(_ system: any TransitionSystem, _ options: SearchOptions) {
    self.system = system
    self.options = options
  }

  /// Shortens the runs of all violations among some findings.
  ///
  /// - reached: how many states the reduced search reached.
  func shorten(_ findings: inout [Finding?], reached: Int) throws {
    var known: [RunGoal: Violation] = [:]
    var order: [RunGoal] = []
    for (property, finding) in findings.enumerated() {
      guard case .violated(let violations) = finding else { continue }
      for violation in violations where violation.run != nil {
        let goal = RunGoal(property: property, kind: violation.kind)
        known[goal] = violation
        order.append(goal)
      }
    }
    if order.isEmpty || isStopped { return }
    let shortened = try shorten(known, order, reached)
    for (property, finding) in findings.enumerated() {
      guard case .violated(let violations) = finding else { continue }
      findings[property] = .violated(
        violations.map { shortened[RunGoal(property: property, kind: $0.kind)] ?? $0 })
    }
  }

  private var isStopped: Bool {
    if options.cancellation?.isRaised == true { return true }
    if let deadline = options.limits.deadline { return ContinuousClock.now >= deadline }
    return false
  }

  private func shorten(
    _ known: [RunGoal: Violation], _ order: [RunGoal], _ reached: Int
  ) throws -> [RunGoal: Violation] {
    var result = known
    var open = order
    if options.shortening.states > 0 {
      var walk = UnreducedWalk(
        system, goals: order.map { ($0, known[$0]?.run?.steps.count ?? 0) }, options: options)
      let end = try walk.walk(states: max(options.shortening.states, reached))
      if end == .exhausted && !walk.isDone { return try searchInFull(known) }
      for (goal, steps) in try walk.runs() {
        result[goal]?.run = Run(steps: steps)
        open.removeAll { $0 == goal }
      }
      open.removeAll { walk.isKnownShortest($0) }
    }
    var dropping = StepDropping(system, steps: options.shortening.steps)
    for goal in open {
      guard let violation = result[goal], !isStopped else { continue }
      result[goal] = try dropping.shortened(violation, of: goal.property)
    }
    return result
  }

  /// Takes the runs of the full search of a graph that is small.
  private func searchInFull(_ known: [RunGoal: Violation]) throws -> [RunGoal: Violation] {
    var full = SearchOptions()
    full.hashSeed = options.hashSeed
    full.cycleEffort = options.cycleEffort
    full.cancellation = options.cancellation
    full.limits.deadline = options.limits.deadline
    var result = known
    for (property, finding) in try Search(options: full).run(system).findings.enumerated() {
      guard case .violated(let violations) = finding else { continue }
      for violation in violations where violation.run != nil {
        let goal = RunGoal(property: property, kind: violation.kind)
        if result[goal] != nil { result[goal] = violation }
      }
    }
    return result
  }
}
