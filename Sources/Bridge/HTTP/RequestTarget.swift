/// The target of a request line, taken apart: `/TOKEN/api/v1/pods?watch=true`.
///
/// Takes any bytes a client may send.
struct RequestTarget: Hashable, Sendable {
  /// The first segment.
  let token: String
  /// The rest, decoded; begins with a slash.
  let path: String
  let query: [String: String]

  /// Reads a target; nil where it is no path or an escape in it is broken.
  init?(_ target: String) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, whole.utf8.first == UInt8(ascii: "/") else { return nil }
    let segments = whole.dropFirst().split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let token = segments.first else { return nil }
    guard let path = Self.decoded(segments.count > 1 ? segments[1] : "", plusIsSpace: false) else {
      return nil
    }
    self.token = String(token)
    self.path = "/" + path
    query = parts.count > 1 ? Self.query(parts[1]) : [:]
  }

  /// As Go's url.ParseQuery: a pair that cannot be decoded is skipped.
  private static func query(_ text: Substring) -> [String: String] {
    var result: [String: String] = [:]
    for pair in text.split(separator: "&") where !pair.contains(";") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = sides.first.flatMap({ decoded($0, plusIsSpace: true) }),
        let value = sides.count > 1 ? decoded(sides[1], plusIsSpace: true) : "",
        result[name] == nil
      else { continue }
      result[name] = value
    }
    return result
  }

  /// The text without percent escapes; nil where one is broken or the bytes are no UTF-8.
  private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexDigit),
          let low = rest.popFirst().flatMap(hexDigit)
        else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
