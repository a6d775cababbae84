/// Where and why a text is not JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable {
  /// The offset in bytes from the start of the text.
  package let offset: Int
  /// What is wrong there.
  package let reason: String
}

extension JSONValue {
  /// Reads one JSON value from UTF-8 text; nesting past 512 levels is refused, not trapped on.
  ///
  /// Numbers without fraction and exponent that fit 64 bits are integers, as in Kubernetes'
  /// decoder; all others are doubles.
  package init(parsing text: some Sequence<UInt8>) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes: Array(text))
    self = try parser.document()
  }

  /// Reads one JSON value from a string.
  package init(parsing text: String) throws(JSONSyntaxError) { try self.init(parsing: text.utf8) }

  /// The value as compact JSON with sorted keys.
  package var text: String {
    var writer = JSONWriter(indented: nil)
    writer.write(self, level: 0)
    return writer.text
  }

  /// The value as JSON over several lines, two spaces a level, with sorted keys.
  package var prettyText: String {
    var writer = JSONWriter(indented: 2)
    writer.write(self, level: 0)
    return writer.text
  }
}

/// Writes JSON text; keys are sorted since objects are.
private struct JSONWriter {
  let indented: Int?
  var text = ""

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .int(let number): text += String(number)
    case .double(let number): write(number)
    case .string(let string): write(string)
    case .symbolic(let leaf): write(leaf.pinned, level: level)
    case .array(let items):
      list("[", "]", items, level: level) { writer, item in writer.write(item, level: level + 1) }
    case .object(let object):
      list("{", "}", object.entries, level: level) { writer, entry in
        writer.write(entry.key)
        writer.text += writer.indented == nil ? ":" : ": "
        writer.write(entry.value, level: level + 1)
      }
    }
  }

  private mutating func list<Item>(
    _ open: String, _ close: String, _ items: [Item], level: Int,
    each: (inout JSONWriter, Item) -> Void
  ) {
    text += open
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      newline(level: level + 1)
      each(&self, item)
    }
    if !items.isEmpty { newline(level: level) }
    text += close
  }

  private mutating func newline(level: Int) {
    guard let indented else { return }
    text += "\n" + String(repeating: " ", count: indented * level)
  }

  private mutating func write(_ number: Double) {
    guard number.isFinite else {
      text += "null"
      return
    }
    let plain = number.description
    text += plain.hasSuffix(".0") ? String(plain.dropLast(2)) : plain
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// A byte parser for JSON (RFC 8259), strict, with a limit on nesting.
private struct JSONParser {
  let bytes: [UInt8]
  var index = 0

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    let result = try value(depth: 0)
    skipSpace()
    guard index == bytes.count else { throw error("unexpected text after the value") }
    return result
  }

  private func error(_ reason: String) -> JSONSyntaxError {
    JSONSyntaxError(offset: index, reason: reason)
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    guard depth < 512 else { throw error("nested too deeply") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case .some: return try number()
    case .none: throw error("unexpected end of text")
    }
  }

  private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONSyntaxError)
    -> JSONValue
  {
    guard bytes[index...].starts(with: word.utf8) else { throw error("unexpected character") }
    index += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    index += 1
    var members: [(String, JSONValue)] = []
    skipSpace()
    if current == UInt8(ascii: "}") {
      index += 1
      return .object(JSONObject())
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw error("expected a key") }
      let key = try string()
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw error("expected ':'") }
      index += 1
      members.append((key, try value(depth: depth + 1)))
      skipSpace()
      switch current {
      case UInt8(ascii: ","): index += 1
      case UInt8(ascii: "}"):
        index += 1
        return .object(JSONObject(members))
      default: throw error("expected ',' or '}'")
      }
    }
  }

  private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    index += 1
    var items: [JSONValue] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      index += 1
      return .array([])
    }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      switch current {
      case UInt8(ascii: ","): index += 1
      case UInt8(ascii: "]"):
        index += 1
        return .array(items)
      default: throw error("expected ',' or ']'")
      }
    }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = index
    if current == UInt8(ascii: "-") { index += 1 }
    let firstDigit = index
    let digits = try digits()
    if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") { throw error("leading zero") }
    var isInteger = true
    if current == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      _ = try self.digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isInteger = false
      index += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
      _ = try self.digits()
    }
    let word = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int64(word) { return .int(integer) }
    guard let double = Double(word), double.isFinite else { throw error("number out of range") }
    return .double(double)
  }

  private mutating func digits() throws(JSONSyntaxError) -> Int {
    let start = index
    while let byte = current, byte >= 0x30, byte <= 0x39 { index += 1 }
    guard index > start else { throw error("expected a digit") }
    return index - start
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    index += 1
    var out: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        guard let text = String(validating: out, as: UTF8.self) else {
          throw error("invalid UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        index += 1
        try escape(into: &out)
      case 0..<0x20: throw error("control character in a string")
      default:
        out.append(byte)
        index += 1
      }
    }
    throw error("unterminated string")
  }

  private mutating func escape(into out: inout [UInt8]) throws(JSONSyntaxError) {
    guard let byte = current else { throw error("unterminated string") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try hex())
      if (0xD800..<0xDC00).contains(code), current == UInt8(ascii: "\\"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "u")
      {
        index += 2
        let low = UInt32(try hex())
        guard (0xDC00..<0xE000).contains(low) else { throw error("unpaired surrogate") }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      // An unpaired surrogate becomes U+FFFD, as in Go's decoder.
      out.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
    default: throw error("unknown escape")
    }
  }

  private mutating func hex() throws(JSONSyntaxError) -> UInt16 {
    guard index + 4 <= bytes.count,
      let code = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw error("expected four hexadecimal digits") }
    index += 4
    return code
  }
}
