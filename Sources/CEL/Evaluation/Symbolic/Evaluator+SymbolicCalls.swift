/// Functions with arguments that are not known.
extension Evaluator {
  /// Overloads that look at the shape of their arguments only, never at an element: they do with
  /// terms what they do with values.
  private static let parametric: Set<String> = [
    "size_list", "list_size", "size_map", "map_size", "to_dyn", "optional_of", "optional_none",
    "optional_hasValue", "optional_value", "optional_or_optional", "optional_orValue_value",
    "list_first", "list_last", "list_reverse", "list_slice", "list_flatten", "optional_unwrap",
    "optional_unwrapOpt",
  ]

  mutating func callSymbolically(
    _ context: SymbolicContext, _ site: CallSite, _ arguments: [Value]
  ) throws -> Value {
    try distribute(context, arguments) { evaluator, arguments in
      guard let candidate = site.candidates.first(where: { $0.takes(arguments) }) else {
        throw EvaluationError.noMatchingOverload(site.function, arguments).placed(at: site.span)
      }
      if arguments.contains(where: \.isSymbolic) {
        let call = SymbolicCall(
          context: context, function: site.function, id: candidate.id, arguments: arguments,
          span: site.span)
        if let result = try evaluator.answer(call) { return result }
        let isPlain = !arguments.contains { if case .symbolic = $0 { true } else { false } }
        guard isPlain || candidate.id.hasPrefix("optional_"),
          Self.parametric.contains(candidate.id)
        else {
          return try evaluator.callOutside(call, candidate)
        }
      }
      return try placed(site.span) { () throws(EvaluationError) in
        try candidate.implementation(arguments)
      }
    }
  }

  /// A call as a term that formulas do not look into, where it has a result for all arguments and
  /// those are too many to be tried one by one.
  private func abstracted(_ call: SymbolicCall, _ candidate: CallSite.Candidate) -> Value? {
    let context = call.context
    guard context.abstracts else { return nil }
    var terms: [TermID] = []
    var sorts: [TermSort] = []
    var isSmall = true
    for argument in call.arguments {
      guard let (term, sort) = context.term(argument) else { return nil }
      terms.append(term)
      sorts.append(sort)
      if context.terms.constant(term) != nil || sort == .bool { continue }
      let isFew = context.terms.interval(term).count.map { $0 <= context.enumerationLimit } ?? false
      let isListed = context.terms.symbol(term)?.values != nil
      if !(sort.isInteger && isFew || isListed) { isSmall = false }
    }
    guard !isSmall,
      let function = TermFunction(call.function, sorts, candidate.implementation)
    else { return nil }
    return context.value(context.terms.apply(function, terms))
  }

  /// A function that no term stands for: tried with all values of its arguments where they are few,
  /// else with one that the caller picks.
  private mutating func callOutside(
    _ call: SymbolicCall, _ candidate: CallSite.Candidate
  ) throws -> Value {
    let context = call.context
    let reason = "\(call.function) of a value that is not known"
    let unknowns = context.unknowns(in: .list(call.arguments))
    var rows: [[TermID: TermConstant]] = [[:]]
    for term in unknowns {
      guard let domain = context.domain(term, limit: context.splitLimit),
        domain.count * rows.count <= context.splitLimit
      else {
        if let value = abstracted(call, candidate) {
          context.note(FragmentNote(way: .abstracted, reason: reason, span: call.span))
          return value
        }
        let known = try known(context, .list(call.arguments), reason, call.span)
        guard case .list(let arguments) = known else { return known }
        return try placed(call.span) { () throws(EvaluationError) in
          try candidate.implementation(arguments)
        }
      }
      rows = rows.flatMap { row in
        domain.map { value in row.merging([term: value]) { _, new in new } }
      }
    }
    context.note(FragmentNote(way: .split, reason: reason, span: call.span))
    try spend(rows.count)
    var attempts: [(TermID, Attempt)] = []
    for row in rows {
      let condition = context.terms.all(
        unknowns.compactMap { term in row[term].map { context.term(term, is: $0) } })
      if condition == .never { continue }
      let arguments = call.arguments.map { context.replacing(row, in: $0) }
      attempts.append(
        (
          condition,
          try attempt { _ in
            try placed(call.span) { () throws(EvaluationError) in
              try candidate.implementation(arguments)
            }
          }
        ))
    }
    return try join(context, attempts)
  }
}

/// A call of a library's function with an argument that is not known.
struct SymbolicCall {
  let context: SymbolicContext
  let function: String
  /// The overload.
  let id: String
  let arguments: [Value]
  let span: SourceSpan

  var terms: TermTable { context.terms }

  /// The term of an argument of a sort; nil where it is of another.
  func term(_ index: Int, _ sort: TermSort) -> TermID? {
    guard index < arguments.count, let found = context.term(arguments[index]), found.sort == sort
    else { return nil }
    return found.term
  }

  /// The elements of an argument that is a list.
  func elements(_ index: Int) -> [GuardedElement]? {
    index < arguments.count ? context.elements(arguments[index]) : nil
  }

  func error(_ kind: EvaluationError.Kind, _ message: String) -> EvaluationError {
    EvaluationError(kind, message, at: span)
  }
}
