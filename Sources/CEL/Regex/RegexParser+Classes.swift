/// Character classes and escapes.

extension RegexParser {
  /// Reads `[…]`.
  mutating func bracketClass() throws(RegularExpressionError) -> ScalarClass {
    let start = position
    position += 1
    let isNegated = accept("^")
    var members = ScalarClass()
    var isFirst = true
    while isFirst || next != "]" {
      isFirst = false
      guard !isAtEnd else { throw error(.missingBracket, from: start) }
      if rest(startsWith: "[:"), try posixClass(into: &members) { continue }
      if next == "\\", try namedClass(into: &members) { continue }
      let rangeStart = position
      let low = try classScalar(start: start)
      var high = low
      if next == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
        position += 1
        high = try classScalar(start: start)
      }
      guard low <= high else { throw error(.invalidClassRange, from: rangeStart, to: position) }
      members.insert(low.value...high.value)
    }
    position += 1
    return members.sealed(foldsCase: flags.foldsCase, isNegated: isNegated)
  }

  private mutating func classScalar(
    start: Int
  ) throws(RegularExpressionError) -> Unicode.Scalar {
    guard let scalar = next else { throw error(.missingBracket, from: start) }
    if scalar == "\\" { return try escapedScalar() }
    position += 1
    return scalar
  }

  /// Reads `[:name:]` inside a class; false where there is no `:]`.
  private mutating func posixClass(
    into members: inout ScalarClass
  ) throws(RegularExpressionError) -> Bool {
    var end = position + 2
    while end + 1 < pattern.count, !(pattern[end] == ":" && pattern[end + 1] == "]") { end += 1 }
    guard end + 1 < pattern.count else { return false }
    var name = excerpt(position + 2, end)
    let isNegated = name.hasPrefix("^")
    if isNegated { name.removeFirst() }
    guard let ranges = Self.posixRanges(name) else {
      throw error(.invalidClassRange, from: position, to: end + 2)
    }
    Self.insert(ranges, isNegated: isNegated, into: &members)
    position = end + 2
    return true
  }

  /// Reads `\d`, `\s`, `\w`, `\p{…}` or their negations; false for any other escape.
  mutating func namedClass(
    into members: inout ScalarClass
  ) throws(RegularExpressionError) -> Bool {
    guard next == "\\", position + 1 < pattern.count else { return false }
    let start = position
    let letter = pattern[position + 1]
    switch letter {
    case "d", "D", "s", "S", "w", "W":
      position += 2
      let ranges: [ClosedRange<UInt32>] =
        switch letter {
        case "d", "D": [0x30...0x39]
        case "s", "S": [0x9...0xA, 0xC...0xD, 0x20...0x20]
        default: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
        }
      Self.insert(ranges, isNegated: letter.value < 0x61, into: &members)
      return true
    case "p", "P":
      position += 2
      var isNegated = letter == "P"
      guard let first = next else { throw error(.invalidClassRange, from: start) }
      position += 1
      var name = String(first)
      if first == "{" {
        let nameStart = position
        while let scalar = next, scalar != "}" { position += 1 }
        guard !isAtEnd else { throw error(.invalidClassRange, from: start) }
        name = excerpt(nameStart, position)
        position += 1
      }
      if name.hasPrefix("^") {
        isNegated.toggle()
        name.removeFirst()
      }
      guard let found = UnicodeClasses.named(name) else {
        throw error(.unknownUnicodeClass, from: start, to: position)
      }
      switch found {
      case .all: Self.insert([0...0x10FFFF], isNegated: isNegated, into: &members)
      case .ranges(let ranges): Self.insert(ranges, isNegated: isNegated, into: &members)
      case .categories(let mask):
        members.insert(ScalarClass.Categories(mask: mask, isNegated: isNegated))
      }
      return true
    default: return false
    }
  }

  private static func insert(
    _ ranges: [ClosedRange<UInt32>], isNegated: Bool, into members: inout ScalarClass
  ) {
    if isNegated {
      members.insertComplement(of: ranges)
    } else {
      for range in ranges { members.insert(range) }
    }
  }

  /// The ranges of a POSIX class.
  private static func posixRanges(_ name: String) -> [ClosedRange<UInt32>]? {
    switch name {
    case "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
    case "alpha": [0x41...0x5A, 0x61...0x7A]
    case "ascii": [0...0x7F]
    case "blank": [0x9...0x9, 0x20...0x20]
    case "cntrl": [0...0x1F, 0x7F...0x7F]
    case "digit": [0x30...0x39]
    case "graph": [0x21...0x7E]
    case "lower": [0x61...0x7A]
    case "print": [0x20...0x7E]
    case "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
    case "space": [0x9...0xD, 0x20...0x20]
    case "upper": [0x41...0x5A]
    case "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    case "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66]
    default: nil
    }
  }

  /// Reads an escape that stands for one scalar.
  mutating func escapedScalar() throws(RegularExpressionError) -> Unicode.Scalar {
    let start = position
    guard position + 1 < pattern.count else { throw error(.trailingBackslash, from: pattern.count) }
    let letter = pattern[position + 1]
    position += 2
    switch letter {
    case "a": return "\u{7}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "x": return try hexadecimal(start: start)
    case "0"..."7":
      // A single digit but 0 would be a back reference, which RE2 has not.
      var value = letter.value - 48
      var digits = 1
      while digits < 3, let digit = next, digit >= "0", digit <= "7" {
        value = value * 8 + digit.value - 48
        position += 1
        digits += 1
      }
      guard letter == "0" || digits > 1, let scalar = Unicode.Scalar(value) else { break }
      return scalar
    default:
      guard letter.isASCII, !letter.properties.isAlphabetic, letter < "0" || letter > "9"
      else { break }
      return letter
    }
    throw error(.invalidEscape, from: start, to: position)
  }

  /// Reads what follows `\x`: two digits, or any number in braces.
  private mutating func hexadecimal(
    start: Int
  ) throws(RegularExpressionError) -> Unicode.Scalar {
    func digit(_ scalar: Unicode.Scalar) -> UInt32? {
      switch scalar {
      case "0"..."9": scalar.value - 48
      case "a"..."f": scalar.value - 87
      case "A"..."F": scalar.value - 55
      default: nil
      }
    }
    var value: UInt32 = 0
    if accept("{") {
      var digits = 0
      while let number = next.flatMap(digit) {
        value = value * 16 + number
        position += 1
        digits += 1
        guard value <= 0x10FFFF else { throw error(.invalidEscape, from: start, to: position) }
      }
      guard digits > 0, accept("}"), let scalar = Unicode.Scalar(value) else {
        throw error(.invalidEscape, from: start, to: min(position + 1, pattern.count))
      }
      return scalar
    }
    for _ in 0..<2 {
      guard let number = next.flatMap(digit) else {
        throw error(.invalidEscape, from: start, to: min(position + 1, pattern.count))
      }
      value = value * 16 + number
      position += 1
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw error(.invalidEscape, from: start, to: position)
    }
    return scalar
  }
}
