@testable import CEL

/// A program of which the constants are symbols.
///
/// Each symbol has one value that makes it the constant it was, so what the program gives under
/// these values is known.
struct LiftedProgram {
  /// Which constants become symbols.
  enum Reach: String, CaseIterable {
    /// All but patterns, doubles and keys of maps.
    case all
    /// Those that are not strings.
    case allButStrings
  }

  private(set) var program: Program
  /// The context that holds the symbols.
  let symbols = SymbolicContext(TermTable())
  private(set) var valuation: Valuation = [:]
  private(set) var values: [String: Value] = [:]
  private let reach: Reach
  private var names = 0

  init(_ program: Program, bindings: [String: Value], reach: Reach) {
    self.reach = reach
    self.program = program
    for (name, value) in bindings.sorted(by: { $0.key < $1.key }) { values[name] = lift(value) }
    self.program = Program(
      source: program.source, resultType: program.resultType, root: lift(program.root),
      slotCount: program.slotCount)
  }

  /// What the symbols were constrained to.
  var constraints: [TermID] {
    valuation.sorted { $0.key < $1.key }.map { number, value in
      symbols.term(symbols.terms.term(ofSymbol: number), is: value)
    }
  }
}

extension LiftedProgram {
  /// A value with a symbol for each constant in it.
  private mutating func lift(_ value: Value) -> Value {
    switch value {
    case .list(let items): return .list(items.map { lift($0) })
    case .map(let map):
      return (try? MapValue(map.entries.map { ($0.key, lift($0.value)) })).map(Value.map) ?? value
    case .optional(.some(let content)): return .optional(lift(content))
    default: break
    }
    guard let (constant, sort) = value.termConstant, sort != .double,
      reach == .all || sort != .string
    else { return value }
    let terms = symbols.terms
    let symbol = terms.symbol("c\(names)", sort)
    valuation[names] = constant
    names += 1
    return symbols.value(symbol)
  }

  /// A node with variables in place of its constants.
  private mutating func lift(_ node: Node) -> Node {
    switch node {
    case .constant(let value):
      let before = names
      let lifted = lift(value)
      guard names > before else { return node }
      let name = "@constant\(before)"
      values[name] = lifted
      return .variable(name, SourceSpan(start: 0, end: 0))
    case .variable, .name, .local, .failure: return node
    case .select(let operand, let field, let style, let span):
      return .select(lift(operand), field, style, span)
    case .index(let left, let right, let style, let span):
      return .index(lift(left), lift(right), style, span)
    case .unary(let operation, let operand, let span):
      return .unary(operation, lift(operand), span)
    case .binary(let operation, let left, let right, let span):
      return .binary(operation, lift(left), lift(right), span)
    case .and(let operands, let span): return .and(operands.map { lift($0) }, span)
    case .or(let operands, let span): return .or(operands.map { lift($0) }, span)
    case .conditional(let condition, let left, let right, let span):
      return .conditional(lift(condition), lift(left), lift(right), span)
    case .list(let elements, let span):
      return .list(
        elements.map { Node.Element(value: lift($0.value), isOptional: $0.isOptional) }, span)
    case .map(let entries, let span):
      return .map(
        entries.map {
          Node.Entry(key: $0.key, value: lift($0.value), isOptional: $0.isOptional)
        }, span)
    case .call(let site):
      // A pattern stays: what a variable one matches is no language.
      let arguments = site.arguments.enumerated().map { index, argument in
        site.function == "matches" && index == 1 ? argument : lift(argument)
      }
      return .call(
        CallSite(
          function: site.function, arguments: arguments, candidates: site.candidates,
          span: site.span))
    case .host(let name, let operands, let span):
      return .host(name, operands.map { lift($0) }, span)
    case .orElse(let left, let right, let style, let span):
      return .orElse(lift(left), lift(right), style, span)
    case .bind(let slot, let value, let body): return .bind(slot, lift(value), lift(body))
    case .comprehension(let loop):
      return .comprehension(
        Loop(
          kind: loop.kind, range: lift(loop.range), slot: loop.slot,
          hasTwoVariables: loop.hasTwoVariables, condition: loop.condition.map { lift($0) },
          result: loop.result.map { lift($0) }, span: loop.span))
    }
  }
}
