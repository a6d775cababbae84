internal import Synchronization

/// A run over unknown inputs: the values it takes them to have, and all that it decided by them.
///
/// Whatever is done with the values, the conditions in ``decisions`` say for which other values it
/// would have been done alike: a verification under one valuation is one under all that satisfy
/// them. A value that is looked at in a way nobody prepared for is pinned (``pin(_:)``), so what is
/// not understood makes the set of values smaller, never wrong.
package final class SymbolicRun: @unchecked Sendable {
  /// The terms; used by one run at a time.
  package let terms: TermTable
  /// The values of the symbols.
  package let values: Valuation
  private let record = Mutex(Record())
  let names = Mutex(Names())
  /// What is known of names; set before anything runs, nil where they are pinned.
  var nameTerms: NameTerms?

  private struct Record {
    var decisions: [TermID] = []
    var known: Set<TermID> = []
    var leaves: [SymbolicLeaf.Identity: SymbolicLeaf] = [:]
    var pins: [TermID] = []
    var notes: [OutsideNote] = []
    var asked = 0
  }

  /// Whether this is a step of a proof: a number that Go leaves out where it is 0 stays one number
  /// instead of two shapes of its object.
  package let isAbstract: Bool

  /// Makes a run under a valuation of the table's symbols.
  package init(terms: TermTable, values: Valuation, isAbstract: Bool = false) {
    self.isAbstract = isAbstract
    self.terms = terms
    self.values = values
  }

  /// The conditions that were decided, each as it holds under ``values``, in the order in which they
  /// first came up.
  package var decisions: [TermID] { record.withLock { $0.decisions } }

  /// The terms whose value was needed itself, in the order in which they first came up.
  package var pins: [TermID] { record.withLock { $0.pins } }

  /// What was outside the fragment of terms, and where, each once.
  package var notes: [OutsideNote] { record.withLock { $0.notes } }

  /// How often a condition was decided, by a valuation and so without a solver.
  package var asked: Int { record.withLock { $0.asked } }

  func note(_ notes: [FragmentNote], _ program: Program) {
    for note in notes where note.way != .decided {
      add(
        OutsideNote(way: note.way, reason: note.reason, span: note.span, source: program.source))
    }
  }

  func note(_ outside: OutsideFragment, _ program: Program) {
    add(
      OutsideNote(
        way: .concretised, reason: outside.reason, span: outside.span, source: program.source))
  }

  private func add(_ note: OutsideNote) {
    record.withLock { if !$0.notes.contains(note) { $0.notes.append(note) } }
  }

  /// Whether a condition holds; the answer is recorded.
  package func decide(_ condition: TermID) -> Bool {
    let holds = value(of: condition).isTrue
    let literal = holds ? condition : terms.not(condition)
    record.withLock {
      $0.asked += 1
      if literal == .always { return }
      if $0.known.insert(literal).inserted { $0.decisions.append(literal) }
    }
    return holds
  }

  /// The value of a term, which is recorded: the run is one for valuations that give it this value.
  package func pin(_ term: TermID) -> TermConstant {
    let constant = value(of: term)
    let condition = terms.isEqual(term, to: constant)
    if condition != .always {
      record.withLock {
        if $0.known.insert(condition).inserted {
          $0.decisions.append(condition)
          $0.pins.append(term)
        }
      }
    }
    return constant
  }

  /// The value of a term; not recorded, so nothing may be decided by it.
  package func value(of term: TermID) -> TermConstant { terms.evaluate(term, values) }

  /// The result of a computation with an integer term, recorded as the set of integers that lead to
  /// the same result.
  ///
  /// The computation is tried for every value that the term can have, so it may use any arithmetic;
  /// where there are more than `limit` values, the term is pinned.
  package func tabulate<Result: Equatable>(
    _ term: TermID, limit: Int128 = 1 << 16, _ compute: (Int64) -> Result
  ) -> Result {
    let range = terms.interval(term)
    guard let count = range.count, count <= limit,
      let lower = Int64(exactly: range.lower), let upper = Int64(exactly: range.upper),
      let now = value(of: term).integer.flatMap(Int64.init(exactly:))
    else {
      guard let number = pin(term).integer else {
        preconditionFailure("only integers are tabulated")
      }
      return compute(Int64(truncatingIfNeeded: number))
    }
    let result = compute(now)
    var alike: [TermID] = []
    var start: Int64?
    for candidate in lower...upper {
      let isAlike = candidate == now || compute(candidate) == result
      if isAlike, start == nil { start = candidate }
      if !isAlike, let first = start {
        alike.append(terms.isWithin(term, Interval(Int128(first), Int128(candidate - 1))))
        start = nil
      }
    }
    if let first = start {
      alike.append(terms.isWithin(term, Interval(Int128(first), Int128(upper))))
    }
    _ = decide(terms.any(alike))
    return result
  }

  /// The leaf that stands for a view of a term; one object for each, so that leaves compare by
  /// identity.
  func leaf(_ identity: SymbolicLeaf.Identity, _ make: () -> SymbolicLeaf) -> SymbolicLeaf {
    record.withLock {
      if let known = $0.leaves[identity] { return known }
      let leaf = make()
      $0.leaves[identity] = leaf
      return leaf
    }
  }
}

/// A part of an expression that no term stands for, and how the run went on.
package struct OutsideNote: Hashable, Sendable {
  /// The way that was taken: all of at most 64 values, or those of this run alone.
  package let way: FragmentNote.Way
  package let reason: String
  package let span: SourceSpan
  /// The whole expression.
  package let source: String

  /// The part.
  package var text: String { span.text(in: source) }
}

extension TermTable {
  /// That a term has a value.
  package func isEqual(_ term: TermID, to value: TermConstant) -> TermID {
    switch value {
    case .bool(let flag): flag ? term : not(term)
    case .integer(let number): areEqual(term, integer(number, sort(term)))
    case .double(let number): doubleEquals(term, double(number))
    case .string(let text): stringEquals(term, string(text))
    }
  }

  /// That two terms of one sort have the same value.
  package func areSame(_ left: TermID, _ right: TermID) -> TermID {
    switch sort(left) {
    case .bool: equivalent(left, right)
    case .double: doubleEquals(left, right)
    case .string: stringEquals(left, right)
    case .int, .uint, .duration, .timestamp, .quantity: areEqual(left, right)
    }
  }
}
