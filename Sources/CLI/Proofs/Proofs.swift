internal import Bridge
internal import CEL
internal import Model
internal import Solver

/// The proofs of a scenario: `prove: true` on its properties.
struct Proofs {
  /// What came of each property that asks for a proof.
  private(set) var outcomes: [String: ProofOutcome] = [:]
  /// What the proofs rest on, for the report.
  private(set) var notes: [String] = []
  /// How many questions were asked: for the classes of values of each step, and what had to be shown.
  ///
  /// What Houdini asks on the way is not among them: it depends on the models that Z3 finds.
  private(set) var questions = 0
  /// All questions, and who answered.
  private(set) var figures = SolverFigures()

  /// How many cases are told apart before Z3 is asked: what is left of a step after so many is large,
  /// and Z3 knows it sooner.
  private static let cases = 24

  /// Tries the proofs of the properties chosen; the relation is found once for all of them.
  init(
    _ scenario: Scenario, properties: [PropertyDeclaration], projections: ProjectionSet,
    hosts: ProcessHosts, deadline: ContinuousClock.Instant?
  ) throws {
    let wanted = properties.filter(\.prove)
    guard !wanted.isEmpty else { return }
    let inputs = UnknownInputs(scenario)
    var limits = SolverLimits()
    limits.deadline = deadline
    limits.cases = Self.cases
    let session = SolverSession(PathTable(inputs.terms), limits: limits)
    session.isCancelled = { Cancellation.isRequested }
    defer { figures = session.figures }
    do {
      let classes = Classes(session: session)
      defer { questions += classes.questions.number }
      let builder = RelationBuilder(
        scenario, inputs, classes, projections: projections, hosts: hosts)
      let relation = try builder.build()
      notes.append(
        "proofs: \(relation.variables.count) integers that change, \(relation.locations.count) "
          + "states up to these, \(relation.system.edges.count) kinds of steps")
      for property in wanted {
        guard let index = scenario.properties.firstIndex(where: { $0.name == property.name })
        else { continue }
        do {
          let (outcome, obligations) = try ProofRun(relation, builder)
            .prove(property, at: index)
          outcomes[property.name] = outcome
          questions += obligations
        } catch let reason as NotProvable {
          outcomes[property.name] = Self.notTried(reason)
        }
      }
    } catch let reason as NotProvable {
      for property in wanted { outcomes[property.name] = Self.notTried(reason) }
    }
  }

  private static func notTried(_ reason: NotProvable) -> ProofOutcome {
    .open(ProofAccount(reason: "no proof: \(reason.reason)"))
  }

  /// Whether a property is proved.
  func isProved(_ name: String) -> Bool {
    if case .proved = outcomes[name] { true } else { false }
  }

  /// Why a property is not proved.
  func reason(of name: String) -> String? {
    switch outcomes[name] {
    case .open(let account), .refuted(_, let account): account.reason
    case .proved, nil: nil
    }
  }

  /// What is reported of the proof of a property.
  func report(of name: String) -> ProofReport? {
    switch outcomes[name] {
    case .proved(let summary): ProofReport(summary: summary)
    case .open(let account), .refuted(_, let account):
      ProofReport(summary: nil, lines: account.lines)
    case nil: nil
    }
  }

  /// The values for which runs of the relation violate properties, each once, for the search to try
  /// first.
  var suspects: [Valuation] {
    var found: [Valuation] = []
    for (_, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
      if case .refuted(let values, _) = outcome, !found.contains(values) { found.append(values) }
    }
    return found
  }
}
