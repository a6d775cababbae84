/// The functions of the fragment: those a term stands for.
extension Evaluator {
  /// The result; nil where the function is outside the fragment, or looks at shapes only.
  mutating func answer(_ call: SymbolicCall) throws -> Value? {
    switch call.function {
    case "size": return size(call)
    case "dyn": return call.arguments[0]
    case "type": return .type(call.arguments[0].type)
    case "contains", "startsWith", "endsWith", "matches", "indexOf", "substring", "charAt":
      if call.term(0, .string) != nil { return try string(call) }
      return try list(call)
    case "int", "uint", "double", "bool", "string", "duration", "timestamp":
      return try conversion(call)
    case "getHours", "getMinutes", "getSeconds", "getMilliseconds": return timePart(call)
    case "add", "sub", "isGreaterThan", "isLessThan", "compareTo", "sign":
      return try quantity(call)
    case "sum", "min", "max", "isSorted", "lastIndexOf", "distinct", "reverse", "first", "last",
      "join", "flatten", "includes":
      return try list(call)
    case "lists.range": return try range(call)
    case "sets.contains", "sets.intersects", "sets.equivalent": return try sets(call)
    case "optional.ofNonZeroValue":
      guard let known = call.context.term(call.arguments[0]), known.sort != .timestamp else {
        return nil
      }
      let zero: TermID =
        switch known.sort {
        case .bool: call.terms.not(known.term)
        case .string: call.terms.stringEquals(known.term, call.terms.string(""))
        case .double: call.terms.doubleEquals(known.term, call.terms.double(0))
        // A quantity has no zero that counts as absent.
        case .quantity: .never
        default: call.terms.equals(known.term, 0)
        }
      return call.context.optional(call.arguments[0], if: call.terms.not(zero))
    default: return nil
    }
  }

  private func size(_ call: SymbolicCall) -> Value? {
    if let text = call.term(0, .string) { return call.context.value(call.terms.length(text)) }
    switch call.arguments[0] {
    case .symbolic(.list(let items)):
      return call.context.value(call.terms.count(items.map(\.guardTerm)))
    case .symbolic(.map(let entries)):
      return call.context.value(call.terms.count(entries.map(\.guardTerm)))
    default: return nil
    }
  }

  // MARK: - Conversions

  private mutating func conversion(_ call: SymbolicCall) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    guard let (term, sort) = context.term(call.arguments[0]) else { return nil }
    switch (call.function, sort) {
    case ("int", .int), ("uint", .uint), ("double", .double), ("bool", .bool), ("string", .string),
      ("duration", .duration), ("timestamp", .timestamp):
      return call.arguments[0]
    case ("int", .uint):
      return try checked(
        context, terms.sum([LinearPart(1, term)], 0, .int), "range error: no int", call.span)
    case ("uint", .int):
      return try checked(
        context, terms.sum([LinearPart(1, term)], 0, .uint), "range error: no uint", call.span)
    case ("double", .int), ("double", .uint): return context.value(terms.toDouble(term))
    case ("int", .double), ("uint", .double):
      return try integer(call, term, call.function == "int" ? .int : .uint)
    case ("int", .timestamp): return context.value(terms.floorQuotient(term, 1_000_000_000))
    case ("timestamp", .int):
      return try checked(
        context, terms.sum([LinearPart(1_000_000_000, term)], 0, .timestamp),
        "timestamp out of range", call.span)
    case ("string", .bool):
      return context.value(terms.choose(term, terms.string("true"), terms.string("false")))
    default: return nil
    }
  }

  /// `int(d)` and `uint(d)`: towards zero, the bounds themselves refused as in cel-go.
  private mutating func integer(
    _ call: SymbolicCall, _ term: TermID, _ sort: TermSort
  ) throws -> Value {
    let terms = call.terms
    let inRange =
      sort == .int
      ? terms.and(
        terms.doubleLess(terms.double(-0x1p63), term), terms.doubleLess(term, terms.double(0x1p63)))
      : terms.and(
        terms.doubleAtMost(terms.double(0), term), terms.doubleLess(term, terms.double(0x1p64)))
    try fail(
      call.context, when: terms.not(inRange), call.error(.overflow, "range error: no \(sort)"))
    let whole = terms.rounded(.towardZero, term)
    return call.context.value(terms.sum([LinearPart(1, whole)], 0, sort))
  }

  // MARK: - Times

  /// The getters of durations, and those of timestamps in UTC that are the same every day.
  private func timePart(_ call: SymbolicCall) -> Value? {
    let terms = call.terms
    guard call.arguments.count == 1 else { return nil }
    let units: [String: Int128] = [
      "getHours": 3_600_000_000_000, "getMinutes": 60_000_000_000, "getSeconds": 1_000_000_000,
      "getMilliseconds": 1_000_000,
    ]
    guard let unit = units[call.function] else { return nil }
    if let duration = call.term(0, .duration) {
      let whole = terms.quotient(duration, terms.integer(unit))
      // The specification's overload counts past the second, cel-go's does not; the concrete
      // implementation knows which of the two this environment has.
      guard call.function == "getMilliseconds" else { return call.context.value(whole) }
      return nil
    }
    guard let instant = call.term(0, .timestamp) else { return nil }
    let cycles: [String: Int128] = [
      "getHours": 24, "getMinutes": 60, "getSeconds": 60, "getMilliseconds": 1000,
    ]
    guard let cycle = cycles[call.function] else { return nil }
    let whole = terms.floorQuotient(instant, unit)
    let cyclesPassed = terms.floorQuotient(whole, cycle)
    return call.context.value(
      terms.sum([LinearPart(1, whole), LinearPart(-cycle, cyclesPassed)]))
  }

  // MARK: - Quantities

  private mutating func quantity(_ call: SymbolicCall) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    guard let left = call.term(0, .quantity) else { return nil }
    if call.function == "sign" {
      let positive = terms.choose(terms.isAtLeast(left, 1), terms.integer(1), terms.integer(0))
      return context.value(
        terms.choose(terms.isAtLeast(left, 0), positive, terms.integer(-1)))
    }
    let right: TermID
    if let other = call.term(1, .quantity) {
      right = other
    } else if let number = call.term(1, .int), call.function == "add" || call.function == "sub" {
      right = terms.sum([LinearPart(1_000_000_000, number)], 0, .quantity)
    } else {
      return nil
    }
    switch call.function {
    case "add": return context.value(terms.add(left, right, .quantity))
    case "sub": return context.value(terms.subtract(left, right, .quantity))
    case "isGreaterThan": return context.value(terms.isLess(right, left))
    case "isLessThan": return context.value(terms.isLess(left, right))
    default:
      return context.value(
        terms.choose(
          terms.isLess(left, right), terms.integer(-1),
          terms.choose(terms.areEqual(left, right), terms.integer(0), terms.integer(1))))
    }
  }

  // MARK: - Strings

  private mutating func string(_ call: SymbolicCall) throws -> Value? {
    let (context, terms) = (call.context, call.terms)
    guard let text = call.term(0, .string) else { return nil }
    let length = terms.length(text)
    /// Fails for a position outside of the text.
    func inside(_ index: TermID) -> TermID {
      terms.and(terms.isAtLeast(index, 0), terms.isAtMost(index, length))
    }
    switch call.function {
    case "contains", "startsWith", "endsWith":
      guard let part = call.term(1, .string) else { return nil }
      let tests: [String: TermNode.StringTest] = [
        "contains": .contains, "startsWith": .startsWith, "endsWith": .endsWith,
      ]
      return tests[call.function].map { context.value(terms.test($0, text, part)) }
    case "matches":
      guard case .string(let pattern) = call.arguments[1] else { return nil }
      guard let expression = try? RegularExpression(pattern) else {
        throw call.error(.invalidArgument, "'\(pattern)' is no regular expression")
      }
      guard expression.language != nil else { return nil }
      return context.value(terms.matches(text, expression))
    case "indexOf":
      guard let part = call.term(1, .string) else { return nil }
      guard call.arguments.count == 3 else {
        return context.value(terms.position(part, of: text, from: terms.integer(0)))
      }
      guard let start = call.term(2, .int) else { return nil }
      try fail(
        context, when: terms.not(inside(start)),
        call.error(.invalidArgument, "index out of range"))
      return context.value(terms.position(part, of: text, from: start))
    case "charAt":
      guard let index = call.term(1, .int) else { return nil }
      try fail(
        context, when: terms.not(inside(index)),
        call.error(.invalidArgument, "index out of range"))
      return context.value(terms.part(text, from: index, count: terms.integer(1)))
    default:
      guard let start = call.term(1, .int) else { return nil }
      let end = call.arguments.count == 3 ? call.term(2, .int) : length
      guard let end else { return nil }
      let fine = terms.all([inside(start), inside(end), terms.isAtMost(start, end)])
      try fail(
        context, when: terms.not(fine), call.error(.invalidArgument, "invalid substring range"))
      return context.value(terms.part(text, from: start, count: terms.subtract(end, start)))
    }
  }
}
