package import CEL

/// Proofs: what follows from assumptions for all values.
extension SolverSession {
  /// Whether a goal follows from assumptions; if not, the smallest values that show it.
  package func prove(_ goal: TermID, from assumptions: [TermID]) -> Entailment {
    switch leastSolution(of: assumptions + [terms.not(goal)]) {
    case .unsatisfiable: .valid
    case .satisfiable(let model):
      terms.holds(terms.all(assumptions + [terms.not(goal)]), model)
        ? .invalid(model) : .unknown("the values found hold up to rounding only")
    case .unknown(let reason): .unknown(reason)
    }
  }
}
