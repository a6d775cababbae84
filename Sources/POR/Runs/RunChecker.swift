package import Transitions

/// Whether a run shows what it is said to show.
package enum RunVerdict: Hashable, Sendable {
  case confirmed
  /// Its steps and all that can be seen along it are as said; what is said of all continuations was not
  /// checked to the end, and why.
  case undecided(String)
  /// It does not: a bug of ours, and why.
  case refuted(String)
}

/// Replays runs through fresh expansions and confirms the violations, without the search's store.
///
/// Every counterexample passes this before anyone sees it. What is said of all continuations (a
/// state is settled, nothing leads out of a cycle) is checked by exploring them again, plainly.
package struct RunChecker {
  private let properties: [PropertyKind]
  private var states: PlainStates
  private let closureLimit: Int

  /// Makes a checker of a system's runs.
  ///
  /// - closureLimit: how many continuations of a run are looked at; where there are more, what is said
  ///   of them stays undecided.
  package init(system: any TransitionSystem, closureLimit: Int = .max) {
    self.closureLimit = closureLimit
    properties = system.properties
    states = PlainStates(system: system)
  }

  /// How much work was done (`PlainStates.listed`).
  var listed: Int { states.listed }

  /// Checks one violation of a property.
  package mutating func check(
    _ violation: Violation, of property: Int
  ) throws -> RunVerdict {
    do {
      try confirm(violation, property)
      return .confirmed
    } catch let refutation as Refutation {
      return .refuted(refutation.reason)
    } catch is TooManyStates {
      return .undecided("more than \(closureLimit) states follow")
    }
  }

  private struct TooManyStates: Error {}

  private struct Refutation: Error {
    let reason: String
  }

  private struct Trace {
    var states: [[UInt32]]
    var steps: [PlainStates.Step]
    var loop: Range<Int>?
    var end: [UInt32] { states[states.count - 1] }
  }

  private mutating func confirm(_ violation: Violation, _ property: Int) throws {
    if violation.kind == .neverReached {
      return try require(violation.run == nil, "a run to what is never reached")
    }
    guard let run = violation.run else { throw Refutation(reason: "there is no run") }
    let trace = try replay(run)
    switch (violation.kind, properties[property]) {
    case (.predicateFalse, .always(let predicate)):
      try require(states.value(of: predicate, at: trace.end) == .isFalse, "it holds at the end")
    case (.predicateFalse, .settled(let predicate)):
      try require(states.value(of: predicate, at: trace.end) == .isFalse, "it holds at the end")
      try requireSettled(trace.end)
    case (.evaluationError, let kind): try confirmError(kind, trace)
    case (.stepRule, .stepRule):
      guard let last = trace.steps.last else { throw Refutation(reason: "there is no step") }
      let broken = states.system.violatedRules(last.successor.violations)
      try require(broken.contains(property), "the last step keeps the rule")
    case (.settledWithout, .eventually(let predicate)):
      try require(states.value(of: predicate, at: trace.end) == .isFalse, "it holds at the end")
      try requireSettled(trace.end)
    case (.settledWithout, .leadsTo(let from, let to)):
      try requireNever(from, to, trace, run)
      try requireSettled(trace.end)
    case (.fairCycleWithout, .eventually(let predicate)):
      let loop = try fairLoop(trace)
      try require(
        loop.contains { states.value(of: predicate, at: trace.states[$0]) == .isFalse },
        "it holds all along the cycle")
    case (.fairCycleWithout, .leadsTo(let from, let to)):
      let loop = try fairLoop(trace)
      try requireNever(from, to, trace, run)
      try require((run.trigger ?? .max) <= loop.lowerBound, "the cycle begins before the trigger")
    case (.livelock, .converges), (.cannotConverge, .converges):
      let loop = try fairLoop(trace)
      try requireFlag(.changesObject, trace, loop)
      if violation.kind == .cannotConverge { try requireNoWayOut(trace, loop) }
    case (.stuck, .converges(let allowErrors)):
      try require(!allowErrors, "errors are allowed")
      let loop = try fairLoop(trace)
      try requireFlag(.endsInError, trace, loop)
      try require(
        loop.allSatisfy { trace.steps[$0].successor.flags.contains(.fair) },
        "the cycle has a step that is not fair")
      try requireSettled(trace.end)
    case (.differentEnds, .confluent):
      guard let other = violation.otherRun else { throw Refutation(reason: "one run only") }
      let end = try replay(other).end
      let first = states.confluence(of: property, at: trace.end)
      let second = states.confluence(of: property, at: end)
      try require(first.group == second.group, "the runs are of different groups")
      try require(first.end != second.end, "the ends are equal")
      try requireSettled(trace.end)
      try requireSettled(end)
    default: throw Refutation(reason: "a \(violation.kind) of another kind of property")
    }
  }

  private func confirmError(_ kind: PropertyKind, _ trace: Trace) throws {
    let predicates: [Int]
    switch kind {
    case .always(let predicate), .sometimes(let predicate), .settled(let predicate),
      .eventually(let predicate):
      predicates = [predicate]
    case .leadsTo(let from, let to): predicates = [from, to]
    case .converges, .confluent, .stepRule: predicates = []
    }
    try require(
      predicates.contains { states.value(of: $0, at: trace.end) == .isError },
      "no error at the end")
  }

  private mutating func replay(_ run: Run) throws -> Trace {
    var trace = Trace(states: [states.initial], steps: [])
    for step in run.steps {
      let next = try states.firstStep(from: trace.end) {
        $0.action == step.action && $0.outcome == step.outcome
      }
      guard let next else {
        throw Refutation(reason: "step \(trace.steps.count + 1) is not enabled")
      }
      trace.steps.append(next)
      trace.states.append(next.target)
    }
    if let start = run.loopStart {
      try require(start >= 0 && start < run.steps.count, "an empty cycle")
      try require(trace.states[start] == trace.end, "the cycle does not close")
      trace.loop = start..<run.steps.count
    }
    return trace
  }

  /// The places of the loop's steps, after a check that every fair action enabled on it is taken.
  private mutating func fairLoop(_ trace: Trace) throws -> Range<Int> {
    guard let loop = trace.loop else { throw Refutation(reason: "there is no cycle") }
    let taken = Set(loop.map { trace.steps[$0].successor.action })
    for place in loop {
      for successor in try states.successors(of: trace.states[place])
      where successor.flags.contains(.fair) {
        try require(
          taken.contains(successor.action),
          "\(states.system.describe(action: successor.action)) is enabled, never taken")
      }
    }
    return loop
  }

  private func requireFlag(_ flag: StepFlags, _ trace: Trace, _ loop: Range<Int>) throws {
    try require(
      loop.contains { trace.steps[$0].successor.flags.contains(flag) },
      "no step of the cycle has the effect")
  }

  private func requireNever(_ from: Int, _ to: Int, _ trace: Trace, _ run: Run) throws {
    guard let trigger = run.trigger, trigger < trace.states.count else {
      throw Refutation(reason: "there is no trigger")
    }
    try require(states.value(of: from, at: trace.states[trigger]) == .isTrue, "no trigger there")
    try require(
      trace.states[trigger...].allSatisfy { states.value(of: to, at: $0) != .isTrue },
      "it is reached after all")
  }

  /// A state is settled if no fair continuation changes an object and each leads back to it.
  private mutating func requireSettled(_ state: [UInt32]) throws {
    let closure = try PlainClosure(
      of: [state], in: &states, limit: closureLimit,
      until: { $0.flags.contains(.fair) && $0.flags.contains(.changesObject) }
    ) { $0.flags.contains(.fair) }
    try require(!closure.changesObject, "a later step changes an object")
    if closure.isTooLarge { throw TooManyStates() }
    try require(closure.allReach(state), "a fair step leads away for good")
  }

  /// From wherever fair steps lead, the cycle can be reached again.
  private mutating func requireNoWayOut(_ trace: Trace, _ loop: Range<Int>) throws {
    let start = trace.states[loop.lowerBound]
    let onLoop = loop.map { trace.states[$0] }
    let inside = try PlainClosure(of: onLoop, in: &states, limit: closureLimit) {
      $0.flags.contains(.fair)
    }
    if inside.isTooLarge { throw TooManyStates() }
    if inside.allReach(start) { return }
    let all = try PlainClosure(of: onLoop, in: &states, limit: closureLimit) { _ in true }
    if all.isTooLarge { throw TooManyStates() }
    try require(all.allReach(start, from: inside), "fair steps lead out of the cycle")
  }

  private func require(_ condition: Bool, _ reason: String) throws {
    if !condition { throw Refutation(reason: reason) }
  }
}
