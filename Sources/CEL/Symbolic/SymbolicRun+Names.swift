internal import Synchronization

/// Names of objects that are not known.
///
/// Nothing is done with the name of an object but to compare it with other names, where no
/// expression depends on the order of a list (whoever makes the run says so, ``takesNames``). So a
/// run is one for all valuations under which the same names are equal, up to a renaming: instead of
/// the text of a name it records which of the names in play are equal. Expressions see the term.
extension SymbolicRun {
  /// Has the run take names for names, under assumptions that it has decided.
  package func takeNames(assuming assumptions: [TermID]) {
    nameTerms = NameTerms(terms, assuming: assumptions)
  }

  /// Whether names that are not known may be more than one text.
  package var takesNames: Bool { nameTerms != nil }

  /// The value as the name of an object.
  ///
  /// What cannot be taken for a name stays as it is, and is pinned by whoever looks at it.
  package func name(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text):
      noteKnownName(text)
      return value
    case .symbolic(let leaf) where leaf.kind == .string:
      guard let term = leaf.itself, nameTerms?.hasOneForm(term) ?? false else { return value }
      return JSONValue(name: term, in: self)
    default: return value
    }
  }

  /// Notes a name that is known, or a text that a name was compared with.
  package func noteKnownName(_ text: String) {
    if takesNames { names.withLock { _ = $0.known.insert(text) } }
  }

  /// The text of a name under this run's values; which other names are the same is recorded at the
  /// end.
  func text(ofName term: TermID) -> String {
    names.withLock { if !$0.unknown.contains(term) { $0.unknown.append(term) } }
    return value(of: term).string ?? ""
  }

  /// Records which of the names that came up are equal; the run must be over.
  package func decideNames() {
    guard let facts = nameTerms else { return }
    let (unknown, known) = names.withLock { ($0.unknown, $0.known.sorted()) }
    for (index, name) in unknown.enumerated() {
      for other in unknown[..<index] { _ = decide(facts.areEqual(other, name)) }
      for text in known { _ = decide(facts.areEqual(name, terms.string(text))) }
    }
  }

  /// The names that came up.
  struct Names {
    /// Those that are not known, in the order in which they were first looked at.
    var unknown: [TermID] = []
    var known: Set<String> = []
  }
}
