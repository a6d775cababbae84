/// What absorbs errors, over conditions that are not known (cel-spec: doc/langdef.md, "Logical
/// Operators").
extension Evaluator {
  /// `&&` (decided by false) and `||` (decided by true).
  ///
  /// The value of `&&` is that all operands are true; it fails where one fails and none is false.
  mutating func connectSymbolically(
    _ context: SymbolicContext, _ operands: [Node], decisive: Bool, _ span: SourceSpan
  ) throws -> Value {
    let terms = context.terms
    var values: [TermID] = []
    var errors: [TermID] = []
    var open: [TermID] = []
    var first: EvaluationError?
    for operand in operands {
      let result = try attempt { try $0.evaluate(operand) }
      var (holds, error) = (TermID.never, result.error)
      if let value = result.value {
        let (found, mismatch) = context.condition(value)
        holds = found
        if mismatch != .never {
          let name = decisive ? "_||_" : "_&&_"
          first = first ?? EvaluationError.noMatchingOverload(name, [value]).placed(at: span)
        }
        error = terms.or(error, mismatch)
      }
      first = first ?? result.cause
      // For || everything is the dual.
      let wanted = decisive ? terms.not(holds) : holds
      if error == .never, wanted == .never { return .bool(decisive) }
      values.append(wanted)
      errors.append(error)
      open.append(terms.or(error, wanted))
    }
    let error = terms.all([terms.any(errors)] + open)
    try fail(context, when: error, first ?? EvaluationError.noMatchingOverload("_&&_", []))
    let value = terms.all(values)
    return context.value(decisive ? terms.not(value) : value)
  }

  /// `c ? x : y` for a condition that is not known.
  mutating func chooseSymbolically(
    _ context: SymbolicContext, _ condition: Value, _ left: Node, _ right: Node, _ span: SourceSpan
  ) throws -> Value {
    let (holds, mismatch) = context.condition(condition)
    try fail(
      context, when: mismatch,
      EvaluationError.noMatchingOverload("_?_:_", [condition]).placed(at: span))
    if holds == .always { return try evaluate(left) }
    if holds == .never { return try evaluate(right) }
    do {
      let one = try attempt { try $0.evaluate(left) }
      let two = try attempt { try $0.evaluate(right) }
      return try join(context, [(holds, one), (context.terms.not(holds), two)])
    } catch let error as OutsideFragment where context.decide != nil {
      return try evaluate(try decided(context, holds, error.reason, span) ? left : right)
    }
  }

  /// `a.or(b)` and `a.orValue(b)` where a may be there.
  mutating func orElseSymbolically(
    _ context: SymbolicContext, _ target: Value, _ right: Node, _ style: Node.OrElse,
    _ span: SourceSpan
  ) throws -> Value {
    try distribute(context, [target]) { evaluator, arguments in
      guard case .optional(let content) = arguments[0] else {
        throw EvaluationError.noMatchingOverload(style.rawValue, arguments).placed(at: span)
      }
      if let content { return style == .orValue ? content : arguments[0] }
      let other = try evaluator.evaluate(right)
      if style == .orValue { return other }
      return try evaluator.distribute(context, [other]) { _, found in
        guard case .optional = found[0] else {
          throw EvaluationError.noMatchingOverload("or", [arguments[0], found[0]]).placed(at: span)
        }
        return found[0]
      }
    }
  }

  /// Whether an entry written with `?` is there, and its value; nil where it never is.
  func optionalEntry(
    _ context: SymbolicContext, _ value: Value, _ span: SourceSpan
  ) throws -> GuardedElement? {
    switch value {
    case .optional(.none): return nil
    case .optional(.some(let content)): return GuardedElement(.always, content)
    case .symbolic(.choice(let cases)):
      var present: [GuardedElement] = []
      for item in cases {
        guard let entry = try optionalEntry(context, item.value, span) else { continue }
        present.append(
          GuardedElement(context.terms.and(item.guardTerm, entry.guardTerm), entry.value))
      }
      guard !present.isEmpty else { return nil }
      return GuardedElement(
        context.terms.any(present.map(\.guardTerm)), context.choice(present))
    default:
      throw EvaluationError(
        .noMatchingOverload, "an entry with ? needs an optional, not \(value.type.runtimeName)",
        at: span)
    }
  }

  /// A list literal of which entries may be absent.
  mutating func listSymbolically(
    _ context: SymbolicContext, _ elements: [Node.Element], _ span: SourceSpan
  ) throws -> Value {
    var items: [GuardedElement] = []
    for element in elements {
      let value = try evaluate(element.value)
      if !element.isOptional {
        items.append(GuardedElement(.always, value))
      } else if let entry = try optionalEntry(context, value, span) {
        items.append(entry)
      }
    }
    return context.list(items)
  }

  /// A map literal of which entries may be absent; its keys must be known.
  mutating func mapSymbolically(
    _ context: SymbolicContext, _ nodes: [Node.Entry], _ span: SourceSpan
  ) throws -> Value {
    var entries: [GuardedEntry] = []
    for node in nodes {
      var key = try evaluate(node.key)
      let value = try evaluate(node.value)
      if key.isSymbolic {
        key = try known(context, key, "a key of a map that is not known", span)
      }
      if !node.isOptional {
        entries.append(GuardedEntry(.always, key, value))
      } else if let entry = try optionalEntry(context, value, span) {
        entries.append(GuardedEntry(entry.guardTerm, key, entry.value))
      }
    }
    return try uniqueMap(context, entries, span)
  }

  /// A map of entries whose keys may repeat: an error where two of them are there.
  mutating func uniqueMap(
    _ context: SymbolicContext, _ entries: [GuardedEntry], _ span: SourceSpan
  ) throws -> Value {
    // The concrete constructor checks the kinds of the keys.
    for entry in entries {
      _ = try placed(span) { () throws(EvaluationError) in try MapValue([(entry.key, .null)]) }
    }
    var unique: [GuardedEntry] = []
    for entry in entries {
      guard let index = unique.firstIndex(where: { $0.key.isEqual(to: entry.key) }) else {
        unique.append(entry)
        continue
      }
      let known = unique[index]
      try fail(
        context, when: context.terms.and(known.guardTerm, entry.guardTerm),
        EvaluationError(.invalidArgument, "Failed with repeated key: \(entry.key)", at: span))
      unique[index] = GuardedEntry(
        context.terms.or(known.guardTerm, entry.guardTerm), known.key,
        context.merge(known.guardTerm, known.value, entry.value))
    }
    return context.map(unique)
  }

  /// One value of what is not known, as the caller picks it.
  func known(
    _ context: SymbolicContext, _ value: Value, _ reason: String, _ span: SourceSpan
  ) throws -> Value {
    let unknowns = context.unknowns(in: value)
    guard let pick = context.pick else { throw OutsideFragment(reason, span, unknowns) }
    var found: [TermID: TermConstant] = [:]
    for term in unknowns {
      guard let constant = try pick(term) else { throw OutsideFragment(reason, span, unknowns) }
      found[term] = constant
    }
    context.note(FragmentNote(way: .concretised, reason: reason, span: span))
    return context.replacing(found, in: value)
  }
}
