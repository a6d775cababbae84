/// A piece of source text.
struct Token: Sendable {
  /// What the piece is.
  enum Kind: Equatable, Sendable {
    case identifier(String)
    /// A name in backquotes, allowed after a dot only.
    case quotedIdentifier(String)
    /// The digits of an int literal, `0x` included.
    case int(String)
    /// The digits of a uint literal without their suffix.
    case uint(String)
    case double(String)
    case string(String)
    case bytes([UInt8])
    case symbol(Symbol)
    case end
  }

  let kind: Kind
  let span: SourceSpan
}

/// Punctuation and operators, longest first where one begins another.
enum Symbol: String, CaseIterable, Sendable {
  case and = "&&"
  case or = "||"
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case bang = "!"
  case question = "?"
  case colon = ":"
  case dot = "."
  case comma = ","
  case openParenthesis = "("
  case closeParenthesis = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"
}
