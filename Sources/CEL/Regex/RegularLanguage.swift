/// A set of strings, as a solver's theory of regular languages has it: no positions, no groups.
package indirect enum RegularLanguage: Hashable, Sendable {
  /// No string.
  case none
  /// The empty string.
  case empty
  /// One scalar of some ranges.
  case scalars([ClosedRange<UInt32>])
  case concatenation([RegularLanguage])
  case union([RegularLanguage])
  /// So many times; no maximum means without limit.
  case repetition(RegularLanguage, minimum: Int, maximum: Int?)

  /// Any string.
  static let anything = repetition(.scalars([0...0x10FFFF]), minimum: 0, maximum: nil)
}

extension RegularExpression {
  /// The texts of which some part matches; nil where no language stands for that: a word boundary,
  /// a line's start or end, a Unicode category, a position inside a repetition.
  package var language: RegularLanguage? {
    LanguageBuilder.language(of: node)
  }
}

/// Translates a syntax tree.
///
/// A search for a part is a match of the whole with anything before and after it, but where the
/// pattern is bound to the start or the end. Alternatives are multiplied out as far as such a
/// binding stands in them.
private enum LanguageBuilder {
  static func language(of node: RegexNode) -> RegularLanguage? {
    guard let sequences = sequences(node) else { return nil }
    var parts: [RegularLanguage] = []
    for sequence in sequences {
      var items = sequence[...]
      var before: [RegularLanguage] = [.anything]
      var after: [RegularLanguage] = [.anything]
      while case .start? = items.first {
        before = []
        items.removeFirst()
      }
      while case .end? = items.last {
        after = []
        items.removeLast()
      }
      var middle: [RegularLanguage] = []
      for item in items {
        // A binding inside could still match beside what may be empty; that is outside.
        guard case .language(let language) = item else { return nil }
        middle.append(language)
      }
      parts.append(.concatenation(before + middle + after))
    }
    return parts.count == 1 ? parts[0] : .union(parts)
  }

  private enum Item {
    case start
    case end
    case language(RegularLanguage)
  }

  /// The node as alternatives of sequences; nil where it has no language.
  private static func sequences(_ node: RegexNode) -> [[Item]]? {
    guard hasBinding(node) else { return plain(node).map { [[.language($0)]] } }
    switch node {
    case .assertion(.textStart): return [[.start]]
    case .assertion(.textEnd): return [[.end]]
    case .capture(let inner, _): return sequences(inner)
    case .alternation(let nodes):
      var all: [[Item]] = []
      for inner in nodes {
        guard let some = sequences(inner) else { return nil }
        all += some
      }
      return all
    case .concatenation(let nodes):
      var all: [[Item]] = [[]]
      for inner in nodes {
        guard let some = sequences(inner), all.count * some.count <= 64 else { return nil }
        all = all.flatMap { head in some.map { head + $0 } }
      }
      return all
    default: return nil
    }
  }

  private static func hasBinding(_ node: RegexNode) -> Bool {
    switch node {
    case .assertion: true
    case .empty, .literal, .any, .anyButNewline, .scalarClass: false
    case .capture(let inner, _), .repetition(let inner, _, _, _, _): hasBinding(inner)
    case .concatenation(let nodes), .alternation(let nodes): nodes.contains(where: hasBinding)
    }
  }

  private static func plain(_ node: RegexNode) -> RegularLanguage? {
    switch node {
    case .empty: return .empty
    case .literal(let scalar, let folds):
      let variants = folds ? CaseFolding.variants(scalar) : [scalar]
      return .scalars(variants.map { $0.value...$0.value })
    case .any: return .scalars([0...0x10FFFF])
    case .anyButNewline: return .scalars([0...9, 11...0x10FFFF])
    case .scalarClass(let scalars): return scalars.knownRanges.map(RegularLanguage.scalars)
    case .assertion: return nil
    case .capture(let inner, _): return plain(inner)
    case .concatenation(let nodes), .alternation(let nodes):
      var parts: [RegularLanguage] = []
      for inner in nodes {
        guard let part = plain(inner) else { return nil }
        parts.append(part)
      }
      if case .alternation = node { return parts.isEmpty ? RegularLanguage.none : .union(parts) }
      return parts.isEmpty ? .empty : .concatenation(parts)
    case .repetition(let inner, let minimum, let maximum, _, _):
      return plain(inner).map { .repetition($0, minimum: minimum, maximum: maximum) }
    }
  }
}
