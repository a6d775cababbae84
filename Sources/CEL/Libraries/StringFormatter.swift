/// `format` of the string extensions: a text with clauses such as `%s` or `%.3f`.
///
/// Follows cel-go ext/formatting_v2.go, which the specification's tests describe. (The Kubernetes
/// API server has the first version, which writes strings inside lists with quotation marks.)
struct StringFormatter {
  private let arguments: [Value]
  private var next = 0
  private var result = ""

  /// The greatest number of decimals a clause may ask for.
  private static let precisionLimit = 1000
  private static let defaultPrecision = 6

  init(arguments: [Value]) { self.arguments = arguments }

  /// The text with its clauses replaced.
  mutating func format(_ text: String) throws(EvaluationError) -> String {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard let first = rest.first else {
        throw Self.malformed("unexpected end of string")
      }
      if first == "%" {
        rest.removeFirst()
        result += "%"
        continue
      }
      let precision = try Self.precision(&rest)
      guard let clause = rest.popFirst() else {
        throw Self.malformed("could not parse formatting clause: unexpected end of string")
      }
      guard next < arguments.count else {
        throw EvaluationError(.invalidArgument, "index \(next) out of range")
      }
      let argument = arguments[next]
      next += 1
      result += try Self.apply(clause, precision: precision, to: argument)
      try limited(result.utf8.count, "format")
    }
    return result
  }

  private static func malformed(_ message: String) -> EvaluationError {
    EvaluationError(.invalidArgument, message)
  }

  /// Reads `.digits`; nil if there is none.
  private static func precision(
    _ rest: inout ArraySlice<Unicode.Scalar>
  ) throws(EvaluationError) -> Int? {
    guard rest.first == "." else { return nil }
    rest.removeFirst()
    var digits = ""
    while let digit = rest.first, digit >= "0", digit <= "9" {
      digits.unicodeScalars.append(digit)
      rest.removeFirst()
    }
    guard let number = Int(digits), number <= precisionLimit else {
      throw malformed("could not parse formatting clause: invalid precision \"\(digits)\"")
    }
    return number
  }

  private static func apply(
    _ clause: Unicode.Scalar, precision: Int?, to value: Value
  ) throws(EvaluationError) -> String {
    switch clause {
    case "s": return try text(value)
    case "d": return try decimal(value)
    case "f":
      return try number(value, "fixed-point").fixed(decimals: precision ?? defaultPrecision)
    case "e":
      return try number(value, "scientific").scientific(decimals: precision ?? defaultPrecision)
    case "b":
      if case .bool(let flag) = value { return flag ? "1" : "0" }
      return try radix(2, value, "only integers and bools can be formatted as binary")
    case "o": return try radix(8, value, "octal clause can only be used on integers")
    case "x": return try hexadecimal(value)
    case "X": return uppercased(try hexadecimal(value))
    default:
      throw malformed(
        "could not parse formatting clause: unrecognized formatting clause \"\(clause)\"")
    }
  }

  private static func mismatch(_ rule: String, _ value: Value) -> EvaluationError {
    malformed("error during formatting: \(rule), was given \(value.type.runtimeName)")
  }

  // MARK: Clauses

  private static func text(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return String(flag)
    case .int(let number): return String(number)
    case .uint(let number): return String(number)
    case .double(let number): return number.special ?? plainDecimal(number)
    case .string(let text): return text
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .duration(let duration): return duration.description
    case .timestamp(let timestamp): return timestamp.description
    case .type(let type): return type.runtimeName
    case .opaque(let value): return value.text
    case .symbolic(let value): return value.description
    case .list(let items):
      var parts: [String] = []
      for item in items { parts.append(try text(item)) }
      return "[" + parts.joined(separator: ", ") + "]"
    case .map(let map):
      var pairs: [(key: String, value: String)] = []
      for (key, value) in map.entries { pairs.append((try text(key), try text(value))) }
      pairs.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return "{" + pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    case .optional:
      throw mismatch("string clause can only be used on strings and other printable values", value)
    }
  }

  private static func decimal(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .int(let number): return String(number)
    case .uint(let number): return String(number)
    case .double(let number): return number.special ?? plainDecimal(number)
    default: throw mismatch("decimal clause can only be used on numbers", value)
    }
  }

  private static func number(
    _ value: Value, _ clause: String
  ) throws(EvaluationError) -> Double {
    switch value {
    case .double(let number): return number
    case .int(let number): return Double(number)
    case .uint(let number): return Double(number)
    default: throw mismatch("\(clause) clause can only be used on doubles", value)
    }
  }

  private static func radix(
    _ radix: Int, _ value: Value, _ rule: String
  ) throws(EvaluationError) -> String {
    switch value {
    case .int(let number): return String(number, radix: radix)
    case .uint(let number): return String(number, radix: radix)
    default: throw mismatch(rule, value)
    }
  }

  private static func hexadecimal(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .string(let text): return hexadecimalText(text.utf8)
    case .bytes(let bytes): return hexadecimalText(bytes)
    default:
      return try radix(
        16, value, "only integers, byte buffers, and strings can be formatted as hex")
    }
  }

  private static func uppercased(_ digits: String) -> String {
    String(
      decoding: digits.utf8.map { $0 >= UInt8(ascii: "a") ? $0 - 0x20 : $0 }, as: UTF8.self)
  }
}

/// Two lower-case digits a byte.
func hexadecimalText(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
