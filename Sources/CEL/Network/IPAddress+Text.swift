/// Addresses as text: RFC 4291 read as Go's net/netip does, RFC 5952 written.
extension IPAddress {
  /// Why a text is no address.
  enum ParseError: Error {
    case malformed
    case zone
    /// `::ffff:1.2.3.4`: the version 4 address is spelled out inside a version 6 one.
    case mappedDotted
  }

  /// Reads an address; leading zeros in version 4 are refused.
  init(_ text: String) throws(ParseError) {
    if !text.utf8.contains(UInt8(ascii: ":")) {
      guard let bits = Self.dotted(text[...]) else { throw .malformed }
      self.init(family: .v4, bits: UInt128(bits))
      return
    }
    let isZoned = text.utf8.contains(UInt8(ascii: "%"))
    let address = isZoned ? text.prefix { $0 != "%" } : text[...]
    guard let (bits, isDotted) = Self.colonSeparated(address) else { throw .malformed }
    if isZoned { throw .zone }
    self.init(family: .v6, bits: bits)
    if isDotted, isMapped { throw .mappedDotted }
  }

  private static func dotted(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard let octet = decimal(part, upTo: 255) else { return nil }
      bits = bits << 8 | UInt32(octet)
    }
    return bits
  }

  /// The eight fields of a version 6 address, and whether its end is dotted.
  private static func colonSeparated(_ text: Substring) -> (bits: UInt128, isDotted: Bool)? {
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    guard let head = fields(halves[0], mayBeDotted: halves.count == 1) else { return nil }
    var tail = (fields: [UInt128](), isDotted: false)
    if halves.count == 2 {
      guard let read = fields(halves[1], mayBeDotted: true) else { return nil }
      tail = read
    }
    let count = head.fields.count + tail.fields.count
    // `::` stands for one field at least.
    guard halves.count == 2 ? count < 8 : count == 8 else { return nil }
    let zeros = [UInt128](repeating: 0, count: 8 - count)
    let bits = (head.fields + zeros + tail.fields).reduce(0) { $0 << 16 | $1 }
    return (bits, head.isDotted || tail.isDotted)
  }

  private static func fields(
    _ text: Substring, mayBeDotted: Bool
  ) -> (fields: [UInt128], isDotted: Bool)? {
    if text.isEmpty { return ([], false) }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var result: [UInt128] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, mayBeDotted, part.utf8.contains(UInt8(ascii: ".")) {
        guard let bits = dotted(part) else { return nil }
        result += [UInt128(bits >> 16), UInt128(bits & 0xFFFF)]
        return (result, true)
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
        let field = UInt128(part, radix: 16)
      else { return nil }
      result.append(field)
    }
    return (result, false)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  /// A decimal number without sign and leading zeros.
  static func decimal(_ text: Substring, upTo greatest: Int) -> Int? {
    guard (1...3).contains(text.utf8.count), text == "0" || !text.hasPrefix("0"),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(text), number <= greatest
    else { return nil }
    return number
  }
}

extension IPAddress: CustomStringConvertible {
  /// The canonical text.
  package var description: String {
    if family == .v4 {
      return (0..<4).map { String(bits >> UInt128(24 - 8 * $0) & 0xFF) }.joined(separator: ".")
    }
    let fields = (0..<8).map { String(bits >> UInt128(112 - 16 * $0) & 0xFFFF, radix: 16) }
    // The longest run of two zeros or more is left out, the first of equals.
    var best = 0..<0
    var start = 0
    while start < 8 {
      let end = fields[start...].firstIndex { $0 != "0" } ?? 8
      if end - start > max(best.count, 1) { best = start..<end }
      start = max(end, start + 1)
    }
    guard !best.isEmpty else { return fields.joined(separator: ":") }
    return fields[..<best.lowerBound].joined(separator: ":") + "::"
      + fields[best.upperBound...].joined(separator: ":")
  }
}
