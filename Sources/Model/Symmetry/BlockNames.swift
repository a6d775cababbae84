/// Names that belong together and may be exchanged as a whole with those of another block: the task
/// `t1` and its cell `c1`, a controller `counter-1`, all that a namespace `team-1` stands for.
package struct NameOrbit: Hashable, Sendable {
  /// The names by block, then by role: names of one role take each other's place.
  package let blocks: [[String]]

  /// Makes an orbit; all blocks have the same roles.
  package init(blocks: [[String]]) {
    precondition(Set(blocks.map(\.count)).count <= 1, "blocks with different roles")
    self.blocks = blocks
  }
}

/// One mention of a block's name in a text.
package struct BlockMention: Hashable, Sendable {
  /// The number of the block, over all orbits.
  package let block: Int
  package let role: Int
}

/// The names of all blocks and how they are found and replaced in ordinary text.
///
/// A name is found where it stands between characters that are neither letters nor digits: `t1` in
/// `t1-config` and in `Task/t1`, not in `t10`. No name overlaps another, so that an exchange of
/// blocks is a bijection of texts: done twice it changes nothing.
package struct BlockNames: Sendable {
  /// The names by block and role.
  package let texts: [[String]]
  /// The orbit of each block.
  package let orbitOf: [Int]
  /// The blocks of each orbit.
  package let members: [[Int]]
  private let table: [String: BlockMention]
  /// The lengths of names in UTF-8, longest first.
  private let lengths: [Int]

  /// Makes the table of these orbits; nil where names overlap or could be mistaken for other text.
  package init?(_ orbits: [NameOrbit]) {
    var texts: [[String]] = []
    var orbitOf: [Int] = []
    var members: [[Int]] = []
    var table: [String: BlockMention] = [:]
    for (orbit, content) in orbits.enumerated() {
      members.append([])
      for names in content.blocks {
        for (role, name) in names.enumerated() {
          let mention = BlockMention(block: texts.count, role: role)
          guard Self.isUsable(name), table.updateValue(mention, forKey: name) == nil else {
            return nil
          }
        }
        members[orbit].append(texts.count)
        orbitOf.append(orbit)
        texts.append(names)
      }
    }
    guard !Self.overlap(table.keys.sorted()) else { return nil }
    self.texts = texts
    self.orbitOf = orbitOf
    self.members = members
    self.table = table
    lengths = Set(table.keys.map(\.utf8.count)).sorted(by: >)
  }

  /// Whether a name cannot be mistaken for other text: it starts with a letter, so that it is no
  /// number, quantity or time, holds a digit, so that it is no word of Kubernetes' own, and is
  /// neither an API version nor a token of `ReconcileRun` for a resourceVersion.
  static func isUsable(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, let last = bytes.last, isLetter(first), isWord(last),
      bytes.contains(where: isDigit), bytes.allSatisfy({ $0 < 0x80 })
    else { return false }
    let rest = bytes.dropFirst()
    let isShortWord = rest.allSatisfy(isDigit) && [UInt8(ascii: "r"), 0x76].contains(first)
    return !isShortWord && !["v1alpha", "v1beta", "v2beta"].contains { name.hasPrefix($0) }
  }

  /// Whether some name holds another between separators, or begins as another ends.
  private static func overlap(_ names: [String]) -> Bool {
    var whole: Set<String> = []
    var starts: Set<String> = []
    var ends: Set<String> = []
    var inner: Set<String> = []
    for name in names {
      whole.insert(name)
      let bytes = Array(name.utf8)
      let cuts = bytes.indices.filter { $0 > 0 && isWord(bytes[$0]) != isWord(bytes[$0 - 1]) }
      for cut in cuts {
        starts.insert(String(decoding: bytes[..<cut], as: UTF8.self))
        ends.insert(String(decoding: bytes[cut...], as: UTF8.self))
        for end in cuts where end > cut {
          inner.insert(String(decoding: bytes[cut..<end], as: UTF8.self))
        }
      }
    }
    return !whole.isDisjoint(with: starts.union(ends).union(inner))
      || !starts.isDisjoint(with: ends)
  }

  /// The names in a text, in order: where they stand in its UTF-8, and whose they are.
  func mentions(in bytes: ArraySlice<UInt8>) -> [(range: Range<Int>, mention: BlockMention)] {
    guard let shortest = lengths.last, bytes.count >= shortest else { return [] }
    var found: [(range: Range<Int>, mention: BlockMention)] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let isStart = index == bytes.startIndex || !Self.isWord(bytes[index - 1])
      guard isStart, Self.isLetter(bytes[index]), let match = match(at: index, in: bytes) else {
        index += 1
        continue
      }
      found.append(match)
      index = match.range.upperBound
    }
    return found
  }

  private func match(
    at start: Int, in bytes: ArraySlice<UInt8>
  ) -> (range: Range<Int>, mention: BlockMention)? {
    for length in lengths where start + length <= bytes.endIndex {
      let end = start + length
      guard end == bytes.endIndex || !Self.isWord(bytes[end]) else { continue }
      if let mention = table[String(decoding: bytes[start..<end], as: UTF8.self)] {
        return (start..<end, mention)
      }
    }
    return nil
  }

  /// The blocks that a text mentions, in order.
  package func mentions(in text: String) -> [BlockMention] {
    mentions(in: Array(text.utf8)[...]).map(\.mention)
  }

  /// A text with its names replaced; nil leaves a name as it is.
  func rewrite(_ bytes: ArraySlice<UInt8>, _ name: (BlockMention) -> String?) -> [UInt8]? {
    let found = mentions(in: bytes)
    if found.isEmpty { return nil }
    var result: [UInt8] = []
    var start = bytes.startIndex
    for (range, mention) in found {
      result += bytes[start..<range.lowerBound]
      result += name(mention).map { Array($0.utf8) } ?? Array(bytes[range])
      start = range.upperBound
    }
    return result + bytes[start...]
  }

  /// The names of a text with those of two blocks exchanged.
  package func exchange(_ one: Int, _ other: Int, in text: String) -> String {
    let renamed = rewrite(Array(text.utf8)[...]) { mention in
      if mention.block == one { return texts[other][mention.role] }
      return mention.block == other ? texts[one][mention.role] : nil
    }
    return renamed.map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

  /// Whether a byte is part of a word; those of other scripts are.
  static func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || byte >= 0x80 }
}
