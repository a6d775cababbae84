/// A path condition of a ``PathTable``: equal sets of literals have equal ids.
package struct PathID: Hashable, Comparable, Sendable {
  package let index: UInt32

  package init(index: UInt32) { self.index = index }

  /// The condition without literals, in every table.
  package static let empty = PathID(index: 0)

  package static func < (left: PathID, right: PathID) -> Bool { left.index < right.index }
}

/// All path conditions of a verification, each once.
///
/// A path condition is a conjunction in the normal form of ``TermTable/all(_:)``: bounds of one
/// integer are one pair, what the others decide is left out. So two orders of the same decisions are
/// one path, and many questions are answered without a solver.
package final class PathTable {
  package let terms: TermTable
  private var conditions: [TermID] = [.always]
  private var parents: [PathID] = [.empty]
  private var ids: [TermID: PathID] = [.always: .empty]
  private var bounds: [[TermID: Interval]] = [[:]]

  /// What is known of a literal under a path without a solver.
  package enum Known: Hashable, Sendable {
    case holds
    case fails
  }

  /// Makes a table with the empty path.
  package init(_ terms: TermTable) { self.terms = terms }

  /// How many path conditions there are.
  package var count: Int { conditions.count }

  /// The path as one condition.
  package func condition(_ path: PathID) -> TermID { conditions[Int(path.index)] }

  /// The literals of a path, sorted.
  package func literals(_ path: PathID) -> [TermID] {
    let condition = condition(path)
    if condition == .always { return [] }
    if case .all(let parts) = terms.node(condition) { return parts }
    return [condition]
  }

  /// The path a path was first made from; solvers go on from there.
  package func parent(_ path: PathID) -> PathID { parents[Int(path.index)] }

  /// The path with one condition more; nil if they exclude each other syntactically.
  package func adding(_ condition: TermID, to path: PathID) -> PathID? {
    let all = terms.all([self.condition(path), condition])
    if all == .never { return nil }
    if let known = ids[all] { return known }
    let id = PathID(index: UInt32(conditions.count))
    conditions.append(all)
    parents.append(path)
    ids[all] = id
    var found: [TermID: Interval] = [:]
    for literal in literals(id) {
      guard let (subject, range) = terms.bound(literal) else { continue }
      found[subject] = (found[subject] ?? terms.interval(subject)).intersection(range)
    }
    bounds.append(found)
    return id
  }

  /// The path of some conditions; nil if they exclude each other syntactically.
  package func path(_ conditions: [TermID]) -> PathID? {
    adding(terms.all(conditions), to: .empty)
  }

  /// The values an integer can have under a path: its own bounds and those of what it is made of.
  package func interval(_ term: TermID, under path: PathID) -> Interval {
    var budget = 256
    return interval(term, bounds[Int(path.index)], &budget)
  }

  private func interval(
    _ term: TermID, _ known: [TermID: Interval], _ budget: inout Int
  ) -> Interval {
    let own = known[term].map { $0.intersection(terms.interval(term)) } ?? terms.interval(term)
    if known.isEmpty || budget <= 0 { return own }
    budget -= 1
    let node = terms.node(term)
    switch node {
    case .sum, .product, .quotient, .remainder, .choose:
      let found = terms.interval(of: node) { operand in
        interval(operand, known, &budget)
      }
      let both = own.intersection(found)
      // Bounds that exclude each other: the path is infeasible, which is the solver's to say.
      return both.lower <= both.upper ? both : own
    default: return own
    }
  }

  /// Whether a path decides a condition by its literals and bounds alone.
  package func known(_ condition: TermID, under path: PathID) -> Known? {
    if condition == .always { return .holds }
    if condition == .never { return .fails }
    if path == .empty { return nil }
    let own = self.condition(path)
    if own == condition { return .holds }
    let literals = literals(path)
    if literals.contains(condition) { return .holds }
    if literals.contains(terms.not(condition)) { return .fails }
    return decide(condition, literals, path)
  }

  private func decide(_ condition: TermID, _ literals: [TermID], _ path: PathID) -> Known? {
    switch terms.node(condition) {
    case .atMost(let subject, let bound):
      let range = interval(subject, under: path)
      return range.upper <= bound ? .holds : range.lower > bound ? .fails : nil
    case .equals(let subject, let value):
      let range = interval(subject, under: path)
      if !range.contains(value) { return .fails }
      return range.lower == range.upper ? .holds : nil
    case .not(let inner):
      if literals.contains(inner) { return .fails }
      switch decide(inner, literals, path) {
      case .holds: return .fails
      case .fails: return .holds
      case nil: return nil
      }
    case .all(let parts):
      var open = false
      for part in parts {
        if literals.contains(part) { continue }
        if literals.contains(terms.not(part)) { return .fails }
        switch decide(part, literals, path) {
        case .fails: return .fails
        case nil: open = true
        case .holds: break
        }
      }
      return open ? nil : .holds
    case .stringEquals(let left, let right):
      // A string that is one text is no other.
      guard terms.constant(right) != nil || terms.constant(left) != nil else { return nil }
      let subject = terms.constant(right) != nil ? left : right
      for literal in literals {
        guard case .stringEquals(let one, let two) = terms.node(literal),
          one == subject || two == subject,
          terms.constant(one) != nil || terms.constant(two) != nil
        else { continue }
        return .fails
      }
      return nil
    default: return nil
    }
  }

  /// The path as CEL text.
  package func text(_ path: PathID) -> String { terms.text(condition(path)) }
}

/// Whether a path condition has a solution, asked of whoever can decide it.
///
/// The world asks through this, so it needs no solver to be built.
package protocol FeasibilityOracle: AnyObject {
  /// Whether some valuation fulfils a path and one condition more.
  func feasibility(of condition: TermID, under path: PathID) -> Feasibility
}

/// The answer to a question of feasibility.
package enum Feasibility: Hashable, Sendable {
  case feasible
  case infeasible
  /// Nobody knows, and why: a limit, or a theory that gives up.
  case unknown(String)
}
