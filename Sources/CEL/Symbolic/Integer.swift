/// An integer of an object, known or not: arithmetic makes terms, a comparison is decided and
/// recorded.
///
/// Code that counts with it runs on unknown inputs as it does on known ones. As with Int64, a result
/// past 64 bits traps nowhere but is no result either: what overflows is pinned.
package struct Integer: Sendable {
  private enum Content: Sendable {
    case known(Int64)
    case term(TermID, SymbolicRun)
  }

  private let content: Content

  /// A known integer.
  package init(_ number: Int64) { content = .known(number) }

  /// A known integer.
  package init(_ number: Int) { content = .known(Int64(number)) }

  private init(_ term: TermID, _ run: SymbolicRun) {
    if let number = run.terms.constant(term)?.integer.flatMap(Int64.init(exactly:)) {
      content = .known(number)
    } else {
      content = .term(term, run)
    }
  }

  /// The integer of a value; nil where it is of another kind.
  package init?(_ value: JSONValue) {
    switch value {
    case .int(let number): self.init(number)
    case .symbolic(let leaf):
      if leaf.kind == .int, let term = leaf.itself {
        self.init(term, leaf.run)
      } else if let number = leaf.pinned.int {
        self.init(number)
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// The integer as a value of an object.
  package var json: JSONValue {
    switch content {
    case .known(let number): .int(number)
    case .term(let term, let run): JSONValue(term, in: run)
    }
  }

  /// The number, recorded where it is not known.
  package var pinned: Int64 {
    switch content {
    case .known(let number): number
    case .term(let term, let run): run.pin(term).integer.map(Int64.init(truncatingIfNeeded:)) ?? 0
    }
  }

  /// What a computation makes of the number, recorded as the numbers that lead to the same.
  package func map<Result: Equatable>(_ compute: (Int64) -> Result) -> Result {
    switch content {
    case .known(let number): compute(number)
    case .term(let term, let run): run.tabulate(term, compute)
    }
  }

  /// What is computed from the number, as a value that records nothing before it is looked at.
  ///
  /// `name` tells this computation from all others; an injective one gives different results for
  /// different numbers, so that results compare as their numbers do.
  package func view(
    _ kind: SymbolicLeaf.Kind, named name: String, isInjective: Bool = false,
    _ compute: @escaping @Sendable (Int64) -> JSONValue
  ) -> JSONValue {
    switch content {
    case .known(let number): compute(number)
    case .term(let term, let run):
      JSONValue(
        term, in: run, as: kind,
        SymbolicLeaf.View(name: name, isInjective: isInjective, compute: compute))
    }
  }

  private var run: SymbolicRun? { if case .term(_, let run) = content { run } else { nil } }

  private func term(_ terms: TermTable) -> TermID {
    switch content {
    case .known(let number): terms.integer(Int128(number))
    case .term(let term, _): term
    }
  }

  private static func combine(
    _ left: Integer, _ right: Integer, _ known: (Int64, Int64) -> (Int64, Bool),
    _ make: (TermTable, TermID, TermID) -> TermID
  ) -> Integer {
    if let run = left.run ?? right.run {
      let term = make(run.terms, left.term(run.terms), right.term(run.terms))
      if !run.decide(run.terms.overflow(term)) { return Integer(term, run) }
    }
    return Integer(known(left.pinned, right.pinned).0)
  }

  package static func + (left: Integer, right: Integer) -> Integer {
    combine(left, right, { $0.addingReportingOverflow($1) }) { $0.add($1, $2) }
  }

  package static func - (left: Integer, right: Integer) -> Integer {
    combine(left, right, { $0.subtractingReportingOverflow($1) }) { $0.subtract($1, $2) }
  }

  package static func * (left: Integer, right: Integer) -> Integer {
    combine(left, right, { $0.multipliedReportingOverflow(by: $1) }) { $0.multiply($1, $2) }
  }
}

extension Integer: Comparable, ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int64) { self.init(value) }

  package static func < (left: Integer, right: Integer) -> Bool {
    if let run = left.run ?? right.run {
      return run.decide(run.terms.isLess(left.term(run.terms), right.term(run.terms)))
    }
    return left.pinned < right.pinned
  }

  package static func == (left: Integer, right: Integer) -> Bool {
    if let run = left.run ?? right.run {
      return run.decide(run.terms.areEqual(left.term(run.terms), right.term(run.terms)))
    }
    return left.pinned == right.pinned
  }
}

extension JSONValue {
  /// The integer inside, which stays unknown where it is; nil where the value is of another kind.
  package var integer: Integer? { Integer(self) }
}
