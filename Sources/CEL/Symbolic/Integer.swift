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

  /// The integer as a value of an object that Go leaves out where it is 0; nil there.
  ///
  /// In a proof an unknown one stays, and equals none where it is 0.
  package var jsonOmittingZero: JSONValue? {
    if case .term(let term, let run) = content, run.isAbstract {
      return JSONValue(omittedAtZero: term, in: run)
    }
    return self == 0 ? nil : json
  }

  /// The decimal text of the number, which can be read back (``init(decimalText:)``).
  package var decimalText: JSONValue {
    view(.string, named: Self.decimal, isInjective: true) { .string(String($0)) }
  }

  /// The number whose decimal text a value is; nil where it is none.
  package init?(decimalText value: JSONValue) {
    if case .symbolic(let leaf) = value, leaf.viewName == Self.decimal {
      self.init(leaf.term, leaf.run)
    } else if let number = value.string.flatMap({ Int64($0) }) {
      self.init(number)
    } else {
      return nil
    }
  }

  /// The name of the view that is the decimal text.
  static let decimal = "decimal"

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

  package static func += (left: inout Integer, right: Integer) { left = left + right }

  package static func - (left: Integer, right: Integer) -> Integer {
    combine(left, right, { $0.subtractingReportingOverflow($1) }) { $0.subtract($1, $2) }
  }

  package static func * (left: Integer, right: Integer) -> Integer {
    combine(left, right, { $0.multipliedReportingOverflow(by: $1) }) { $0.multiply($1, $2) }
  }
}

// MARK: - Terms instead of decisions

extension Integer {
  /// The smaller of two: in a proof without deciding which it is, else decided, so that classes of
  /// values are told apart by comparisons of what they are made of.
  package static func least(_ left: Integer, _ right: Integer) -> Integer {
    guard isAbstract([left, right]) else { return left <= right ? left : right }
    return combine(left, right, { (min($0, $1), false) }) { $0.minimum($1, $2) }
  }

  /// The greater of two, decided as in ``least(_:_:)``.
  package static func greatest(_ left: Integer, _ right: Integer) -> Integer {
    guard isAbstract([left, right]) else { return left >= right ? left : right }
    return combine(left, right, { (max($0, $1), false) }) { $0.maximum($1, $2) }
  }

  /// One number where some are all zero, else another, decided as in ``least(_:_:)``.
  package static func choose(
    whereZero numbers: [Integer], _ zero: Integer, otherwise: Integer
  ) -> Integer {
    guard isAbstract(numbers), let run = numbers.lazy.compactMap(\.run).first else {
      return areEqual(numbers.map { ($0, 0) }) ? zero : otherwise
    }
    let terms = run.terms
    let condition = terms.all(numbers.map { terms.equals($0.term(terms), 0) })
    return Integer(terms.choose(condition, zero.term(terms), otherwise.term(terms)), run)
  }

  private static func isAbstract(_ numbers: [Integer]) -> Bool {
    numbers.contains { $0.run?.isAbstract ?? false }
  }

  /// The quotient by a known positive number, towards zero.
  package func quotient(by divisor: Int64) -> Integer {
    switch content {
    case .known(let number): return Integer(number / divisor)
    case .term(let term, let run):
      return Integer(run.terms.quotient(term, run.terms.integer(Int128(divisor))), run)
    }
  }

  /// Whether all pairs are equal: one condition.
  package static func areEqual(_ pairs: [(Integer, Integer)]) -> Bool {
    decide(pairs, { $0 == $1 }, { $0.areEqual($1, $2) })
  }

  /// Whether in all pairs the first is at most the second: one condition.
  package static func areAtMost(_ pairs: [(Integer, Integer)]) -> Bool {
    decide(pairs, { $0 <= $1 }, { $0.isAtMost($1, $2) })
  }

  private static func decide(
    _ pairs: [(Integer, Integer)], _ known: (Int64, Int64) -> Bool,
    _ make: (TermTable, TermID, TermID) -> TermID
  ) -> Bool {
    guard let run = pairs.lazy.compactMap({ $0.0.run ?? $0.1.run }).first else {
      return pairs.allSatisfy { known($0.0.pinned, $0.1.pinned) }
    }
    let terms = run.terms
    return run.decide(terms.all(pairs.map { make(terms, $0.0.term(terms), $0.1.term(terms)) }))
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

  /// The value with every number that may be left out decided: as expressions have to see it.
  package var withDecidedZeros: JSONValue {
    guard hasUnknown else { return self }
    switch self {
    case .array(let items): return .array(items.map(\.withDecidedZeros))
    case .object(let object):
      return .object(
        JSONObject(
          object.entries.compactMap { entry in
            guard case .symbolic(let leaf) = entry.value, leaf.isOmittedAtZero else {
              return (entry.key, entry.value.withDecidedZeros)
            }
            let isZero = leaf.run.decide(leaf.run.terms.equals(leaf.term, 0))
            return isZero ? nil : (entry.key, JSONValue(leaf.term, in: leaf.run))
          }))
    default: return self
    }
  }

  /// How many bytes the text inside has at most; 0 for a value of another kind.
  package var longestText: Int {
    if case .symbolic(let leaf) = self, leaf.viewName == Integer.decimal { return 20 }
    return string?.utf8.count ?? 0
  }
}
