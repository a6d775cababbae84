/// Percent-encoding of the parts of a URL, as Go's net/url has it (shouldEscape, unescape, escape).
enum PercentEncoding: Sendable {
  case path
  case host
  case zone
  case userPassword
  case queryComponent
  case fragment

  /// Whether a byte has to be written as an escape in this part.
  func mustEscape(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "~": return false
    case "!", "'", "(", ")", "*", "[", "]", "<", ">", "\"":
      if self == .host || self == .zone { return false }
      return self != .fragment || !"!()*".utf8.contains(byte)
    case "$", "&", "+", ",", ";", "=", ":", "/", "?", "@":
      if self == .host || self == .zone, !"/?@".utf8.contains(byte) { return false }
      switch self {
      case .path: return byte == UInt8(ascii: "?")
      case .userPassword: return "@/?:".utf8.contains(byte)
      case .queryComponent: return true
      case .fragment: return false
      case .host, .zone: return true
      }
    default: return true
    }
  }

  /// The bytes an escaped text stands for; nil for wrong escapes.
  func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard rest.count >= 2, let high = Self.digit(rest.removeFirst()),
          let low = Self.digit(rest.removeFirst())
        else { return nil }
        let value = high << 4 | low
        // A host holds escapes of what is not ASCII only; a zone's must be spelled out.
        if self == .host, value < 0x80, value != UInt8(ascii: "%") { return nil }
        if self == .zone, value != UInt8(ascii: "%"), value != UInt8(ascii: " "),
          PercentEncoding.host.mustEscape(value)
        {
          return nil
        }
        result.append(value)
      case UInt8(ascii: "+") where self == .queryComponent: result.append(UInt8(ascii: " "))
      default:
        if self == .host || self == .zone, byte < 0x80, mustEscape(byte) { return nil }
        result.append(byte)
      }
    }
    return result
  }

  /// The text with the bytes that need it escaped.
  func encoded(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in bytes {
      if mustEscape(byte) {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
