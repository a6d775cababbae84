/// The macros of CEL's standard environment.
extension Macro {
  /// `has`, `all`, `exists`, `exists_one`, `map`, `filter`.
  package static let standard: [Macro] = [
    has,
    quantifier("all", .all),
    quantifier("exists", .exists),
    quantifier("exists_one", .existsOne),
    quantifier("existsOne", .existsOne),
    Macro("filter", .member, argumentCount: 2) { call throws(CompileError.Issue) in
      let name = try call.variable(0)
      return call.expression(
        .comprehension(
          Comprehension(
            .list, over: try call.receiver(), as: [name], where: call.arguments[1],
            result: call.arguments[0])))
    },
    Macro("map", .member, argumentCount: 2) { call throws(CompileError.Issue) in
      call.expression(
        .comprehension(
          Comprehension(
            .list, over: try call.receiver(), as: [try call.variable(0)], where: nil,
            result: call.arguments[1])))
    },
    Macro("map", .member, argumentCount: 3) { call throws(CompileError.Issue) in
      call.expression(
        .comprehension(
          Comprehension(
            .list, over: try call.receiver(), as: [try call.variable(0)],
            where: call.arguments[1], result: call.arguments[2])))
    },
  ]

  /// The macros over indices and elements or keys and values (cel-go's TwoVarComprehensions).
  package static let twoVariables: [Macro] = [
    quantifier("all", .all, variables: 2),
    quantifier("exists", .exists, variables: 2),
    quantifier("exists_one", .existsOne, variables: 2),
    quantifier("existsOne", .existsOne, variables: 2),
    transform("transformList", .list, filtered: false),
    transform("transformList", .list, filtered: true),
    transform("transformMap", .map, filtered: false),
    transform("transformMap", .map, filtered: true),
    transform("transformMapEntry", .mapEntries, filtered: false),
    transform("transformMapEntry", .mapEntries, filtered: true),
  ]

  /// `optMap` and `optFlatMap`: the target is evaluated once.
  package static let optionals: [Macro] = [
    optionalMap("optMap") { call, result in
      call.expression(.call(target: nil, function: "optional.of", arguments: [result]))
    },
    optionalMap("optFlatMap") { _, result in result },
  ]

  /// `cel.bind(name, value, expression)`.
  package static let bindings: [Macro] = [
    Macro("bind", .member, argumentCount: 3) { call throws(CompileError.Issue) in
      guard case .identifier("cel") = call.target?.kind else { return nil }
      return call.expression(
        .bind(try call.variable(0), call.arguments[1], in: call.arguments[2]))
    }
  ]

  private static let has = Macro("has", .global, argumentCount: 1) {
    call throws(CompileError.Issue) in
    let argument = call.arguments[0]
    switch argument.kind {
    case .select(let operand, let field, .value), .select(let operand, let field, .optional):
      return call.expression(.select(operand, field: field, .presence))
    case .index(_, let key, _):
      var hint = "to ask whether a map has a key write: key in map"
      if case .literal(.string(let name)) = key.kind { hint = "write: \(quoted(name)) in map" }
      throw CompileError.Issue(
        .syntax, at: argument.span,
        "invalid argument to has() macro: it takes a field selection such as has(x.f), not an "
          + "index; \(hint)")
    case .identifier(let name):
      throw CompileError.Issue(
        .syntax, at: argument.span,
        "invalid argument to has() macro: it takes a field selection such as has(x.f); a variable "
          + "is always declared, to ask whether it is null write: \(name) != null")
    default:
      throw CompileError.Issue(
        .syntax, at: argument.span,
        "invalid argument to has() macro: it takes a field selection such as has(x.f)")
    }
  }

  private static func quantifier(
    _ name: String, _ kind: Comprehension.Kind, variables: Int = 1
  ) -> Macro {
    Macro(name, .member, argumentCount: variables + 1) { call throws(CompileError.Issue) in
      let names = variables == 1 ? [try call.variable(0)] : try call.twoVariables()
      return call.expression(
        .comprehension(
          Comprehension(
            kind, over: try call.receiver(), as: names, where: call.arguments[variables])))
    }
  }

  private static func transform(
    _ name: String, _ kind: Comprehension.Kind, filtered: Bool
  ) -> Macro {
    Macro(name, .member, argumentCount: filtered ? 4 : 3) { call throws(CompileError.Issue) in
      call.expression(
        .comprehension(
          Comprehension(
            kind, over: try call.receiver(), as: try call.twoVariables(),
            where: filtered ? call.arguments[2] : nil, result: call.arguments[filtered ? 3 : 2])))
    }
  }

  private static func optionalMap(
    _ name: String, wrap: @escaping @Sendable (Call, ParsedExpression) -> ParsedExpression
  ) -> Macro {
    Macro(name, .member, argumentCount: 2) { call throws(CompileError.Issue) in
      let variable = try call.variable(0)
      // No source text can spell this name.
      let optional = call.expression(.identifier("@optional"))
      func member(_ function: String) -> ParsedExpression {
        call.expression(.call(target: optional, function: function, arguments: []))
      }
      let result = call.expression(.bind(variable, member("value"), in: call.arguments[1]))
      let none = call.expression(.call(target: nil, function: "optional.none", arguments: []))
      return call.expression(
        .bind(
          "@optional", try call.receiver(),
          in: call.expression(.conditional(member("hasValue"), wrap(call, result), none))))
    }
  }
}
