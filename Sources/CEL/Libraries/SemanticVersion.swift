/// A version by semver.org 2.0.0, read as strictly as the library of the API server does
/// (github.com/blang/semver/v4).
package struct SemanticVersion: Sendable {
  package let major: UInt64
  package let minor: UInt64
  package let patch: UInt64
  /// The identifiers after the hyphen.
  private let preRelease: [Substring]
  /// The identifiers after the plus sign, which order nothing.
  private let build: [Substring]

  /// Reads a version; nil for another text.
  package init?(_ text: String) {
    var rest = text[...]
    build = Self.cut(&rest, at: "+") ?? []
    preRelease = Self.cut(&rest, at: "-") ?? []
    let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 3, let major = Self.number(numbers[0]),
      let minor = Self.number(numbers[1]), let patch = Self.number(numbers[2]),
      build.allSatisfy(Self.isIdentifier), preRelease.allSatisfy(Self.isIdentifier),
      preRelease.allSatisfy({ !Self.isNumeric($0) || Self.number($0) != nil })
    else { return nil }
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads a version that may have a leading `v`, leading zeros, or no minor and patch numbers.
  package init?(normalizing text: String) {
    let plain = text.hasPrefix("v") ? text.dropFirst() : text[...]
    var parts = plain.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
      .map(String.init)
    for (index, part) in parts.enumerated() where part.utf8.count > 1 {
      let trimmed = part.drop { $0 == "0" }
      let startsWithDigit = trimmed.utf8.first.map(Self.isDigit) ?? false
      parts[index] = startsWithDigit ? String(trimmed) : "0" + trimmed
    }
    if parts.count < 3 {
      guard parts.last?.contains(where: { $0 == "+" || $0 == "-" }) == false else { return nil }
      while parts.count < 3 { parts.append("0") }
    }
    self.init(parts.joined(separator: "."))
  }

  /// -1, 0 or 1 as this version comes before, with or after another.
  package func compare(_ other: SemanticVersion) -> Int {
    let left = [major, minor, patch]
    let right = [other.major, other.minor, other.patch]
    if left != right { return left.lexicographicallyPrecedes(right) ? -1 : 1 }
    if preRelease.isEmpty || other.preRelease.isEmpty {
      if preRelease.isEmpty == other.preRelease.isEmpty { return 0 }
      return preRelease.isEmpty ? 1 : -1
    }
    for (one, two) in zip(preRelease, other.preRelease) where one != two {
      switch (Self.number(one), Self.number(two)) {
      case (let first?, let second?): return first < second ? -1 : 1
      case (_?, nil): return -1
      case (nil, _?): return 1
      case (nil, nil): return one.utf8.lexicographicallyPrecedes(two.utf8) ? -1 : 1
      }
    }
    return (preRelease.count - other.preRelease.count).signum()
  }

  /// Takes the dotted identifiers after a mark off the text; nil if there is no mark.
  private static func cut(_ text: inout Substring, at mark: Character) -> [Substring]? {
    guard let index = text.firstIndex(of: mark) else { return nil }
    let tail = text[text.index(after: index)...]
    text = text[..<index]
    return tail.split(separator: ".", omittingEmptySubsequences: false)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isNumeric(_ text: Substring) -> Bool { text.utf8.allSatisfy(isDigit) }

  private static func isIdentifier(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        isDigit(byte) || byte == UInt8(ascii: "-")
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            && byte < 0x80
      }
  }

  /// A number without leading zeros.
  private static func number(_ text: Substring) -> UInt64? {
    guard !text.isEmpty, isNumeric(text), text.utf8.count == 1 || !text.hasPrefix("0") else {
      return nil
    }
    return UInt64(text)
  }
}

extension SemanticVersion: CustomStringConvertible {
  package var description: String {
    var text = "\(major).\(minor).\(patch)"
    if !preRelease.isEmpty { text += "-" + preRelease.joined(separator: ".") }
    if !build.isEmpty { text += "+" + build.joined(separator: ".") }
    return text
  }
}
