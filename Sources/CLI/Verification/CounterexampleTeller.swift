internal import CEL
internal import Model
internal import POR

/// Tells a confirmed violation as a person would.
struct CounterexampleTeller {
  private let scenario: Scenario
  private let property: PropertyDeclaration

  init(_ scenario: Scenario, _ property: PropertyDeclaration) {
    self.scenario = scenario
    self.property = property
  }

  /// The story of a violation that was replayed.
  func tell(
    _ violation: Violation, replay: Replay, record: CounterexampleRecord
  ) throws -> Counterexample {
    let composition = replay.composition
    let runs = try replay.runs.enumerated().map { index, entry in
      let accounts = try StepTeller.accounts(of: entry.run, entry.states, composition)
      return CounterexampleRun(
        steps: accounts.map { StepTeller(composition.world).step($0) },
        end: end(violation, entry.run, accounts))
    }
    return Counterexample(
      summary: summary(violation, replay), message: message(replay, record),
      isEvaluationError: violation.kind == .evaluationError, symbols: record.symbols, runs: runs,
      endDifference: violation.kind == .differentEnds ? endDifference(replay) : [],
      record: record)
  }

  private func end(
    _ violation: Violation, _ run: Run, _ accounts: [StepAccount]
  ) -> CounterexampleRun.End {
    switch violation.kind {
    case .settledWithout, .differentEnds: return .settled
    case .stuck:
      let errors = accounts.suffix(from: run.loopStart ?? 0).compactMap { account -> String? in
        if case .failed(let error) = account.outcome { error.message } else { nil }
      }
      return .stuck(reason: errors.first ?? "a reconcile fails again and again")
    case .predicateFalse:
      if case .settled = property.claim { return .settled }
      return .here
    default: return run.loopStart.map { .returns(toStep: $0 + 1) } ?? .here
    }
  }

  private func summary(_ violation: Violation, _ replay: Replay) -> String {
    switch violation.kind {
    case .predicateFalse:
      if case .never = property.claim { return "it is true in the last state" }
      return "it is false in the last state"
    case .evaluationError: return "it cannot be evaluated in the last state" + reason(replay)
    case .neverReached: return "no reachable state satisfies it"
    case .stepRule: return "the last step breaks it"
    case .settledWithout: return "everything comes to rest without it"
    case .fairCycleWithout: return "a fair run goes on for ever without it"
    case .cannotConverge: return "it can never converge" + fighters(violation, replay)
    case .livelock: return "a fair run goes on for ever" + fighters(violation, replay)
    case .stuck: return "a reconcile fails again and again and nothing changes any more"
    case .differentEnds: return "two runs end differently"
    }
  }

  private func reason(_ replay: Replay) -> String {
    guard let state = replay.runs.first?.states.last,
      let index = replay.composition.predicateError(of: replay.property, at: state)
    else { return "" }
    return ": \(index)"
  }

  /// Who writes what in the cycle: the controllers and the fields that fight.
  private func fighters(_ violation: Violation, _ replay: Replay) -> String {
    guard let entry = replay.runs.first, let start = entry.run.loopStart,
      let accounts = try? StepTeller.accounts(of: entry.run, entry.states, replay.composition)
    else { return "" }
    var names: [String] = []
    var fields: [String] = []
    for account in accounts.suffix(from: start) {
      let changes = account.sent.flatMap(\.changes)
      guard !changes.isEmpty, case .controller(let name, _) = account.actor else { continue }
      if !names.contains(name) { names.append(name) }
      for change in changes {
        guard let difference = ObjectDifference(change.key, old: change.old, new: change.new)
        else { continue }
        let shown = replay.composition.world.tokens.display(change.key.description)
        let paths = difference.fields.map { "\(shown) \($0.path)" }
        for path in paths.isEmpty ? [shown] : paths where !fields.contains(path) {
          fields.append(path)
        }
      }
    }
    guard !names.isEmpty else { return "" }
    let objects = fields.prefix(3).joined(separator: ", ")
    let more = fields.count > 3 ? " and \(fields.count - 3) more" : ""
    let verb = names.count == 1 ? "writes" : "fight over"
    return ": \(names.joined(separator: " and ")) \(verb) \(objects)\(more)"
  }

  private func message(_ replay: Replay, _ record: CounterexampleRecord) -> String? {
    if let message = property.message { return message }
    guard let expression = property.messageExpression, let last = replay.runs.first?.states.last,
      let builder = try? WorldBuilder(
        scenario,
        symbols: Dictionary(record.symbols.map { ($0.name, $0.value) }) { first, _ in first })
    else { return nil }
    let before = replay.runs.first.flatMap { $0.states.dropLast().last }
    return builder.message(
      expression, now: replay.composition.view(of: last),
      old: before.map { replay.composition.view(of: $0) })
  }

  private func endDifference(_ replay: Replay) -> [ObjectDifference] {
    let ends = replay.runs.compactMap(\.states.last).map { state in
      Dictionary(
        uniqueKeysWithValues: state.withUnsafeBufferPointer {
          replay.composition.objects(at: $0)
        })
    }
    guard ends.count == 2 else { return [] }
    let tokens = replay.composition.world.tokens
    return Set(ends[0].keys).union(ends[1].keys).sorted().compactMap { key in
      tokens.difference(key, old: ends[0][key], new: ends[1][key])
    }
  }
}
