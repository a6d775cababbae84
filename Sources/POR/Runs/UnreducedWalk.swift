internal import Transitions

/// Breadth-first search over all states, not only those of a reduced graph, for the shortest runs to
/// what a state or a step shows by itself.
///
/// The walk has a store of its own, so what the search counted and marked stays as it is. States are
/// met in the order in which the walk after a full search meets them (`ShortestRuns`), so the runs are
/// the same. Cycles and what is compared between ends need the whole graph: for them the walk
/// only finds out whether that is small.
struct UnreducedWalk: ~Copyable {
  /// Why a walk ended.
  enum End {
    /// Every state was met.
    case exhausted
    /// Nothing more can be found that is not longer than what is known.
    case done
    /// The effort is spent.
    case cut
  }

  private struct Goal {
    var goal: RunGoal
    /// How a state shows it; nil where no state by itself does.
    var evidence: Evidence?
    /// The length of the run that is known.
    var length: Int
    /// The state at which it was met, and for a rule the step from it.
    var found: (state: UInt32, step: RunStep?)?
  }

  private enum Evidence {
    case state(predicate: Int, PredicateValue)
    case settledState(predicate: Int, PredicateValue)
    case step
  }

  private static let none = UInt32.max
  /// How many states that may follow a state are looked at before it counts as not settled.
  private static let settledLimit = 1_000

  private var space: StateSpace
  private let cancellation: CancellationFlag?
  private let deadline: ContinuousClock.Instant?
  private var goals: [Goal]
  private var parent = FlatBuffer<UInt32>()
  private var queue = FlatBuffer<UInt32>()
  private var unsettled = StateSet()
  private var settled = StateSet()
  /// How many steps were listed.
  private var steps = 0
  /// All states at fewer steps than this were met and judged.
  private var finishedDepth = 0

  /// Makes a walk to some goals, to which runs of some lengths are known.
  init(
    _ system: any TransitionSystem, goals: [(goal: RunGoal, length: Int)], options: SearchOptions
  ) {
    space = StateSpace(system: system, hashSeed: options.hashSeed)
    cancellation = options.cancellation
    deadline = options.limits.deadline
    let properties = system.properties
    self.goals = goals.map { entry in
      Goal(
        goal: entry.goal,
        evidence: Self.evidence(of: entry.goal.kind, properties[entry.goal.property]),
        length: entry.length)
    }
  }

  private static func evidence(of kind: ViolationKind, _ property: PropertyKind) -> Evidence? {
    switch (property, kind) {
    case (.always(let predicate), .predicateFalse): .state(predicate: predicate, .isFalse)
    case (.always(let predicate), .evaluationError), (.sometimes(let predicate), .evaluationError):
      .state(predicate: predicate, .isError)
    case (.settled(let predicate), .predicateFalse), (.eventually(let predicate), .settledWithout):
      .settledState(predicate: predicate, .isFalse)
    case (.settled(let predicate), .evaluationError):
      .settledState(predicate: predicate, .isError)
    case (.stepRule, .stepRule): .step
    default: nil
    }
  }

  /// Whether every goal was met, so that nothing else has to be looked at.
  var isDone: Bool { goals.allSatisfy { $0.found != nil } }

  /// Whether a run that was known before is as short as any.
  func isKnownShortest(_ goal: RunGoal) -> Bool {
    goals.contains { $0.goal == goal && $0.evidence != nil && $0.length <= finishedDepth }
  }

  /// Walks until every goal is met that can be, or so many states were met.
  mutating func walk(states limit: Int) throws -> End {
    meet(0, from: 0)
    var next = 0
    var depthEnd = 1
    var depth = 0
    while next < queue.count {
      if next == depthEnd {
        depth += 1
        depthEnd = queue.count
        finishedDepth = depth
        if !goals.contains(where: { isOpen($0, depth: depth) }) { return .done }
      }
      if isStopped(next) { return .cut }
      if queue.count > limit || steps > limit * 20 {
        try judgeRest(from: next, depth: depth, until: depthEnd)
        return .cut
      }
      let state = queue[next]
      next += 1
      try judge(state, depth: depth)
      let count = try space.expand(state)
      steps += count
      space.locateSuccessors()
      for index in 0..<count {
        let successor = space.buffer.successors[index]
        if successor.violations != 0 { meet(stepOf: successor, from: state) }
        let target = space.target(index)
        if Int(target) >= parent.count || parent[Int(target)] == Self.none {
          meet(target, from: state)
        }
      }
    }
    return .exhausted
  }

  /// Judges the states that were met and are not expanded any more.
  private mutating func judgeRest(from first: Int, depth: Int, until depthEnd: Int) throws {
    for place in first..<queue.count where !isStopped(place) {
      try judge(queue[place], depth: place < depthEnd ? depth : depth + 1)
    }
  }

  private func isOpen(_ goal: Goal, depth: Int) -> Bool {
    goal.found == nil && (goal.evidence == nil || depth <= goal.length)
  }

  private func isStopped(_ place: Int) -> Bool {
    if cancellation?.isRaised == true { return true }
    guard place & 255 == 0, let deadline else { return false }
    return ContinuousClock.now >= deadline
  }

  private mutating func meet(_ state: UInt32, from source: UInt32) {
    parent.extend(to: Int(state) + 1, with: Self.none)
    parent[Int(state)] = source
    queue.append(state)
  }

  /// Notes the goals that a state shows.
  private mutating func judge(_ state: UInt32, depth: Int) throws {
    for index in goals.indices where isOpen(goals[index], depth: depth) {
      switch goals[index].evidence {
      case .state(let predicate, let value):
        space.move(to: state)
        if space.value(of: predicate) == value { goals[index].found = (state, nil) }
      case .settledState(let predicate, let value):
        space.move(to: state)
        if try space.value(of: predicate) == value && isSettled(state) {
          goals[index].found = (state, nil)
        }
      case .step, nil: break
      }
    }
  }

  private mutating func meet(stepOf successor: Successor, from state: UInt32) {
    let broken = space.system.violatedRules(successor.violations)
    for index in goals.indices {
      guard goals[index].found == nil, case .step = goals[index].evidence,
        broken.contains(goals[index].goal.property)
      else { continue }
      let step = RunStep(action: successor.action, outcome: successor.outcome)
      goals[index].found = (state, step)
    }
  }

  /// Whether no fair step, now or later, changes an object, and all that follows leads back.
  private mutating func isSettled(_ state: UInt32) throws -> Bool {
    if settled.contains(state) { return true }
    if unsettled.contains(state) { return false }
    var places = [state: 0]
    var states = [state]
    var sources: [[Int]] = [[]]
    var next = 0
    while next < states.count {
      let count = try space.expand(states[next])
      steps += count
      for index in 0..<count {
        let flags = space.buffer.successors[index].flags
        guard flags.contains(.fair) else { continue }
        let target = space.locatedTarget(index)
        let isNew = places[target] == nil
        if flags.contains(.changesObject) || isNew && states.count == Self.settledLimit
          || unsettled.contains(target)
        {
          unsettled.insert(state)
          return false
        }
        if isNew {
          places[target] = states.count
          states.append(target)
          sources.append([])
        }
        if let place = places[target] { sources[place].append(next) }
      }
      next += 1
    }
    // All of them must reach the first.
    var isReaching = [Bool](repeating: false, count: states.count)
    isReaching[0] = true
    var open = [0]
    while let place = open.popLast() {
      for source in sources[place] where !isReaching[source] {
        isReaching[source] = true
        open.append(source)
      }
    }
    guard isReaching.allSatisfy(\.self) else {
      unsettled.insert(state)
      return false
    }
    for member in states { settled.insert(member) }
    return true
  }

  /// The runs that were found.
  mutating func runs() throws -> [(goal: RunGoal, steps: [RunStep])] {
    var result: [(goal: RunGoal, steps: [RunStep])] = []
    for goal in goals {
      guard let (state, last) = goal.found else { continue }
      var path = [state]
      var current = state
      while parent[Int(current)] != current {
        current = parent[Int(current)]
        path.append(current)
      }
      var steps = try space.steps(along: path.reversed())
      if let last { steps.append(last) }
      result.append((goal.goal, steps))
    }
    return result
  }
}
