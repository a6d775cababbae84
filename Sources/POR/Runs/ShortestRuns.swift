internal import Transitions

/// One violation to which a run is sought.
struct RunGoal: Hashable {
  var property: Int
  var kind: ViolationKind
}

/// Breadth-first search over the known states for the shortest run to each violation.
///
/// The main search keeps no predecessors; only when something is violated are the states walked
/// again, in the system's own order of actions and outcomes, so the runs do not depend on the order
/// or the hashing of the main search. Eight bytes a state for the time of the walk. `leadsTo` has a
/// walk of its own (`ResponseRuns`).
struct ShortestRuns: ~Copyable {
  private static let none = UInt32.max

  private let properties: [PropertyKind]
  /// By state: the state before it; `none` where it was not met, itself for the initial state.
  private var parent = FlatBuffer<UInt32>()
  private var queue = FlatBuffer<UInt32>()
  private var open: [RunGoal]
  /// The state at which each goal was met, and for a rule the step from it.
  private(set) var found: [RunGoal: (state: UInt32, step: RunStep?)] = [:]
  /// By confluent property: the group and end of the state that was met first.
  private var firstEnds: [Int: (group: UInt32, end: UInt32)] = [:]
  /// By confluent property: the second state.
  private(set) var otherEnds: [Int: UInt32] = [:]

  /// Makes a walk to some goals.
  init(properties: [PropertyKind], goals: [RunGoal]) {
    self.properties = properties
    open = goals
  }

  /// Walks until every goal is met.
  mutating func walk(_ judge: borrowing Judge, in space: inout StateSpace) throws {
    parent.extend(to: space.count, with: Self.none)
    parent[0] = 0
    queue.append(0)
    var next = 0
    while next < queue.count && !open.isEmpty {
      let state = queue[next]
      next += 1
      let count = try space.expand(state)
      meet(state, judge, space)
      for index in 0..<count {
        if space.buffer.successors[index].violations != 0 {
          meet(stepOf: space.buffer.successors[index], from: state, space)
        }
        let target = space.find(index)
        guard let target, parent[Int(target)] == Self.none else { continue }
        parent[Int(target)] = state
        queue.append(target)
      }
    }
  }

  private mutating func meet(
    _ state: UInt32, _ judge: borrowing Judge, _ space: borrowing StateSpace
  ) {
    var still: [RunGoal] = []
    for goal in open {
      if isMet(goal, at: state, judge, space) {
        if found[goal] == nil { found[goal] = (state, nil) }
      } else {
        still.append(goal)
      }
    }
    open = still
  }

  private mutating func meet(
    stepOf successor: Successor, from state: UInt32, _ space: borrowing StateSpace
  ) {
    let broken = space.system.violatedRules(successor.violations)
    open.removeAll { goal in
      guard goal.kind == .stepRule && broken.contains(goal.property) else { return false }
      found[goal] = (state, RunStep(action: successor.action, outcome: successor.outcome))
      return true
    }
  }

  /// Whether a state shows a violation; of two different ends, whether it is the second.
  private mutating func isMet(
    _ goal: RunGoal, at state: UInt32, _ judge: borrowing Judge, _ space: borrowing StateSpace
  ) -> Bool {
    let wanted: PredicateValue = goal.kind == .evaluationError ? .isError : .isFalse
    let isSettled = judge.settled.contains(state)
    switch properties[goal.property] {
    case .always(let predicate): return space.value(of: predicate) == wanted
    case .sometimes(let predicate), .leadsTo(let predicate, _):
      return wanted == .isError && space.value(of: predicate) == wanted
    case .settled(let predicate): return isSettled && space.value(of: predicate) == wanted
    case .eventually(let predicate):
      switch goal.kind {
      case .settledWithout where !isSettled: return false
      case .fairCycleWithout where isSettled || !judge.fair.contains(state): return false
      case .evaluationError where !isSettled && !judge.fair.contains(state): return false
      default: return space.value(of: predicate) == wanted
      }
    case .converges:
      switch goal.kind {
      case .livelock: return judge.livelocks.contains(state)
      case .cannotConverge: return judge.endless.contains(state)
      default: return judge.stuck.contains(state)
      }
    case .confluent: return isSettled && meetsEnd(goal, at: state, judge, space)
    case .stepRule: return false
    }
  }

  private mutating func meetsEnd(
    _ goal: RunGoal, at state: UInt32, _ judge: borrowing Judge, _ space: borrowing StateSpace
  ) -> Bool {
    let property = goal.property
    let (group, end) = space.system.confluence(property: property, at: space.words)
    guard let first = firstEnds[property] else {
      if judge.confluence[property]?.isDivided(group) == true {
        firstEnds[property] = (group, end)
        found[goal] = (state, nil)
      }
      return false
    }
    guard first.group == group && first.end != end else { return false }
    otherEnds[property] = state
    return true
  }

  /// The states of the shortest run to a state, from the initial one on.
  func path(to state: UInt32) -> [UInt32] {
    var path = [state]
    var current = state
    while parent[Int(current)] != current {
      current = parent[Int(current)]
      path.append(current)
    }
    return path.reversed()
  }
}

extension StateSpace {
  /// The steps along consecutive states: of several that lead from one to the next, the first.
  mutating func steps(along path: some Collection<UInt32>) throws -> [RunStep] {
    var steps: [RunStep] = []
    for (source, target) in zip(path, path.dropFirst()) {
      let count = try expand(source)
      for index in 0..<count {
        let reached = find(index)
        if reached == target {
          let successor = buffer.successors[index]
          steps.append(RunStep(action: successor.action, outcome: successor.outcome))
          break
        }
      }
    }
    precondition(steps.count == max(0, path.count - 1), "a path of states that no steps join")
    return steps
  }
}
