/// CEL's operators on values that are not known.
extension Evaluator {
  mutating func applySymbolically(
    _ context: SymbolicContext, _ operation: UnaryOperator, _ operand: Value, _ span: SourceSpan
  ) throws -> Value {
    let terms = context.terms
    return try distribute(context, [operand]) { evaluator, arguments in
      switch (operation, arguments[0]) {
      case (.not, .symbolic(.term(let term, .bool))): return context.value(terms.not(term))
      case (.negate, .symbolic(.term(let term, .int))):
        return try evaluator.checked(
          context, terms.subtract(terms.integer(0), term), "integer overflow", span)
      case (.negate, .symbolic(.term(let term, .double))):
        return context.value(terms.operate(.multiply, term, terms.double(-1)))
      default:
        return try placed(span) { () throws(EvaluationError) in
          try Operators.apply(operation, arguments[0])
        }
      }
    }
  }

  mutating func applySymbolically(
    _ context: SymbolicContext, _ operation: BinaryOperator, _ left: Value, _ right: Value,
    _ span: SourceSpan
  ) throws -> Value {
    let terms = context.terms
    switch operation {
    case .equal: return context.value(try equality(context, left, right))
    case .notEqual: return context.value(terms.not(try equality(context, left, right)))
    default: break
    }
    return try distribute(context, [left, right]) { evaluator, arguments in
      let (first, second) = (arguments[0], arguments[1])
      if operation == .isIn { return try evaluator.membership(context, first, second, span) }
      if operation == .add, let one = context.elements(first), let two = context.elements(second) {
        return context.list(one + two)
      }
      guard first.isSymbolic || second.isSymbolic else {
        return try placed(span) { () throws(EvaluationError) in
          try Operators.apply(operation, first, second)
        }
      }
      guard let one = context.term(first), let two = context.term(second) else {
        throw EvaluationError.noMatchingOverload("_\(operation.rawValue)_", arguments)
          .placed(at: span)
      }
      if let order = try evaluator.comparison(context, operation, one, two) {
        return context.value(order)
      }
      if let result = try evaluator.arithmetic(context, operation, one, two, span) { return result }
      throw EvaluationError.noMatchingOverload("_\(operation.rawValue)_", arguments)
        .placed(at: span)
    }
  }

  /// An integer result, which fails out of its range.
  mutating func checked(
    _ context: SymbolicContext, _ term: TermID, _ message: String, _ span: SourceSpan
  ) throws -> Value {
    try fail(
      context, when: context.terms.overflow(term), EvaluationError(.overflow, message, at: span))
    return context.value(term)
  }

  typealias SortedTerm = (term: TermID, sort: TermSort)

  private mutating func arithmetic(
    _ context: SymbolicContext, _ operation: BinaryOperator, _ left: SortedTerm,
    _ right: SortedTerm, _ span: SourceSpan
  ) throws -> Value? {
    let terms = context.terms
    let (a, b) = (left.term, right.term)
    switch (operation, left.sort, right.sort) {
    case (.add, .string, .string): return context.value(terms.concatenation([a, b]))
    case (.add, .double, .double): return context.value(terms.operate(.add, a, b))
    case (.subtract, .double, .double): return context.value(terms.operate(.subtract, a, b))
    case (.multiply, .double, .double): return context.value(terms.operate(.multiply, a, b))
    case (.divide, .double, .double): return context.value(terms.operate(.divide, a, b))
    case (.add, .int, .int), (.add, .uint, .uint):
      return try checked(context, terms.add(a, b, left.sort), "integer overflow", span)
    case (.add, .duration, .duration), (.add, .timestamp, .duration):
      return try checked(context, terms.add(a, b, left.sort), "\(left.sort) out of range", span)
    case (.add, .duration, .timestamp):
      return try checked(context, terms.add(a, b, .timestamp), "timestamp out of range", span)
    case (.subtract, .int, .int), (.subtract, .uint, .uint):
      return try checked(context, terms.subtract(a, b, left.sort), "integer overflow", span)
    case (.subtract, .duration, .duration), (.subtract, .timestamp, .duration):
      return try checked(
        context, terms.subtract(a, b, left.sort), "\(left.sort) out of range", span)
    case (.subtract, .timestamp, .timestamp):
      return try checked(context, terms.subtract(a, b, .duration), "duration out of range", span)
    case (.multiply, .int, .int), (.multiply, .uint, .uint):
      return try checked(context, terms.multiply(a, b, left.sort), "integer overflow", span)
    case (.divide, .int, .int), (.divide, .uint, .uint):
      try fail(
        context, when: terms.equals(b, 0),
        EvaluationError(.divideByZero, "division by zero", at: span))
      return try checked(context, terms.quotient(a, b, left.sort), "integer overflow", span)
    case (.remainder, .int, .int), (.remainder, .uint, .uint):
      try fail(
        context, when: terms.equals(b, 0),
        EvaluationError(.divideByZero, "modulus by zero", at: span))
      // Where the quotient would not fit there is no remainder either.
      try fail(
        context, when: terms.overflow(terms.quotient(a, b, left.sort)),
        EvaluationError(.overflow, "integer overflow", at: span))
      return context.value(terms.remainder(a, b, left.sort))
    default: return nil
    }
  }

  /// `<`, `<=`, `>` and `>=`; nil for another operator or operands without an order.
  func comparison(
    _ context: SymbolicContext, _ operation: BinaryOperator, _ left: SortedTerm,
    _ right: SortedTerm
  ) throws -> TermID? {
    switch operation {
    case .less: order(context, left, right, strictly: true)
    case .lessOrEqual: order(context, left, right, strictly: false)
    case .greater: order(context, right, left, strictly: true)
    case .greaterOrEqual: order(context, right, left, strictly: false)
    default: nil
    }
  }

  /// Whether the first comes before the second, or, unless strictly, is equal.
  func order(
    _ context: SymbolicContext, _ left: SortedTerm, _ right: SortedTerm, strictly: Bool
  ) -> TermID? {
    let terms = context.terms
    let (a, b) = (left.term, right.term)
    switch (left.sort, right.sort) {
    case (.bool, .bool):
      return strictly ? terms.and(terms.not(a), b) : terms.or(terms.not(a), b)
    case (.string, .string):
      let before = terms.test(.precedes, a, b)
      return strictly ? before : terms.or(before, terms.stringEquals(a, b))
    case (.double, .double), (.double, .int), (.double, .uint), (.int, .double), (.uint, .double):
      let one = left.sort == .double ? a : terms.toDouble(a)
      let two = right.sort == .double ? b : terms.toDouble(b)
      return strictly ? terms.doubleLess(one, two) : terms.doubleAtMost(one, two)
    case (.int, .int), (.uint, .uint), (.int, .uint), (.uint, .int), (.duration, .duration),
      (.timestamp, .timestamp):
      return strictly ? terms.isLess(a, b) : terms.isAtMost(a, b)
    default: return nil
    }
  }

  /// `in` for a list or a map.
  private mutating func membership(
    _ context: SymbolicContext, _ element: Value, _ container: Value, _ span: SourceSpan
  ) throws -> Value {
    let terms = context.terms
    if let items = context.elements(container) {
      var found: [TermID] = []
      for item in items {
        found.append(terms.and(item.guardTerm, try equality(context, item.value, element)))
      }
      return context.value(terms.any(found))
    }
    if let entries = context.entries(container) {
      var found: [TermID] = []
      for entry in entries {
        found.append(terms.and(entry.guardTerm, try equality(context, entry.key, element)))
      }
      return context.value(terms.any(found))
    }
    throw EvaluationError.noMatchingOverload("_in_", [element, container]).placed(at: span)
  }

  /// CEL's `==` as a condition; like there it never fails.
  mutating func equality(
    _ context: SymbolicContext, _ left: Value, _ right: Value
  ) throws -> TermID {
    let terms = context.terms
    try spend()
    if case .symbolic(.choice(let cases)) = left {
      var found: [TermID] = []
      for item in cases {
        found.append(terms.and(item.guardTerm, try equality(context, item.value, right)))
      }
      return terms.any(found)
    }
    if case .symbolic(.choice) = right { return try equality(context, right, left) }
    guard left.isSymbolic || right.isSymbolic else {
      return terms.bool(try left.isEqual(to: right, budget: &budget))
    }
    if let one = context.term(left), let two = context.term(right) {
      return termEquality(context, one, two)
    }
    if let one = context.elements(left), let two = context.elements(right) {
      return try listEquality(context, one, two)
    }
    if let one = context.entries(left), let two = context.entries(right) {
      return try mapEquality(context, one, two)
    }
    if case .optional(let one) = left, case .optional(let two) = right {
      guard let one, let two else { return terms.bool(one == nil && two == nil) }
      return try equality(context, one, two)
    }
    return .never
  }

  private func termEquality(
    _ context: SymbolicContext, _ left: SortedTerm, _ right: SortedTerm
  ) -> TermID {
    let terms = context.terms
    let (a, b) = (left.term, right.term)
    let numbers: Set<TermSort> = [.int, .uint, .double]
    if left.sort == .double || right.sort == .double {
      guard numbers.contains(left.sort), numbers.contains(right.sort) else { return .never }
      let one = left.sort == .double ? a : terms.toDouble(a)
      let two = right.sort == .double ? b : terms.toDouble(b)
      return terms.doubleEquals(one, two)
    }
    guard left.sort == right.sort || (numbers.contains(left.sort) && numbers.contains(right.sort))
    else { return .never }
    switch left.sort {
    case .bool: return terms.equivalent(a, b)
    case .string: return terms.stringEquals(a, b)
    default: return terms.areEqual(a, b)
    }
  }

  /// Whether what is there of two lists is equal, in order.
  ///
  /// By dynamic programming over the suffixes: an element that is not there is skipped, two that are
  /// there must be equal.
  private mutating func listEquality(
    _ context: SymbolicContext, _ left: [GuardedElement], _ right: [GuardedElement]
  ) throws -> TermID {
    let terms = context.terms
    if left.allSatisfy({ $0.guardTerm == .always }), right.allSatisfy({ $0.guardTerm == .always }) {
      guard left.count == right.count else { return .never }
      var parts: [TermID] = []
      for (one, two) in zip(left, right) {
        parts.append(try equality(context, one.value, two.value))
      }
      return terms.all(parts)
    }
    try spend(left.count * right.count)
    // The row of suffixes of the left list from i on, for each suffix of the right one.
    var row = [TermID](repeating: .always, count: right.count + 1)
    for j in right.indices.reversed() {
      row[j] = terms.and(row[j + 1], terms.not(right[j].guardTerm))
    }
    for one in left.reversed() {
      var next = row
      next[right.count] = terms.and(row[right.count], terms.not(one.guardTerm))
      for j in right.indices.reversed() {
        let two = right[j]
        let both = terms.all([
          one.guardTerm, two.guardTerm, try equality(context, one.value, two.value), row[j + 1],
        ])
        next[j] = terms.any([
          terms.and(terms.not(one.guardTerm), row[j]),
          terms.all([one.guardTerm, terms.not(two.guardTerm), next[j + 1]]), both,
        ])
      }
      row = next
    }
    return row[0]
  }

  private mutating func mapEquality(
    _ context: SymbolicContext, _ left: [GuardedEntry], _ right: [GuardedEntry]
  ) throws -> TermID {
    let terms = context.terms
    var parts: [TermID] = []
    var matched: Set<Int> = []
    for entry in left {
      guard let index = right.firstIndex(where: { $0.key.isEqual(to: entry.key) }) else {
        parts.append(terms.not(entry.guardTerm))
        continue
      }
      matched.insert(index)
      let partner = right[index]
      parts.append(terms.equivalent(entry.guardTerm, partner.guardTerm))
      parts.append(
        terms.implies(entry.guardTerm, try equality(context, entry.value, partner.value)))
    }
    for (index, entry) in right.enumerated() where !matched.contains(index) {
      parts.append(terms.not(entry.guardTerm))
    }
    return terms.all(parts)
  }
}
