internal import CEL

/// Strings as sequences, patterns as regular languages.
extension TermTranslator {
  /// The formula of a term about sequences.
  func sequence(_ term: TermID) throws(Untranslatable) -> Z3Term {
    switch terms.node(term) {
    case .length(let text): return context.length(try string(text, isSequence: true))
    case .concatenation(let parts):
      var all: [Z3Term] = []
      for part in parts { all.append(try string(part, isSequence: true)) }
      return context.concatenation(all)
    case .part(let text, let start, let count):
      return context.part(
        try string(text, isSequence: true), try translate(start), try translate(count))
    case .position(let text, let part, let start):
      return context.position(
        try string(text, isSequence: true), try string(part, isSequence: true),
        try translate(start))
    case .stringTest(let test, let left, let right):
      let (one, two) = (try string(left, isSequence: true), try string(right, isSequence: true))
      return switch test {
      case .contains: context.contains(one, two)
      case .startsWith: context.hasPrefix(one, two)
      case .endsWith: context.hasSuffix(one, two)
      case .precedes: context.precedes(one, two)
      }
    case .matches(let text, let pattern):
      guard let language = terms.patterns[pattern].language else {
        throw Untranslatable(reason: "the pattern \(terms.patterns[pattern].pattern)")
      }
      return context.isIn(try string(text, isSequence: true), self.language(language))
    default: throw Untranslatable(reason: "a term that is no text")
    }
  }

  /// A language as Z3 writes it.
  private func language(_ language: RegularLanguage) -> Z3Term {
    switch language {
    case .none: return context.emptyLanguage()
    case .empty: return context.language(of: context.string(""))
    case .scalars(let ranges):
      var parts: [Z3Term] = []
      for range in ranges {
        // Surrogates are no scalars, and Z3 knows none past U+2FFFF.
        for piece in [0...0xD7FF, 0xE000...0x2FFFF] {
          let low = max(range.lowerBound, UInt32(piece.lowerBound))
          let high = min(range.upperBound, UInt32(piece.upperBound))
          guard low <= high, let first = Unicode.Scalar(low), let last = Unicode.Scalar(high)
          else { continue }
          parts.append(
            context.range(context.string(String(first)), context.string(String(last))))
        }
      }
      return parts.isEmpty ? context.emptyLanguage() : context.languageUnion(parts)
    case .concatenation(let parts):
      return parts.isEmpty
        ? context.language(of: context.string(""))
        : context.languageConcatenation(parts.map { self.language($0) })
    case .union(let parts): return context.languageUnion(parts.map { self.language($0) })
    case .repetition(let inner, let minimum, let maximum):
      let body = self.language(inner)
      if let maximum {
        return maximum == 0
          ? context.language(of: context.string("")) : context.loop(body, minimum, maximum)
      }
      if minimum == 0 { return context.star(body) }
      return context.languageConcatenation([
        context.loop(body, minimum, minimum), context.star(body),
      ])
    }
  }

  /// What several memberships of one string say together, as one membership.
  ///
  /// It follows from them, but Z3 4.8.12 finds out that languages exclude each other only where they
  /// stand in one.
  func memberships(_ literals: [TermID]) throws(Untranslatable) -> [Z3Term] {
    var languages: [TermID: [Z3Term]] = [:]
    var order: [TermID] = []
    var patterned: Set<TermID> = []
    for literal in literals {
      var (inner, isNegated) = (literal, false)
      if case .not(let operand) = terms.node(literal) { (inner, isNegated) = (operand, true) }
      let found: (subject: TermID, language: RegularLanguage)?
      switch terms.node(inner) {
      case .matches(let text, let pattern):
        found = terms.patterns[pattern].language.map { (text, $0) }
        patterned.insert(text)
      case .stringTest(let test, let text, let part):
        found = terms.constant(part)?.string.flatMap { part in
          Self.language(of: test, part).map { (text, $0) }
        }
      default: found = nil
      }
      guard let found, terms.constant(found.subject) == nil else { continue }
      if languages[found.subject] == nil { order.append(found.subject) }
      let translated = language(found.language)
      languages[found.subject, default: []].append(
        isNegated ? context.languageComplement(translated) : translated)
    }
    var result: [Z3Term] = []
    for subject in order where patterned.contains(subject) {
      guard let all = languages[subject], all.count > 1 else { continue }
      result.append(
        context.isIn(
          try string(subject, isSequence: true), context.languageIntersection(all)))
    }
    return result
  }

  private static func language(
    of test: TermNode.StringTest, _ part: String
  ) -> RegularLanguage? {
    let text = part.unicodeScalars.map { RegularLanguage.scalars([$0.value...$0.value]) }
    let any = RegularLanguage.repetition(.scalars([0...0x10FFFF]), minimum: 0, maximum: nil)
    return switch test {
    case .contains: .concatenation([any] + text + [any])
    case .startsWith: .concatenation(text + [any])
    case .endsWith: .concatenation([any] + text)
    case .precedes: nil
    }
  }

  /// The condition that a sequence is Unicode text: no surrogates.
  func isText(_ sequence: Z3Term) -> Z3Term {
    context.isIn(
      sequence, language(.repetition(.scalars([0...0x10FFFF]), minimum: 0, maximum: nil)))
  }

  /// The condition that all sequences are short.
  func areShort(_ limit: Int) -> [Z3Term] {
    sequences.map { context.atMost(context.length($0), context.integer(Int128(limit))) }
  }
}
