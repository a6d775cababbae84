/// The list functions of the fragment, on lists of which elements may be absent or not known.
extension Evaluator {
  mutating func list(_ call: SymbolicCall) throws -> Value? {
    guard let items = call.elements(0) else { return nil }
    let (context, terms) = (call.context, call.terms)
    let isPlain = items.allSatisfy { $0.guardTerm == .always }
    switch call.function {
    case "sum": return try sum(call, items)
    case "min", "max": return try extreme(call, items)
    case "isSorted": return try isSorted(call, items)
    case "indexOf", "lastIndexOf":
      guard call.arguments.count == 2 else { return nil }
      return try position(call, items, fromEnd: call.function == "lastIndexOf")
    case "includes":
      var found: [TermID] = []
      for item in items {
        found.append(
          terms.and(item.guardTerm, try equality(context, item.value, call.arguments[1])))
      }
      return context.value(terms.any(found))
    case "distinct":
      var kept: [GuardedElement] = []
      for (index, item) in items.enumerated() {
        var earlier: [TermID] = []
        for other in items[..<index] {
          earlier.append(
            terms.and(other.guardTerm, try equality(context, other.value, item.value)))
        }
        kept.append(
          GuardedElement(terms.and(item.guardTerm, terms.not(terms.any(earlier))), item.value))
      }
      return context.list(kept)
    case "reverse": return context.list(items.reversed())
    case "first", "last":
      return edge(call, call.function == "first" ? items : items.reversed())
    case "join":
      guard isPlain else { return nil }
      let separator = call.arguments.count == 2 ? call.term(1, .string) : terms.string("")
      guard let separator else { return nil }
      var parts: [TermID] = []
      for (index, item) in items.enumerated() {
        guard let text = context.term(item.value), text.sort == .string else { return nil }
        if index > 0 { parts.append(separator) }
        parts.append(text.term)
      }
      return context.value(terms.concatenation(parts))
    case "flatten":
      guard call.arguments.count == 1 else { return nil }
      var parts: [GuardedElement] = []
      for item in items {
        if case .symbolic(.choice) = item.value { return nil }
        if let inner = context.elements(item.value) {
          parts += inner.map {
            GuardedElement(terms.and(item.guardTerm, $0.guardTerm), $0.value)
          }
        } else {
          parts.append(item)
        }
      }
      return context.list(parts)
    default: return nil
    }
  }

  /// The first of the elements that are there.
  private func edge(_ call: SymbolicCall, _ items: [GuardedElement]) -> Value {
    let terms = call.terms
    var none = TermID.always
    var cases: [GuardedElement] = []
    for item in items {
      cases.append(GuardedElement(terms.and(none, item.guardTerm), .optional(item.value)))
      none = terms.and(none, terms.not(item.guardTerm))
    }
    return call.context.choice(cases + [GuardedElement(none, .optional(nil))])
  }

  private mutating func sum(_ call: SymbolicCall, _ items: [GuardedElement]) throws -> Value? {
    let context = call.context
    let sorts = Set(items.map { context.term($0.value)?.sort })
    guard sorts.count == 1, case .some(.some(let sort)) = sorts.first else { return nil }
    let zero: Value =
      switch sort {
      case .int: .int(0)
      case .uint: .uint(0)
      case .double: .double(0)
      default: .duration(.zero)
      }
    // Each partial sum is checked, as the concrete loop does.
    var total = zero
    for item in items {
      let result = try attempt {
        try $0.applySymbolically(context, .add, total, item.value, call.span)
      }
      try fail(
        context, when: call.terms.and(item.guardTerm, result.error),
        result.cause ?? call.error(.overflow, "integer overflow"))
      total = context.merge(item.guardTerm, result.value ?? total, total)
    }
    return total
  }

  /// The first of the least or greatest elements.
  private mutating func extreme(_ call: SymbolicCall, _ items: [GuardedElement]) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    var best: (term: TermID, sort: TermSort)?
    var found = TermID.never
    for item in items {
      guard let next = context.term(item.value) else { return nil }
      guard let known = best else {
        (best, found) = (next, item.guardTerm)
        continue
      }
      guard known.sort == next.sort else {
        throw EvaluationError.noMatchingOverload(call.function, call.arguments)
          .placed(at: call.span)
      }
      let better =
        call.function == "min"
        ? order(context, next, known, strictly: true) : order(context, known, next, strictly: true)
      guard let better else { return nil }
      let taken = terms.and(item.guardTerm, terms.or(terms.not(found), better))
      best = (terms.choose(taken, next.term, known.term), next.sort)
      found = terms.or(found, item.guardTerm)
    }
    try fail(
      context, when: terms.not(found),
      call.error(.invalidArgument, "\(call.function) called on empty list"))
    return best.map { context.value($0.term) }
  }

  /// Whether no element that is there is greater than a later one.
  private mutating func isSorted(_ call: SymbolicCall, _ items: [GuardedElement]) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    var conditions: [TermID] = []
    for (index, item) in items.enumerated() {
      for other in items[..<index] {
        guard let one = context.term(other.value), let two = context.term(item.value),
          one.sort == two.sort, let falls = order(context, two, one, strictly: true)
        else { return nil }
        conditions.append(
          terms.not(terms.all([other.guardTerm, item.guardTerm, falls])))
      }
    }
    return context.value(terms.all(conditions))
  }

  /// The position among those there of the first or last element equal to a value; -1 for none.
  private mutating func position(
    _ call: SymbolicCall, _ items: [GuardedElement], fromEnd: Bool
  ) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    var result = terms.integer(-1)
    // The last one looked at wins.
    let order = fromEnd ? Array(items.indices) : items.indices.reversed()
    for index in order {
      let item = items[index]
      let here = terms.and(
        item.guardTerm, try equality(context, item.value, call.arguments[1]))
      let position = terms.count(items[..<index].map(\.guardTerm))
      result = terms.choose(here, position, result)
    }
    return context.value(result)
  }

  /// `lists.range(n)`: each number is there if it is less than n.
  mutating func range(_ call: SymbolicCall) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    guard let count = call.term(0, .int), terms.interval(count).upper <= 1024 else { return nil }
    try fail(
      context, when: terms.not(terms.isAtLeast(count, 0)),
      call.error(.invalidArgument, "lists.range: size must be non-negative"))
    let most = max(terms.interval(count).upper, 0)
    try spend(Int(most))
    return context.list(
      (0..<most).map { GuardedElement(terms.isAtLeast(count, $0 + 1), .int(Int64($0))) })
  }

  /// The set functions: whether elements are in the other list too.
  mutating func sets(_ call: SymbolicCall) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    guard let left = call.elements(0), let right = call.elements(1) else { return nil }
    /// For each element of the first list, whether it is there and in the second.
    func shared(
      _ evaluator: inout Evaluator, _ one: [GuardedElement], _ two: [GuardedElement]
    ) throws -> [(guardTerm: TermID, isShared: TermID)] {
      var result: [(guardTerm: TermID, isShared: TermID)] = []
      for item in one {
        var found: [TermID] = []
        for other in two {
          found.append(
            terms.and(
              other.guardTerm, try evaluator.equality(context, item.value, other.value)))
        }
        result.append((item.guardTerm, terms.any(found)))
      }
      return result
    }
    func included(
      _ evaluator: inout Evaluator, _ one: [GuardedElement], _ two: [GuardedElement]
    ) throws -> TermID {
      terms.all(try shared(&evaluator, one, two).map { terms.implies($0.guardTerm, $0.isShared) })
    }
    switch call.function {
    case "sets.contains": return context.value(try included(&self, right, left))
    case "sets.equivalent":
      return context.value(
        terms.and(try included(&self, left, right), try included(&self, right, left)))
    default:
      let found = try shared(&self, left, right).map { terms.and($0.guardTerm, $0.isShared) }
      return context.value(terms.any(found))
    }
  }
}
