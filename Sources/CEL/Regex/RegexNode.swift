/// The syntax tree of a regular expression.
indirect enum RegexNode: Sendable {
  /// The empty string.
  case empty
  /// One scalar; in any case if it folds.
  case literal(Unicode.Scalar, folds: Bool)
  /// Any scalar.
  case any
  /// Any scalar but a line feed.
  case anyButNewline
  /// A character class.
  case scalarClass(ScalarClass)
  /// A condition on a position.
  case assertion(RegexAssertion)
  /// A capturing group, from 1.
  case capture(RegexNode, index: Int)
  /// One after the other.
  case concatenation([RegexNode])
  /// One or the other, the earlier preferred.
  case alternation([RegexNode])
  /// Repetition; no maximum means without limit.
  case repetition(RegexNode, minimum: Int, maximum: Int?, isGreedy: Bool, isCounted: Bool)

  /// Whether the counted repetitions inside multiply to no more than a limit.
  func countedRepetitions(within limit: Int) -> Bool {
    switch self {
    case .empty, .literal, .any, .anyButNewline, .scalarClass, .assertion: return true
    case .capture(let node, _): return node.countedRepetitions(within: limit)
    case .concatenation(let nodes), .alternation(let nodes):
      return nodes.allSatisfy { $0.countedRepetitions(within: limit) }
    case .repetition(let node, let minimum, let maximum, _, let isCounted):
      guard isCounted else { return node.countedRepetitions(within: limit) }
      let count = maximum ?? minimum
      if count == 0 { return true }
      return count <= limit && node.countedRepetitions(within: limit / count)
    }
  }

  /// Whether the empty string matches.
  var matchesEmpty: Bool {
    switch self {
    case .empty, .assertion: true
    case .literal, .any, .anyButNewline, .scalarClass: false
    case .capture(let node, _): node.matchesEmpty
    case .concatenation(let nodes): nodes.allSatisfy(\.matchesEmpty)
    case .alternation(let nodes): nodes.contains(where: \.matchesEmpty)
    case .repetition(let node, let minimum, _, _, _): minimum == 0 || node.matchesEmpty
    }
  }
}

/// A condition on the position between two scalars.
enum RegexAssertion: Sendable {
  case textStart
  case textEnd
  case lineStart
  case lineEnd
  case wordBoundary
  case noWordBoundary

  /// Whether the condition holds between these scalars; nil is outside the text.
  func holds(after previous: UInt32?, before next: UInt32?) -> Bool {
    switch self {
    case .textStart: previous == nil
    case .textEnd: next == nil
    case .lineStart: previous == nil || previous == 10
    case .lineEnd: next == nil || next == 10
    case .wordBoundary: Self.isWord(previous) != Self.isWord(next)
    case .noWordBoundary: Self.isWord(previous) == Self.isWord(next)
    }
  }

  /// Whether a scalar is an ASCII letter, digit or underscore: RE2's words are ASCII only.
  static func isWord(_ scalar: UInt32?) -> Bool {
    guard let scalar else { return false }
    return switch scalar {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
    default: false
    }
  }
}
