internal import CEL
internal import Model
internal import Solver

/// Tells of a step that could not be shown, and of runs of a relation: state, step, state.
struct ProofTeller {
  private let relation: Relation
  private let terms: TermTable

  init(_ relation: Relation, _ terms: TermTable) {
    self.relation = relation
    self.terms = terms
  }

  /// The step that may break a claim.
  func tell(_ failure: InductionProof.Failure, _ property: PropertyDeclaration) -> ProofAccount {
    let claim = name(of: failure, property)
    guard let values = failure.values else {
      return ProofAccount(reason: "not proved: \(failure.reason ?? "Z3 does not know")")
    }
    guard let index = failure.edge else {
      return ProofAccount(
        reason: "not proved: \(claim) does not hold at the start",
        lines: [parameters(values)].compactMap(\.self))
    }
    let edge = relation.system.edges[index]
    var lines = [parameters(values)].compactMap(\.self)
    lines.append("state: \(state(edge.source, values))")
    lines.append("step:  \(edge.name)")
    lines += differences(edge, values).map { "         " + $0 }
    let after = edge.updates.mapValues { terms.evaluate($0, values) }
    lines.append("state: \(state(edge.target, after)), without \(claim)")
    return ProofAccount(
      reason: "not proved: \(edge.name) may lead from a state with all that is claimed to one "
        + "without \(claim)", lines: lines)
  }

  private func name(
    of failure: InductionProof.Failure, _ property: PropertyDeclaration
  ) -> String {
    if let symbol = failure.variable {
      return
        "bounds for \(terms.symbols[symbol].name), which may grow past all that is calculated with"
    }
    let number = failure.claim ?? 0
    if number == 0 { return property.name }
    return number <= property.lemmas.count
      ? "lemma \(number) (\(property.lemmas[number - 1].source))"
      : "a lemma that was found, or the order of counts in a status"
  }

  /// A run to a state without the property.
  func tell(_ run: BoundedRuns.Run, _ property: PropertyDeclaration) -> ProofAccount {
    var lines = [parameters(run.parameters)].compactMap(\.self)
    for (index, state) in run.states.enumerated() {
      lines.append("state: \(self.state(state.location, state.values))")
      if index < run.edges.count {
        let edge = relation.system.edges[run.edges[index]]
        let values = state.values.merging(run.parameters) { first, _ in first }
        lines.append("step:  \(edge.name)")
        lines += differences(edge, values).map { "         " + $0 }
      }
    }
    return ProofAccount(
      reason:
        "not proved: \(run.edges.count) steps lead to a state without \(property.name), if any "
        + "request may be reconciled at any time; the search of these values found no such run",
      lines: lines)
  }

  private func parameters(_ values: Valuation) -> String? {
    let texts = relation.parameters.map { symbol in
      let value = values[symbol] ?? terms.defaultValue(ofSymbol: symbol)
      return "\(terms.symbols[symbol].name) = \(JSONValue(value).text)"
    }
    return texts.isEmpty ? nil : "with " + texts.joined(separator: ", ")
  }

  /// The values of a location's variables.
  private func state(_ location: Int, _ values: Valuation) -> String {
    guard location < relation.locations.count else { return "an expression has no value" }
    let texts = relation.locations[location].variables.map { place -> String in
      let symbol = relation.variables[place] ?? 0
      let value = values[symbol] ?? terms.defaultValue(ofSymbol: symbol)
      return "\(place) = \(JSONValue(value).text)"
    }
    return texts.isEmpty ? "no integer differs" : texts.joined(separator: ", ")
  }

  /// What a step changes besides integers.
  private func differences(_ edge: GuardedSystem.Edge, _ values: Valuation) -> [String] {
    guard edge.source != edge.target, edge.target < relation.locations.count else { return [] }
    func objects(_ location: Int, _ values: Valuation) -> [ObjectKey: JSONObject] {
      let run = SymbolicRun(terms: terms, values: values)
      return relation.locations[location].state.moved(into: run).clusterObjects.mapValues {
        JSONValue.object($0).current.object ?? $0
      }
    }
    let after = values.merging(edge.updates.mapValues { terms.evaluate($0, values) }) { $1 }
    let (old, new) = (objects(edge.source, values), objects(edge.target, after))
    return Set(old.keys).union(new.keys).sorted().flatMap { key -> [String] in
      guard let found = ObjectDifference(key, old: old[key], new: new[key]) else { return [] }
      switch found.change {
      case .created: return ["+ \(found.object)"]
      case .deleted: return ["- \(found.object)"]
      case .changed:
        return found.fields.map { field in
          "~ \(found.object) \(field.path): \(field.old?.text ?? "(absent)") -> "
            + "\(field.new?.text ?? "(absent)")"
        }
      }
    }
  }
}
