package import CEL

/// Short runs of a guarded system that lead to a state without a claim.
///
/// A run of n steps is one formula: a copy of the variables for each state, the number of the
/// location, and one of the edges at each step.
package struct BoundedRuns {
  /// A run: the edges in order, and the values of the parameters.
  package struct Run {
    package let start: Int
    package let edges: [Int]
    /// The location and the variables at each state.
    package let states: [(location: Int, values: Valuation)]
    package let parameters: Valuation
  }

  private let session: SolverSession
  private let terms: TermTable
  private let system: GuardedSystem
  private let parameters: [Int]

  /// Makes searches for runs.
  package init(_ system: GuardedSystem, parameters: [Int], _ session: SolverSession) {
    self.system = system
    self.parameters = parameters
    self.session = session
    terms = session.terms
  }

  /// A shortest run of at most so many steps to a state in which a claim does not hold; nil where
  /// none was found.
  package func violation(of claim: [TermID], steps: Int) -> Run? {
    var formula = start()
    for depth in 0...steps {
      if depth > 0 { formula.append(step(depth - 1)) }
      let bad = terms.any(
        system.locations.indices.map { location in
          terms.and(at(location, depth), terms.not(renamed(claim[location], depth)))
        })
      switch session.solution(of: [system.domain] + formula + [bad]) {
      case .satisfiable: return run(least([system.domain] + formula + [bad]), depth)
      case .unsatisfiable: continue
      case .unknown: return nil
      }
    }
    return nil
  }

  // MARK: - The formula

  private func copy(_ symbol: Int, _ depth: Int) -> TermID {
    let declared = terms.symbols[symbol]
    return terms.symbol(
      "\(declared.name) @\(depth)", declared.sort, range: declared.range, values: declared.values)
  }

  private func location(_ depth: Int) -> TermID {
    number("location", depth, of: system.locations.count)
  }

  private func edge(_ depth: Int) -> TermID {
    number("edge", depth, of: max(system.edges.count, 1))
  }

  /// Runs of several systems may be sought with one table, each with numbers of its own.
  private func number(_ what: String, _ depth: Int, of count: Int) -> TermID {
    terms.symbol(
      "\(what) @\(depth) of \(count)", .int, range: Interval(0, Int128(count - 1)))
  }

  private func at(_ location: Int, _ depth: Int) -> TermID {
    terms.equals(self.location(depth), Int128(location))
  }

  /// A term with every symbol but the parameters as it is in one state.
  private func renamed(_ term: TermID, _ depth: Int) -> TermID {
    var replacements: [Int: TermID] = [:]
    for symbol in terms.symbols(in: [term]) where !parameters.contains(symbol) {
      replacements[symbol] = copy(symbol, depth)
    }
    return terms.replacing(replacements, in: term)
  }

  private func assigned(_ values: [Int: TermID], from: Int?, to: Int) -> [TermID] {
    values.sorted { $0.key < $1.key }.map { symbol, term in
      terms.areEqual(copy(symbol, to), from.map { renamed(term, $0) } ?? term)
    }
  }

  private func start() -> [TermID] {
    [
      terms.any(
        system.starts.map { start in
          terms.all(
            [at(start.location, 0), start.condition]
              + assigned(start.values, from: nil, to: 0))
        })
    ]
  }

  private func step(_ depth: Int) -> TermID {
    terms.any(
      system.edges.enumerated().map { number, edge in
        terms.all(
          [
            terms.equals(self.edge(depth), Int128(number)), at(edge.source, depth),
            renamed(edge.condition, depth), at(edge.target, depth + 1),
          ] + assigned(edge.updates, from: depth, to: depth + 1))
      })
  }

  // MARK: - The run

  /// A solution with small parameters.
  private func least(_ formula: [TermID]) -> (conditions: [TermID], model: Valuation)? {
    guard case .satisfiable(var model) = session.solution(of: formula) else { return nil }
    var fixed = formula
    for symbol in parameters where terms.symbols[symbol].sort == .int {
      let term = terms.term(ofSymbol: symbol)
      let range = terms.interval(term)
      var low = max(range.lower, 0)
      var high = (model[symbol] ?? terms.defaultValue(ofSymbol: symbol)).integer ?? low
      while low < high {
        let middle = low + (high - low) / 2
        if case .satisfiable(let better) = session.solution(
          of: fixed + [terms.atMost(term, middle)])
        {
          model = better
          high = (better[symbol] ?? terms.defaultValue(ofSymbol: symbol)).integer ?? middle
        } else {
          low = middle + 1
        }
      }
      fixed.append(terms.equals(term, high))
    }
    return (fixed, model)
  }

  private func run(_ found: (conditions: [TermID], model: Valuation)?, _ depth: Int) -> Run? {
    guard let model = found?.model else { return nil }
    func value(_ term: TermID) -> TermConstant { terms.evaluate(term, model) }
    var states: [(location: Int, values: Valuation)] = []
    for place in 0...depth {
      let index = Int(value(location(place)).integer ?? 0)
      var values: Valuation = [:]
      for symbol in system.locations[index] { values[symbol] = value(copy(symbol, place)) }
      states.append((index, values))
    }
    let edges = (0..<depth).map { Int(value(edge($0)).integer ?? 0) }
    let start =
      system.starts.firstIndex {
        $0.location == states[0].location && terms.holds($0.condition, model)
      } ?? 0
    var chosen: Valuation = [:]
    for symbol in parameters { chosen[symbol] = value(terms.term(ofSymbol: symbol)) }
    return Run(start: start, edges: edges, states: states, parameters: chosen)
  }
}
