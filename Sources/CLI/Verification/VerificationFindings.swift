internal import CEL
internal import Model
internal import POR
internal import Solver

/// What is known of each property over all classes of values of the symbols tried so far.
struct VerificationFindings {
  private let scenario: Scenario
  /// The properties to report.
  private let asked: [PropertyDeclaration]
  /// Those that are searched for: all but the proved ones.
  let chosen: [PropertyDeclaration]
  private let proofs: Proofs
  private var verdicts: [String: PropertyReport.Verdict] = [:]
  private let explains: Bool
  var figures = SearchFigures()
  private var full: StateEstimate?
  private var couplings: CouplingReport?
  private let inputs: UnknownInputs
  private var tried = 0
  /// The conditions of the classes in which a property is violated.
  private var failing: [String: [TermID]] = [:]
  /// What was outside of what terms can say, each once.
  private var outside: [OutsideNote] = []
  /// Why some values were not tried.
  private var leftOut: String?
  /// The projections in force; an expression that calculates with an ordinal switches one off.
  private var usedProjections: ProjectionSet?
  private var audited: SearchAudit.Figures?
  /// What was not checked again of counterexamples.
  private var unchecked: [String] = []
  private var isCut = false
  /// What the API server said of objects of the start whose values are not looked at.
  private var refusals: [ObjectRefusedByPolicy] = []
  /// Why each property said nothing of any values so far.
  private var vacuity: [String: Composition.Vacuity] = [:]

  init(
    _ scenario: Scenario, _ inputs: UnknownInputs, _ options: VerificationOptions, _ proofs: Proofs
  ) {
    self.scenario = scenario
    self.inputs = inputs
    self.proofs = proofs
    asked = scenario.properties.filter { options.properties?.contains($0.name) ?? true }
    chosen = asked.filter { !proofs.isProved($0.name) }
    explains = options.explainsReduction
  }

  /// Whether some property is violated.
  var isViolated: Bool {
    verdicts.values.contains { if case .violated = $0 { true } else { false } }
  }

  /// Whether more values can change nothing that is worth a search: what is left are properties whose
  /// proof failed, and some values were tried.
  var isOver: Bool {
    if chosen.isEmpty { return true }
    guard chosen.allSatisfy(\.prove), !inputs.isEmpty else { return false }
    let isDecided = chosen.allSatisfy {
      if case .violated = verdicts[$0.name] { true } else { false }
    }
    return isDecided || tried >= Self.classesWithoutProof
  }

  /// How many classes of values are searched for violations of what could not be proved.
  private static let classesWithoutProof = 4

  /// Notes that a policy refuses an object of the start for some values.
  mutating func exclude(_ refused: ObjectRefusedByPolicy) {
    if !refusals.contains(where: { $0.message == refused.message }) { refusals.append(refused) }
  }

  /// Notes that values are left untried, and why.
  mutating func leaveOut(_ reason: String) { leftOut = leftOut ?? reason }

  /// Adds the verdict of one class of values.
  ///
  /// The first violation of a property is the one that is told; it is confirmed before, in a world
  /// of known values.
  mutating func add(
    _ verdict: WorldVerdict, of values: ValueClasses.Class, run: SymbolicRun,
    projections: ProjectionSet, knownWorld: () throws -> WorldDefinition
  ) throws {
    tried += 1
    usedProjections = projections
    outside += run.notes.filter { !outside.contains($0) }
    isCut = isCut || verdict.cut != nil
    figures.states += verdict.states
    figures.transitions += verdict.transitions
    figures.settled += verdict.settled
    figures.reconciles += verdict.reconciles
    figures.memo += verdict.memo
    if let audit = verdict.audit { audited = (audited ?? SearchAudit.Figures()) + audit }
    note(verdict)
    // Many properties may be violated, and the world of known values is the same for all.
    var known: WorldDefinition?
    for (index, property) in chosen.enumerated() {
      noteVacuity(verdict.vacuity(of: index), of: property)
      switch verdict.outcome(of: index) {
      case .holds:
        if property.prove {
          merge(.inconclusive(unproved(property)), property)
        } else {
          merge(.holds, property)
        }
      case .inconclusive(let reason): merge(.inconclusive(Self.text(reason)), property)
      case .violated(let violations, let part):
        failing[property.name, default: []].append(values.condition)
        if case .violated = verdicts[property.name] { continue }
        let world = try known ?? knownWorld()
        known = world
        let counterexample = try confirmed(
          violations, verdict.parts[part], world, property, inputs.values(values.valuation))
        merge(.violated(counterexample), property)
      }
    }
  }

  /// Notes what the reduction did.
  private mutating func note(_ verdict: WorldVerdict) {
    if let more = verdict.full { full = full.map { $0 + more } ?? more }
    if let full {
      figures.reduction = full.figure(searched: figures.states)
      figures.fullStates = full.states.isFinite ? full.states.rounded() : nil
    }
    guard let more = verdict.couplings else { return }
    var sum = couplings ?? CouplingReport()
    sum.add(more)
    couplings = sum
  }

  private mutating func merge(_ verdict: PropertyReport.Verdict, _ property: PropertyDeclaration) {
    switch (verdicts[property.name], verdict) {
    case (.violated, _), (.inconclusive, .holds): break
    default: verdicts[property.name] = verdict
    }
  }

  private mutating func confirmed(
    _ violations: [Violation], _ part: WorldVerdict.Part, _ definition: WorldDefinition,
    _ property: PropertyDeclaration, _ valuation: [SymbolValue]
  ) throws -> Counterexample {
    guard let violation = violations.first else {
      throw KverifyBug("a violation without a kind")
    }
    let record = CounterexampleRecord(
      path: scenario.location.file, scenario: scenario.name, property: property.name,
      symbols: valuation,
      withoutProjections: definition.projections.switchedOff.map(\.rawValue),
      part: part.composition.partNames, violation: violation.kind.word,
      schedules: [violation.run, violation.otherRun].compactMap { run in
        run.map { CounterexampleRecord.Schedule($0, in: part.composition) }
      })
    let replay = try Replay(record, definition: definition, learning: part.composition.world)
    let (replayed, note) = try replay.confirmed()
    unchecked += [note].compactMap(\.self)
    return try CounterexampleTeller(scenario, property).tell(
      replayed, replay: replay, record: record)
  }

  private static func text(_ reason: InconclusiveReason) -> String {
    switch reason {
    case .noSettledState: "no settled state is reachable, so the property says nothing"
    case .cut(.states): "the limit on states was reached; raise bounds.states or --max-states"
    case .cut(.memory): "the limit on memory was reached; raise --memory-limit"
    case .cut(.time): "the limit on time was reached; raise --time-limit"
    case .cut(.cancelled): "interrupted; what was seen so far does not violate it"
    case .cut(.firstViolation): "the search ended at the first violation (--fail-fast)"
    }
  }

  /// The report of what was found.
  func report(_ projections: ProjectionSet, _ classes: ValueClasses) -> VerificationReport {
    var verdicts = verdicts
    var figures = figures
    figures.solver = (inputs.isEmpty ? 0 : classes.questions) + proofs.questions
    figures.valueClasses = inputs.isEmpty ? nil : tried
    for property in chosen {
      let name = property.name
      if case .violated = verdicts[name] { continue }
      if property.prove {
        verdicts[name] = .inconclusive(unproved(property))
      } else if let leftOut {
        verdicts[name] = .inconclusive("not all values were tried: \(leftOut)")
      } else if tried == 0 {
        verdicts[name] = .inconclusive(
          refusals.isEmpty
            ? "no values of the symbols satisfy the assumptions"
            : "no values of the symbols satisfy the assumptions and the policies")
      }
    }
    var report = VerificationReport(
      scenario: scenario.name, path: scenario.location.file,
      properties: asked.map {
        PropertyReport(
          name: $0.name, kind: $0.kindName,
          verdict: proofs.isProved($0.name)
            ? .holds : verdicts[$0.name] ?? .inconclusive("the search ended before"),
          failing: failingValues(of: $0.name, classes), proof: proofs.report(of: $0.name))
      }, coverage: coverage, notes: notes(projections), figures: figures,
      explanation: explains ? ReductionExplainer(chosen).explanation(couplings) : nil)
    report.warnings = warnings(verdicts)
    return report
  }

  /// For which values of the symbols a property is violated.
  private func failingValues(of property: String, _ classes: ValueClasses) -> FailingValues? {
    // Of what a proof found values for, these values are all that was tried.
    guard let failing = failing[property], !inputs.isEmpty, proofs.reason(of: property) == nil
    else { return nil }
    let minimiser = FailingSetMinimiser(classes.session, assumptions: classes.assumptions)
    let found = minimiser.describe(failing)
    return FailingValues(
      text: found.condition == .always ? "every value" : found.text,
      isExact: leftOut == nil && !isCut && found.completeness == .exact)
  }

  private func unproved(_ property: PropertyDeclaration) -> String {
    proofs.reason(of: property.name) ?? "the proof was not tried"
  }

  private var coverage: [String] {
    let proved =
      asked.contains { proofs.isProved($0.name) }
      ? ["any number of steps and all values, by induction, where proved"] : []
    return proved + (chosen.isEmpty ? [] : searchCoverage)
  }

  private var searchCoverage: [String] {
    var lines = [
      scenario.interleaving == .calls
        ? "every interleaving of API calls" : "every interleaving of whole reconciles"
    ]
    if isCut || leftOut != nil {
      return ["a part of the states only, for the search was cut or values were left out"]
    }
    if !inputs.isEmpty {
      let admitted =
        refusals.isEmpty ? "" : " for which the policies admit the objects of the start"
      lines.append("every value of \(inputs.names)\(admitted)")
    }
    for controller in scenario.controllers {
      guard case .metacontroller(let declared) = controller.source, declared.writesByName else {
        continue
      }
      lines.append("of \(controller.name) only the order of its children's names")
    }
    return lines
  }

  private func notes(_ projections: ProjectionSet) -> [String] {
    let off = (usedProjections ?? projections).switchedOff.map(\.rawValue)
    var lines = off.isEmpty ? [] : ["without the projections \(off.joined(separator: ", "))"]
    if projections.contains(.unread) { lines += scenario.controllers.compactMap(Self.unread) }
    return lines + proofs.notes + unchecked
      + refusals.map { "not looked at: values for which \($0.message)" } + outside.map(text)
      + (audited.map(Self.note) ?? [])
  }

  /// What the code of a controller is taken not to read.
  private static func unread(_ controller: ControllerDeclaration) -> String? {
    guard case .process(let process) = controller.source, !process.unread.isEmpty else {
      return nil
    }
    let fields = process.unread.map { "\($0.kind):\($0.path.joined(separator: "."))" }
    return "\(controller.name) is given objects without \(fields.joined(separator: ", "))"
  }

  private static func note(_ audited: SearchAudit.Figures) -> [String] {
    if audited.states == 0 {
      return ["no footprints were audited: the search was cut, or none are recorded"]
    }
    var lines = [
      "audited: \(audited.pairs) pairs of independent actions at \(audited.states) states, "
        + "the chosen actions at \(audited.chosenSets) states"
    ]
    if audited.unauditedSets > 0 {
      lines.append("not audited: the chosen actions at \(audited.unauditedSets) states, too many")
    }
    return lines
  }
}

// MARK: - Verdicts that say nothing

extension VerificationFindings {
  /// Notes whether a property was put to the test for one class of values; once is enough.
  private mutating func noteVacuity(
    _ found: Composition.Vacuity?, of property: PropertyDeclaration
  ) {
    if tried == 1 { vacuity[property.name] = found }
    if found == nil { vacuity[property.name] = nil }
    // Under some values the condition is true, though what it leads from never is.
    if found == .neverBegins, vacuity[property.name] != nil { vacuity[property.name] = found }
  }

  /// The warnings about the verdicts.
  private func warnings(_ verdicts: [String: PropertyReport.Verdict]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    // Where all is proved nothing is tried; a proof looks for values of its own.
    let isEmpty = tried == 0 && leftOut == nil && !chosen.isEmpty
    if isEmpty, let refused = refusals.first {
      found.append(
        Diagnostic(
          .unsatisfiableAssumption, at: refused.location,
          "no values of the symbols satisfy the assumptions and the policies: \(refused.message)",
          advice: "Weaken an assumption or a policy, or widen the range of a symbol."))
    } else if isEmpty, let assumption = scenario.assume.first {
      found.append(
        Diagnostic(
          .unsatisfiableAssumption, at: assumption.location, length: assumption.source.count,
          "no values of the symbols satisfy the assumptions",
          advice: "Weaken an assumption, or widen the range of a symbol."))
    }
    for property in chosen {
      guard case .holds? = verdicts[property.name], let vacuity = vacuity[property.name],
        let (field, expression) = Self.condition(property, vacuity)
      else { continue }
      found.append(
        Diagnostic(
          .vacuousProperty, at: expression.location, length: expression.source.count,
          "the `\(field)` of \(property.name) is never true where the property is judged, so it says "
            + "nothing",
          advice: "Correct the condition, or have the scenario reach it."))
    }
    return found
  }

  private static func condition(
    _ property: PropertyDeclaration, _ vacuity: Composition.Vacuity
  ) -> (field: String, Expression)? {
    switch (vacuity, property.claim) {
    case (.neverApplies, _): property.when.map { ("when", $0) }
    case (.neverBegins, .leadsTo(let from, _)): ("from", from)
    case (.neverBegins, _): nil
    }
  }
}

// MARK: - What terms cannot say

extension VerificationFindings {
  /// Where something was outside the fragment of terms, why, and which way was taken.
  private func text(_ note: OutsideNote) -> String {
    let place = scenario.expressions.first { $0.source == note.source }
      .map { "\($0.location(atByte: note.span.start)): " }
    let way =
      switch note.way {
      case .split: "all values, one by one"
      case .abstracted: "not looked into by Z3, its values tried"
      case .decided, .concretised: "one value at a time"
      }
    return "\(way): \(place ?? "")'\(note.text)': \(note.reason)"
  }
}
