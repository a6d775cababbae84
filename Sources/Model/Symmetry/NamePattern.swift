import CEL

/// Names that differ in one run of digits: `t#`, `c#-0`.
struct NamePattern: Hashable {
  let prefix: String
  let suffix: String
  /// The digits that occur.
  var values: Set<String> = []

  /// The name with these digits.
  func name(_ value: String) -> String { prefix + value + suffix }

  /// The patterns that a name fits, each with its digits.
  static func patterns(of name: String) -> [(prefix: String, digits: String, suffix: String)] {
    let bytes = Array(name.utf8)
    var result: [(String, String, String)] = []
    var start = 0
    while start < bytes.count {
      guard BlockNames.isDigit(bytes[start]) else {
        start += 1
        continue
      }
      var end = start
      while end < bytes.count, BlockNames.isDigit(bytes[end]) { end += 1 }
      result.append(
        (
          String(decoding: bytes[..<start], as: UTF8.self),
          String(decoding: bytes[start..<end], as: UTF8.self),
          String(decoding: bytes[end...], as: UTF8.self)
        ))
      start = end
    }
    return result
  }
}

/// The patterns of a scenario's names, in groups of those that are mentioned together with the same
/// digits: they may have to be exchanged together.
struct Candidates {
  /// The groups in a fixed order; each pattern has two names at least.
  let groups: [[NamePattern]]

  private struct Shape: Hashable, Comparable {
    let prefix: String
    let suffix: String

    static func < (left: Shape, right: Shape) -> Bool {
      (left.prefix, left.suffix) < (right.prefix, right.suffix)
    }
  }

  /// - items: what is declared; names in one item may belong together.
  /// - derived: names and what is computed from them.
  init(_ names: Set<String>, items: [JSONValue], derived: [(String, String)]) {
    var patterns: [Shape: NamePattern] = [:]
    var shapes: [String: [(shape: Shape, digits: String)]] = [:]
    for name in names.sorted() {
      for (prefix, digits, suffix) in NamePattern.patterns(of: name) {
        let shape = Shape(prefix: prefix, suffix: suffix)
        patterns[shape, default: NamePattern(prefix: prefix, suffix: suffix)].values.insert(digits)
        shapes[name, default: []].append((shape, digits))
      }
    }
    let known = patterns.filter { $0.value.values.count > 1 }
    let order = known.keys.sorted()
    let index = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    // Two patterns belong together where two different digits each join their names.
    var joined: [[Int]: Set<String>] = [:]
    func link(_ names: [String]) {
      var byDigits: [String: Set<Int>] = [:]
      for name in names {
        for (shape, digits) in shapes[name] ?? [] {
          if let pattern = index[shape] { byDigits[digits, default: []].insert(pattern) }
        }
      }
      for (digits, patterns) in byDigits where patterns.count > 1 {
        let sorted = patterns.sorted()
        for (place, one) in sorted.enumerated() {
          for other in sorted[(place + 1)...] { joined[[one, other], default: []].insert(digits) }
        }
      }
    }
    let words = MentionedNames(names)
    for item in items { link(words.inOrder(item)) }
    for (name, other) in derived { link([name, other]) }
    var sets = DisjointSets(count: order.count)
    for (pair, digits) in joined where digits.count > 1 { sets.union(pair[0], pair[1]) }
    groups = sets.groups.map { members in members.compactMap { known[order[$0]] } }
  }
}

/// Finds names in values, overlapping ones too.
private struct MentionedNames {
  private let names: Set<String>
  private let lengths: [Int]

  init(_ names: Set<String>) {
    self.names = names
    lengths = Set(names.map(\.utf8.count)).sorted()
  }

  func inOrder(_ value: JSONValue) -> [String] {
    switch value {
    case .string(let text): find(Array(text.utf8))
    case .array(let items): items.flatMap { inOrder($0) }
    case .object(let object): object.entries.flatMap { inOrder($0.value) }
    case .null, .bool, .int, .double, .symbolic: []
    }
  }

  private func find(_ bytes: [UInt8]) -> [String] {
    var found: [String] = []
    for start in bytes.indices
    where BlockNames.isLetter(bytes[start]) && (start == 0 || !BlockNames.isWord(bytes[start - 1]))
    {
      for length in lengths where start + length <= bytes.count {
        let end = start + length
        guard end == bytes.count || !BlockNames.isWord(bytes[end]) else { continue }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        if names.contains(name) { found.append(name) }
      }
    }
    return found
  }
}
