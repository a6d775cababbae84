package import CEL

/// The set of values for which something fails, in simple constraints.
package struct FailingSet: Equatable, Sendable {
  /// How far the description can be trusted.
  package enum Completeness: Hashable, Sendable {
    /// Z3 showed it to be equal to what was asked, both ways.
    case exact
    /// All it describes fails; more might.
    case atLeast(String)
  }

  /// The constraint over the symbols.
  package let condition: TermID
  package let completeness: Completeness
  /// The constraint as CEL, such as `load < 217 || load > 263`.
  package let text: String
}

/// Describes sets of values.
///
/// Where one integer alone decides, its intervals are found with their exact bounds; otherwise
/// literals and disjuncts that say nothing are dropped, one by one.
package struct FailingSetMinimiser {
  private let session: SolverSession
  private let terms: TermTable
  /// What all values fulfil anyway: the user's assumptions.
  private let assumption: TermID
  /// How many intervals a description may have.
  private static let intervalLimit = 32

  /// Makes a minimiser; what the assumptions say is not said again.
  package init(_ session: SolverSession, assumptions: [TermID] = []) {
    self.session = session
    terms = session.terms
    assumption = terms.all(assumptions)
  }

  /// The set of the values that fulfil one of several conditions.
  package func describe(_ conditions: [TermID]) -> FailingSet {
    let target = terms.any(conditions)
    let numbers = terms.symbols(in: [terms.and(assumption, target)])
    if numbers.count == 1, let found = intervals(target, ofSymbol: numbers[0]) { return found }
    let disjuncts = minimised(conditions.filter { $0 != .never }, target)
    let condition = terms.any(disjuncts)
    return FailingSet(
      condition: condition, completeness: compare(condition, target),
      text: disjuncts.isEmpty
        ? "false" : disjuncts.map { terms.text($0) }.joined(separator: " || "))
  }

  /// Whether two conditions are equal under the assumption.
  private func compare(_ found: TermID, _ target: TermID) -> FailingSet.Completeness {
    let onlyFound = session.solution(of: [assumption, found, terms.not(target)])
    let onlyTarget = session.solution(of: [assumption, target, terms.not(found)])
    switch (onlyFound, onlyTarget) {
    case (.unsatisfiable, .unsatisfiable): return .exact
    case (.unknown(let reason), _), (_, .unknown(let reason)): return .atLeast(reason)
    default: return .atLeast("the description differs from the set")
    }
  }

  // MARK: - One integer

  /// The intervals of one integer; nil where it is none, or they are too many.
  ///
  /// From a value that fails, the bounds of the interval around it are where the first value does
  /// not fail: found by bisection with Z3, which says whether all in between fail.
  private func intervals(_ target: TermID, ofSymbol number: Int) -> FailingSet? {
    let symbol = terms.term(ofSymbol: number)
    guard terms.sort(symbol).isInteger, terms.interval(symbol).isBounded else { return nil }
    let range = terms.interval(symbol)
    var found: [Interval] = []
    while found.count <= Self.intervalLimit {
      let rest = terms.all(
        [assumption, target] + found.map { terms.not(terms.isWithin(symbol, $0)) })
      switch session.solution(of: [rest]) {
      case .unsatisfiable: return describe(symbol, found, target)
      case .unknown: return nil
      case .satisfiable(let model):
        let start = (model[number] ?? terms.defaultValue(ofSymbol: number)).integer ?? 0
        guard
          let upper = edge(target, symbol, start, range.upper),
          let lower = edge(target, symbol, start, range.lower)
        else { return nil }
        found.append(Interval(lower, upper))
      }
    }
    return nil
  }

  /// The last value, from a failing one towards an end of the range, up to which all values fail or
  /// are excluded by the assumption.
  private func edge(
    _ target: TermID, _ symbol: TermID, _ start: Int128, _ end: Int128
  ) -> Int128? {
    let passes = terms.and(assumption, terms.not(target))
    var good = start
    var bad: Int128?
    var next = end
    while true {
      switch session.solution(of: [
        passes, terms.isWithin(symbol, Interval(min(good, next), max(good, next))),
      ]) {
      case .unknown: return nil
      case .unsatisfiable:
        good = next
      case .satisfiable(let model):
        let number = terms.symbols(in: [symbol])[0]
        bad = (model[number] ?? terms.defaultValue(ofSymbol: number)).integer ?? next
      }
      guard let bad else { return good }
      if abs(bad - good) <= 1 { return good }
      next = good + (bad - good) / 2
    }
  }

  private func describe(
    _ symbol: TermID, _ intervals: [Interval], _ target: TermID
  ) -> FailingSet {
    let range = terms.interval(symbol)
    let sorted = intervals.sorted { $0.lower < $1.lower }
    let condition = terms.any(sorted.map { terms.isWithin(symbol, $0) })
    let name = terms.text(symbol)
    let texts = sorted.map { interval -> String in
      func number(_ value: Int128) -> String {
        terms.text(terms.integer(value, terms.sort(symbol)))
      }
      switch (interval.lower > range.lower, interval.upper < range.upper) {
      case (false, false): return "true"
      case (false, true): return "\(name) < \(number(interval.upper + 1))"
      case (true, false): return "\(name) > \(number(interval.lower - 1))"
      case (true, true):
        if interval.lower == interval.upper { return "\(name) == \(number(interval.lower))" }
        let text = "\(name) >= \(number(interval.lower)) && \(name) <= \(number(interval.upper))"
        return sorted.count > 1 ? "(\(text))" : text
      }
    }
    return FailingSet(
      condition: condition, completeness: compare(condition, target),
      text: texts.isEmpty ? "false" : texts.joined(separator: " || "))
  }

  // MARK: - Several symbols

  /// The disjuncts without literals that say nothing, and without disjuncts that others cover.
  private func minimised(_ conditions: [TermID], _ target: TermID) -> [TermID] {
    var disjuncts: [TermID] = []
    for condition in conditions {
      if disjuncts.contains(where: { isWithin(condition, $0) }) { continue }
      var literals = relations(of: condition)
      if literals.isEmpty || !isWithin(terms.all(literals), target) {
        literals = if case .all(let parts) = terms.node(condition) { parts } else { [condition] }
      }
      var kept = literals
      for literal in literals.reversed() {
        let fewer = kept.filter { $0 != literal }
        // What remains may cover more, as long as all of it fails.
        if isWithin(terms.all(fewer), target) { kept = fewer }
      }
      let reduced = terms.all(kept)
      if !disjuncts.contains(reduced) { disjuncts.append(reduced) }
    }
    var result = disjuncts
    for disjunct in disjuncts.reversed() {
      let others = result.filter { $0 != disjunct }
      if isWithin(disjunct, terms.any(others)) { result = others }
    }
    return result.sorted { terms.text($0) < terms.text($1) }
  }

  /// How the integers of a condition compare, two by two, where it says so.
  ///
  /// A class of values may have fixed numbers only because counts do; what fails is often how they
  /// compare. Relations say more than one class, so they are used only where all of them fails.
  private func relations(of condition: TermID) -> [TermID] {
    let integers = terms.symbols(in: [condition]).map { terms.term(ofSymbol: $0) }
      .filter { terms.sort($0) == .int }
    guard integers.count > 1, integers.count <= 6 else { return [] }
    var found: [TermID] = []
    for (index, left) in integers.enumerated() {
      for right in integers.dropFirst(index + 1) {
        // Weaker relations come first, for the dropping of literals begins with the last.
        let candidates = [
          terms.isAtMost(left, right), terms.isAtMost(right, left), terms.isLess(left, right),
          terms.isLess(right, left), terms.areEqual(left, right),
        ]
        found += candidates.filter { isWithin(condition, $0) }
      }
    }
    return found
  }

  private func isWithin(_ condition: TermID, _ other: TermID) -> Bool {
    session.solution(of: [assumption, condition, terms.not(other)]) == .unsatisfiable
  }
}
