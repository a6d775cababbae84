/// Runs a program once.
///
/// Operands are evaluated left to right and only where they are needed, since each variable is a
/// read. `&&`, `||` and the quantifiers absorb evaluation errors as CEL demands; any other error,
/// such as an activation's wish to stop, ends the evaluation at once.
struct Evaluator {
  let activation: any Activation
  var slots: [Value]
  /// What is left of the step limit.
  var budget: Int
  /// What an evaluation over unknown values needs; nil where all is known.
  let symbolic: SymbolicContext?
  /// The condition under which the evaluation has failed so far, and the first reason.
  var failure = TermID.never
  var cause: EvaluationError?

  init(
    activation: any Activation, slotCount: Int, stepLimit: Int, symbolic: SymbolicContext? = nil
  ) {
    self.activation = activation
    self.symbolic = symbolic
    slots = Array(repeating: .null, count: slotCount)
    budget = stepLimit
  }

  /// Takes steps off the budget; throws when it is spent.
  mutating func spend(_ steps: Int = 1) throws(EvaluationError) {
    budget -= steps
    guard budget >= 0 else {
      throw EvaluationError(.limit, "the expression takes too many steps")
    }
  }

  mutating func evaluate(_ node: Node) throws -> Value {
    try spend()
    switch node {
    case .constant(let value): return value
    case .local(let slot): return slots[slot]
    case .variable(let name, let span): return try variable(name, span)
    case .name(let readings, let span): return try read(readings, span)
    case .select(let operand, let field, let style, let span):
      let value = try evaluate(operand)
      if let symbolic, value.hasUnknownShape {
        return try selectSymbolically(symbolic, value, field, style, span)
      }
      return try Access.select(value, field, style, span)
    case .index(let operand, let key, let style, let span):
      let container = try evaluate(operand)
      // The key of an empty optional is evaluated too, as in every other call.
      let position = try evaluate(key)
      if let symbolic, container.hasUnknownShape || position.hasUnknownShape {
        return try indexSymbolically(symbolic, container, position, style, span)
      }
      return try Access.index(container, position, style, span)
    case .unary(let operation, let operand, let span):
      let value = try evaluate(operand)
      if let symbolic, value.hasUnknownShape {
        return try applySymbolically(symbolic, operation, value, span)
      }
      return try placed(span) { () throws(EvaluationError) in
        try Operators.apply(operation, value)
      }
    case .binary(let operation, let left, let right, let span):
      return try binary(operation, left, right, span)
    case .and(let operands, let span): return try connect(operands, decisive: false, span)
    case .or(let operands, let span): return try connect(operands, decisive: true, span)
    case .conditional(let condition, let left, let right, let span):
      return try conditional(condition, left, right, span)
    case .list(let elements, let span): return try list(elements, span)
    case .map(let entries, let span): return try map(entries, span)
    case .call(let site): return try call(site)
    case .host(let name, let arguments, let span): return try host(name, arguments, span)
    case .orElse(let left, let right, let style, let span):
      return try orElse(left, right, style, span)
    case .comprehension(let loop): return try run(loop)
    case .bind(let slot, let value, let body):
      slots[slot] = try evaluate(value)
      return try evaluate(body)
    case .failure(let error): throw error
    }
  }

  // MARK: - Names

  private func variable(_ name: String, _ span: SourceSpan) throws -> Value {
    do {
      if let value = try activation.value(of: name) { return value }
    } catch let error as EvaluationError {
      throw error.placed(at: span)
    }
    throw EvaluationError(.noSuchAttribute, "no such attribute: '\(name)' is not bound", at: span)
  }

  private mutating func read(_ readings: [NameReading], _ span: SourceSpan) throws -> Value {
    for reading in readings {
      let base: Value? =
        switch reading.base {
        case .variable(let name): try activation.value(of: name)
        case .type(let type): .type(type)
        }
      guard var value = base else { continue }
      for field in reading.fields {
        if let symbolic, value.hasUnknownShape {
          value = try selectSymbolically(symbolic, value, field, .value, span)
        } else {
          value = try Access.select(value, field, .value, span)
        }
      }
      return value
    }
    throw EvaluationError(.noSuchAttribute, "no such attribute: the name is not bound", at: span)
  }

  // MARK: - Operators

  private mutating func binary(
    _ operation: BinaryOperator, _ left: Node, _ right: Node, _ span: SourceSpan
  ) throws -> Value {
    let first = try evaluate(left)
    let second = try evaluate(right)
    if let symbolic, first.isSymbolic || second.isSymbolic {
      return try applySymbolically(symbolic, operation, first, second, span)
    }
    switch (operation, second) {
    case (.equal, _): return .bool(try first.isEqual(to: second, budget: &budget))
    case (.notEqual, _): return .bool(!(try first.isEqual(to: second, budget: &budget)))
    case (.isIn, .list(let items)):
      for item in items where try item.isEqual(to: first, budget: &budget) { return .bool(true) }
      return .bool(false)
    default:
      return try placed(span) { () throws(EvaluationError) in
        try Operators.apply(operation, first, second)
      }
    }
  }

  /// `&&` (decided by false) and `||` (decided by true) over two operands or more.
  private mutating func connect(
    _ operands: [Node], decisive: Bool, _ span: SourceSpan
  ) throws -> Value {
    if let symbolic {
      return try connectSymbolically(symbolic, operands, decisive: decisive, span)
    }
    var failure: EvaluationError?
    for operand in operands {
      do {
        let value = try evaluate(operand)
        guard case .bool(let flag) = value else {
          let name = decisive ? "_||_" : "_&&_"
          failure = failure ?? EvaluationError.noMatchingOverload(name, [value]).placed(at: span)
          continue
        }
        if flag == decisive { return .bool(decisive) }
      } catch let error as EvaluationError where error.kind != .limit {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return .bool(!decisive)
  }

  private mutating func conditional(
    _ condition: Node, _ left: Node, _ right: Node, _ span: SourceSpan
  ) throws -> Value {
    let value = try evaluate(condition)
    if let symbolic, case .symbolic = value {
      return try chooseSymbolically(symbolic, value, left, right, span)
    }
    guard case .bool(let flag) = value else {
      throw EvaluationError.noMatchingOverload("_?_:_", [value]).placed(at: span)
    }
    return try evaluate(flag ? left : right)
  }

  private mutating func orElse(
    _ left: Node, _ right: Node, _ style: Node.OrElse, _ span: SourceSpan
  ) throws -> Value {
    let target = try evaluate(left)
    if let symbolic, case .symbolic = target {
      return try orElseSymbolically(symbolic, target, right, style, span)
    }
    guard case .optional(let content) = target else {
      throw EvaluationError.noMatchingOverload(style.rawValue, [target]).placed(at: span)
    }
    switch style {
    case .orValue:
      if let content { return content }
      return try evaluate(right)
    case .or:
      if content != nil { return target }
      let other = try evaluate(right)
      if symbolic != nil, case .symbolic(.choice) = other { return other }
      guard case .optional = other else {
        throw EvaluationError.noMatchingOverload("or", [target, other]).placed(at: span)
      }
      return other
    }
  }

  // MARK: - Literals

  private mutating func list(_ elements: [Node.Element], _ span: SourceSpan) throws -> Value {
    if let symbolic, elements.contains(where: \.isOptional) {
      return try listSymbolically(symbolic, elements, span)
    }
    var items: [Value] = []
    items.reserveCapacity(elements.count)
    for element in elements {
      let value = try evaluate(element.value)
      if !element.isOptional {
        items.append(value)
      } else if let content = try optional(value, span) {
        items.append(content)
      }
    }
    return .list(items)
  }

  private mutating func map(_ entries: [Node.Entry], _ span: SourceSpan) throws -> Value {
    if let symbolic { return try mapSymbolically(symbolic, entries, span) }
    var pairs: [(Value, Value)] = []
    pairs.reserveCapacity(entries.count)
    for entry in entries {
      let key = try evaluate(entry.key)
      let value = try evaluate(entry.value)
      if !entry.isOptional {
        pairs.append((key, value))
      } else if let content = try optional(value, span) {
        pairs.append((key, content))
      }
    }
    return try placed(span) { () throws(EvaluationError) in .map(try MapValue(pairs)) }
  }

  private func optional(_ value: Value, _ span: SourceSpan) throws -> Value? {
    guard case .optional(let content) = value else {
      throw EvaluationError(
        .noMatchingOverload, "an entry with ? needs an optional, not \(value.type.runtimeName)",
        at: span)
    }
    return content
  }

  // MARK: - Calls

  private mutating func call(_ site: CallSite) throws -> Value {
    var arguments: [Value] = []
    arguments.reserveCapacity(site.arguments.count)
    for argument in site.arguments { arguments.append(try evaluate(argument)) }
    if let symbolic, arguments.contains(where: \.isSymbolic) {
      return try callSymbolically(symbolic, site, arguments)
    }
    for candidate in site.candidates where candidate.takes(arguments) {
      return try placed(site.span) { () throws(EvaluationError) in
        try candidate.implementation(arguments)
      }
    }
    throw EvaluationError.noMatchingOverload(site.function, arguments).placed(at: site.span)
  }

  private mutating func host(_ name: String, _ nodes: [Node], _ span: SourceSpan) throws -> Value {
    var arguments: [Value] = []
    for node in nodes { arguments.append(try evaluate(node)) }
    do {
      return try activation.call(name, arguments)
    } catch let error as EvaluationError {
      throw error.placed(at: span)
    }
  }
}

/// Runs work and gives its error a place.
func placed<Result>(
  _ span: SourceSpan, _ work: () throws(EvaluationError) -> Result
) throws(EvaluationError) -> Result {
  do throws(EvaluationError) {
    return try work()
  } catch {
    throw error.placed(at: span)
  }
}
