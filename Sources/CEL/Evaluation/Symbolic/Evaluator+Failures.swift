/// Errors under conditions.
///
/// An operand's error is an error of the whole, so conditions are gathered in ``failure`` while
/// operands are evaluated; only what absorbs errors (`&&`, `||`, `?:`, the quantifiers) looks at the
/// error of each operand, by ``attempt(_:)``.
extension Evaluator {
  /// What evaluating a part gave: a value with the condition under which there is none.
  struct Attempt {
    let value: Value?
    let error: TermID
    let cause: EvaluationError?
  }

  /// Evaluates a part whose errors shall not be those of the whole.
  mutating func attempt(_ body: (inout Evaluator) throws -> Value) throws -> Attempt {
    let (outerFailure, outerCause) = (failure, cause)
    defer { (failure, cause) = (outerFailure, outerCause) }
    (failure, cause) = (.never, nil)
    do {
      let value = try body(&self)
      return Attempt(value: value, error: failure, cause: cause)
    } catch let error as EvaluationError where error.kind != .limit {
      return Attempt(value: nil, error: .always, cause: error)
    }
  }

  /// Adds a condition under which the evaluation fails; throws where it always holds.
  mutating func fail(
    _ context: SymbolicContext, when condition: TermID, _ error: @autoclosure () -> EvaluationError
  ) throws {
    if condition == .never { return }
    if condition == .always { throw error() }
    failure = context.terms.or(failure, condition)
    cause = cause ?? error()
    if failure == .always { throw cause ?? error() }
  }

  /// Evaluates with each case of the arguments that are choices.
  mutating func distribute(
    _ context: SymbolicContext, _ arguments: [Value],
    _ body: (inout Evaluator, [Value]) throws -> Value
  ) throws -> Value {
    for (index, argument) in arguments.enumerated() {
      guard case .symbolic(.choice(let cases)) = argument else { continue }
      try spend(cases.count)
      var attempts: [(TermID, Attempt)] = []
      for item in cases {
        var known = arguments
        known[index] = item.value
        attempts.append(
          (item.guardTerm, try attempt { try $0.distribute(context, known, body) }))
      }
      return try join(context, attempts)
    }
    return try body(&self, arguments)
  }

  /// One of several results; its error is that of the one whose guard holds.
  mutating func join(
    _ context: SymbolicContext, _ attempts: [(TermID, Attempt)]
  ) throws -> Value {
    let terms = context.terms
    let values = attempts.compactMap { condition, attempt in
      attempt.value.map { GuardedElement(condition, $0) }
    }
    let error = terms.any(attempts.map { terms.and($0.0, $0.1.error) })
    let first = attempts.lazy.compactMap { $0.1.cause }.first
    let cause = first ?? EvaluationError(.invalidArgument, "no case of the value has a result")
    if values.isEmpty { throw cause }
    try fail(context, when: error, cause)
    return context.choice(values)
  }

  /// The answer to a condition that has to be known.
  func decided(
    _ context: SymbolicContext, _ condition: TermID, _ reason: String, _ span: SourceSpan
  ) throws -> Bool {
    if condition == .always { return true }
    if condition == .never { return false }
    guard let decide = context.decide else { throw OutsideFragment(reason, span, [condition]) }
    context.note(FragmentNote(way: .decided, reason: reason, span: span))
    return try decide(condition)
  }
}
