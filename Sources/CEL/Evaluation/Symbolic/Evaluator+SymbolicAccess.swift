/// Fields and elements of what is not known.
extension Evaluator {
  /// `e.f`, `e.?f` and `has(e.f)`; see ``Access/select(_:_:_:_:)``.
  mutating func selectSymbolically(
    _ context: SymbolicContext, _ operand: Value, _ field: String,
    _ style: ParsedExpression.SelectStyle, _ span: SourceSpan
  ) throws -> Value {
    try distribute(context, [operand]) { evaluator, arguments in
      switch arguments[0] {
      case .symbolic(.map(let entries)):
        let entry = entries.first {
          if case .string(let name) = $0.key { name.isExactly(field) } else { false }
        }
        let present = entry?.guardTerm ?? .never
        switch style {
        case .presence: return context.value(present)
        case .optional:
          return context.optional(entry?.value ?? .null, if: present)
        case .value:
          try evaluator.fail(
            context, when: context.terms.not(present),
            EvaluationError(
              .noSuchKey,
              "no such key: '\(field)'; where it may be absent, ask has(….\(field)) first or read "
                + ".?\(field).orValue(…)",
              at: span))
          return entry?.value ?? .null
        }
      case .optional(.some(let content)) where content.isSymbolic:
        let inner = try evaluator.selectSymbolically(
          context, content, field, style == .value ? .optional : style, span)
        guard style == .value else { return inner }
        // A plain selection from an optional that is no map is an error.
        return try evaluator.distribute(context, [content]) { evaluator, parts in
          switch parts[0] {
          case .map, .symbolic(.map):
            return try evaluator.selectSymbolically(context, parts[0], field, .optional, span)
          default: return try Access.select(.optional(parts[0]), field, .value, span)
          }
        }
      default: return try Access.select(arguments[0], field, style, span)
      }
    }
  }

  /// `e[i]` and `e[?i]`; see ``Access/index(_:_:_:_:)``.
  mutating func indexSymbolically(
    _ context: SymbolicContext, _ container: Value, _ key: Value,
    _ style: ParsedExpression.IndexStyle, _ span: SourceSpan
  ) throws -> Value {
    try distribute(context, [container, key]) { evaluator, arguments in
      let (container, key) = (arguments[0], arguments[1])
      if case .optional(.some(let content)) = container {
        return try evaluator.indexSymbolically(context, content, key, .optional, span)
      }
      let cases: [GuardedElement]
      var missing = EvaluationError(.indexOutOfBounds, "index out of bounds", at: span)
      if let entries = context.entries(container), key.isSymbolic || container.isSymbolic {
        missing = EvaluationError(.noSuchKey, "no such key: \(key)", at: span)
        cases = try evaluator.entries(context, entries, under: key)
      } else if let items = context.elements(container), key.isSymbolic || container.isSymbolic {
        cases = try evaluator.elements(context, items, at: key, span)
      } else {
        return try Access.index(container, key, style, span)
      }
      let found = context.terms.any(cases.map(\.guardTerm))
      if style == .optional {
        return cases.isEmpty
          ? .optional(nil) : context.optional(context.choice(cases), if: found)
      }
      try evaluator.fail(context, when: context.terms.not(found), missing)
      return context.choice(cases)
    }
  }

  private mutating func entries(
    _ context: SymbolicContext, _ entries: [GuardedEntry], under key: Value
  ) throws -> [GuardedElement] {
    var cases: [GuardedElement] = []
    for entry in entries {
      let condition = context.terms.and(
        entry.guardTerm, try equality(context, entry.key, key))
      if condition != .never { cases.append(GuardedElement(condition, entry.value)) }
    }
    return cases
  }

  /// The elements that may be at a position: those there of which as many are there before.
  private mutating func elements(
    _ context: SymbolicContext, _ items: [GuardedElement], at key: Value, _ span: SourceSpan
  ) throws -> [GuardedElement] {
    guard let position = context.term(key), position.sort.isInteger || position.sort == .double
    else { throw EvaluationError(.invalidArgument, "\(key) is no index of a list", at: span) }
    let terms = context.terms
    if position.sort == .double {
      throw OutsideFragment("an index that is a double", span, context.unknowns(in: key))
    }
    try spend(items.count)
    var cases: [GuardedElement] = []
    for (index, item) in items.enumerated() {
      let before = items[..<index].map(\.guardTerm)
      let condition = terms.and(
        item.guardTerm, terms.areEqual(terms.count(before), position.term))
      if condition != .never { cases.append(GuardedElement(condition, item.value)) }
    }
    return cases
  }
}
