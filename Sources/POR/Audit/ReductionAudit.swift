package import Transitions

/// Checks the conditions of a finished reduced graph, all of them again (POR.md, section 7.3).
///
/// The conditions are on the graph and not on the way it was found, so they can be checked by code
/// that shares nothing with the search but the table of footprints: C0, C1, C1' and C2 by closing each
/// chosen set anew, the provisos by plain decompositions. What is chosen may be more than a closure.
package struct ReductionAudit {
  /// What came of it.
  package enum Outcome: Hashable, Sendable {
    /// All conditions hold at this many states.
    case sound(states: Int)
    case unsound(AuditFailure)
    /// There are too many states: nothing was checked.
    case tooLarge(states: Int)
  }

  /// A member of a set under closure.
  private enum Member: Hashable {
    case actions(UInt32)
    case observer(Int)
  }

  private let system: any TransitionSystem
  private let table: FootprintTable
  private let limit: Int

  /// Makes an audit of graphs of at most `limit` states; nil where the system records no footprints.
  package init?(system: any TransitionSystem, limit: Int = 20_000) {
    guard let table = system.footprints else { return nil }
    self.system = system
    self.table = table
    self.limit = limit
  }

  /// Checks a graph.
  package func audit(_ reduction: FinishedReduction) throws -> Outcome {
    if reduction.states.count > limit { return .tooLarge(states: reduction.states.count) }
    do {
      var plain = PlainStates(system: system)
      let graph = try AuditGraph(reduction, in: &plain, table)
      for state in 0..<graph.count {
        try checkChoice(at: state, graph, reduction, plain)
      }
      try checkIgnoring(graph)
      if reduction.mode == .liveness { try checkCycles(graph) }
      return .sound(states: graph.count)
    } catch let failure as AuditFailure {
      return .unsound(failure)
    }
  }

  // MARK: Chosen sets

  private func checkChoice(
    at state: Int, _ graph: AuditGraph, _ reduction: FinishedReduction, _ plain: PlainStates
  ) throws {
    let choices = graph.choices[state]
    let left = choices.filter { !$0.isChosen }
    guard let first = left.first else { return }
    if left.count == choices.count { throw failure(.someChosen, state, [first.actionClass]) }
    if let timer = choices.first(where: { $0.flags.contains(.waitsForIdle) }) {
      throw failure(.barrier, state, [timer.actionClass, first.actionClass])
    }
    var known = graph.futures[graph.component[state]]
    for choice in choices {
      known[choice.actionClass] = table.union(known[choice.actionClass] ?? 0, choice.footprint)
    }
    var closure = Closure(
      words: PlainStates.trimmed(reduction.states[state]), state: state, choices: choices,
      footprints: known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      observed: graph.observed[graph.component[state]], observerReads: [])
    if reduction.mode == .liveness {
      // What observes cycles reads at every state what it reads anywhere (`SearchTask`).
      closure.observed = graph.observedAnywhere
      closure.observerReads = graph.observedAnywhere
    } else {
      closure.observerReads = reduction.observers.map { predicates in
        predicates.reduce(0) { reads, predicate in
          table.union(reads, plain.reads(ofPredicate: predicate, at: closure.words))
        }
      }
    }
    try check(closure, plain)
  }

  /// What the closure of one chosen set is worked out from.
  private struct Closure {
    var words: [UInt32]
    var state: Int
    var choices: [AuditGraph.Choice]
    /// By class, ascending: what it does here or later.
    var footprints: [(actionClass: UInt32, footprint: UInt32)]
    /// By observer: what it reads here or later, and here.
    var observed: [UInt32]
    var observerReads: [UInt32]
  }

  private func check(_ closure: Closure, _ plain: PlainStates) throws {
    var isLeft: Set<UInt32> = []
    var enabled: [UInt32: UInt32] = [:]
    var members: Set<Member> = []
    var open: [Member] = []
    for choice in closure.choices {
      enabled[choice.actionClass] = choice.footprint
      if choice.isChosen {
        members.insert(.actions(choice.actionClass))
        open.append(.actions(choice.actionClass))
      } else {
        isLeft.insert(choice.actionClass)
      }
    }
    func add(_ actionClass: UInt32, for rule: AuditFailure.Rule, by member: Member) throws {
      guard members.insert(.actions(actionClass)).inserted else { return }
      if isLeft.contains(actionClass) {
        throw broken(rule, closure, member, enabled, actionClass, plain)
      }
      open.append(.actions(actionClass))
    }
    while let member = open.popLast() {
      switch member {
      case .observer(let observer):
        let reads = closure.observerReads[observer]
        for (actionClass, footprint) in closure.footprints
        where table.disturbs(footprint, readsOf: reads) {
          try add(actionClass, for: .observed, by: member)
        }
      case .actions(let own):
        if let exact = enabled[own] {
          for (actionClass, footprint) in closure.footprints
          where actionClass != own && table.conflict(exact, footprint) {
            try add(actionClass, for: .conflicts, by: member)
          }
          for (observer, reads) in closure.observed.enumerated()
          where table.disturbs(exact, readsOf: reads) {
            if members.insert(.observer(observer)).inserted { open.append(.observer(observer)) }
          }
        }
        guard enabled[own] == nil || system.isCollective(actionClass: own) else { continue }
        switch plain.withWords(closure.words, { system.enabling(of: own, at: $0) }) {
        case .never: break
        case .after(let actionClass): try add(actionClass, for: .enabledFirst, by: member)
        case .idle where closure.choices.contains { $0.isChosen && $0.flags.contains(.fair) }: break
        case .writeTo(let reads), .idle(let reads):
          for (actionClass, footprint) in closure.footprints
          where table.disturbs(footprint, readsOf: reads) {
            try add(actionClass, for: .enabledFirst, by: member)
          }
        }
      }
    }
  }

  private func broken(
    _ rule: AuditFailure.Rule, _ closure: Closure, _ member: Member, _ enabled: [UInt32: UInt32],
    _ left: UInt32, _ plain: PlainStates
  ) -> AuditFailure {
    let footprint = closure.footprints.first { $0.actionClass == left }?.footprint ?? 0
    let name: String
    var meeting: FootprintTable.Meeting?
    switch member {
    case .observer(let observer):
      name = "observer \(observer)"
      meeting = table.meeting(footprint, closure.observerReads[observer])
    case .actions(let own):
      name = system.describe(actionClass: own)
      if rule == .conflicts {
        meeting = table.meeting(enabled[own] ?? 0, footprint)
      } else {
        switch plain.withWords(closure.words, { system.enabling(of: own, at: $0) }) {
        case .writeTo(let reads), .idle(let reads): meeting = table.meeting(footprint, reads)
        case .never, .after: break
        }
      }
    }
    return AuditFailure(
      rule: rule, state: closure.state, actions: [name, system.describe(actionClass: left)],
      cell: meeting.map { system.describe($0) } ?? "")
  }

  // MARK: Provisos

  /// Settled states must be judged with everything taken that can be enabled in them: in each
  /// component of the fair steps that no fair step leaves every fair action is chosen somewhere, and
  /// every action at all unless a skip leaves it.
  private func checkIgnoring(_ graph: AuditGraph) throws {
    let component = graph.components { choice in
      choice.targets.filter { $0.flags.contains(.fair) }.map(\.state)
    }
    var members = [[Int]](repeating: [], count: (component.max() ?? -1) + 1)
    for state in 0..<graph.count { members[component[state]].append(state) }
    for states in members {
      var chosen: Set<UInt32> = []
      var isLeftByFair = false
      var isLeftBySkip = false
      for state in states {
        for choice in graph.choices[state] where choice.isChosen {
          chosen.insert(choice.actionClass)
          for target in choice.targets where component[target.state] != component[state] {
            if target.flags.contains(.fair) { isLeftByFair = true }
            if target.flags.contains(.givesUp) { isLeftBySkip = true }
          }
        }
      }
      if isLeftByFair { continue }
      for state in states {
        for choice in graph.choices[state] where !chosen.contains(choice.actionClass) {
          if choice.flags.contains(.fair) {
            throw failure(.fairIgnored, state, [choice.actionClass])
          }
          if !isLeftBySkip { throw failure(.ignored, state, [choice.actionClass]) }
        }
      }
    }
  }

  /// No cycle of chosen steps has an action enabled and not chosen in all its states.
  private func checkCycles(_ graph: AuditGraph) throws {
    var leaving: [UInt32: [Int]] = [:]
    for state in 0..<graph.count {
      for choice in graph.choices[state] where !choice.isChosen {
        leaving[choice.actionClass, default: []].append(state)
      }
    }
    for (actionClass, states) in leaving.sorted(by: { $0.key < $1.key }) {
      var isMember = [Bool](repeating: false, count: graph.count)
      for state in states { isMember[state] = true }
      if let state = graph.stateOnCycle(among: isMember) {
        throw failure(.cycleIgnored, state, [actionClass])
      }
    }
  }

  private func failure(
    _ rule: AuditFailure.Rule, _ state: Int, _ classes: [UInt32]
  ) -> AuditFailure {
    AuditFailure(
      rule: rule, state: state, actions: classes.map { system.describe(actionClass: $0) })
  }
}
