/// Resolves an expression without checking types: names and overloads are decided as it runs.
struct Linker {
  private let names: Names
  private var scopes = Scopes()

  private init(names: Names) { self.names = names }

  /// The unchecked program of an expression.
  static func link(_ expression: ParsedExpression, source: String, names: Names) -> Program {
    var linker = Linker(names: names)
    let root = linker.link(expression)
    return Program(
      source: source, resultType: .dyn, root: root, slotCount: linker.scopes.slotCount)
  }

  private mutating func link(_ expression: ParsedExpression) -> Node {
    let span = expression.span
    switch expression.kind {
    case .literal(let value): return .constant(value)
    case .identifier(let name):
      if let (slot, _) = scopes.lookUp(name) { return .local(slot) }
      return .name(readings([name]), span)
    case .select(let operand, let field, let style):
      if style == .value, let parts = expression.dottedName, scopes.lookUp(parts[0]) == nil {
        return .name(readings(parts), span)
      }
      return .select(link(operand), field, style, span)
    case .index(let operand, let key, let style):
      return .index(link(operand), link(key), style, span)
    case .call(let target, let function, let arguments):
      return call(target, function, arguments, span)
    case .unary(let operation, let operand): return .unary(operation, link(operand), span)
    case .binary(let operation, let left, let right):
      return .binary(operation, link(left), link(right), span)
    case .and(let operands): return .and(operands.map { link($0) }, span)
    case .or(let operands): return .or(operands.map { link($0) }, span)
    case .conditional(let condition, let left, let right):
      return .conditional(link(condition), link(left), link(right), span)
    case .list(let elements):
      return NodeBuilding.list(
        elements.map { Node.Element(value: link($0.value), isOptional: $0.isOptional) }, span)
    case .map(let entries):
      return NodeBuilding.map(
        entries.map {
          Node.Entry(key: link($0.key), value: link($0.value), isOptional: $0.isOptional)
        }, span)
    case .message(let name, _):
      return .failure(
        EvaluationError(.noMatchingOverload, "there is no message type '\(name)'", at: span))
    case .comprehension(let comprehension): return loop(comprehension, span)
    case .bind(let name, let value, let body):
      let valueNode = link(value)
      let slot = scopes.enter([(name, .dyn)])
      let bodyNode = link(body)
      scopes.leave(1)
      return .bind(slot, valueNode, bodyNode)
    }
  }

  /// The ways to read a dotted name: the longest variable name first, each in every container.
  private func readings(_ parts: [String]) -> [NameReading] {
    var readings: [NameReading] = []
    for length in stride(from: parts.count, through: 1, by: -1) {
      let fields = Array(parts[length...])
      for name in names.candidates(parts[..<length].joined(separator: ".")) {
        readings.append(NameReading(base: .variable(name), fields: fields))
        if let type = names.types[name] {
          readings.append(NameReading(base: .type(type), fields: fields))
        }
      }
    }
    return readings
  }

  private mutating func call(
    _ target: ParsedExpression?, _ function: String, _ arguments: [ParsedExpression],
    _ span: SourceSpan
  ) -> Node {
    if let target, let prefix = target.qualifiedName, !scopes.shadows(prefix),
      let (name, signatures) = names.function("\(prefix).\(function)", .global)
    {
      return NodeBuilding.call(name, signatures, arguments.map { link($0) }, span).0
    }
    let operands = ((target.map { [$0] } ?? []) + arguments).map { link($0) }
    let style: Overload.Style = target == nil ? .global : .member
    guard let (name, signatures) = names.function(function, style) else {
      return .failure(
        EvaluationError(.noMatchingOverload, "unbound function: '\(function)'", at: span))
    }
    return NodeBuilding.call(name, signatures, operands, span).0
  }

  private mutating func loop(_ comprehension: Comprehension, _ span: SourceSpan) -> Node {
    let range = link(comprehension.range)
    let slot = scopes.enter(comprehension.variables.map { ($0, .dyn) })
    let condition = comprehension.condition.map { link($0) }
    let result = comprehension.result.map { link($0) }
    scopes.leave(comprehension.variables.count)
    return .comprehension(
      Loop(
        kind: comprehension.kind, range: range, slot: slot,
        hasTwoVariables: comprehension.variables.count == 2, condition: condition, result: result,
        span: span))
  }
}

extension ParsedExpression {
  /// The parts of ``qualifiedName``; a part in backquotes may hold dots itself.
  fileprivate var dottedName: [String]? {
    switch kind {
    case .identifier(let name): [name]
    case .select(let operand, let field, .value): operand.dottedName.map { $0 + [field] }
    default: nil
    }
  }
}
