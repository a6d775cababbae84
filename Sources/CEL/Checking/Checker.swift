/// Checks types and resolves names and overloads in one pass.
///
/// Follows cel-go's checker (checker/checker.go). After a mistake the part in question is taken
/// for dyn, so that one mistake is reported once and the others still are.
struct Checker {
  /// A resolved expression and its type.
  typealias Typed = (node: Node, type: CELType)

  let names: Names
  let options: Environment.Options
  var substitution = Substitution()
  var scopes = Scopes()
  var issues: [CompileError.Issue] = []
  /// Literals to be looked at when all types are known.
  private var literals: [(span: SourceSpan, what: String, types: [CELType])] = []
  /// Whether the next expression is an argument of `format`, or in a literal that is.
  var isFormatArgument = false

  init(names: Names, options: Environment.Options) {
    self.names = names
    self.options = options
  }

  /// The program of an expression.
  static func check(
    _ expression: ParsedExpression, source: String, names: Names, options: Environment.Options
  ) throws(CompileError) -> Program {
    var checker = Checker(names: names, options: options)
    let (node, type) = checker.check(expression)
    if options.requiresHomogeneousLiterals { checker.checkHomogeneity() }
    guard checker.issues.isEmpty else {
      throw CompileError(source: source, issues: checker.issues)
    }
    return Program(
      source: source, resultType: checker.substitution.resolve(type, finally: true), root: node,
      slotCount: checker.scopes.slotCount)
  }

  mutating func report(
    _ kind: CompileError.Issue.Kind, _ span: SourceSpan, _ message: String
  ) -> Typed {
    issues.append(CompileError.Issue(kind, at: span, message))
    return (.failure(EvaluationError(.noMatchingOverload, message, at: span)), .dyn)
  }

  mutating func check(_ expression: ParsedExpression) -> Typed {
    let span = expression.span
    let outer = isFormatArgument
    defer { isFormatArgument = outer }
    switch expression.kind {
    case .list, .map: break
    default: isFormatArgument = false
    }
    switch expression.kind {
    case .literal(let value): return (.constant(value), value.type)
    case .identifier(let name): return identifier(name, span)
    case .select(let operand, let field, let style):
      if style == .value, let name = expression.qualifiedName, !scopes.shadows(name),
        let found = lookUp(name, span)
      {
        return found
      }
      return select(operand, field, style, span)
    case .index(let operand, let key, let style): return index(operand, key, style, span)
    case .call(let target, let function, let arguments):
      return call(target, function, arguments, span)
    case .unary(let operation, let operand):
      let (node, type) = check(operand)
      let signatures = OperatorSignatures.signatures(of: operation)
      let result = operate(operation.rawValue + "_", signatures, [type], span)
      return (.unary(operation, node, span), result)
    case .binary(let operation, let left, let right):
      let first = check(left)
      let second = check(right)
      let signatures = OperatorSignatures.signatures(
        of: operation, comparesAcrossTypes: options.comparesNumbersAcrossTypes)
      let result = operate(
        "_\(operation.rawValue)_", signatures, [first.type, second.type], span)
      return (.binary(operation, first.node, second.node, span), result)
    case .and(let operands): return (.and(booleans(operands, "_&&_"), span), .bool)
    case .or(let operands): return (.or(booleans(operands, "_||_"), span), .bool)
    case .conditional(let condition, let left, let right):
      let parts = [check(condition), check(left), check(right)]
      let result = operate("_?_:_", OperatorSignatures.conditional, parts.map(\.type), span)
      return (.conditional(parts[0].node, parts[1].node, parts[2].node, span), result)
    case .list(let elements): return list(elements, span)
    case .map(let entries): return map(entries, span)
    case .message(let name, _):
      return report(
        .type, span, "there is no message type '\(name)' here; a map is written {\"key\": value}")
    case .comprehension(let comprehension): return loop(comprehension, span)
    case .bind(let name, let value, let body):
      let (valueNode, valueType) = check(value)
      let slot = scopes.enter([(name, valueType)])
      let (bodyNode, bodyType) = check(body)
      scopes.leave(1)
      return (.bind(slot, valueNode, bodyNode), bodyType)
    }
  }

  // MARK: - Names

  private mutating func identifier(_ name: String, _ span: SourceSpan) -> Typed {
    if let (slot, type) = scopes.lookUp(name) { return (.local(slot), type) }
    if let found = lookUp(name, span) { return found }
    let known = (names.variableNames + scopes.visibleNames).sorted()
    return report(
      .undeclaredVariable(name: name, known: known), span,
      "undeclared reference to '\(name)' (in container '\(names.container)')")
  }

  private func lookUp(_ name: String, _ span: SourceSpan) -> Typed? {
    for candidate in names.candidates(name) {
      if let type = names.variables[candidate] { return (.variable(candidate, span), type) }
      if let type = names.types[candidate] { return (.constant(.type(type)), .type(type)) }
    }
    return nil
  }

  // MARK: - Literals

  /// The type that the elements of a literal share; dyn where they are mixed.
  private mutating func join(_ types: [CELType]) -> CELType {
    guard var common = types.first else { return substitution.fresh() }
    for type in types.dropFirst() { common = substitution.join(common, type) ?? .dyn }
    return common
  }

  private mutating func list(_ elements: [ParsedExpression.Element], _ span: SourceSpan) -> Typed {
    var nodes: [Node.Element] = []
    var types: [CELType] = []
    for element in elements {
      let (node, type) = check(element.value)
      nodes.append(Node.Element(value: node, isOptional: element.isOptional))
      types.append(element.isOptional ? content(type, element.value.span) : type)
    }
    if !isFormatArgument { literals.append((span, "list elements", types)) }
    return (NodeBuilding.list(nodes, span), .list(join(types)))
  }

  private mutating func map(_ entries: [ParsedExpression.Entry], _ span: SourceSpan) -> Typed {
    var nodes: [Node.Entry] = []
    var keys: [CELType] = []
    var values: [CELType] = []
    for entry in entries {
      let key = check(entry.key)
      let value = check(entry.value)
      nodes.append(Node.Entry(key: key.node, value: value.node, isOptional: entry.isOptional))
      keys.append(key.type)
      values.append(entry.isOptional ? content(value.type, entry.value.span) : value.type)
    }
    if !isFormatArgument {
      literals.append((span, "map keys", keys))
      literals.append((span, "map values", values))
    }
    return (NodeBuilding.map(nodes, span), .map(join(keys), join(values)))
  }

  /// The type inside an optional that an entry with `?` needs.
  private mutating func content(_ type: CELType, _ span: SourceSpan) -> CELType {
    let type = substitution.resolve(type)
    if case .optional(let inner) = type { return inner }
    let inner = substitution.fresh()
    if !substitution.assign([type], to: [.optional(inner)]) {
      _ = report(.type, span, "an entry with ? needs an optional, not \(type)")
    }
    return inner
  }

  /// Kubernetes' rule that all elements of a literal have one type, but in arguments of `format`
  /// (cel-go: cel/validator.go, ValidateHomogeneousAggregateLiterals).
  private mutating func checkHomogeneity() {
    for (span, what, types) in literals {
      let resolved = types.map { substitution.resolve($0, finally: true) }
      guard let first = resolved.first, let other = resolved.first(where: { $0 != first }) else {
        continue
      }
      _ = report(
        .type, span,
        "\(what) must have one type here, found \(first) and \(other); dyn(x) makes a value's "
          + "type dyn")
    }
  }

  private mutating func booleans(_ operands: [ParsedExpression], _ function: String) -> [Node] {
    operands.map { operand in
      let (node, type) = check(operand)
      if !substitution.assign([type], to: [.bool]) {
        let found = substitution.resolve(type, finally: true)
        _ = report(
          .type, operand.span,
          "found no matching overload for '\(function)': expected bool, "
            + "found \(found)")
      }
      return node
    }
  }
}
