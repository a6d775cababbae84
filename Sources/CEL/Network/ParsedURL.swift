/// A URL as Go's net/url reads it: absolute, or an absolute path.
///
/// Follows `ParseRequestURI` for what is accepted and `Parse` for the parts, as the API server does;
/// it works on bytes, since an escape can stand for any.
struct ParsedURL: Hashable, Sendable {
  private(set) var scheme = ""
  /// The part before the `@`, as it was written.
  private var user: [UInt8] = []
  /// Host and port.
  private(set) var host = ""
  private(set) var escapedPath = ""
  private var opaque: [UInt8] = []
  private var rawQuery: [UInt8] = []
  private var fragment: [UInt8] = []
  /// The text it was read from.
  let source: String

  /// Reads a URL; nil for a text that is none.
  init?(_ text: String) {
    guard ParsedURL(text, isRequest: true) != nil,
      let parsed = ParsedURL(text, isRequest: false)
    else { return nil }
    self = parsed
  }

  private init?(_ text: String, isRequest: Bool) {
    source = text
    var rest = Array(text.utf8)[...]
    if !isRequest, let (head, tail) = Self.cut(rest, at: "#") {
      guard let decoded = PercentEncoding.fragment.decoded(tail) else { return nil }
      (rest, fragment) = (head, decoded)
    }
    guard !rest.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
    if rest.isEmpty {
      guard isRequest else { return }
      return nil
    }
    if rest.elementsEqual("*".utf8) {
      escapedPath = "*"
      return
    }
    guard readScheme(&rest) else { return nil }
    if let (head, tail) = Self.cut(rest, at: "?") { (rest, rawQuery) = (head, Array(tail)) }
    guard rest.first == UInt8(ascii: "/") else {
      if !scheme.isEmpty {
        opaque = Array(rest)
        return
      }
      let segment = rest.prefix { $0 != UInt8(ascii: "/") }
      guard !isRequest, !segment.contains(UInt8(ascii: ":")) else { return nil }
      guard readPath(rest) else { return nil }
      return
    }
    if !scheme.isEmpty || (!isRequest && !rest.starts(with: "///".utf8)),
      rest.starts(with: "//".utf8)
    {
      let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      rest = rest.dropFirst(2 + authority.count)
      guard readAuthority(authority) else { return nil }
    }
    guard readPath(rest) else { return nil }
  }

  private static func cut(
    _ text: ArraySlice<UInt8>, at mark: Unicode.Scalar
  ) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    text.firstIndex(of: UInt8(ascii: mark)).map { (text[..<$0], text[($0 + 1)...]) }
  }

  // MARK: Parts

  /// Takes `scheme:` off; false where there is a colon without a scheme.
  private mutating func readScheme(_ rest: inout ArraySlice<UInt8>) -> Bool {
    for (offset, byte) in rest.enumerated() {
      switch Unicode.Scalar(byte) {
      case "a"..."z", "A"..."Z": continue
      case "0"..."9", "+", "-", ".": if offset == 0 { return true }
      case ":":
        guard offset > 0 else { return false }
        scheme = String(decoding: rest.prefix(offset), as: UTF8.self).lowercased()
        rest = rest.dropFirst(offset + 1)
        return true
      default: return true
      }
    }
    return true
  }

  private mutating func readAuthority(_ authority: ArraySlice<UInt8>) -> Bool {
    var hostPart = authority
    if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
      user = Array(authority[..<at])
      hostPart = authority[(at + 1)...]
      let isValid = user.allSatisfy { byte in
        !PercentEncoding.userPassword.mustEscape(byte) || "!'()*%@:".utf8.contains(byte)
      }
      guard isValid, PercentEncoding.userPassword.decoded(user) != nil else { return false }
    }
    return readHost(hostPart)
  }

  private mutating func readHost(_ text: ArraySlice<UInt8>) -> Bool {
    var parts = [(text, PercentEncoding.host)]
    if text.first == UInt8(ascii: "[") {
      guard let end = text.lastIndex(of: UInt8(ascii: "]")),
        Self.isOptionalPort(text[(end + 1)...])
      else { return false }
      let zone = text[..<end].indices.first { text[$0..<end].starts(with: "%25".utf8) }
      if let zone {
        parts = [(text[..<zone], .host), (text[zone..<end], .zone), (text[end...], .host)]
      }
    } else if let colon = text.lastIndex(of: UInt8(ascii: ":")) {
      guard Self.isOptionalPort(text[colon...]) else { return false }
    }
    var bytes: [UInt8] = []
    for (part, encoding) in parts {
      guard let decoded = encoding.decoded(part) else { return false }
      bytes += decoded
    }
    host = String(decoding: bytes, as: UTF8.self)
    return true
  }

  /// Whether this is nothing, or a colon and digits.
  private static func isOptionalPort(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    return first == UInt8(ascii: ":")
      && text.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private mutating func readPath(_ text: ArraySlice<UInt8>) -> Bool {
    guard let path = PercentEncoding.path.decoded(text) else { return false }
    let isWellEncoded = text.allSatisfy { byte in
      !PercentEncoding.path.mustEscape(byte) || "!'()*[]%".utf8.contains(byte)
    }
    // Where the text is a right encoding, if an unusual one, it stays.
    escapedPath = String(
      decoding: isWellEncoded ? Array(text) : PercentEncoding.path.encoded(path), as: UTF8.self)
    return true
  }

  // MARK: What is asked

  private var hostAndPort: (host: Substring.UTF8View, port: Substring.UTF8View) {
    let text = host.utf8[...]
    guard let colon = text.lastIndex(of: UInt8(ascii: ":")), Self.isOptionalPort(text[colon...])
    else { return (text, "".utf8[...]) }
    return (text[..<colon], text[text.index(after: colon)...])
  }

  /// The host without port and brackets.
  var hostname: String {
    var name = hostAndPort.host
    if name.first == UInt8(ascii: "["), name.last == UInt8(ascii: "]") {
      name = name.dropFirst().dropLast()
    }
    return String(Substring(name))
  }

  /// The digits of the port; empty where there is none.
  var port: String { String(Substring(hostAndPort.port)) }

  /// The parameters of the query, sorted by name; malformed ones are left out.
  var query: [(name: String, values: [String])] {
    var values: [String: [String]] = [:]
    for pair in rawQuery.split(separator: UInt8(ascii: "&"))
    where !pair.contains(UInt8(ascii: ";")) {
      let (name, value) = Self.cut(pair, at: "=") ?? (pair, [])
      guard let name = PercentEncoding.queryComponent.decoded(name),
        let value = PercentEncoding.queryComponent.decoded(value)
      else { continue }
      values[String(decoding: name, as: UTF8.self), default: []]
        .append(String(decoding: value, as: UTF8.self))
    }
    return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { ($0.key, $0.value) }
  }

  static func == (left: ParsedURL, right: ParsedURL) -> Bool { left.parts == right.parts }

  func hash(into hasher: inout Hasher) { hasher.combine(parts) }

  /// What makes two URLs the same.
  private var parts: [[UInt8]] {
    [
      Array(scheme.utf8), user, Array(host.utf8), Array(escapedPath.utf8), opaque, rawQuery,
      fragment,
    ]
  }
}
