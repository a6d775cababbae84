package import CEL

/// Candidates for lemmas: linear inequalities like those that guards and claims speak of.
package struct LemmaTemplates {
  private let terms: TermTable
  private let parameters: [TermID]
  /// How many candidates a location gets at most; what was found first stays.
  private static let limit = 400

  /// Makes templates over the parameters, by symbol.
  package init(_ terms: TermTable, parameters: [Int]) {
    self.terms = terms
    self.parameters = parameters.map { terms.term(ofSymbol: $0) }.filter {
      terms.sort($0) == .int
    }
  }

  /// The candidates of a location with these variables.
  ///
  /// - conditions: the guards and claims to take inequalities from.
  package func candidates(variables: [Int], conditions: [TermID]) -> [TermID] {
    let variables = variables.map { terms.term(ofSymbol: $0) }
    let known = Set(terms.symbols(in: variables + parameters))
    var found: [TermID] = []
    var seen: Set<TermID> = []
    func add(_ term: TermID) {
      guard found.count < Self.limit, terms.constant(term) == nil, seen.insert(term).inserted
      else { return }
      found.append(term)
    }
    for variable in variables { add(terms.isAtLeast(variable, 0)) }
    for (index, left) in variables.enumerated() {
      for right in variables.dropFirst(index + 1) + parameters {
        add(terms.isAtMost(left, right))
        add(terms.isAtMost(right, left))
        add(terms.isLess(left, right))
        add(terms.isLess(right, left))
      }
    }
    // An inequality of a guard or claim, also with one variable in another's place.
    for atom in conditions.flatMap({ inequalities(in: $0) }) {
      let symbols = terms.symbols(in: [atom])
      guard known.isSuperset(of: symbols), symbols.count > 1 else { continue }
      for literal in [atom, terms.not(atom)] {
        add(literal)
        for symbol in symbols where variables.contains(terms.term(ofSymbol: symbol)) {
          for other in variables { add(terms.replacing([symbol: other], in: literal)) }
        }
      }
    }
    return found
  }

  /// Whether a term has one value in the whole of a run.
  private func isFixed(_ term: TermID) -> Bool {
    terms.symbols(in: [term]).allSatisfy { parameters.contains(terms.term(ofSymbol: $0)) }
  }

  /// The inequalities inside a condition, outermost first.
  private func inequalities(in condition: TermID) -> [TermID] {
    var found: [TermID] = []
    var seen: Set<TermID> = []
    var stack = [condition]
    while let term = stack.popLast() {
      guard seen.insert(term).inserted else { continue }
      switch terms.node(term) {
      case .atMost(let subject, _):
        if case .sum(let parts, _) = terms.node(subject),
          parts.allSatisfy({ terms.symbol($0.term) != nil || isFixed($0.term) })
        {
          found.append(term)
        } else {
          stack.append(subject)
        }
      default: stack += terms.operands(term)
      }
    }
    return found
  }
}
