import Testing
import Transitions

@testable import POR

/// The audit of footprints notices each kind of omission, and nothing where there is none.
@Suite struct IndependenceAuditTests {
  struct Omission: CustomTestStringConvertible, Sendable {
    var name: String
    var omissions: CellModel.Omissions
    var rules: Set<AuditFailure.Rule>
    var testDescription: String { name }
  }

  static let omissions = [
    Omission(name: "a read", omissions: .reads, rules: [.bothOrders, .sameFootprint]),
    Omission(name: "a list", omissions: .lists, rules: [.bothOrders, .sameFootprint]),
    Omission(
      name: "the old value of a change", omissions: .oldValues,
      rules: [.bothOrders, .sameFootprint]),
    Omission(
      name: "a write", omissions: .writes,
      rules: [.bothOrders, .sameFootprint, .samePredicate]),
    Omission(
      name: "waking a controller", omissions: .sets,
      rules: [.bothOrders, .staysEnabled, .enablingSet]),
    Omission(name: "taking a request", omissions: .ownClears, rules: [.bothOrders, .staysEnabled]),
    Omission(name: "reads of a predicate", omissions: .predicateReads, rules: [.samePredicate]),
    Omission(name: "what enables", omissions: .enabling, rules: [.enablingSet]),
    Omission(name: "idleness", omissions: .idleness, rules: [.staysEnabled]),
    Omission(
      name: "the read of a write that changes nothing", omissions: .readsOfNoWrite,
      rules: [.bothOrders, .sameFootprint]),
  ]

  /// Objects: two that one counts, a copy, the count, and one that an event writes.
  static func model(_ omissions: CellModel.Omissions) -> CellModel {
    CellModel(
      objects: [1, 0, 5, 0, 0],
      programs: [
        .init(body: { _, _ in [(0, 2)] }),
        .init(body: { _, _ in [(1, 1)] }, waits: true),
        .init(reads: [0], body: { seen, _ in [(2, seen[0])] }),
        .init(lists: 1, body: { _, listed in [(3, UInt32(listed))] }),
        .init(reads: [4], body: { seen, _ in [(4, seen[4])] }),
        .init(body: { _, _ in [(4, 3)] }),
      ],
      watchers: [1: [0], 3: [4]], queue: [0, 1, 2, 3, 5],
      events: [.init(body: { _, _ in [(4, 3)] }), .init(body: { _, _ in [(1, 2)] })],
      predicates: [[4, 1]], omissions: omissions)
  }

  /// All failures of the audit over all states.
  static func failures(_ system: CellModel) throws -> [AuditFailure] {
    var audit = try #require(IndependenceAudit(system: system))
    var failures: [AuditFailure] = []
    for (number, state) in try states(of: system).enumerated() {
      if let failure = try audit.audit(state, number: number) { failures.append(failure) }
    }
    #expect(audit.pairs > 100)
    return failures
  }

  /// All states of a system, in breadth-first order.
  static func states(of system: any TransitionSystem) throws -> [[UInt32]] {
    var plain = PlainStates(system: system)
    var states = [plain.initial]
    var known = Set(states)
    var next = 0
    while next < states.count {
      for step in try plain.steps(from: states[next]) where known.insert(step.target).inserted {
        states.append(step.target)
      }
      next += 1
    }
    return states
  }

  @Test func `finds nothing in complete footprints`() throws {
    #expect(try Self.failures(Self.model([])) == [])
  }

  @Test(arguments: omissions)
  func `notices that a footprint lacks`(_ omission: Omission) throws {
    let failures = try Self.failures(Self.model(omission.omissions))
    let rules = Set(failures.map(\.rule))
    #expect(!rules.isEmpty && rules.isSubset(of: omission.rules), "\(rules)")
  }

  @Test func `tells the pair and what differs`() throws {
    let failure = try #require(try Self.failures(Self.model(.lists)).first)
    #expect(failure.actions == ["action 0", "action 3"])
    #expect(
      "\(failure)"
        == "state 0: action 0 and action 3: the footprints do not conflict, but the first changes "
        + "what the second does: writes cell(3) no more")
  }

  @Test func `a system without footprints is not audited`() {
    #expect(IndependenceAudit(system: TinySystem(RandomGraphModel(seed: 1))) == nil)
    #expect(ReductionAudit(system: TinySystem(RandomGraphModel(seed: 1))) == nil)
  }
}

/// The audit of a reduced graph, on graphs whose chosen sets are given.
@Suite struct ReductionAuditTests {
  /// What a search that chooses by a rule would reach.
  static func reduction(
    of system: CellModel, mode: FinishedReduction.Mode = .safety, observers: [[Int]] = [],
    choose: (_ state: [UInt32], _ enabled: [UInt32]) -> [UInt32]
  ) throws -> FinishedReduction {
    let table = try #require(system.footprints)
    var plain = PlainStates(system: system)
    var states = [plain.initial]
    var sets: [[UInt32]] = []
    var known = Set(states)
    while sets.count < states.count {
      let state = states[sets.count]
      let enabled = try plain.enabledClasses(at: state, table) { _ in true }
      let padded = state + Array(repeating: 0, count: system.width - state.count)
      let chosen = choose(padded, enabled.map(\.actionClass))
      sets.append(chosen)
      for entry in enabled where chosen.contains(entry.actionClass) {
        for step in entry.steps where known.insert(step.target).inserted {
          states.append(step.target)
        }
      }
    }
    return FinishedReduction(mode: mode, observers: observers, states: states, chosen: sets)
  }

  private func outcome(
    _ system: CellModel, mode: FinishedReduction.Mode = .safety, observers: [[Int]] = [],
    choose: (_ state: [UInt32], _ enabled: [UInt32]) -> [UInt32]
  ) throws -> ReductionAudit.Outcome {
    let reduction = try Self.reduction(
      of: system, mode: mode, observers: observers, choose: choose)
    let audit = try #require(ReductionAudit(system: system))
    return try audit.audit(reduction)
  }

  private func rule(_ outcome: ReductionAudit.Outcome) -> AuditFailure.Rule? {
    if case .unsound(let failure) = outcome { failure.rule } else { nil }
  }

  private static func writer(_ object: Int, requeues: Bool = false) -> CellModel.Program {
    let write = (object: object, value: UInt32(1))
    return .init(body: { _, _ in [write] }, requeues: requeues)
  }

  @Test func `everything chosen is sound`() throws {
    let system = IndependenceAuditTests.model([])
    let outcome = try outcome(system, mode: .liveness, observers: [[0]]) { _, enabled in enabled }
    guard case .sound(let states) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(states > 100)
  }

  @Test func `one of independent writers at a time is sound`() throws {
    let system = CellModel(
      objects: [0, 0, 0], programs: (0..<3).map { Self.writer($0) }, queue: [0, 1, 2])
    let outcome = try outcome(system, mode: .liveness) { _, enabled in Array(enabled.prefix(1)) }
    #expect(outcome == .sound(states: 4))
  }

  @Test func `nothing chosen`() throws {
    let system = CellModel(objects: [0], programs: [Self.writer(0)], queue: [0])
    #expect(rule(try outcome(system) { _, _ in [] }) == .someChosen)
  }

  @Test func `a step out of the graph`() throws {
    let system = CellModel(objects: [0], programs: [Self.writer(0)], queue: [0])
    var reduction = try Self.reduction(of: system) { _, enabled in enabled }
    reduction.states.removeLast()
    reduction.chosen.removeLast()
    let audit = try #require(ReductionAudit(system: system))
    #expect(rule(try audit.audit(reduction)) == .closedGraph)
  }

  @Test func `a conflict with an enabled action`() throws {
    let system = CellModel(
      objects: [0], programs: [Self.writer(0), .init(body: { _, _ in [(0, 2)] })], queue: [0, 1])
    let found = try outcome(system) { _, enabled in Array(enabled.prefix(1)) }
    guard case .unsound(let failure) = found else {
      Issue.record("\(found)")
      return
    }
    #expect(failure.rule == .conflicts && failure.actions == ["action 0", "action 1"])
    #expect(failure.cell == "cell(0)" && failure.state == 0)
  }

  /// Controller 1 wakes 2, which writes what 0 writes: 0 may not go first alone.
  @Test func `a conflict with what is executed later`() throws {
    let system = CellModel(
      objects: [0, 0],
      programs: [
        Self.writer(0), Self.writer(1), .init(reads: [0], body: { seen, _ in [(0, seen[0] + 2)] }),
      ],
      watchers: [1: [2]], queue: [0, 1])
    let first = try outcome(system) { _, enabled in Array(enabled.prefix(1)) }
    // Action 2 is in the set, disabled; what wakes it must be chosen.
    #expect(rule(first) == .enabledFirst)
    let all = try outcome(system) { _, enabled in enabled }
    #expect(rule(all) == nil)
  }

  @Test func `a change of what a property observes`() throws {
    let system = CellModel(
      objects: [0, 0], programs: [Self.writer(0), Self.writer(1)], queue: [0, 1],
      predicates: [[0, 1]])
    let alone: ([UInt32], [UInt32]) -> [UInt32] = { _, enabled in Array(enabled.prefix(1)) }
    #expect(rule(try outcome(system, choose: alone)) == nil)
    #expect(rule(try outcome(system, observers: [[0]], choose: alone)) == .observed)
  }

  @Test func `where a timer is enabled all is chosen`() throws {
    let system = CellModel(
      objects: [0, 0], programs: [.init(body: { _, _ in [(0, 1)] }, waits: true)],
      queue: [0], events: [Self.writer(1)])
    let found = try outcome(system) { _, enabled in
      enabled.contains(100)
        ? [100] : enabled.filter { $0 == 0 } + (enabled.first == 0 ? [] : enabled)
    }
    #expect(rule(found) == .barrier)
  }

  /// 0 runs for ever; 1 is independent of it and never taken.
  @Test func `a fair action that is put off for ever`() throws {
    let system = CellModel(
      objects: [0, 0], programs: [Self.writer(0, requeues: true), Self.writer(1)], queue: [0, 1])
    #expect(rule(try outcome(system) { _, _ in [0] }) == .fairIgnored)
    // Once the second was taken, somewhere in the cycle, nothing is put off.
    let later = try outcome(system) { state, enabled in
      state[0] == 1 && enabled.contains(1) ? [1] : [0]
    }
    #expect(rule(later) == nil)
  }

  @Test func `an event that is put off for ever`() throws {
    let system = CellModel(
      objects: [0, 0], programs: [Self.writer(0, requeues: true)], queue: [0],
      events: [Self.writer(1)])
    #expect(rule(try outcome(system) { _, _ in [0] }) == .ignored)
    // Taken with its skip at one state of the component.
    let taken = try outcome(system) { state, enabled in
      state[0] == 1 && enabled.count > 1 ? enabled : [0]
    }
    #expect(rule(taken) == nil)
  }

  /// Two that go round for ever, and a third taken at one place of another cycle only.
  @Test func `a cycle that leaves an action out`() throws {
    let flips = CellModel.Program(
      reads: [0], body: { seen, _ in [(0, 1 - seen[0])] }, requeues: true)
    let system = CellModel(objects: [0, 0], programs: [flips, Self.writer(1)], queue: [0, 1])
    let choose: ([UInt32], [UInt32]) -> [UInt32] = { state, enabled in
      state[0] == 1 && enabled.contains(1) ? [0, 1] : [0]
    }
    #expect(rule(try outcome(system, mode: .safety, choose: choose)) == nil)
    // The cycle passes the state where the writer is chosen.
    #expect(rule(try outcome(system, mode: .liveness, choose: choose)) == nil)
    let pair = CellModel(
      objects: [0, 0, 0], programs: [flips, Self.writer(1), Self.writer(2, requeues: true)],
      queue: [0, 1, 2])
    let others: ([UInt32], [UInt32]) -> [UInt32] = { state, enabled in
      state[0] == 1 && enabled.contains(1) ? enabled : enabled.filter { $0 != 1 }
    }
    #expect(rule(try outcome(pair, mode: .safety, choose: others)) == nil)
    // At first the third alone can go round.
    #expect(rule(try outcome(pair, mode: .liveness, choose: others)) == .cycleIgnored)
  }

  @Test func `too many states are not audited`() throws {
    let system = CellModel(
      objects: [0, 0, 0], programs: (0..<3).map { Self.writer($0) }, queue: [0, 1, 2])
    let reduction = try Self.reduction(of: system) { _, enabled in enabled }
    let audit = try #require(ReductionAudit(system: system, limit: 7))
    #expect(try audit.audit(reduction) == .tooLarge(states: 8))
  }
}

/// Both audits over real searches.
@Suite struct SearchAuditTests {
  private func audit(
    _ system: CellModel, faults: ReductionFaults = [], reduction: Reduction = .auto
  ) throws -> SearchAudit.Figures {
    let audit = SearchAudit(every: 1)
    var options = SearchOptions()
    options.reduction = reduction
    options.reductionFaults = faults
    options.audit(with: audit)
    _ = try Search(options: options).run(system)
    return audit.figures
  }

  @Test func `a sound search passes`() throws {
    let figures = try audit(IndependenceAuditTests.model([]))
    #expect(figures.states > 20 && figures.pairs > 50)
    #expect(figures.chosenSets > 20 && figures.unauditedSets == 0)
    let full = try audit(IndependenceAuditTests.model([]), reduction: .none)
    #expect(full.states > 100 && full.pairs > 100 && full.unauditedSets == 0)
  }

  @Test func `footprints that lack something are noticed`() {
    #expect(throws: AuditFailure.self) {
      try audit(IndependenceAuditTests.model(.lists))
    }
  }

  @Test func `a graph that is too large is said to be`() throws {
    let audit = SearchAudit(every: 5, graphLimit: 3)
    var options = SearchOptions()
    options.reduction = .auto
    options.symmetry = .always
    options.audit(with: audit)
    _ = try Search(options: options).run(IndependenceAuditTests.model([]))
    #expect(audit.figures.chosenSets == 0 && audit.figures.unauditedSets > 3)
    #expect(audit.figures.states > 0)
  }
}
