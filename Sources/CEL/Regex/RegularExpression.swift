/// A regular expression in RE2's syntax, matched in linear time.
///
/// It works on Unicode scalars, as Go's works on code points. Matches are leftmost; of those the
/// one a backtracking search would prefer.
package struct RegularExpression: Sendable {
  /// The pattern.
  package let pattern: String
  /// The name of each group, from group 1; nil for those without.
  package let groupNames: [String?]
  private let program: RegexProgram
  /// The syntax tree.
  let node: RegexNode

  /// Compiles a pattern; throws for what RE2 does not accept.
  package init(_ pattern: String) throws(RegularExpressionError) {
    var parser = RegexParser(pattern)
    let node = try parser.parse()
    self.pattern = pattern
    self.node = node
    groupNames = parser.groupNames
    do {
      program = try RegexProgram(node, groupCount: parser.groupNames.count)
    } catch {
      throw RegularExpressionError(reason: error.reason, excerpt: pattern)
    }
  }

  /// Whether some part of the text matches.
  package func matches(_ text: String) -> Bool {
    var machine = PikeMachine(program, over: text.unicodeScalars.map(\.value), keepsCaptures: false)
    return machine.run(from: 0) != nil
  }

  /// The leftmost match.
  package func firstMatch(in text: String) -> RegularExpressionMatch? {
    allMatches(in: text, limit: 1).first
  }

  /// The matches one after the other, without overlap; at most so many.
  ///
  /// An empty match directly after another match does not count, as in Go.
  package func allMatches(in text: String, limit: Int = .max) -> [RegularExpressionMatch] {
    let scalars = Array(text.unicodeScalars)
    var machine = PikeMachine(program, over: scalars.map(\.value), keepsCaptures: true)
    var matches: [RegularExpressionMatch] = []
    var position = 0
    var previousEnd = -1
    while matches.count < limit, position <= scalars.count, let slots = machine.run(from: position)
    {
      let isEmpty = slots[0] == slots[1]
      if !isEmpty || slots[1] != previousEnd {
        matches.append(RegularExpressionMatch(text: scalars, slots: slots))
      }
      previousEnd = slots[1]
      position = isEmpty ? slots[1] + 1 : slots[1]
    }
    return matches
  }
}

/// A match: what the whole expression and each group matched.
package struct RegularExpressionMatch: Sendable {
  private let text: [Unicode.Scalar]
  private let slots: [Int]

  init(text: [Unicode.Scalar], slots: [Int]) {
    self.text = text
    self.slots = slots
  }

  /// The number of groups.
  package var groupCount: Int { slots.count / 2 - 1 }

  /// What a group matched, in scalars from the start of the text; group 0 is the whole match.
  ///
  /// Nil for a group that took no part.
  package func range(ofGroup group: Int) -> Range<Int>? {
    let (start, end) = (slots[2 * group], slots[2 * group + 1])
    return start < 0 || end < 0 ? nil : start..<end
  }

  /// The text a group matched; nil for a group that took no part.
  package subscript(group: Int) -> String? {
    range(ofGroup: group).map { range in
      var part = ""
      part.unicodeScalars.append(contentsOf: text[range])
      return part
    }
  }

  /// The text of the whole match.
  package var matched: String { self[0] ?? "" }
}
