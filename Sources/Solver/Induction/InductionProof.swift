package import CEL

/// Proofs by induction: what holds at every start and is kept by every edge holds always.
///
/// Claims are given by location, as terms over its variables and the parameters. All of them are
/// assumed together before a step, so user lemmas and found ones may need each other.
package struct InductionProof {
  /// A step that may lead from a state in which all claims hold to one in which one does not.
  package struct Failure {
    /// nil: at the start.
    package let edge: Int?
    package let start: Int?
    /// The number of the claim that fails; nil where a variable may leave its range.
    package let claim: Int?
    package let variable: Int?
    /// The values before; nil where Z3 does not know.
    package let values: Valuation?
    /// Why nothing is known.
    package let reason: String?
  }

  private let session: SolverSession
  private let terms: TermTable
  package let system: GuardedSystem
  /// How many questions were answered "it follows".
  package private(set) var obligations = 0

  /// Makes proofs of a system.
  package init(_ system: GuardedSystem, _ session: SolverSession) {
    self.system = system
    self.session = session
    terms = session.terms
  }

  // MARK: - Checking

  /// The first claim that is not inductive, in the order of starts and edges; nil where all are.
  ///
  /// - claims: for each claim its term at each location.
  package mutating func firstFailure(_ claims: [[TermID]]) -> Failure? {
    obligations = 0
    let before = system.locations.indices.map { location in claims.map { $0[location] } }
    for (index, start) in system.starts.enumerated() {
      let failure = check(
        [start.condition], claims.map { $0[start.location] }, start.values)
      if let failure {
        return Failure(
          edge: nil, start: index, claim: failure.claim, variable: failure.variable,
          values: failure.values, reason: failure.reason)
      }
    }
    for (index, edge) in system.edges.enumerated() {
      let failure = check(
        before[edge.source] + [edge.condition], claims.map { $0[edge.target] }, edge.updates)
      if let failure {
        return Failure(
          edge: index, start: nil, claim: failure.claim, variable: failure.variable,
          values: failure.values, reason: failure.reason)
      }
    }
    return nil
  }

  private typealias Refutation = (
    claim: Int?, variable: Int?, values: Valuation?, reason: String?
  )

  /// The first goal that does not follow; a variable that stays in its range is one goal with all
  /// others, since what holds of its symbol is assumed.
  private mutating func check(
    _ assumptions: [TermID], _ goals: [TermID], _ updates: [Int: TermID]
  ) -> Refutation? {
    let hypotheses = [system.domain] + assumptions
    for (index, goal) in goals.enumerated() {
      let wanted = terms.replacing(updates, in: goal)
      if let found = refutation(of: wanted, hypotheses) {
        return (index, nil, found.values, found.reason)
      }
      obligations += 1
    }
    let ranges = updates.sorted { $0.key < $1.key }.map { symbol, term in
      (symbol, terms.isWithin(term, terms.symbols[symbol].range ?? .all))
    }.filter { $0.1 != .always }
    for (symbol, wanted) in ranges {
      if let found = refutation(of: wanted, hypotheses) {
        return (nil, symbol, found.values, found.reason)
      }
    }
    return nil
  }

  private func refutation(
    of wanted: TermID, _ hypotheses: [TermID]
  ) -> (values: Valuation?, reason: String?)? {
    let question = hypotheses + [terms.not(wanted)]
    switch session.solution(of: question) {
    case .unsatisfiable: return nil
    case .unknown(let reason): return (nil, reason)
    case .satisfiable:
      guard case .satisfiable(let model) = session.leastSolution(of: question) else {
        return (nil, "no values were found")
      }
      return (model, nil)
    }
  }

  // MARK: - Lemmas found

  /// Houdini: the greatest set of candidates that is inductive together with the claims, which are
  /// assumed before each step and not checked.
  ///
  /// Throws nothing away for good reason only: a candidate that Z3 cannot decide goes too.
  package func inductive(_ candidates: [[TermID]], with claims: [[TermID]]) -> [[TermID]] {
    var kept = candidates
    for start in system.starts {
      kept[start.location] = surviving(
        kept[start.location], [start.condition], start.values)
    }
    var isStable = false
    while !isStable {
      isStable = true
      for edge in system.edges where !kept[edge.target].isEmpty {
        let assumptions =
          claims.map { $0[edge.source] } + kept[edge.source] + [edge.condition]
        let survivors = surviving(kept[edge.target], assumptions, edge.updates)
        if survivors.count < kept[edge.target].count {
          kept[edge.target] = survivors
          isStable = false
        }
      }
    }
    return kept
  }

  /// The candidates that follow; those that a model refutes go at once.
  private func surviving(
    _ candidates: [TermID], _ assumptions: [TermID], _ updates: [Int: TermID]
  ) -> [TermID] {
    var pairs = candidates.map { ($0, terms.replacing(updates, in: $0)) }
    let hypotheses = [system.domain] + assumptions
    while !pairs.isEmpty {
      switch session.solution(of: hypotheses + [terms.not(terms.all(pairs.map(\.1)))]) {
      case .unsatisfiable: return pairs.map(\.0)
      case .satisfiable(let model):
        let left = pairs.filter { terms.holds($0.1, model) }
        if left.count < pairs.count {
          pairs = left
          continue
        }
        fallthrough
      case .unknown:
        // Together they are too hard, or the model says nothing: one by one.
        return pairs.filter {
          session.solution(of: hypotheses + [terms.not($0.1)]) == .unsatisfiable
        }.map(\.0)
      }
    }
    return []
  }
}
