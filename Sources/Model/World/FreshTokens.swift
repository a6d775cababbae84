package import CEL

/// A value that stands for "new and unequal to all others": a uid, a generated suffix, `fresh()`.
///
/// Tokens of one class are numbered; which number a new one gets is decided by the state it is
/// made in (the smallest that nothing mentions), so that states stay finitely many.
package struct FreshToken: Hashable, Comparable, Sendable {
  /// The class: who made it for what.
  package let family: UInt16
  /// The number within the class.
  package let index: UInt16

  package static func < (left: FreshToken, right: FreshToken) -> Bool {
    (left.family, left.index) < (right.family, right.index)
  }
}

/// The classes of fresh values and how a token is written inside ordinary text.
///
/// A token is nine lower-case letters and digits, so a name that contains one is still a DNS
/// label: a marker, the class and the number, each in an alphabet in ASCII order, so that names sort
/// as their numbers do. Renaming is substitution in text.
package final class FreshTokens {
  private static let alphabet: [UInt8] = Array("2456789bcdfghjklmnpqrstvwxz".utf8)
  private static let digitOf: [Int] = {
    var table = [Int](repeating: -1, count: 256)
    for (digit, byte) in alphabet.enumerated() { table[Int(byte)] = digit }
    return table
  }()
  /// The marker, four digits of the class, three of the number.
  private static let length = 9

  private let marker: [UInt8]
  private var families: [String] = []
  private var familyIDs: [String: UInt16] = [:]

  /// Makes an empty table with a marker that no given text contains.
  package init(avoiding texts: [JSONValue] = []) {
    let all = texts.map(\.current.text).joined()
    let free = ["q7", "x4", "z8", "k9", "w6"].first { !all.contains($0) } ?? "v5"
    marker = Array(free.utf8)
  }

  /// The class with this description; made where it is new.
  package func family(_ description: String) -> UInt16 {
    if let id = familyIDs[description] { return id }
    precondition(families.count < Int(UInt16.max), "too many classes of fresh values")
    let id = UInt16(families.count)
    families.append(description)
    familyIDs[description] = id
    return id
  }

  /// The text of a token.
  package func text(_ token: FreshToken) -> String {
    var bytes = marker
    precondition(token.index < 19_683, "more fresh values of one class than a name can tell")
    for (number, digits) in [(Int(token.family), 4), (Int(token.index), 3)] {
      var divisor = digits == 4 ? 19_683 : 729
      while divisor > 0 {
        bytes.append(Self.alphabet[number / divisor % 27])
        divisor /= 27
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The tokens that a value mentions in its strings and keys, ascending, each once.
  package func mentioned(in value: JSONValue) -> [FreshToken] {
    guard !families.isEmpty else { return [] }
    var found: Set<FreshToken> = []
    collect(value, into: &found)
    return found.sorted()
  }

  /// The tokens that a text mentions, ascending, each once.
  package func mentioned(in text: String) -> [FreshToken] {
    guard !families.isEmpty else { return [] }
    var found: Set<FreshToken> = []
    scan(text, into: &found)
    return found.sorted()
  }

  private func collect(_ value: JSONValue, into found: inout Set<FreshToken>) {
    switch value {
    case .string(let text): scan(text, into: &found)
    case .array(let items): for item in items { collect(item, into: &found) }
    case .object(let object):
      for entry in object.entries {
        scan(entry.key, into: &found)
        collect(entry.value, into: &found)
      }
    case .null, .bool, .int, .double, .symbolic: break
    }
  }

  private func scan(_ text: String, into found: inout Set<FreshToken>) {
    let bytes = Array(text.utf8)
    var index = 0
    while let token = next(in: bytes, from: &index) { found.insert(token) }
  }

  /// The next token in a text; `index` moves behind it.
  private func next(in bytes: [UInt8], from index: inout Int) -> FreshToken? {
    while index + Self.length <= bytes.count {
      if bytes[index] == marker[0], bytes[index + 1] == marker[1],
        let token = token(at: index + 2, in: bytes)
      {
        index += Self.length
        return token
      }
      index += 1
    }
    return nil
  }

  private func token(at start: Int, in bytes: [UInt8]) -> FreshToken? {
    var (family, index) = (0, 0)
    for position in 0..<7 {
      let digit = Self.digitOf[Int(bytes[start + position])]
      guard digit >= 0 else { return nil }
      if position < 4 { family = family * 27 + digit } else { index = index * 27 + digit }
    }
    guard family < families.count else { return nil }
    return FreshToken(family: UInt16(family), index: UInt16(index))
  }

  /// A part of a text: a token, or what stands between two.
  enum Piece {
    case text(ArraySlice<UInt8>)
    case token(FreshToken)
  }

  /// Goes through the parts of a text in order.
  func pieces(of text: String, _ visit: (Piece) -> Void) {
    let bytes = Array(text.utf8)
    var start = 0
    var index = 0
    if !families.isEmpty {
      while let token = next(in: bytes, from: &index) {
        if start < index - Self.length { visit(.text(bytes[start..<index - Self.length])) }
        visit(.token(token))
        start = index
      }
    }
    if start < bytes.count { visit(.text(bytes[start...])) }
  }

  /// A text with its tokens replaced.
  package func rename(_ text: String, _ renaming: [FreshToken: FreshToken]) -> String {
    var bytes = Array(text.utf8)
    var index = 0
    var changed = false
    while let token = next(in: bytes, from: &index) {
      guard let other = renaming[token] else { continue }
      bytes.replaceSubrange(index - Self.length..<index, with: self.text(other).utf8)
      changed = true
    }
    return changed ? String(decoding: bytes, as: UTF8.self) : text
  }

  /// A value with the tokens in its strings and keys replaced.
  package func rename(_ value: JSONValue, _ renaming: [FreshToken: FreshToken]) -> JSONValue {
    switch value {
    case .string(let text): .string(rename(text, renaming))
    case .array(let items): .array(items.map { rename($0, renaming) })
    case .object(let object): .object(rename(object, renaming))
    case .null, .bool, .int, .double, .symbolic: value
    }
  }

  /// An object with the tokens in its strings and keys replaced.
  package func rename(_ object: JSONObject, _ renaming: [FreshToken: FreshToken]) -> JSONObject {
    JSONObject(object.entries.map { (rename($0.key, renaming), rename($0.value, renaming)) })
  }

  /// A text with each token replaced by what it stands for, so that it means the same whatever
  /// order classes were met in.
  package func spelledOut(_ text: String) -> String {
    var bytes = Array(text.utf8)
    var index = 0
    while let token = next(in: bytes, from: &index) {
      let meaning = "<\(spelledOut(families[Int(token.family)]))#\(token.index)>"
      bytes.replaceSubrange(index - Self.length..<index, with: meaning.utf8)
      index += meaning.utf8.count - Self.length
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What a class of fresh values is for, as it was named when it was made.
  func description(ofFamily family: UInt16) -> String { families[Int(family)] }

  /// A text with each token replaced by another text.
  func replacingTokens(in text: String, with replacement: (FreshToken) -> String) -> String {
    guard !families.isEmpty else { return text }
    var bytes = Array(text.utf8)
    var index = 0
    var changed = false
    while let token = next(in: bytes, from: &index) {
      let other = Array(replacement(token).utf8)
      bytes.replaceSubrange(index - Self.length..<index, with: other)
      index += other.count - Self.length
      changed = true
    }
    return changed ? String(decoding: bytes, as: UTF8.self) : text
  }

  /// A text for people: tokens as `~1`, `~2`.
  package func display(_ text: String) -> String {
    replacingTokens(in: text) { "~\(self.number(of: $0))" }
  }

  /// The number of a token for people: in its class, behind that of the class where it has one.
  private func number(of token: FreshToken) -> String {
    let meaning = families[Int(token.family)]
    guard meaning.hasSuffix("]"), let start = meaning.lastIndex(of: "[") else {
      return "\(token.index + 1)"
    }
    let number = meaning[meaning.index(after: start)...].dropLast()
    return token.index == 0 ? String(number) : "\(number).\(token.index + 1)"
  }

  /// A value for people: tokens as `~1`, `~2`.
  package func display(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(display(text))
    case .array(let items): .array(items.map { display($0) })
    case .object(let object):
      .object(JSONObject(object.entries.map { (display($0.key), display($0.value)) }))
    case .null, .bool, .int, .double, .symbolic: value
    }
  }
}
