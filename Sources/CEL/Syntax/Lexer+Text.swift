/// String and bytes literals.
extension Lexer {
  /// Reads a string or bytes literal if one starts here: `'…'`, `"…"`, triple quotes, with the
  /// prefixes `r` (no escapes), `b` (bytes) and `br`.
  mutating func text() throws(CompileError.Issue) -> Token.Kind? {
    var ahead = 0
    var isBytes = false
    var isRaw = false
    if peek() | 0x20 == UInt8(ascii: "b") {
      isBytes = true
      ahead += 1
    }
    if peek(ahead) | 0x20 == UInt8(ascii: "r") {
      isRaw = true
      ahead += 1
    }
    let quote = peek(ahead)
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    let start = index
    index += ahead
    let isTriple = peek(1) == quote && peek(2) == quote
    index += isTriple ? 3 : 1
    var content: [UInt8] = []
    while true {
      guard index < bytes.count else { throw issue(from: start, "the text is not closed") }
      let byte = peek()
      if byte == quote, !isTriple || peek(1) == quote && peek(2) == quote { break }
      switch byte {
      case 0x0A, 0x0D:
        guard isTriple else { throw issue(from: start, "the text is not closed in its line") }
        index += byte == 0x0D && peek(1) == 0x0A ? 2 : 1
        // Line ends are normalised, as in cel-go.
        content.append(0x0A)
      case UInt8(ascii: "\\") where !isRaw: try escape(into: &content, isBytes: isBytes)
      default:
        content.append(byte)
        index += 1
      }
    }
    index += isTriple ? 3 : 1
    if isBytes { return .bytes(content) }
    return .string(String(decoding: content, as: UTF8.self))
  }

  /// Reads one escape sequence.
  ///
  /// In bytes `\x` and octal escapes are bytes, in strings code points.
  private mutating func escape(
    into content: inout [UInt8], isBytes: Bool
  ) throws(CompileError.Issue) {
    let start = index
    index += 1
    let byte = peek()
    index += index < bytes.count ? 1 : 0
    switch byte {
    case UInt8(ascii: "a"): content.append(0x07)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "v"): content.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
      UInt8(ascii: "`"):
      content.append(byte)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      let code = try code(digits: 2, start)
      if isBytes { content.append(UInt8(code)) } else { try append(code, to: &content, start) }
    case UInt8(ascii: "u") where !isBytes:
      try append(try code(digits: 4, start), to: &content, start)
    case UInt8(ascii: "U") where !isBytes:
      try append(try code(digits: 8, start), to: &content, start)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      var code = UInt32(byte - UInt8(ascii: "0"))
      for _ in 0..<2 {
        guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(peek()) else {
          throw issue(from: start, "an octal escape has three digits: \\000 to \\377")
        }
        code = code * 8 + UInt32(peek() - UInt8(ascii: "0"))
        index += 1
      }
      if isBytes { content.append(UInt8(code)) } else { try append(code, to: &content, start) }
    default:
      throw issue(
        from: start, "unknown escape; for a backslash write \\\\, or use a raw text: r'…'")
    }
  }

  private mutating func code(digits: Int, _ start: Int) throws(CompileError.Issue) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = hexValue(peek()) else {
        throw issue(from: start, "this escape needs \(digits) hexadecimal digits")
      }
      code = code << 4 | digit
      index += 1
    }
    return code
  }

  private func append(
    _ code: UInt32, to content: inout [UInt8], _ start: Int
  ) throws(CompileError.Issue) {
    guard let scalar = Unicode.Scalar(code) else {
      throw issue(from: start, "the escape is no Unicode code point")
    }
    content.append(contentsOf: String(scalar).utf8)
  }
}
