internal import CEL
internal import Model
internal import Solver

/// What came of an attempt to prove a property.
enum ProofOutcome {
  /// It holds in every state, in so many questions to Z3.
  case proved(summary: String)
  /// A run of the relation leads to a state without it, for these values of the symbols.
  case refuted(Valuation, ProofAccount)
  /// Not known, and why.
  case open(ProofAccount)
}

/// What is told of a proof that failed.
struct ProofAccount {
  let reason: String
  /// The step that could not be shown, line by line.
  var lines: [String] = []
}

/// Proves one property over a transition relation.
struct ProofRun {
  /// How long the runs are that are looked for where a proof fails.
  private static let depth = 10
  /// How long Spacer may look for an invariant.
  private static let spacerMilliseconds = 3000
  /// How many kinds of steps are tried without merging states.
  private static let edgeLimit = 400
  private let relation: Relation
  private let builder: RelationBuilder
  private let session: SolverSession
  private var terms: TermTable { session.terms }

  init(_ relation: Relation, _ builder: RelationBuilder) {
    self.relation = relation
    self.builder = builder
    session = builder.classes.session
  }

  /// Tries to prove a property, with its lemmas, then with lemmas found; says too how many
  /// obligations were met.
  func prove(
    _ property: PropertyDeclaration, at index: Int
  ) throws -> (outcome: ProofOutcome, obligations: Int) {
    var claims = [
      try claim("the property") { definition, _ in
        guard case .always(let predicate) = definition.properties[index].program else {
          throw NotProvable("it compares states before and after a step")
        }
        return predicate
      }
    ]
    for number in property.lemmas.indices {
      claims.append(
        try claim("lemma \(number + 1)") { _, builder in builder.lemmas(of: property)[number] })
    }
    // Last, so that lemmas keep their numbers.
    let orders = relation.locations.map(\.order)
    if orders.contains(where: { $0 != .always }) { claims.append(orders + [.always]) }
    let merged = relation.merged(claims, terms)
    if merged.relation.locations.count < relation.locations.count {
      let attempt = ProofRun(merged.relation, builder).attempt(property, merged.claims)
      // What merging forgets may be needed, unless that is too much to try.
      if case .proved = attempt.outcome { return attempt }
      if relation.system.edges.count > Self.edgeLimit { return attempt }
    }
    return attempt(property, claims)
  }

  private func attempt(
    _ property: PropertyDeclaration, _ claims: [[TermID]]
  ) -> (outcome: ProofOutcome, obligations: Int) {
    var proof = InductionProof(relation.system, session)
    guard let failure = proof.firstFailure(claims) else {
      let told = summary(proof.obligations, property.lemmas.count, found: [])
      return (.proved(summary: told), proof.obligations)
    }
    if failure.start == nil, let found = lemmas(for: claims, &proof) {
      let told = summary(
        proof.obligations, property.lemmas.count + found.count, found: found)
      return (.proved(summary: told), proof.obligations)
    }
    let teller = ProofTeller(relation, terms)
    var account = teller.tell(failure, property)
    if let reason = session.stopReason {
      account = ProofAccount(reason: "not proved: \(reason)", lines: account.lines)
    }
    let search = BoundedRuns(relation.system, parameters: relation.parameters, session)
    guard let run = search.violation(of: claims[0], steps: Self.depth) else {
      return (.open(account), 0)
    }
    return (.refuted(run.parameters, teller.tell(run, property)), 0)
  }

  private func summary(_ obligations: Int, _ lemmas: Int, found: [TermID]) -> String {
    func count(_ number: Int, _ word: String) -> String {
      "\(number) \(word)\(number == 1 ? "" : "s")"
    }
    var text = "proved for all values, \(count(obligations, "obligation"))"
    if lemmas > 0 { text += ", \(count(lemmas, "lemma"))" }
    if !found.isEmpty {
      text += ", found: " + found.map { terms.text($0) }.joined(separator: ", ")
    }
    return text
  }

  // MARK: - Claims

  /// What a predicate says, as a term at each location; an error is a violation.
  private func claim(
    _ what: String, _ predicate: (WorldDefinition, WorldBuilder) throws -> StatePredicate
  ) throws -> [TermID] {
    var found: [TermID] = []
    var known: [(reads: AbstractReads, text: String, term: TermID)] = []
    for location in relation.locations {
      if let same = known.first(where: { $0.reads.text(in: location.state) == $0.text }) {
        found.append(same.term)
        continue
      }
      let reads = AbstractReads()
      let cases = try builder.classes.all(of: relation.system.domain, what) { run -> Bool in
        let test = try predicate(try builder.world(run), try builder.builder(run))
        do {
          return try test(location.state.moved(into: run).reader(noting: reads)) ?? true
        } catch is EvaluationError {
          return false
        }
      }
      let term = terms.any(cases.filter(\.result).map(\.condition))
      known.append((reads, reads.text(in: location.state), term))
      found.append(term)
    }
    // An expression of an event that cannot be evaluated leads here: nothing may.
    return found + [.never]
  }

  // MARK: - Lemmas

  /// Lemmas with which the claims are inductive; nil where none are found.
  private func lemmas(for claims: [[TermID]], _ proof: inout InductionProof) -> [TermID]? {
    let templates = LemmaTemplates(terms, parameters: relation.parameters)
    let conditions = claims.flatMap(\.self) + relation.system.edges.map(\.condition)
    let candidates = relation.system.locations.map {
      templates.candidates(variables: $0, conditions: conditions)
    }
    var kept = proof.inductive(candidates, with: claims)
    guard isProved(claims, kept, &proof) else { return invariants(for: claims, &proof) }
    // Those that are not needed are dropped, in halves first.
    var needed = distinct(kept)
    var size = max(1, needed.count / 2)
    while true {
      var start = 0
      while start < needed.count {
        let fewer = Array(needed[..<start] + needed[min(start + size, needed.count)...])
        let wanted = Set(fewer)
        let rest = proof.inductive(kept.map { $0.filter(wanted.contains) }, with: claims)
        if isProved(claims, rest, &proof) {
          kept = rest
          needed = distinct(rest)
        } else {
          start += size
        }
      }
      if size == 1 { break }
      size /= 2
    }
    _ = isProved(claims, kept, &proof)
    return needed
  }

  /// Lemmas that Spacer finds, if they prove the claims; nil where it finds none in time.
  private func invariants(
    for claims: [[TermID]], _ proof: inout InductionProof
  ) -> [TermID]? {
    guard session.stopReason == nil,
      let spacer = Spacer(relation.system, parameters: relation.parameters, terms)
    else { return nil }
    let goals = relation.system.locations.indices.map { location in
      terms.all(claims.map { $0[location] })
    }
    guard
      let found = spacer.invariants(
        for: goals, milliseconds: session.milliseconds(atMost: Self.spacerMilliseconds),
        megabytes: session.limits.megabytes)
    else { return nil }
    let lemmas = found.map { invariant -> [TermID] in
      if case .all(let parts) = terms.node(invariant) { parts } else { [invariant] }
    }
    return isProved(claims, lemmas, &proof) ? distinct(lemmas).filter { $0 != .always } : nil
  }

  private func distinct(_ lemmas: [[TermID]]) -> [TermID] {
    var found: [TermID] = []
    var seen: Set<TermID> = []
    for lemma in lemmas.joined() where seen.insert(lemma).inserted { found.append(lemma) }
    return found
  }

  private func isProved(
    _ claims: [[TermID]], _ lemmas: [[TermID]], _ proof: inout InductionProof
  ) -> Bool {
    let all = lemmas.map { terms.all($0) }
    if case .none = proof.firstFailure(claims + [all]) { return true }
    return false
  }
}
