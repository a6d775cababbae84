/// Cuts source text into tokens.
///
/// Follows the CEL language definition (doc/langdef.md, "Syntax") in the reading of cel-go's
/// grammar (parser/gen/CEL.g4), which Kubernetes uses.
struct Lexer {
  let bytes: [UInt8]
  var index = 0

  init(_ source: String) { bytes = Array(source.utf8) }

  /// All tokens with an end token after them; throws at the first piece that is none.
  static func tokens(of source: String) throws(CompileError.Issue) -> [Token] {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  /// The byte so many places ahead; 0 past the end, which no rule takes for text.
  func peek(_ ahead: Int = 0) -> UInt8 {
    index + ahead < bytes.count ? bytes[index + ahead] : 0
  }

  func issue(from start: Int, _ message: String) -> CompileError.Issue {
    CompileError.Issue(
      .syntax, at: SourceSpan(start: start, end: max(index, min(start + 1, bytes.count))), message)
  }

  private mutating func next() throws(CompileError.Issue) -> Token {
    skipSpaceAndComments()
    let start = index
    let kind = try kind()
    return Token(kind: kind, span: SourceSpan(start: start, end: index))
  }

  private mutating func kind() throws(CompileError.Issue) -> Token.Kind {
    guard index < bytes.count else { return .end }
    let byte = peek()
    if let literal = try text() { return literal }
    if isLetter(byte) { return .identifier(word()) }
    if isDigit(byte) || byte == UInt8(ascii: ".") && isDigit(peek(1)) { return try number() }
    if byte == UInt8(ascii: "`") { return try quotedIdentifier() }
    for symbol in Symbol.allCases where bytes[index...].starts(with: symbol.rawValue.utf8) {
      index += symbol.rawValue.utf8.count
      return .symbol(symbol)
    }
    let rest = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
    let found = rest.unicodeScalars.first.map { String($0) } ?? ""
    let hint =
      byte == UInt8(ascii: "&")
      ? "; and is &&"
      : byte == UInt8(ascii: "|")
        ? "; or is ||"
        : byte == UInt8(ascii: "=") ? "; equality is ==" : ""
    throw issue(from: index, "unexpected character \(quoted(found))\(hint)")
  }

  private mutating func skipSpaceAndComments() {
    while index < bytes.count {
      switch peek() {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: index += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while index < bytes.count, peek() != 0x0A { index += 1 }
      default: return
      }
    }
  }

  private mutating func word() -> String {
    let start = index
    while isLetter(peek()) || isDigit(peek()) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func quotedIdentifier() throws(CompileError.Issue) -> Token.Kind {
    let start = index
    index += 1
    while index < bytes.count, peek() != UInt8(ascii: "`") {
      let byte = peek()
      guard isLetter(byte) || isDigit(byte) || "./- ".utf8.contains(byte) else { break }
      index += 1
    }
    guard peek() == UInt8(ascii: "`"), index > start + 1 else {
      throw issue(from: start, "a name in backquotes holds letters, digits, and . / - _ and spaces")
    }
    let name = String(decoding: bytes[start + 1..<index], as: UTF8.self)
    index += 1
    return .quotedIdentifier(name)
  }

  private mutating func number() throws(CompileError.Issue) -> Token.Kind {
    let start = index
    var isDouble = false
    if peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") {
      index += 2
      let first = index
      while hexValue(peek()) != nil { index += 1 }
      guard index > first else { throw issue(from: start, "expected hexadecimal digits after 0x") }
    } else {
      skipDigits()
      if peek() == UInt8(ascii: "."), isDigit(peek(1)) {
        isDouble = true
        index += 1
        skipDigits()
      }
      if peek() | 0x20 == UInt8(ascii: "e") {
        let signed = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
        if isDigit(peek(signed ? 2 : 1)) {
          isDouble = true
          index += signed ? 2 : 1
          skipDigits()
        }
      }
    }
    let digits = String(decoding: bytes[start..<index], as: UTF8.self)
    if isDouble { return .double(digits) }
    guard peek() | 0x20 == UInt8(ascii: "u") else { return .int(digits) }
    index += 1
    return .uint(digits)
  }

  private mutating func skipDigits() { while isDigit(peek()) { index += 1 } }
}

func isLetter(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// The value of a hexadecimal digit.
func hexValue(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
  default: nil
  }
}
