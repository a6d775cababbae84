internal import Transitions

/// A finished reduced graph, expanded again: what is enabled at each state, what is chosen, where that
/// leads, and what is executed later.
///
/// Nothing here is the search's: footprints and targets come from the system, the components from two
/// plain traversals (Kosaraju), the futures from them.
struct AuditGraph {
  struct Choice {
    var actionClass: UInt32
    var footprint: UInt32
    var flags: StepFlags
    var isChosen: Bool
    /// The states that its steps lead to; empty where it is not chosen.
    var targets: [(state: Int, flags: StepFlags)]
  }

  /// By state: what is enabled, by class.
  private(set) var choices: [[Choice]] = []
  /// By state: its component of chosen steps, which lead to the same or a later component.
  private(set) var component: [Int] = []
  /// By component: what classes of actions do when they are executed there or later.
  private(set) var futures: [[UInt32: UInt32]] = []
  /// By component and observer: what is read there or later.
  private(set) var observed: [[UInt32]] = []
  /// By observer: what is read anywhere.
  private(set) var observedAnywhere: [UInt32] = []

  /// Expands a graph; throws an `AuditFailure` where a chosen step leads out of it.
  init(
    _ reduction: FinishedReduction, in plain: inout PlainStates, _ table: FootprintTable
  ) throws {
    let states = reduction.states.map(PlainStates.trimmed)
    var numbers: [[UInt32]: Int] = [:]
    for (number, state) in states.enumerated() { numbers[state] = number }
    for (number, state) in states.enumerated() {
      let chosen = reduction.chosen[number].map { Set($0) }
      var choices: [Choice] = []
      let enabled = try plain.enabledClasses(at: state, table) { chosen?.contains($0) ?? true }
      for entry in enabled {
        var choice = Choice(
          actionClass: entry.actionClass, footprint: entry.footprint, flags: entry.flags,
          isChosen: chosen?.contains(entry.actionClass) ?? true, targets: [])
        if choice.isChosen {
          for step in entry.steps {
            guard let target = numbers[step.target] else {
              throw AuditFailure(
                rule: .closedGraph, state: number,
                actions: [plain.system.describe(actionClass: entry.actionClass)])
            }
            choice.targets.append((target, step.successor.flags))
          }
        }
        choices.append(choice)
      }
      self.choices.append(choices)
    }
    component = components { $0.isChosen ? $0.targets.map(\.state) : [] }
    findFutures(table)
    findObserved(reduction, states, plain, table)
  }

  var count: Int { choices.count }

  private mutating func findFutures(_ table: FootprintTable) {
    futures = Array(repeating: [:], count: (component.max() ?? -1) + 1)
    for state in statesFromTheEnd {
      let own = component[state]
      for choice in choices[state] where choice.isChosen {
        futures[own].unite(choice.actionClass, choice.footprint, table)
        for target in choice.targets where component[target.state] != own {
          for (actionClass, footprint) in futures[component[target.state]] {
            futures[own].unite(actionClass, footprint, table)
          }
        }
      }
    }
  }

  private mutating func findObserved(
    _ reduction: FinishedReduction, _ states: [[UInt32]], _ plain: PlainStates,
    _ table: FootprintTable
  ) {
    let none = [UInt32](repeating: 0, count: reduction.observers.count)
    observed = Array(repeating: none, count: futures.count)
    observedAnywhere = none
    for state in statesFromTheEnd {
      let own = component[state]
      for (observer, predicates) in reduction.observers.enumerated() {
        var reads = observed[own][observer]
        for predicate in predicates {
          reads = table.union(reads, plain.reads(ofPredicate: predicate, at: states[state]))
        }
        for choice in choices[state] {
          for target in choice.targets where component[target.state] != own {
            reads = table.union(reads, observed[component[target.state]][observer])
          }
        }
        observed[own][observer] = reads
        observedAnywhere[observer] = table.union(observedAnywhere[observer], reads)
      }
    }
  }

  /// All states, those of later components first.
  private var statesFromTheEnd: [Int] {
    (0..<count).sorted { component[$0] > component[$1] }
  }

  // MARK: Components

  /// The strongly connected component of each state along some edges, numbered so that edges lead
  /// to the same or a later number.
  func components(along targets: (Choice) -> [Int]) -> [Int] {
    let edges = choices.map { $0.flatMap(targets) }
    var isSeen = [Bool](repeating: false, count: count)
    var finished: [Int] = []
    for root in 0..<count where !isSeen[root] {
      isSeen[root] = true
      var path = [(state: root, next: 0)]
      while let (state, next) = path.last {
        if next == edges[state].count {
          finished.append(state)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let target = edges[state][next]
        if !isSeen[target] {
          isSeen[target] = true
          path.append((target, 0))
        }
      }
    }
    var sources = [[Int]](repeating: [], count: count)
    for state in 0..<count {
      for target in edges[state] { sources[target].append(state) }
    }
    var result = [Int](repeating: -1, count: count)
    var next = 0
    for root in finished.reversed() where result[root] < 0 {
      result[root] = next
      var open = [root]
      while let state = open.popLast() {
        for source in sources[state] where result[source] < 0 {
          result[source] = next
          open.append(source)
        }
      }
      next += 1
    }
    return result
  }

  /// A state on a cycle of chosen steps through some states; nil where there is no such cycle.
  func stateOnCycle(among isMember: [Bool]) -> Int? {
    // States whose steps within the members lead nowhere are taken away until none is left.
    var open: [Int] = []
    var degree = [Int](repeating: 0, count: count)
    var sources = [[Int]](repeating: [], count: count)
    for state in 0..<count where isMember[state] {
      for choice in choices[state] {
        for target in choice.targets where isMember[target.state] {
          degree[state] += 1
          sources[target.state].append(state)
        }
      }
      if degree[state] == 0 { open.append(state) }
    }
    var gone = [Bool](repeating: false, count: count)
    while let state = open.popLast() {
      gone[state] = true
      for source in sources[state] {
        degree[source] -= 1
        if degree[source] == 0 { open.append(source) }
      }
    }
    return (0..<count).first { isMember[$0] && !gone[$0] }
  }
}

extension [UInt32: UInt32] {
  /// Adds to the footprint of a class.
  fileprivate mutating func unite(
    _ actionClass: UInt32, _ footprint: UInt32, _ table: FootprintTable
  ) {
    self[actionClass] = table.union(self[actionClass] ?? 0, footprint)
  }
}
