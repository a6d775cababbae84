/// Primary expressions and what may follow them: selections, indices, calls, message literals.
extension Parser {
  mutating func member() throws(CompileError.Issue) -> ParsedExpression {
    let start = token.span.start
    var operand = try primary()
    while true {
      if take(.dot) {
        operand = try selection(from: operand, start)
      } else if take(.openBracket) {
        let style: ParsedExpression.IndexStyle = take(.question) ? .optional : .value
        let index = try expression()
        try expect(.closeBracket, "after the index")
        operand = try make(.index(operand, index, style), from: start)
      } else if sees(.openBrace), let name = operand.qualifiedName {
        advance()
        operand = try make(.message(name, try messageFields()), from: start)
      } else {
        return operand
      }
    }
  }

  /// What follows a dot: a field, an optional field, or a call.
  private mutating func selection(
    from operand: ParsedExpression, _ start: Int
  ) throws(CompileError.Issue) -> ParsedExpression {
    let isOptional = take(.question)
    let nameToken = token
    let field: String
    switch token.kind {
    case .identifier(let name) where !Self.keywords.contains(name):
      field = name
    case .quotedIdentifier(let name):
      guard allowsQuotedFields else {
        throw issue(token, "names in backquotes are not supported here; write [\(quoted(name))]")
      }
      field = name
    case .identifier(let name):
      throw issue(token, "'\(name)' is a keyword; as a field write it as an index: [\"\(name)\"]")
    default:
      throw issue(token, "expected a field name after '.', found \(describe(token))")
    }
    advance()
    guard sees(.openParenthesis), !isOptional, case .identifier = nameToken.kind else {
      return try make(
        .select(operand, field: field, isOptional ? .optional : .value), from: start)
    }
    advance()
    let arguments = try self.arguments()
    return try call(operand, field, arguments, from: start)
  }

  private mutating func primary() throws(CompileError.Issue) -> ParsedExpression {
    let first = token
    let start = first.span.start
    switch first.kind {
    case .int, .uint, .double, .string, .bytes, .symbol(.minus): return try literal()
    case .symbol(.openParenthesis):
      advance()
      let inner = try expression()
      try expect(.closeParenthesis, "to close the parenthesis")
      return ParsedExpression(inner.kind, SourceSpan(start: start, end: previousEnd))
    case .symbol(.openBracket):
      advance()
      return try make(.list(try elements()), from: start)
    case .symbol(.openBrace):
      advance()
      return try make(.map(try entries()), from: start)
    case .symbol(.dot):
      advance()
      return try name(prefix: ".", from: start)
    case .identifier("true"), .identifier("false"), .identifier("null"):
      advance()
      let value: Value =
        first.kind == .identifier("null") ? .null : .bool(first.kind == .identifier("true"))
      return try make(.literal(value), from: start)
    case .identifier: return try name(prefix: "", from: start)
    default: throw issue(first, "expected an expression, found \(describe(first))")
    }
  }

  private mutating func name(
    prefix: String, from start: Int
  ) throws(CompileError.Issue) -> ParsedExpression {
    guard case .identifier(let name) = token.kind else {
      throw issue(token, "expected a name, found \(describe(token))")
    }
    guard !Self.keywords.contains(name), !Self.reserved.contains(name) else {
      throw issue(token, "'\(name)' is a reserved word and cannot be a name here")
    }
    advance()
    guard take(.openParenthesis) else {
      return try make(.identifier(prefix + name), from: start)
    }
    let arguments = try self.arguments()
    return try call(nil, prefix + name, arguments, from: start)
  }

  /// Keywords; never a name.
  private static let keywords: Set<String> = ["in", "true", "false", "null"]

  /// Words reserved for host languages; names of fields and member functions only.
  private static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
  ]

  // MARK: - Calls

  /// A call whose closing parenthesis was read; a macro is expanded.
  private func call(
    _ target: ParsedExpression?, _ function: String, _ arguments: [ParsedExpression],
    from start: Int
  ) throws(CompileError.Issue) -> ParsedExpression {
    let span = SourceSpan(start: start, end: previousEnd)
    if let macro = macros.macro(
      function, target == nil ? .global : .member, argumentCount: arguments.count),
      let expansion = try macro.expansion(
        Macro.Call(target: target, arguments: arguments, span: span))
    {
      return try checked(expansion)
    }
    return try checked(
      ParsedExpression(.call(target: target, function: function, arguments: arguments), span))
  }

  /// The arguments after an opening parenthesis, with the closing one.
  private mutating func arguments() throws(CompileError.Issue) -> [ParsedExpression] {
    var arguments: [ParsedExpression] = []
    if take(.closeParenthesis) { return arguments }
    repeat { arguments.append(try expression()) } while take(.comma)
    try expect(.closeParenthesis, "to close the arguments")
    return arguments
  }

  // MARK: - Literals

  private mutating func elements() throws(CompileError.Issue) -> [ParsedExpression.Element] {
    var elements: [ParsedExpression.Element] = []
    while !take(.closeBracket) {
      let isOptional = take(.question)
      elements.append(ParsedExpression.Element(value: try expression(), isOptional: isOptional))
      if take(.comma) { continue }
      try expect(.closeBracket, "or ',' in the list")
      break
    }
    return elements
  }

  private mutating func entries() throws(CompileError.Issue) -> [ParsedExpression.Entry] {
    var entries: [ParsedExpression.Entry] = []
    while !take(.closeBrace) {
      let isOptional = take(.question)
      let key = try expression()
      try expect(.colon, "after the map key")
      entries.append(
        ParsedExpression.Entry(key: key, value: try expression(), isOptional: isOptional))
      if take(.comma) { continue }
      try expect(.closeBrace, "or ',' in the map")
      break
    }
    return entries
  }

  private mutating func messageFields() throws(CompileError.Issue) -> [ParsedExpression.Entry] {
    var fields: [ParsedExpression.Entry] = []
    while !take(.closeBrace) {
      let isOptional = take(.question)
      let name: String
      switch token.kind {
      case .identifier(let text), .quotedIdentifier(let text): name = text
      default: throw issue(token, "expected a field name, found \(describe(token))")
      }
      let key = ParsedExpression(.literal(.string(name)), token.span)
      advance()
      try expect(.colon, "after the field name")
      fields.append(
        ParsedExpression.Entry(key: key, value: try expression(), isOptional: isOptional))
      if take(.comma) { continue }
      try expect(.closeBrace, "or ',' in the message")
      break
    }
    return fields
  }

  /// A number, with the minus before it, a string or bytes.
  private mutating func literal() throws(CompileError.Issue) -> ParsedExpression {
    let start = token.span.start
    let sign = take(.minus) ? "-" : ""
    let value: Value
    switch token.kind {
    case .int(let digits):
      guard let number: Int64 = integer(sign, digits) else {
        throw issue(token, "the number does not fit an int (64 bits)")
      }
      value = .int(number)
    case .uint(let digits):
      guard let number: UInt64 = integer(sign, digits) else {
        throw issue(token, "the number does not fit a uint (64 bits)")
      }
      value = .uint(number)
    case .double(let digits):
      guard let number = Double(sign + digits), number.isFinite else {
        throw issue(token, "the number does not fit a double")
      }
      value = .double(number)
    case .string(let text): value = .string(text)
    case .bytes(let bytes): value = .bytes(bytes)
    default: throw issue(token, "expected a number, found \(describe(token))")
    }
    advance()
    return try make(.literal(value), from: start)
  }

  private func integer<Number: FixedWidthInteger>(_ sign: String, _ digits: String) -> Number? {
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      return Number(sign + digits.dropFirst(2), radix: 16)
    }
    return Number(sign + digits)
  }
}
