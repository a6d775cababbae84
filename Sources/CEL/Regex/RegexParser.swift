/// Parses RE2's syntax by recursive descent.
///
/// Follows Go's regexp/syntax with its Perl flags: what it accepts, how operators bind, and which
/// errors it gives.
struct RegexParser {
  /// The switches `(?imsU)` sets.
  struct Flags {
    var foldsCase = false
    var isMultiline = false
    var dotMatchesNewline = false
    var isUngreedy = false
  }

  /// The pattern.
  let pattern: [Unicode.Scalar]
  var position = 0
  var flags = Flags()
  /// The name of each group, from group 1; nil for those without.
  ///
  /// As in Go two groups may share a name.
  private(set) var groupNames: [String?] = []
  private var depth = 0

  /// The greatest number of groups inside one another.
  static let depthLimit = 1000
  /// The greatest count of a repetition, and of nested ones multiplied.
  static let repeatLimit = 1000

  init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

  /// Parses the whole pattern.
  mutating func parse() throws(RegularExpressionError) -> RegexNode {
    let node = try alternation()
    guard isAtEnd else { throw error(.unexpectedParenthesis, from: 0) }
    return node
  }

  // MARK: Reading

  var isAtEnd: Bool { position >= pattern.count }

  /// The next scalar.
  var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

  /// Whether the rest of the pattern starts so.
  func rest(startsWith text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes in
      guard pattern.count - position >= bytes.count else { return false }
      for (offset, byte) in bytes.enumerated()
      where pattern[position + offset].value != UInt32(byte) { return false }
      return true
    }
  }

  /// Steps over a scalar if it comes next.
  mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  /// A part of the pattern.
  func excerpt(_ start: Int, _ end: Int? = nil) -> String {
    let end = min(end ?? pattern.count, pattern.count)
    var text = ""
    text.unicodeScalars.append(contentsOf: pattern[min(start, end)..<end])
    return text
  }

  /// An error about a part of the pattern; without an end, about all the rest.
  func error(
    _ reason: RegularExpressionError.Reason, from start: Int, to end: Int? = nil
  ) -> RegularExpressionError {
    RegularExpressionError(reason: reason, excerpt: excerpt(start, end))
  }

  // MARK: Structure

  private mutating func alternation() throws(RegularExpressionError) -> RegexNode {
    var branches = [try concatenation()]
    while accept("|") { branches.append(try concatenation()) }
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func concatenation() throws(RegularExpressionError) -> RegexNode {
    var items: [RegexNode] = []
    /// Where the repetition operator just before this position starts.
    var lastRepetition: Int?
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = position
      var repetition: Int?
      switch scalar {
      case "*", "+", "?":
        position += 1
        try repeatLast(
          of: &items, minimum: scalar == "+" ? 1 : 0, maximum: scalar == "?" ? 1 : nil,
          start: start, isCounted: false, lastRepetition: lastRepetition)
        repetition = start
      case "{":
        if let bounds = try repetitionBounds() {
          try repeatLast(
            of: &items, minimum: bounds.minimum, maximum: bounds.maximum, start: start,
            isCounted: true, lastRepetition: lastRepetition)
          repetition = start
        } else {
          position = start + 1
          items.append(literal("{"))
        }
      default: try atom(scalar, into: &items)
      }
      lastRepetition = repetition
    }
    return items.isEmpty ? .empty : items.count == 1 ? items[0] : .concatenation(items)
  }

  /// Reads one operand, which can be several items (`\Q…\E`) or none (`(?i)`).
  private mutating func atom(
    _ scalar: Unicode.Scalar, into items: inout [RegexNode]
  ) throws(RegularExpressionError) {
    switch scalar {
    case "(":
      if let node = try group() { items.append(node) }
    case "[": items.append(.scalarClass(try bracketClass()))
    case ".":
      position += 1
      items.append(flags.dotMatchesNewline ? .any : .anyButNewline)
    case "^":
      position += 1
      items.append(.assertion(flags.isMultiline ? .lineStart : .textStart))
    case "$":
      position += 1
      items.append(.assertion(flags.isMultiline ? .lineEnd : .textEnd))
    case "\\": try backslash(into: &items)
    default:
      position += 1
      items.append(literal(scalar))
    }
  }

  /// A literal, folding where the flags say so and it has case.
  func literal(_ scalar: Unicode.Scalar) -> RegexNode {
    .literal(scalar, folds: flags.foldsCase && CaseFolding.variants(scalar).count > 1)
  }

  private mutating func backslash(
    into items: inout [RegexNode]
  ) throws(RegularExpressionError) {
    let start = position
    guard position + 1 < pattern.count else { throw error(.trailingBackslash, from: pattern.count) }
    switch pattern[position + 1] {
    case "A":
      position += 2
      items.append(.assertion(.textStart))
    case "z":
      position += 2
      items.append(.assertion(.textEnd))
    case "b":
      position += 2
      items.append(.assertion(.wordBoundary))
    case "B":
      position += 2
      items.append(.assertion(.noWordBoundary))
    case "C": throw error(.invalidEscape, from: start, to: start + 2)
    case "Q":
      position += 2
      while let scalar = next, !rest(startsWith: "\\E") {
        position += 1
        items.append(literal(scalar))
      }
      if !isAtEnd { position += 2 }
    default:
      var members = ScalarClass()
      if try namedClass(into: &members) {
        items.append(.scalarClass(members.sealed(foldsCase: flags.foldsCase, isNegated: false)))
      } else {
        items.append(literal(try escapedScalar()))
      }
    }
  }

  // MARK: Repetition

  private mutating func repeatLast(
    of items: inout [RegexNode], minimum: Int, maximum: Int?, start: Int, isCounted: Bool,
    lastRepetition: Int?
  ) throws(RegularExpressionError) {
    var isGreedy = !flags.isUngreedy
    if accept("?") { isGreedy.toggle() }
    if let lastRepetition {
      throw error(.nestedRepetition, from: lastRepetition, to: position)
    }
    guard let operand = items.popLast() else {
      throw error(.missingRepeatArgument, from: start, to: position)
    }
    let node = RegexNode.repetition(
      operand, minimum: minimum, maximum: maximum, isGreedy: isGreedy, isCounted: isCounted)
    if isCounted, minimum >= 2 || (maximum ?? 0) >= 2,
      !node.countedRepetitions(within: Self.repeatLimit)
    {
      throw error(.invalidRepeatCount, from: start, to: position)
    }
    items.append(node)
  }

  /// Reads `{n}`, `{n,}` or `{n,m}`; nil where the brace is a literal.
  private mutating func repetitionBounds() throws(RegularExpressionError)
    -> (minimum: Int, maximum: Int?)?
  {
    let start = position
    position += 1
    guard let minimum = repetitionNumber() else { return nil }
    var maximum: Int? = minimum
    if accept(",") {
      if next == "}" {
        maximum = nil
      } else {
        guard let number = repetitionNumber() else { return nil }
        maximum = number
      }
    }
    guard accept("}") else { return nil }
    if minimum > Self.repeatLimit || (maximum ?? 0) > Self.repeatLimit
      || minimum > (maximum ?? minimum)
    {
      throw error(.invalidRepeatCount, from: start, to: position)
    }
    return (minimum, maximum)
  }

  /// Reads a number without leading zeros; nil if there is none.
  private mutating func repetitionNumber() -> Int? {
    let start = position
    var value = 0
    while let scalar = next, scalar >= "0", scalar <= "9" {
      // More than the limit is too many, however many.
      value = min(value * 10 + Int(scalar.value - 48), Self.repeatLimit + 1)
      position += 1
    }
    let digits = position - start
    return digits == 0 || (digits > 1 && pattern[start] == "0") ? nil : value
  }

  // MARK: Groups

  /// Reads `(…)`; nil for `(?flags)`, whose flags last to the end of the enclosing group.
  private mutating func group() throws(RegularExpressionError) -> RegexNode? {
    let start = position
    let outer = flags
    position += 1
    var index: Int?
    if rest(startsWith: "?P<") || rest(startsWith: "?<") {
      try groupName(start: start)
      index = groupNames.count
    } else if next == "?" {
      guard try groupFlags(start: start) else { return nil }
    } else {
      groupNames.append(nil)
      index = groupNames.count
    }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw error(.nestsTooDeeply, from: 0) }
    let node = try alternation()
    guard accept(")") else { throw error(.missingParenthesis, from: 0) }
    flags = outer
    return index.map { .capture(node, index: $0) } ?? node
  }

  private mutating func groupName(start: Int) throws(RegularExpressionError) {
    position += next == "?" && rest(startsWith: "?P") ? 3 : 2
    let nameStart = position
    while let scalar = next, scalar != ">" { position += 1 }
    guard !isAtEnd else { throw error(.invalidNamedCapture, from: start) }
    let name = excerpt(nameStart, position)
    position += 1
    let isValid = name.utf8.allSatisfy { RegexAssertion.isWord(UInt32($0)) }
    guard isValid, !name.isEmpty else {
      throw error(.invalidNamedCapture, from: start, to: position)
    }
    groupNames.append(name)
  }

  /// Reads `?flags:` (true) or `?flags)` (false) and sets the flags.
  private mutating func groupFlags(start: Int) throws(RegularExpressionError) -> Bool {
    position += 1
    var isOn = true
    var sawFlag = false
    while let scalar = next {
      position += 1
      switch scalar {
      case "i": flags.foldsCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotMatchesNewline = isOn
      case "U": flags.isUngreedy = isOn
      case "-":
        guard isOn else { throw error(.invalidPerlOperator, from: start, to: position) }
        isOn = false
        sawFlag = false
        continue
      case ":", ")":
        guard isOn || sawFlag else {
          throw error(.invalidPerlOperator, from: start, to: position)
        }
        return scalar == ":"
      default: throw error(.invalidPerlOperator, from: start, to: position)
      }
      sawFlag = true
    }
    throw error(.invalidPerlOperator, from: start)
  }
}
