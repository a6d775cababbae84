import POR
import Transitions

/// The naive explorer: dictionaries, sets, and the definitions of SEMANTICS.md word by word.
///
/// It shares no code with the search. Components are found by two plain traversals (Kosaraju), a
/// settled state by exploring what follows it, fairness by recursion on sets.
struct Oracle {
  struct Edge {
    var source: Int
    var target: Int
    var step: TinyStep
    var isFair: Bool { step.flags.contains(.fair) }
  }

  let model: any TinyModel
  private(set) var states: [[UInt32]] = []
  private(set) var edges: [[Edge]] = []
  private(set) var depth: [Int] = []
  private(set) var settled: Set<Int> = []
  private(set) var stuck: Set<Int> = []
  private(set) var livelocks: Set<Int> = []
  private(set) var endless: Set<Int> = []
  private(set) var fair: Set<Int> = []

  /// Explores everything; nil where there are more states than `cap`.
  init?(_ model: any TinyModel, cap: Int = 4000) {
    self.model = model
    guard explore(cap) else { return nil }
    findSettled()
    for group in fairGroups(Set(states.indices)) {
      fair.formUnion(group)
      let inner = group.flatMap { edges[$0] }.filter { group.contains($0.target) }
      guard inner.contains(where: { $0.step.flags.contains(.changesObject) }) else { continue }
      let leaves = group.flatMap { edges[$0] }.contains { $0.isFair && !group.contains($0.target) }
      if leaves { livelocks.formUnion(group) } else { endless.formUnion(group) }
    }
  }

  var transitions: Int { edges.reduce(0) { $0 + $1.count } }
  var endCount: Int { Set(settled.map { model.objects(of: states[$0]) }).count }

  private mutating func explore(_ cap: Int) -> Bool {
    var number = [TinySystem.trimmed(model.initial): 0]
    states = [TinySystem.trimmed(model.initial)]
    depth = [0]
    var next = 0
    while next < states.count {
      var out: [Edge] = []
      for step in model.steps(from: states[next]) {
        let target = TinySystem.trimmed(step.target)
        if number[target] == nil {
          if states.count == cap { return false }
          number[target] = states.count
          states.append(target)
          depth.append(depth[next] + 1)
        }
        out.append(Edge(source: next, target: number[target] ?? 0, step: step))
      }
      edges.append(out)
      next += 1
    }
    return true
  }

  private func follow(_ state: Int, _ counts: (Edge) -> Bool) -> Set<Int> {
    var seen: Set<Int> = [state]
    var open = [state]
    while let current = open.popLast() {
      for edge in edges[current] where counts(edge) && seen.insert(edge.target).inserted {
        open.append(edge.target)
      }
    }
    return seen
  }

  private mutating func findSettled() {
    let unsettled = statesBeforeFairWrites()
    for state in states.indices where !settled.contains(state) && !unsettled.contains(state) {
      let future = follow(state, \.isFair)
      let fairEdges = future.flatMap { edges[$0] }.filter(\.isFair)
      if fairEdges.contains(where: { $0.step.flags.contains(.changesObject) }) { continue }
      guard future.allSatisfy({ follow($0, \.isFair).contains(state) }) else { continue }
      settled.formUnion(future)
      if fairEdges.contains(where: { $0.step.flags.contains(.endsInError) }) {
        stuck.formUnion(future)
      }
    }
  }

  /// The states from which fair steps lead to one that changes an object.
  private func statesBeforeFairWrites() -> Set<Int> {
    var before = [[Int]](repeating: [], count: states.count)
    var seen: Set<Int> = []
    var open: [Int] = []
    for edge in edges.joined() where edge.isFair {
      before[edge.target].append(edge.source)
      guard edge.step.flags.contains(.changesObject) else { continue }
      if seen.insert(edge.source).inserted { open.append(edge.source) }
    }
    while let state = open.popLast() {
      for source in before[state] where seen.insert(source).inserted { open.append(source) }
    }
    return seen
  }

  /// The strongly connected components of some states.
  func components(_ among: Set<Int>) -> [Set<Int>] {
    var finished: [Int] = []
    var seen: Set<Int> = []
    for root in among.sorted() where seen.insert(root).inserted {
      var path = [(root, 0)]
      while let (state, place) = path.last {
        if place == edges[state].count {
          finished.append(state)
          path.removeLast()
          continue
        }
        path[path.count - 1].1 += 1
        let target = edges[state][place].target
        if among.contains(target) && seen.insert(target).inserted { path.append((target, 0)) }
      }
    }
    var before: [Int: [Int]] = [:]
    for state in among {
      for edge in edges[state] where among.contains(edge.target) {
        before[edge.target, default: []].append(state)
      }
    }
    var result: [Set<Int>] = []
    var placed: Set<Int> = []
    for root in finished.reversed() where !placed.contains(root) {
      var component: Set<Int> = [root]
      var open = [root]
      placed.insert(root)
      while let state = open.popLast() {
        for source in before[state] ?? [] where placed.insert(source).inserted {
          component.insert(source)
          open.append(source)
        }
      }
      result.append(component)
    }
    return result
  }

  /// The maximal fair components of some states.
  func fairGroups(_ among: Set<Int>) -> [Set<Int>] {
    var result: [Set<Int>] = []
    for component in components(among) {
      let inner = component.flatMap { edges[$0] }.filter { component.contains($0.target) }
      if inner.isEmpty { continue }
      let taken = Set(inner.map(\.step.action))
      let unfair = component.filter { state in
        edges[state].contains { $0.isFair && !taken.contains($0.step.action) }
      }
      if unfair.isEmpty {
        result.append(component)
      } else {
        result += fairGroups(component.subtracting(unfair))
      }
    }
    return result
  }

  func value(_ predicate: Int, _ state: Int) -> PredicateValue {
    model.value(of: predicate, at: states[state])
  }

  /// The length of the shortest path to a state or, for a rule, to the end of a step.
  private func nearest(_ goals: some Sequence<Int>) -> Int? { goals.map { depth[$0] }.min() }

  /// By kind of violation: the least number of steps after which it shows (the stem of a lasso).
  func violations(of property: Int) -> [ViolationKind: Int] {
    var found: [ViolationKind: Int] = [:]
    func note(_ kind: ViolationKind, _ goals: some Sequence<Int>) {
      if let depth = nearest(goals) { found[kind] = depth }
    }
    let all = states.indices
    switch model.properties[property] {
    case .always(let predicate):
      note(.predicateFalse, all.filter { value(predicate, $0) == .isFalse })
      note(.evaluationError, all.filter { value(predicate, $0) == .isError })
    case .sometimes(let predicate):
      note(.evaluationError, all.filter { value(predicate, $0) == .isError })
      if found.isEmpty && !all.contains(where: { value(predicate, $0) == .isTrue }) {
        found[.neverReached] = 0
      }
    case .settled(let predicate):
      note(.predicateFalse, settled.filter { value(predicate, $0) == .isFalse })
      note(.evaluationError, settled.filter { value(predicate, $0) == .isError })
    case .eventually(let predicate):
      note(.settledWithout, settled.filter { value(predicate, $0) == .isFalse })
      let cycles = fair.subtracting(settled)
      note(.fairCycleWithout, cycles.filter { value(predicate, $0) == .isFalse })
      note(.evaluationError, settled.union(cycles).filter { value(predicate, $0) == .isError })
    case .leadsTo(let from, let to): found = responseViolations(from, to)
    case .converges(let allowErrors):
      note(.livelock, livelocks)
      note(.cannotConverge, endless)
      if !allowErrors { note(.stuck, stuck) }
    case .confluent:
      if let depth = confluenceDepth(property) { found[.differentEnds] = depth }
    case .stepRule:
      let sources = all.filter { state in
        edges[state].contains { $0.step.brokenRules.contains(property) }
      }
      if let depth = nearest(sources) { found[.stepRule] = depth + 1 }
    }
    return found
  }

  private func confluenceDepth(_ property: Int) -> Int? {
    var ends: [[UInt32]: [[UInt32]: Int]] = [:]
    for state in settled {
      let (group, end) = model.confluence(of: property, at: states[state])
      ends[group, default: [:]][end] = min(ends[group]?[end] ?? .max, depth[state])
    }
    return ends.values.filter { $0.count > 1 }.compactMap { $0.values.min() }.min()
  }

  private func responseViolations(_ from: Int, _ to: Int) -> [ViolationKind: Int] {
    let without = Set(states.indices.filter { value(to, $0) != .isTrue })
    let triggers = without.filter { value(from, $0) == .isTrue }
    let cycles = fairGroups(without).reduce(into: Set<Int>()) { $0.formUnion($1) }
    // The least number of steps to each state of the subgraph on a run that passes a trigger.
    var best = [Int: Int](uniqueKeysWithValues: triggers.map { ($0, depth[$0]) })
    var changed = true
    while changed {
      changed = false
      for state in without {
        guard let steps = best[state] else { continue }
        for edge in edges[state] where without.contains(edge.target) {
          if steps + 1 < best[edge.target] ?? .max {
            best[edge.target] = steps + 1
            changed = true
          }
        }
      }
    }
    var found: [ViolationKind: Int] = [:]
    func note(_ kind: ViolationKind, _ depth: Int?) {
      if let depth { found[kind] = min(found[kind] ?? .max, depth) }
    }
    note(.settledWithout, best.filter { settled.contains($0.key) }.values.min())
    note(
      .fairCycleWithout,
      best.filter { cycles.contains($0.key) && !settled.contains($0.key) }.values.min())
    note(.evaluationError, best.filter { value(to, $0.key) == .isError }.values.min())
    if found[.evaluationError] == nil {
      let errors = states.indices.filter { value(from, $0) == .isError }
      note(.evaluationError, nearest(errors))
    }
    return found
  }
}
