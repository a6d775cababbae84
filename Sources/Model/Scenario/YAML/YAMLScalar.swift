/// Resolves plain scalars as Kubernetes does.
///
/// Upstream: sigs.k8s.io/yaml converts with its fork of go-yaml v2.4 (goyaml.v2 resolve.go): YAML 1.1
/// Booleans with y and n, octal and underscored integers, no sexagesimals, timestamps stay text. The
/// JSON in between prints integral doubles without a fraction, so that `1.0` arrives as an integer.
enum YAMLScalar {
  /// A resolved value, or why there is none.
  enum Resolution {
    case value(YAMLNode.Content)
    case notJSON(String)
  }

  /// Resolves the text of a plain scalar without tag.
  static func resolve(_ text: String) -> Resolution {
    switch text {
    case "", "~", "null", "Null", "NULL": return .value(.null)
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
      return .value(.bool(true))
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
      return .value(.bool(false))
    case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
      "-.Inf", "-.INF":
      return .notJSON("\(text) is not a finite number")
    default: break
    }
    guard let first = text.utf8.first, text.utf8.count <= 400 else { return .value(.string(text)) }
    guard "+-.0123456789".utf8.contains(first) else { return .value(.string(text)) }
    return number(text) ?? .value(.string(text))
  }

  /// Whether an unquoted word is a Boolean that does not look like one.
  static func isSurprisingBoolean(_ text: String) -> Bool {
    switch text {
    case "true", "True", "TRUE", "false", "False", "FALSE": false
    default: if case .value(.bool) = resolve(text) { true } else { false }
    }
  }

  private static func number(_ text: String) -> Resolution? {
    let plain = text.utf8.first == UInt8(ascii: ".") ? text : text.filter { $0 != "_" }
    if let integer = integer(plain) { return integer }
    guard isFloat(plain), let double = Double(plain) else { return nil }
    guard double.isFinite else { return .notJSON("\(text) is too large for a number") }
    if double.rounded(.towardZero) == double, abs(double) < 1e18 {
      return .value(.int(Int64(double)))
    }
    return .value(.double(double))
  }

  /// Go's ParseInt with base 0: `0x`, `0o`, `0b`, and a leading 0 for octal.
  private static func integer(_ text: String) -> Resolution? {
    var digits = Substring(text)
    var isNegative = false
    if let first = digits.first, first == "+" || first == "-" {
      isNegative = first == "-"
      digits.removeFirst()
    }
    guard let first = digits.utf8.first, first >= 0x30, first <= 0x39 else { return nil }
    var radix = 10
    if digits.utf8.count > 1, first == 0x30 {
      let prefixes: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)]
      for (prefix, base) in prefixes where digits.lowercased().hasPrefix(prefix) {
        digits = digits.dropFirst(prefix.count)
        radix = base
        break
      }
    }
    let bytes = digits.utf8
    guard !bytes.isEmpty, bytes.first != UInt8(ascii: "+"), bytes.first != UInt8(ascii: "-") else {
      return nil
    }
    guard let magnitude = UInt64(digits, radix: radix) else {
      // More digits than 64 bits hold: Go goes on to the float pattern, and so do we.
      return nil
    }
    if isNegative {
      guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
      return .value(.int(magnitude == UInt64(Int64.max) + 1 ? .min : -Int64(magnitude)))
    }
    guard let value = Int64(exactly: magnitude) else {
      return .notJSON("\(text) does not fit a 64-bit integer")
    }
    return .value(.int(value))
  }

  /// Whether a text has the form `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
  private static func isFloat(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    func skipDigits() -> Int {
      let before = rest.count
      rest = rest.drop { $0 >= 0x30 && $0 <= 0x39 }
      return before - rest.count
    }
    func skipSign() {
      if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
    }
    skipSign()
    let whole = skipDigits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      if skipDigits() == 0, whole == 0 { return false }
    } else if whole == 0 {
      return false
    }
    if let first = rest.first, first == UInt8(ascii: "e") || first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      skipSign()
      if skipDigits() == 0 { return false }
    }
    return rest.isEmpty
  }
}
