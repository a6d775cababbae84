package import CEL

/// Lemmas from Z3's engine Spacer, which looks for an invariant of a guarded system.
///
/// What it finds is a candidate: it counts where our own induction shows it.
package struct Spacer {
  private let terms: TermTable
  private let system: GuardedSystem
  /// The parameters that terms mention: integers and flags.
  private let parameters: [Int]

  /// Makes a search for invariants; nil where the system speaks of more than integers and flags.
  package init?(_ system: GuardedSystem, parameters: [Int], _ terms: TermTable) {
    self.system = system
    self.terms = terms
    let mentioned = Set(
      terms.symbols(
        in: [system.domain] + system.starts.flatMap { [$0.condition] + $0.values.values }
          + system.edges.flatMap { [$0.condition] + $0.updates.values }))
    self.parameters = parameters.filter { mentioned.contains($0) }
    let all = mentioned.union(system.locations.joined())
    guard all.allSatisfy({ [.int, .bool].contains(terms.symbols[$0].sort) }) else { return nil }
  }

  /// An invariant for each location from which claims follow; nil where none was found in time.
  package func invariants(
    for claims: [TermID], milliseconds: Int, megabytes: Int
  ) -> [TermID]? {
    let uses = StringUse()
    _ = uses.scan(terms)
    guard let context = Z3Context(memoryMegabytes: megabytes),
      let clauses = HornClauses(context)
    else { return nil }
    let translator = TermTranslator(terms, context, uses)
    do {
      return try find(claims, milliseconds, context, clauses, translator)
    } catch {
      return nil
    }
  }

  private func find(
    _ claims: [TermID], _ milliseconds: Int, _ context: Z3Context, _ clauses: HornClauses,
    _ translator: TermTranslator
  ) throws(Untranslatable) -> [TermID]? {
    var relations: [HornClauses.Relation] = []
    for (location, variables) in system.locations.enumerated() {
      let kinds = (parameters + variables).map(kind)
      guard let relation = clauses.relation("at \(location)", kinds) else { return nil }
      relations.append(relation)
    }
    guard let bad = clauses.relation("bad", []) else { return nil }
    func unknown(_ symbol: Int) throws(Untranslatable) -> Z3Term {
      try translator.translate(terms.term(ofSymbol: symbol))
    }
    /// Adds a rule whose body mentions only some terms, within the ranges of their symbols.
    func add(
      _ relation: Int?, _ conditions: [TermID], _ head: (location: Int, values: [Int: TermID])?
    ) throws(Untranslatable) {
      var mentioned = conditions
      var arguments: [TermID] = []
      if let head {
        arguments = parameters.map { terms.term(ofSymbol: $0) }
        for variable in system.locations[head.location] {
          arguments.append(head.values[variable] ?? terms.term(ofSymbol: variable))
        }
        mentioned += arguments
      }
      var symbols = terms.symbols(in: mentioned)
      if let relation { symbols += parameters + system.locations[relation] }
      symbols = Set(symbols).sorted()
      var body: [Z3Term] = []
      var bound: [Z3Term] = []
      for symbol in symbols {
        let term = try unknown(symbol)
        bound.append(term)
        body += range(symbol, term, context)
      }
      if let relation {
        var given: [Z3Term] = []
        for symbol in parameters + system.locations[relation] { given.append(try unknown(symbol)) }
        body.append(clauses.holds(relations[relation], given))
      }
      for condition in conditions { body.append(try translator.translate(condition)) }
      var values: [Z3Term] = []
      for argument in arguments { values.append(try translator.translate(argument)) }
      // The ranges of symbols are in the body; what else defines unknowns is not taken.
      guard !translator.hasDefinitions else {
        throw Untranslatable(reason: "a quotient of unknowns")
      }
      clauses.add(
        body, implies: clauses.holds(head.map { relations[$0.location] } ?? bad, values),
        forAll: bound)
    }
    for start in system.starts {
      try add(nil, [system.domain, start.condition], (start.location, start.values))
    }
    for edge in system.edges {
      try add(
        edge.source, [system.domain, edge.condition], (edge.target, edge.updates))
    }
    // Variables must stay in their ranges, too.
    for edge in system.edges {
      let leaves = edge.updates.sorted { $0.key < $1.key }.map { symbol, term in
        terms.not(terms.isWithin(term, terms.symbols[symbol].range ?? .all))
      }
      let outside = terms.any(leaves)
      if outside != .never { try add(edge.source, [system.domain, edge.condition, outside], nil) }
    }
    for (location, claim) in claims.enumerated() where claim != .always {
      try add(location, [system.domain, terms.not(claim)], nil)
    }
    guard clauses.isEmpty(bad, milliseconds: milliseconds) == true else { return nil }
    return relations.enumerated().map { location, relation in
      let arguments = (parameters + system.locations[location]).map { terms.term(ofSymbol: $0) }
      guard let found = clauses.invariant(of: relation) else { return TermID.always }
      return TermReader(terms, context, arguments).read(found) ?? .always
    }
  }

  private func kind(_ symbol: Int) -> Z3Context.Kind {
    terms.symbols[symbol].sort == .bool ? .bool : .integer
  }

  private func range(_ symbol: Int, _ term: Z3Term, _ context: Z3Context) -> [Z3Term] {
    guard let range = terms.symbols[symbol].range, terms.symbols[symbol].sort == .int else {
      return []
    }
    return [
      context.atMost(context.integer(range.lower), term),
      context.atMost(term, context.integer(range.upper)),
    ]
  }
}
