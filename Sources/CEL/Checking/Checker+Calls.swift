/// Selections, indices, calls and macros.
extension Checker {
  /// The result type of the first signature that takes the arguments, dyn where several do with
  /// different results, and the signatures that do; nil where none does.
  mutating func resolve(
    _ signatures: [Signature], _ arguments: [CELType]
  ) -> (type: CELType, matching: [Signature])? {
    var result: CELType?
    var matching: [Signature] = []
    for signature in signatures where signature.parameters.count == arguments.count {
      let (parameters, type) = substitution.instantiate(signature)
      guard substitution.assign(arguments, to: parameters) else { continue }
      matching.append(signature)
      let found = substitution.resolve(type)
      if result == nil {
        result = found
      } else if result != .dyn, result != found {
        result = .dyn
      }
    }
    return result.map { ($0, matching) }
  }

  /// The result type of an operator.
  mutating func operate(
    _ name: String, _ signatures: [Signature], _ types: [CELType], _ span: SourceSpan
  ) -> CELType {
    if let result = resolve(signatures, types) { return result.type }
    return reportNoOverload(name, types, span).type
  }

  private mutating func reportNoOverload(
    _ name: String, _ types: [CELType], _ span: SourceSpan
  ) -> Typed {
    let found = types.map { substitution.resolve($0, finally: true) }
    let list = found.map(\.description).joined(separator: ", ")
    let hint = OverloadHint.text(name, found).map { "; \($0)" } ?? ""
    return report(
      .type, span, "found no matching overload for '\(name)' applied to '(\(list))'\(hint)")
  }

  // MARK: - Selection

  mutating func select(
    _ operand: ParsedExpression, _ field: String, _ style: ParsedExpression.SelectStyle,
    _ span: SourceSpan
  ) -> Typed {
    let (node, found) = check(operand)
    var type = substitution.resolve(found)
    var isOptional = false
    if case .optional(let inner) = type {
      isOptional = true
      type = substitution.resolve(inner)
    }
    var result: CELType = .dyn
    switch type {
    case .map(_, let value):
      result = value
    case .parameter:
      // What an open type turns out to be later must not depend on this use.
      _ = substitution.assign([.dyn], to: [type])
    case .dyn: break
    default:
      let shown = substitution.resolve(type, finally: true)
      result = report(.type, span, "type '\(shown)' does not support field selection").type
    }
    let selected = Node.select(node, field, style, span)
    switch style {
    case .presence: return (selected, .bool)
    case .optional: return (selected, .optional(result))
    case .value: return (selected, isOptional ? .optional(result) : result)
    }
  }

  mutating func index(
    _ operand: ParsedExpression, _ key: ParsedExpression, _ style: ParsedExpression.IndexStyle,
    _ span: SourceSpan
  ) -> Typed {
    let container = check(operand)
    let position = check(key)
    let result = operate(
      style == .value ? "_[_]" : "_[?_]",
      style == .value ? OperatorSignatures.index : OperatorSignatures.optionalIndex,
      [container.type, position.type], span)
    return (.index(container.node, position.node, style, span), result)
  }

  // MARK: - Calls

  mutating func call(
    _ target: ParsedExpression?, _ function: String, _ arguments: [ParsedExpression],
    _ span: SourceSpan
  ) -> Typed {
    if let target {
      if let prefix = target.qualifiedName, !scopes.shadows(prefix),
        let (name, signatures) = names.function("\(prefix).\(function)", .global)
      {
        return apply(name, signatures, checkArguments(arguments, of: function), span)
      }
      guard let (name, signatures) = names.function(function, .member) else {
        if let prefix = target.qualifiedName, !names.isDeclared(prefix), !scopes.shadows(prefix) {
          _ = arguments.map { check($0) }
          return reportUndeclared("\(prefix).\(function)", target: nil, span)
        }
        let operand = check(target)
        _ = arguments.map { check($0) }
        return reportUndeclared(function, target: operand.type, span)
      }
      let operand = check(target)
      return apply(name, signatures, [operand] + checkArguments(arguments, of: function), span)
    }
    let values = checkArguments(arguments, of: function)
    guard let (name, signatures) = names.function(function, .global) else {
      return reportUndeclared(function, target: nil, span)
    }
    return apply(name, signatures, values, span)
  }

  private mutating func checkArguments(
    _ arguments: [ParsedExpression], of function: String
  ) -> [Typed] {
    arguments.map { argument in
      isFormatArgument = function == "format"
      return check(argument)
    }
  }

  private mutating func apply(
    _ name: String, _ signatures: [Signature], _ arguments: [Typed], _ span: SourceSpan
  ) -> Typed {
    guard let (type, matching) = resolve(signatures, arguments.map(\.type)) else {
      return reportNoOverload(name, arguments.map(\.type), span)
    }
    let (node, failure) = NodeBuilding.call(name, matching, arguments.map(\.node), span)
    if options.validatesLiterals, let failure { _ = report(.type, span, failure.message) }
    return (node, type)
  }

  private mutating func reportUndeclared(
    _ function: String, target: CELType?, _ span: SourceSpan
  ) -> Typed {
    var hint = ""
    if target == nil, names.function(function, .member) != nil {
      hint = "; it is called on a value: x.\(function)(…)"
    } else if target != nil, names.function(function, .global) != nil {
      hint = "; it is called as \(function)(x)"
    } else if let macro = OverloadHint.macro(function) {
      hint = "; \(macro)"
    }
    return report(
      .undeclaredFunction(name: function, known: names.functionNames), span,
      "undeclared reference to '\(function)' (in container '\(names.container)')\(hint)")
  }

  // MARK: - Macros

  mutating func loop(_ comprehension: Comprehension, _ span: SourceSpan) -> Typed {
    let range = check(comprehension.range)
    let (key, value) = elements(of: range.type, comprehension.range.span)
    let isMap: Bool
    if case .map = substitution.resolve(range.type) { isMap = true } else { isMap = false }
    let hasTwo = comprehension.variables.count == 2
    let types = hasTwo ? [key, value] : [isMap ? key : value]
    let slot = scopes.enter(Array(zip(comprehension.variables, types)))
    var condition: Node?
    if let expression = comprehension.condition {
      let (node, type) = check(expression)
      if !substitution.assign([type], to: [.bool]) {
        let found = substitution.resolve(type, finally: true)
        _ = report(.type, expression.span, "the condition must be bool, found \(found)")
      }
      condition = node
    }
    let result = comprehension.result.map { check($0) }
    scopes.leave(comprehension.variables.count)
    let node = Node.comprehension(
      Loop(
        kind: comprehension.kind, range: range.node, slot: slot, hasTwoVariables: hasTwo,
        condition: condition, result: result?.node, span: span))
    switch comprehension.kind {
    case .all, .exists, .existsOne: return (node, .bool)
    case .list: return (node, .list(result?.type ?? .dyn))
    case .map: return (node, .map(key, result?.type ?? .dyn))
    case .mapEntries:
      let entry = CELType.map(substitution.fresh(), substitution.fresh())
      if let result, !substitution.assign([result.type], to: [entry]) {
        let found = substitution.resolve(result.type, finally: true)
        _ = report(.type, span, "transformMapEntry needs a map for each entry, found \(found)")
      }
      return (node, entry)
    }
  }

  /// The types of index and element, or key and value.
  private mutating func elements(
    of range: CELType, _ span: SourceSpan
  ) -> (key: CELType, value: CELType) {
    let type = substitution.resolve(range)
    switch type {
    case .list(let element): return (.int, element)
    case .map(let key, let value): return (key, value)
    case .dyn: return (.dyn, .dyn)
    case .parameter:
      _ = substitution.assign([.dyn], to: [type])
      return (.dyn, .dyn)
    default:
      let shown = substitution.resolve(type, finally: true)
      _ = report(.type, span, "a macro ranges over a list or a map, not over \(shown)")
      return (.dyn, .dyn)
    }
  }
}

/// What to do about common mistakes.
enum OverloadHint {
  /// A next step for operands of these types, where there is a usual one.
  static func text(_ function: String, _ types: [CELType]) -> String? {
    let numbers: Set<CELType> = [.int, .uint, .double]
    switch function {
    case "_+_" where types.contains(.string):
      return "convert the other operand with string(x)"
    case "_in_" where types.last == .string: return "for a part of a string write s.contains(x)"
    case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_%_":
      if types.allSatisfy(numbers.contains) {
        return "convert one operand with int(x), uint(x) or double(x)"
      }
      if types.contains(.null) { return "only dyn and nullable types compare with null" }
      return nil
    case "!_": return types == [.int] ? "compare it: x == 0" : nil
    default: return nil
    }
  }

  /// How a macro is written, where a call looks like one with a wrong number of arguments.
  static func macro(_ name: String) -> String? {
    switch name {
    case "has": "has() takes one field selection: has(x.f)"
    case "all", "exists", "exists_one", "existsOne", "filter":
      "it is written list.\(name)(x, condition)"
    case "map": "it is written list.map(x, result) or list.map(x, condition, result)"
    default: nil
    }
  }
}
