/// Parses tokens into an expression by precedence climbing, expanding macros on the way.
///
/// Every recursion is bounded: nesting by ``nestingLimit``, and the height of the tree, which long
/// chains of operators grow too, by ``heightLimit``. So neither the parser nor any later pass
/// over the tree can overflow the stack.
struct Parser {
  /// How deep parentheses, literals, arguments and conditionals may nest.
  static let nestingLimit = 200
  /// How high a tree may grow.
  static let heightLimit = 400

  let macros: MacroTable
  let allowsQuotedFields: Bool
  var tokens: [Token]
  var position = 0
  private var nesting = 0

  /// Parses a whole text.
  static func parse(
    _ source: String, macros: MacroTable, allowsQuotedFields: Bool
  ) throws(CompileError) -> ParsedExpression {
    do throws(CompileError.Issue) {
      var parser = Parser(
        macros: macros, allowsQuotedFields: allowsQuotedFields,
        tokens: try Lexer.tokens(of: source))
      return try parser.whole()
    } catch {
      throw CompileError(source: source, issues: [error])
    }
  }

  private init(macros: MacroTable, allowsQuotedFields: Bool, tokens: [Token]) {
    self.macros = macros
    self.allowsQuotedFields = allowsQuotedFields
    self.tokens = tokens
  }

  private mutating func whole() throws(CompileError.Issue) -> ParsedExpression {
    if token.kind == .end { throw issue(token, "the expression is empty") }
    let result = try expression()
    guard token.kind == .end else {
      throw issue(token, "unexpected \(describe(token)) after the expression")
    }
    return result
  }

  // MARK: - Tokens

  var token: Token { tokens[position] }

  /// Where the last consumed token ends.
  var previousEnd: Int { position > 0 ? tokens[position - 1].span.end : 0 }

  mutating func advance() { if position + 1 < tokens.count { position += 1 } }

  func sees(_ symbol: Symbol) -> Bool { token.kind == .symbol(symbol) }

  /// Consumes a symbol if it comes next.
  mutating func take(_ symbol: Symbol) -> Bool {
    guard sees(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: Symbol, _ place: String) throws(CompileError.Issue) {
    guard take(symbol) else {
      throw issue(token, "expected '\(symbol.rawValue)' \(place), found \(describe(token))")
    }
  }

  func issue(_ token: Token, _ message: String) -> CompileError.Issue {
    CompileError.Issue(.syntax, at: token.span, message)
  }

  func describe(_ token: Token) -> String {
    switch token.kind {
    case .identifier(let name): "'\(name)'"
    case .quotedIdentifier(let name): "`\(name)`"
    case .int, .uint, .double: "a number"
    case .string: "a string"
    case .bytes: "bytes"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .end: "the end of the text"
    }
  }

  // MARK: - Nodes

  /// An expression from a start to the end of the last token.
  func make(_ kind: ParsedExpression.Kind, from start: Int) throws(CompileError.Issue)
    -> ParsedExpression
  {
    try checked(ParsedExpression(kind, SourceSpan(start: start, end: previousEnd)))
  }

  /// The expression, unless it has grown too high.
  func checked(_ expression: ParsedExpression) throws(CompileError.Issue) -> ParsedExpression {
    guard expression.height <= Self.heightLimit else {
      throw CompileError.Issue(
        .syntax, at: expression.span,
        "the expression is nested too deeply: at most \(Self.heightLimit) levels are supported")
    }
    return expression
  }

  // MARK: - Operators

  /// Reads `or ['?' or ':' expression]`.
  mutating func expression() throws(CompileError.Issue) -> ParsedExpression {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.nestingLimit else {
      throw issue(
        token,
        "the expression is nested too deeply: at most \(Self.nestingLimit) levels are supported")
    }
    let condition = try logical(.or)
    guard take(.question) else { return condition }
    let left = try logical(.or)
    try expect(.colon, "of the conditional")
    let right = try expression()
    return try make(.conditional(condition, left, right), from: condition.span.start)
  }

  /// A chain of `||` of chains of `&&` of relations.
  private mutating func logical(_ symbol: Symbol) throws(CompileError.Issue) -> ParsedExpression {
    var operands = [symbol == .or ? try logical(.and) : try binary(level: 0)]
    while take(symbol) {
      operands.append(symbol == .or ? try logical(.and) : try binary(level: 0))
    }
    if operands.count == 1 { return operands[0] }
    return try make(
      symbol == .or ? .or(operands) : .and(operands), from: operands[0].span.start)
  }

  /// Relations, sums and products, each left-associative.
  private static let levels: [[Symbol: BinaryOperator]] = [
    [
      .equal: .equal, .notEqual: .notEqual, .less: .less, .lessOrEqual: .lessOrEqual,
      .greater: .greater, .greaterOrEqual: .greaterOrEqual,
    ],
    [.plus: .add, .minus: .subtract],
    [.star: .multiply, .slash: .divide, .percent: .remainder],
  ]

  private mutating func binary(level: Int) throws(CompileError.Issue) -> ParsedExpression {
    guard level < Self.levels.count else { return try unary() }
    var left = try binary(level: level + 1)
    while let operation = operation(level: level) {
      advance()
      let right = try binary(level: level + 1)
      left = try make(.binary(operation, left, right), from: left.span.start)
    }
    return left
  }

  private func operation(level: Int) -> BinaryOperator? {
    switch token.kind {
    case .symbol(let symbol): Self.levels[level][symbol]
    case .identifier("in") where level == 0: .isIn
    default: nil
    }
  }

  private mutating func unary() throws(CompileError.Issue) -> ParsedExpression {
    var operators: [(UnaryOperator, Int)] = []
    while true {
      let start = token.span.start
      let operation: UnaryOperator
      if take(.bang) {
        operation = .not
      } else if sees(.minus), !negatesLiteral {
        advance()
        operation = .negate
      } else {
        break
      }
      // Two of one kind cancel out before anything is checked, as in cel-go.
      if operators.last?.0 == operation {
        operators.removeLast()
      } else {
        operators.append((operation, start))
      }
    }
    var operand = try member()
    for (operation, start) in operators.reversed() {
      operand = try make(.unary(operation, operand), from: start)
    }
    return operand
  }

  /// Whether a minus belongs to the number after it; only so the least int can be written.
  private var negatesLiteral: Bool {
    guard sees(.minus), position + 1 < tokens.count else { return false }
    switch tokens[position + 1].kind {
    case .int, .double: return true
    default: return false
    }
  }
}

/// Macros by name, style and number of arguments.
struct MacroTable: Sendable {
  private struct Key: Hashable {
    let name: String
    let style: Overload.Style
    let argumentCount: Int
  }

  private var macros: [Key: Macro] = [:]

  init(_ list: [Macro]) {
    for macro in list {
      macros[Key(name: macro.name, style: macro.style, argumentCount: macro.argumentCount)] = macro
    }
  }

  func macro(_ name: String, _ style: Overload.Style, argumentCount: Int) -> Macro? {
    macros[Key(name: name, style: style, argumentCount: argumentCount)]
  }
}
