/// Names of objects that are texts which are not known: what they have in common, and when two of
/// them are the same.
///
/// The assumptions say what a symbol's text may be (`u.matches('^[a-z]{1,9}$')`), and hold wherever
/// these answers are used.
struct NameTerms {
  private let terms: TermTable
  private var symbols: [TermID: TextFacts] = [:]
  /// The longest name that has one form whoever looks at it: a label's value.
  private static let longest = 63
  /// How many unknown parts a name is compared with a known one by, split by split.
  private static let mostParts = 3

  /// What assumptions, which are conditions that hold, say of the symbols.
  init(_ terms: TermTable, assuming assumptions: [TermID]) {
    self.terms = terms
    for assumption in assumptions { learn(assumption) }
  }

  private mutating func learn(_ condition: TermID) {
    switch terms.node(condition) {
    case .all(let parts): for part in parts { learn(part) }
    case .matches(let text, let pattern):
      guard let language = terms.patterns[pattern].language else { return }
      note(TextFacts.of(language), of: text)
    case .atMost(let size, let number):
      guard case .length(let text) = terms.node(size), number >= 0,
        let maximum = Int(exactly: number)
      else { return }
      var facts = TextFacts()
      facts.maximum = maximum
      note(facts, of: text)
    default: break
    }
  }

  private mutating func note(_ facts: TextFacts, of text: TermID) {
    guard case .symbol = terms.node(text) else { return }
    symbols[text] = self.facts(text).and(facts)
  }

  private func facts(_ term: TermID) -> TextFacts {
    if let text = terms.constant(term)?.string { return TextFacts(text) }
    return symbols[term] ?? TextFacts()
  }

  // MARK: - Form

  /// Whether every rule about names (`NameRules`) says the same of all texts of a term.
  ///
  /// That is so for labels, and for labels with dots between them, that begin with a letter and are
  /// not longer than 63 characters: no rule tells two labels apart, nor two of the others.
  func hasOneForm(_ term: TermID) -> Bool {
    var all = TextFacts("")
    var segments = [TextFacts("")]
    for part in parts(term) {
      guard let text = terms.constant(part)?.string else {
        all = all.followed(by: facts(part))
        segments[segments.count - 1] = segments[segments.count - 1].followed(by: facts(part))
        continue
      }
      all = all.followed(by: TextFacts(text))
      for (index, piece) in text.split(separator: ".", omittingEmptySubsequences: false)
        .enumerated()
      {
        if index > 0 { segments.append(TextFacts("")) }
        segments[segments.count - 1] =
          segments[segments.count - 1].followed(by: TextFacts(String(piece)))
      }
    }
    guard let longest = all.maximum, longest <= Self.longest,
      all.first.isSubset(of: .lowerCase)
    else { return false }
    return segments.allSatisfy { Self.isLabel($0) }
  }

  private static func isLabel(_ facts: TextFacts) -> Bool {
    let words = ScalarSet.lowerCase.union(.digits)
    return facts.minimum > 0 && facts.alphabet.isSubset(of: words.union(ScalarSet(["-"])))
      && facts.first.isSubset(of: words) && facts.last.isSubset(of: words)
  }

  // MARK: - Equality

  /// The condition that two names are the same.
  ///
  /// What unknown parts cannot contain is a separator: between two of them the parts must be equal
  /// one by one. A known name is split in all ways. Only what remains is left to a solver.
  func areEqual(_ left: TermID, _ right: TermID) -> TermID {
    let (one, two) = (pieces(left), pieces(right))
    let separators = Set(
      (one + two).compactMap { piece -> Unicode.Scalar? in
        guard case .scalar(let scalar) = piece else { return nil }
        return (one + two).allSatisfy {
          if case .unknown(let term) = $0 { !facts(term).alphabet.contains(scalar) } else { true }
        } ? scalar : nil
      })
    let (first, second) = (split(one, separators), split(two, separators))
    guard first.separators == second.separators else { return .never }
    return terms.all(zip(first.segments, second.segments).map { segment($0, $1) })
  }

  private enum Piece {
    case scalar(Unicode.Scalar)
    case unknown(TermID)
  }

  private func parts(_ term: TermID) -> [TermID] {
    if case .concatenation(let parts) = terms.node(term) { parts } else { [term] }
  }

  private func pieces(_ term: TermID) -> [Piece] {
    parts(term).flatMap { part in
      terms.constant(part)?.string.map { $0.unicodeScalars.map(Piece.scalar) } ?? [.unknown(part)]
    }
  }

  private func split(
    _ pieces: [Piece], _ separators: Set<Unicode.Scalar>
  ) -> (segments: [[Piece]], separators: [Unicode.Scalar]) {
    var segments: [[Piece]] = [[]]
    var found: [Unicode.Scalar] = []
    for piece in pieces {
      if case .scalar(let scalar) = piece, separators.contains(scalar) {
        found.append(scalar)
        segments.append([])
      } else {
        segments[segments.count - 1].append(piece)
      }
    }
    return (segments, found)
  }

  private func segment(_ left: [Piece], _ right: [Piece]) -> TermID {
    if let text = known(left), unknowns(right) <= Self.mostParts {
      return match(right[...], text[...])
    }
    if let text = known(right), unknowns(left) <= Self.mostParts {
      return match(left[...], text[...])
    }
    return terms.stringEquals(term(left), term(right))
  }

  private func unknowns(_ pieces: [Piece]) -> Int {
    pieces.count { if case .unknown = $0 { true } else { false } }
  }

  private func known(_ pieces: [Piece]) -> [Unicode.Scalar]? {
    var scalars: [Unicode.Scalar] = []
    for piece in pieces {
      guard case .scalar(let scalar) = piece else { return nil }
      scalars.append(scalar)
    }
    return scalars
  }

  private func term(_ pieces: [Piece]) -> TermID {
    terms.concatenation(
      pieces.map { piece in
        switch piece {
        case .scalar(let scalar): terms.string(String(scalar))
        case .unknown(let term): term
        }
      })
  }

  /// The condition that pieces are a known text.
  private func match(_ pieces: ArraySlice<Piece>, _ text: ArraySlice<Unicode.Scalar>) -> TermID {
    guard let piece = pieces.first else { return text.isEmpty ? .always : .never }
    switch piece {
    case .scalar(let scalar):
      return text.first == scalar ? match(pieces.dropFirst(), text.dropFirst()) : .never
    case .unknown(let term):
      let facts = facts(term)
      let counts = pieces.count == 1 ? text.count...text.count : 0...text.count
      return terms.any(
        counts.compactMap { count in
          let part = text.prefix(count)
          guard facts.allows(part) else { return nil }
          let rest = match(pieces.dropFirst(), text.dropFirst(count))
          guard rest != .never else { return nil }
          var characters = String.UnicodeScalarView()
          characters.append(contentsOf: part)
          return terms.and(terms.stringEquals(term, terms.string(String(characters))), rest)
        })
    }
  }
}
