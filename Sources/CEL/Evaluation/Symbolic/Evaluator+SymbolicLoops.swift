/// The macros over lists and maps of which elements may be absent.
extension Evaluator {
  /// An element of a range: the condition under which it is there, and what the variables are.
  private struct Round {
    let guardTerm: TermID
    let first: Value
    let second: Value
  }

  mutating func runSymbolically(
    _ context: SymbolicContext, _ loop: Loop, _ range: Value
  ) throws -> Value {
    try distribute(context, [range]) { evaluator, arguments in
      let rounds = try evaluator.rounds(context, loop, arguments[0])
      switch loop.kind {
      case .all: return try evaluator.quantify(context, loop, rounds, decisive: false)
      case .exists: return try evaluator.quantify(context, loop, rounds, decisive: true)
      case .existsOne: return try evaluator.existsOne(context, loop, rounds)
      case .list, .map, .mapEntries:
        return try evaluator.collect(context, loop, rounds)
      }
    }
  }

  private func rounds(
    _ context: SymbolicContext, _ loop: Loop, _ range: Value
  ) throws -> [Round] {
    if let items = context.elements(range) {
      return items.enumerated().map { index, item in
        guard loop.hasTwoVariables else {
          return Round(guardTerm: item.guardTerm, first: item.value, second: .null)
        }
        let position = context.terms.count(items[..<index].map(\.guardTerm))
        return Round(
          guardTerm: item.guardTerm, first: context.value(position), second: item.value)
      }
    }
    if let entries = context.entries(range) {
      return entries.map {
        Round(
          guardTerm: $0.guardTerm, first: $0.key, second: loop.hasTwoVariables ? $0.value : .null)
      }
    }
    throw EvaluationError(
      .noMatchingOverload, "\(range.type.runtimeName) has no elements to range over", at: loop.span)
  }

  private mutating func enter(_ loop: Loop, _ round: Round) throws {
    try spend()
    slots[loop.slot] = round.first
    if loop.hasTwoVariables { slots[loop.slot + 1] = round.second }
  }

  /// Whether the condition holds for the elements in the slots, and where it fails.
  private mutating func holds(
    _ context: SymbolicContext, _ loop: Loop
  ) throws -> (holds: TermID, error: TermID, cause: EvaluationError?) {
    guard let condition = loop.condition else { return (.always, .never, nil) }
    let result = try attempt { try $0.evaluate(condition) }
    guard let value = result.value else { return (.never, .always, result.cause) }
    let (holds, mismatch) = context.condition(value)
    let cause =
      mismatch == .never
      ? nil
      : EvaluationError(
        .noMatchingOverload, "the condition is \(value.type.runtimeName), not bool", at: loop.span)
    return (holds, context.terms.or(result.error, mismatch), result.cause ?? cause)
  }

  /// The error that counts among those of several elements; see `stronger` of the concrete loop.
  private func stronger(_ known: EvaluationError?, _ error: EvaluationError?) -> EvaluationError? {
    guard let known, let error else { return known ?? error }
    return known.isDataPending && !error.isDataPending ? error : known
  }

  private static let unnamed = EvaluationError(.invalidArgument, "the condition of a macro fails")

  private mutating func quantify(
    _ context: SymbolicContext, _ loop: Loop, _ rounds: [Round], decisive: Bool
  ) throws -> Value {
    let terms = context.terms
    var values: [TermID] = []
    var errors: [TermID] = []
    var open: [TermID] = []
    var cause: EvaluationError?
    for round in rounds {
      try enter(loop, round)
      let result = try holds(context, loop)
      let wanted = decisive ? terms.not(result.holds) : result.holds
      if round.guardTerm == .always, result.error == .never, wanted == .never {
        return .bool(decisive)
      }
      cause = stronger(cause, result.cause)
      values.append(terms.implies(round.guardTerm, wanted))
      errors.append(terms.and(round.guardTerm, result.error))
      open.append(terms.implies(round.guardTerm, terms.or(result.error, wanted)))
    }
    let error = terms.all([terms.any(errors)] + open)
    try fail(context, when: error, cause ?? Self.unnamed)
    let value = terms.all(values)
    return context.value(decisive ? terms.not(value) : value)
  }

  private mutating func existsOne(
    _ context: SymbolicContext, _ loop: Loop, _ rounds: [Round]
  ) throws -> Value {
    let terms = context.terms
    var found: [TermID] = []
    for round in rounds {
      try enter(loop, round)
      let result = try holds(context, loop)
      try fail(
        context, when: terms.and(round.guardTerm, result.error), result.cause ?? Self.unnamed)
      found.append(terms.and(round.guardTerm, result.holds))
    }
    return context.value(terms.equals(terms.count(found), 1))
  }

  private mutating func collect(
    _ context: SymbolicContext, _ loop: Loop, _ rounds: [Round]
  ) throws -> Value {
    guard let resultNode = loop.result else {
      preconditionFailure("a comprehension that collects has a result")
    }
    let terms = context.terms
    var items: [GuardedElement] = []
    var entries: [GuardedEntry] = []
    for round in rounds {
      try enter(loop, round)
      let condition = try holds(context, loop)
      try fail(
        context, when: terms.and(round.guardTerm, condition.error),
        condition.cause ?? Self.unnamed)
      let kept = terms.and(round.guardTerm, condition.holds)
      if kept == .never { continue }
      let result = try attempt { try $0.evaluate(resultNode) }
      try fail(context, when: terms.and(kept, result.error), result.cause ?? Self.unnamed)
      guard let value = result.value else { continue }
      switch loop.kind {
      case .list: items.append(GuardedElement(kept, value))
      case .map:
        var key = round.first
        if key.isSymbolic {
          key = try known(context, key, "a key of a map that is not known", loop.span)
        }
        entries.append(GuardedEntry(kept, key, value))
      default:
        guard let inner = context.entries(value) else {
          throw EvaluationError(
            .noMatchingOverload, "transformMapEntry needs a map, not \(value.type.runtimeName)",
            at: loop.span)
        }
        try spend(inner.count)
        entries += inner.map { GuardedEntry(terms.and(kept, $0.guardTerm), $0.key, $0.value) }
      }
    }
    if loop.kind == .list { return context.list(items) }
    return try uniqueMap(context, entries, loop.span)
  }
}
