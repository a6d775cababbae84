/// What is known of all texts that a term can have: what intervals are for integers.
struct TextFacts: Hashable, Sendable {
  /// The scalars that occur.
  var alphabet = ScalarSet.all
  /// Those with which a text that is not empty begins, and ends.
  var first = ScalarSet.all
  var last = ScalarSet.all
  /// The length in scalars; no maximum means without limit.
  var minimum = 0
  var maximum: Int?

  /// Nothing is known.
  init() {}

  /// One text.
  init(_ text: String) {
    let scalars = text.unicodeScalars
    alphabet = ScalarSet(scalars)
    first = ScalarSet(scalars.prefix(1))
    last = ScalarSet(scalars.suffix(1))
    minimum = scalars.count
    maximum = scalars.count
  }

  /// What the texts of a language have in common.
  static func of(_ language: RegularLanguage) -> TextFacts {
    switch language {
    case .none, .empty: return TextFacts("")
    case .scalars(let ranges):
      var facts = TextFacts()
      let set = ScalarSet(ranges)
      (facts.alphabet, facts.first, facts.last) = (set, set, set)
      (facts.minimum, facts.maximum) = (1, 1)
      return facts
    case .concatenation(let parts):
      return parts.reduce(TextFacts("")) { $0.followed(by: of($1)) }
    case .union(let parts):
      guard let first = parts.first else { return TextFacts("") }
      return parts.dropFirst().reduce(of(first)) { $0.or(of($1)) }
    case .repetition(let inner, let minimum, let maximum):
      if maximum == 0 { return TextFacts("") }
      var facts = of(inner)
      let longest = facts.maximum
      facts.minimum *= minimum
      facts.maximum = maximum.flatMap { times in
        longest.flatMap { $0.multipliedReportingOverflow(by: times).overflow ? nil : $0 * times }
      }
      return facts
    }
  }

  /// What is known of one text and another after it.
  func followed(by next: TextFacts) -> TextFacts {
    var result = TextFacts()
    result.alphabet = alphabet.union(next.alphabet)
    result.first = minimum > 0 ? first : first.union(next.first)
    result.last = next.minimum > 0 ? next.last : last.union(next.last)
    result.minimum = minimum + next.minimum
    result.maximum = maximum.flatMap { left in next.maximum.map { left + $0 } }
    return result
  }

  private func or(_ other: TextFacts) -> TextFacts {
    var result = TextFacts()
    result.alphabet = alphabet.union(other.alphabet)
    result.first = first.union(other.first)
    result.last = last.union(other.last)
    result.minimum = min(minimum, other.minimum)
    result.maximum = maximum.flatMap { left in other.maximum.map { max(left, $0) } }
    return result
  }

  /// What is known where both hold.
  func and(_ other: TextFacts) -> TextFacts {
    var result = TextFacts()
    result.alphabet = alphabet.intersection(other.alphabet)
    result.first = first.intersection(other.first)
    result.last = last.intersection(other.last)
    result.minimum = max(minimum, other.minimum)
    result.maximum = [maximum, other.maximum].compactMap(\.self).min()
    return result
  }

  /// Whether a text may be one of these.
  func allows(_ text: some Collection<Unicode.Scalar>) -> Bool {
    text.count >= minimum && maximum.map { text.count <= $0 } ?? true
      && text.allSatisfy { alphabet.contains($0) }
      && text.first.map { first.contains($0) } ?? true
  }
}
