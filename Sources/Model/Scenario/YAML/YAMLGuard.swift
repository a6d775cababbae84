/// Refuses texts that would harm the YAML library, before it sees them.
///
/// The library hashes mapping keys to find duplicates; a key made of nested aliases would take it
/// for ever. Depth is limited by libyaml (1,000 levels) and then by `YAMLReader` (128).
enum YAMLGuard {
  /// The largest file that is read.
  static let sizeLimit = 32 << 20

  /// The aliases that a text may have before one in a key is suspicious: 30 expand to at most
  /// e^(30/e), about 60,000 nodes.
  private static let aliasLimit = 30

  /// The finding that forbids reading the text; nil where it may be read.
  static func finding(in file: SourceFile) -> Diagnostic? {
    let start = SourceLocation(file: file.path, line: 1, column: 1)
    guard file.bytes.count <= sizeLimit else {
      return Diagnostic(
        .fileTooLarge, at: start, "the file is larger than \(sizeLimit >> 20) MiB",
        advice: "point kverify at the manifests only")
    }
    if let offset = firstInvalidByte(in: file.bytes) {
      return Diagnostic(
        .invalidUTF8, at: file.location(ofByte: offset), "the text is not valid UTF-8",
        advice: "save the file as UTF-8")
    }
    if let offset = suspiciousKey(in: file.bytes) {
      return Diagnostic(
        .aliasBomb, at: file.location(ofByte: offset),
        "a mapping key is, or holds, an alias, in a document of many aliases",
        advice: "write the values out")
    }
    return nil
  }

  /// The offset of the first byte that is no UTF-8; a NUL counts, since YAML forbids it.
  private static func firstInvalidByte(in bytes: [UInt8]) -> Int? {
    var index = 0
    while index < bytes.count {
      let lead = bytes[index]
      let length: Int
      switch lead {
      case 0: return index
      case 0x01..<0x80: length = 1
      case 0xC2..<0xE0: length = 2
      case 0xE0..<0xF0: length = 3
      case 0xF0..<0xF5: length = 4
      default: return index
      }
      guard index + length <= bytes.count else { return index }
      for next in bytes[(index + 1)..<(index + length)] where next & 0xC0 != 0x80 { return index }
      if length > 2 {
        let second = bytes[index + 1]
        let isOverlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90)
        let isOutside = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90)
        if isOverlong || isOutside { return index }
      }
      index += length
    }
    return nil
  }

  /// The place of a `:` after a collection or an alias, where the text has many aliases.
  private static func suspiciousKey(in bytes: [UInt8]) -> Int? {
    var aliases = 0
    for index in bytes.indices where isAlias(at: index, in: bytes) { aliases += 1 }
    guard aliases > aliasLimit else { return nil }
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if isExplicitKey(at: index, in: bytes) { return index }
      var end = index + 1
      if isAlias(at: index, in: bytes) {
        while end < bytes.count, !isSpace(bytes[end]), !isFlow(bytes[end]) { end += 1 }
      } else if byte != UInt8(ascii: "]"), byte != UInt8(ascii: "}") {
        index += 1
        continue
      }
      if bytes[end - 1] == UInt8(ascii: ":") || followsColon(end, in: bytes) { return index }
      index = end
    }
    return nil
  }

  private static func followsColon(_ start: Int, in bytes: [UInt8]) -> Bool {
    var index = start
    while index < bytes.count {
      if isSpace(bytes[index]) {
        index += 1
      } else if bytes[index] == UInt8(ascii: "#") {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      } else {
        return bytes[index] == UInt8(ascii: ":")
      }
    }
    return false
  }

  private static func isAlias(at index: Int, in bytes: [UInt8]) -> Bool {
    guard bytes[index] == UInt8(ascii: "*"), index + 1 < bytes.count, !isSpace(bytes[index + 1])
    else { return false }
    return index == 0 || isSpace(bytes[index - 1]) || isFlow(bytes[index - 1])
  }

  private static func isExplicitKey(at index: Int, in bytes: [UInt8]) -> Bool {
    guard bytes[index] == UInt8(ascii: "?"), index + 1 < bytes.count, isSpace(bytes[index + 1])
    else { return false }
    // A conditional inside a quoted or block text is not one: only a line's or a collection's start.
    var before = index
    while before > 0,
      bytes[before - 1] == UInt8(ascii: " ") || bytes[before - 1] == UInt8(ascii: "-")
    {
      before -= 1
    }
    return before == 0 || bytes[before - 1] == UInt8(ascii: "\n") || isFlow(bytes[before - 1])
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  private static func isFlow(_ byte: UInt8) -> Bool {
    [UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ",")]
      .contains(byte)
  }
}
