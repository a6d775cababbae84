internal import CEL

/// Conditions with functions that Z3 does not look into.
///
/// To Z3 such a function is any function. If nothing fulfils the condition whatever the function is,
/// nothing does. Values that Z3 finds are tried with the function itself; where they do not fulfil the
/// condition, Z3 is told what the function gives for them, a few times. So there is no wrong answer, but
/// there may be none.
extension SolverSession {
  private static let rounds = 6
  private static let mostTexts = 24

  /// The answer to a condition, with values that were tried.
  func refined(_ condition: TermID) -> SolverResult {
    let calls = terms.applications(in: condition)
    if calls.isEmpty { return solved(condition) }
    var texts = Array(terms.texts(in: condition).prefix(Self.mostTexts))
    var facts: [TermID] = []
    for call in calls { facts += known(call, texts) }
    for _ in 0..<Self.rounds {
      switch solved(terms.all([condition] + facts)) {
      case .unsatisfiable: return .unsatisfiable
      case .unknown(let reason): return .unknown(reason)
      case .satisfiable(let model):
        if terms.holds(condition, model) { return .satisfiable(model) }
        for call in calls {
          facts.append(fact(call, model))
          for argument in terms.operands(call) {
            guard let text = terms.evaluate(argument, model).string, !texts.contains(text) else {
              continue
            }
            texts.append(text)
          }
        }
      }
    }
    // Among the texts for which it is known what the functions give.
    for call in calls { facts += known(call, texts) }
    let among = calls.flatMap { terms.operands($0) }.filter {
      terms.sort($0) == .string && terms.constant($0) == nil
    }.map { argument in terms.any(texts.map { terms.stringEquals(argument, terms.string($0)) }) }
    if case .satisfiable(let model) = solved(terms.all([condition] + facts + among)),
      terms.holds(condition, model)
    {
      return .satisfiable(model)
    }
    return .unknown("no formula looks into \(terms.text(calls[0]))")
  }

  /// What a function gives for texts as its only argument that is not known.
  private func known(_ call: TermID, _ texts: [String]) -> [TermID] {
    let open = terms.operands(call).filter { terms.constant($0) == nil }
    guard open.count == 1, terms.sort(open[0]) == .string,
      case .application(let number, let arguments) = terms.node(call)
    else { return [] }
    return texts.map { text in
      let argument = terms.string(text)
      let value = terms.apply(
        terms.functions[number], arguments.map { $0 == open[0] ? argument : $0 })
      return terms.implies(terms.stringEquals(open[0], argument), equal(call, value))
    }
  }

  /// What a function gives for the arguments that it has in a model.
  private func fact(_ call: TermID, _ model: Valuation) -> TermID {
    guard case .application(let number, let arguments) = terms.node(call) else { return .always }
    let values = arguments.map { terms.evaluate($0, model) }
    let value = terms.functions[number].value(values)
    let isThere = zip(arguments, values).map { terms.isEqual($0, to: $1) }
    return terms.implies(terms.all(isThere), terms.isEqual(call, to: value))
  }

  private func equal(_ call: TermID, _ value: TermID) -> TermID {
    terms.constant(value).map { terms.isEqual(call, to: $0) } ?? .always
  }
}
