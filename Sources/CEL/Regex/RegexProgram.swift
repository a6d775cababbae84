/// A regular expression as a program for the Pike machine.
///
/// Rob Pike's and Ken Thompson's construction as Russ Cox describes it in "Regular Expression
/// Matching: the Virtual Machine Approach": no instruction looks back, so a run takes time in the
/// product of program and text whatever the pattern.
struct RegexProgram: Sendable {
  /// One step.
  enum Instruction: Sendable {
    /// The end: a match.
    case match
    /// Consumes this scalar.
    case scalar(UInt32)
    /// Consumes a scalar that folds to this one.
    case foldedScalar(UInt32)
    /// Consumes any scalar.
    case any
    /// Consumes any scalar but a line feed.
    case anyButNewline
    /// Consumes a scalar of the class with this number.
    case scalarClass(Int)
    /// Goes on if the condition holds.
    case assertion(RegexAssertion)
    /// Notes the position in a slot.
    case save(Int)
    /// Goes on at both places, preferring the first.
    case split(Int, Int)
    /// Goes on elsewhere.
    case jump(Int)
  }

  private(set) var instructions: [Instruction] = []
  private(set) var classes: [ScalarClass] = []
  /// Two slots a group, the whole match first.
  let slotCount: Int
  /// Whether a match can only start where the text starts.
  let isAnchoredAtStart: Bool

  /// The greatest number of instructions. (Go allows a dozen times as many; but a run costs this
  /// much a scalar.)
  static let sizeLimit = 1 << 18

  init(_ node: RegexNode, groupCount: Int) throws(RegularExpressionError) {
    slotCount = 2 * (groupCount + 1)
    isAnchoredAtStart = Self.startsAnchored(node)
    try emit(.save(0))
    try compile(node)
    try emit(.save(1))
    try emit(.match)
  }

  /// Whether every match has to begin with the start of the text.
  private static func startsAnchored(_ node: RegexNode) -> Bool {
    switch node {
    case .assertion(.textStart): true
    case .capture(let inner, _): startsAnchored(inner)
    case .concatenation(let nodes): nodes.first.map(startsAnchored) ?? false
    case .alternation(let nodes): nodes.allSatisfy(startsAnchored)
    default: false
    }
  }

  private mutating func emit(_ instruction: Instruction) throws(RegularExpressionError) {
    guard instructions.count < Self.sizeLimit else {
      throw RegularExpressionError(reason: .tooLarge, excerpt: "")
    }
    instructions.append(instruction)
  }

  private mutating func compile(_ node: RegexNode) throws(RegularExpressionError) {
    switch node {
    case .empty: break
    case .literal(let scalar, let folds):
      try emit(folds ? .foldedScalar(CaseFolding.canonical(scalar).value) : .scalar(scalar.value))
    case .any: try emit(.any)
    case .anyButNewline: try emit(.anyButNewline)
    case .scalarClass(let members):
      try emit(.scalarClass(classes.count))
      classes.append(members)
    case .assertion(let assertion): try emit(.assertion(assertion))
    case .capture(let inner, let index):
      try emit(.save(2 * index))
      try compile(inner)
      try emit(.save(2 * index + 1))
    case .concatenation(let nodes): for inner in nodes { try compile(inner) }
    case .alternation(let nodes): try compileAlternation(nodes)
    case .repetition(let inner, let minimum, let maximum, let isGreedy, _):
      try compileRepetition(inner, minimum, maximum, isGreedy: isGreedy)
    }
  }

  private mutating func compileAlternation(
    _ nodes: [RegexNode]
  ) throws(RegularExpressionError) {
    var exits: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index + 1 < nodes.count else {
        try compile(node)
        break
      }
      let split = instructions.count
      try emit(.split(split + 1, 0))
      try compile(node)
      exits.append(instructions.count)
      try emit(.jump(0))
      instructions[split] = .split(split + 1, instructions.count)
    }
    for exit in exits { instructions[exit] = .jump(instructions.count) }
  }

  private mutating func compileRepetition(
    _ node: RegexNode, _ minimum: Int, _ maximum: Int?, isGreedy: Bool
  ) throws(RegularExpressionError) {
    guard let maximum else {
      if minimum == 0, !node.matchesEmpty {
        try compileStar(node, isGreedy: isGreedy)
      } else {
        // A star over something that can be empty is an optional plus, so that an empty turn
        // counts once, as in Go.
        let split = instructions.count
        if minimum == 0 { try emit(.split(0, 0)) }
        for _ in 1..<max(minimum, 1) { try compile(node) }
        let start = instructions.count
        try compile(node)
        let end = instructions.count
        try emit(isGreedy ? .split(start, end + 1) : .split(end + 1, start))
        if minimum == 0 {
          instructions[split] =
            isGreedy ? .split(split + 1, end + 1) : .split(end + 1, split + 1)
        }
      }
      return
    }
    for _ in 0..<minimum { try compile(node) }
    // x{2,4} is xx(x(x)?)?: every optional turn leads to the same end.
    var splits: [Int] = []
    for _ in minimum..<max(maximum, minimum) {
      splits.append(instructions.count)
      try emit(.split(0, 0))
      try compile(node)
    }
    let end = instructions.count
    for split in splits {
      instructions[split] = isGreedy ? .split(split + 1, end) : .split(end, split + 1)
    }
  }

  private mutating func compileStar(
    _ node: RegexNode, isGreedy: Bool
  ) throws(RegularExpressionError) {
    let start = instructions.count
    try emit(.split(0, 0))
    try compile(node)
    try emit(.jump(start))
    let end = instructions.count
    instructions[start] = isGreedy ? .split(start + 1, end) : .split(end, start + 1)
  }
}
