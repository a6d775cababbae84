internal import CEL
internal import Model
internal import POR

/// Tells one step: who acted on what, what it read that mattered, what it did, what changed.
struct StepTeller {
  private let world: World

  init(_ world: World) { self.world = world }

  /// The accounts of all steps of a run.
  static func accounts(
    of run: Run, _ states: [[UInt32]], _ composition: Composition
  ) throws -> [StepAccount] {
    try run.steps.enumerated().map { index, step in
      var state = states[index]
      composition.grow(&state)
      return try state.withUnsafeBufferPointer {
        try composition.account(of: step.action, outcome: step.outcome, at: $0)
      }
    }
  }

  /// The step for a reader.
  func step(_ account: StepAccount) -> CounterexampleStep {
    CounterexampleStep(
      title: shown(title(account)), reads: reads(account), calls: account.sent.map(call),
      differences: differences(account), remarks: remarks(account))
  }

  private func shown(_ text: String) -> String { world.tokens.display(text) }

  private func title(_ account: StepAccount) -> String {
    switch (account.actor, account.kind) {
    case (.controller(let name, let request), .reconcile(let isFirst)):
      return isFirst ? "\(name) reconciles \(request)" : "\(name) goes on with \(request)"
    case (.controller(let name, let request), .timer): return "\(name) retries \(request) later"
    case (.controller(let name, let request), .crash(let writes)):
      let point =
        writes == 0 ? "" : " after its next \(writes == 1 ? "write" : "\(writes) writes")"
      return "\(name) crashes\(point) while it works on \(request), and starts again"
    case (.controller(let name, let request), .fault(.conflict)):
      return "\(name) works on \(request) and meets a concurrent change"
    case (.controller(let name, let request), .fault):
      return "\(name) works on \(request) and loses the answer to a write"
    case (.controller(let name, let request), _): return "\(name) works on \(request)"
    case (.cache(let name, let kind), _):
      return "the cache of \(name) sees the next event of \(kind)"
    case (.event(let name), .skip): return "\(name) does not happen any more"
    case (.event(let name), _): return "event \(name)"
    }
  }

  private func reads(_ account: StepAccount) -> [CounterexampleStep.Read] {
    account.reads.compactMap { read in
      let object = shown(read.key.description)
      if read.isStale {
        return CounterexampleStep.Read(object: object, detail: stale(read))
      }
      return CounterexampleStep.Read(object: object, detail: read.seen == nil ? "absent" : "")
    }
  }

  private func stale(_ read: StepAccount.Read) -> String {
    switch (read.seen, read.live) {
    case (nil, _): return "absent (stale: it exists)"
    case (.some, nil): return "as it was (stale: it is gone)"
    case (.some(let seen), .some(let live)):
      let fields =
        ObjectDifference(
          read.key, old: world.tokens.shown(live), new: world.tokens.shown(seen))?.fields ?? []
      let values = fields.prefix(3).map { field in
        "\(field.path) = \(field.new?.text ?? "(absent)"), really \(field.old?.text ?? "(absent)")"
      }
      return values.isEmpty ? "stale" : "stale: " + values.joined(separator: "; ")
    }
  }

  private func call(_ sent: StepAccount.Sent) -> CounterexampleStep.Call {
    let part = sent.subresource.isEmpty ? "" : "/\(sent.subresource)"
    let answer =
      sent.code >= 400
      ? "\(sent.code) \(shown(sent.message ?? ""))" : sent.changes.isEmpty ? "nothing new" : ""
    return CounterexampleStep.Call(
      verb: sent.verb, object: shown(sent.key.description) + part, answer: answer)
  }

  private func differences(_ account: StepAccount) -> [ObjectDifference] {
    account.sent.flatMap(\.changes).compactMap {
      world.tokens.difference($0.key, old: $0.old, new: $0.new)
    }
  }

  private func remarks(_ account: StepAccount) -> [String] {
    switch account.outcome {
    case .failed(let error): ["ends with an error, and will be retried: \(shown(error.message))"]
    case .finished(.requeue), .finished(.requeueAfter): ["will be reconciled again later"]
    case .finished(.done), nil: []
    }
  }
}

extension FreshTokens {
  /// The difference between two versions of an object, for people.
  func difference(_ key: ObjectKey, old: JSONObject?, new: JSONObject?) -> ObjectDifference? {
    var difference = ObjectDifference(key, old: old.map(shown), new: new.map(shown))
    difference?.object = display(key.description)
    return difference
  }

  /// An object for people.
  func shown(_ object: JSONObject) -> JSONObject {
    display(.object(object)).object ?? object
  }
}
