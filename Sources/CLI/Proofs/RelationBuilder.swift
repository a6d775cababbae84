internal import Bridge
internal import CEL
internal import Model
internal import Solver

/// Finds the transition relation: runs every step on states of fresh symbols, from the start on.
///
/// It begins with the integers of the start as they are. Where two states of one shape differ in an
/// integer, its place becomes a variable, which may have any value, and the exploration starts
/// again. So states are told apart by all but integers, and there are few of them.
final class RelationBuilder {
  private struct Start {
    let condition: TermID
    let state: AbstractState
  }

  private struct Step: Hashable {
    let location: Int
    let action: AbstractSteps.Action
  }

  private static let locationLimit = 200
  private let scenario: Scenario
  private let inputs: UnknownInputs
  let classes: Classes
  private let hosts: ProcessHosts
  private let projections: ProjectionSet
  private var terms: TermTable { inputs.terms }
  private let parameters: [Int]

  private var definition: WorldDefinition?
  private var starts: [Start] = []
  /// What all values of the parameters fulfil.
  private(set) var domain = TermID.always

  /// The symbols of the places that change.
  private var variables: [String: Int] = [:]
  private var newVariables: [String: Interval] = [:]

  // One exploration.
  private var locations: [Relation.Location] = []
  private var numbers: [String: Int] = [:]
  private var actions: Set<AbstractSteps.Action> = []
  /// What is known of actions: what they read, and what came of it.
  private var known: [AbstractSteps.Action: [KnownStep]] = [:]

  private struct KnownStep {
    let reads: AbstractReads
    let text: String
    /// What was assumed of the counts, also of objects that were not read.
    let order: TermID
    let cases: [Classes.Case<Outcome>]
  }

  init(
    _ scenario: Scenario, _ inputs: UnknownInputs, _ classes: Classes,
    projections: ProjectionSet, hosts: ProcessHosts
  ) {
    self.scenario = scenario
    self.inputs = inputs
    self.projections = projections
    self.hosts = hosts
    self.classes = classes
    parameters = inputs.terms.symbols.indices.map { $0 }
  }

  /// The programs of the composition with the symbols of a run.
  func builder(_ run: SymbolicRun) throws -> WorldBuilder {
    try WorldBuilder(scenario, symbols: inputs.unknown(in: run), starter: hosts)
  }

  /// The composition with the programs of a run.
  func world(_ run: SymbolicRun) throws -> WorldDefinition {
    guard let definition else { throw KverifyBug("a relation without a start") }
    return try builder(run).rebinding(definition)
  }

  /// The relation; throws ``NotProvable`` where something cannot be taken into it.
  func build() throws -> Relation {
    try checkControllers()
    try findStarts()
    while true {
      if let relation = try explore() { return relation }
      for (place, range) in newVariables.sorted(by: { $0.key < $1.key })
      where variables[place] == nil {
        let term = terms.symbol(place, .int, range: range)
        variables[place] = terms.symbols(in: [term])[0]
      }
      newVariables = [:]
    }
  }

  private func checkControllers() throws {
    for controller in scenario.controllers {
      switch controller.source {
      case .declarative: break
      case .builtin(let name, let options):
        let isCovered =
          name == "deployment"
          || ["replicaset", "kubelet"].contains(name) && options.contains { $0.name == "pods" }
        guard isCovered else {
          throw NotProvable(
            "\(controller.name) is built in; proofs cover deployment, and replicaset and kubelet with "
              + "pods: counted")
        }
      case .process, .metacontroller:
        throw NotProvable("\(controller.name) is a process: what it computes is not known")
      }
    }
  }

  // MARK: - The start

  private func findStarts() throws {
    let found: [Classes.Case<AbstractState?>]
    do {
      found = try classes.all(of: inputs.domain, "the initial state") { run in
        let builder = try builder(run)
        guard try builder.satisfiesAssumptions() else { return nil }
        let definition = try builder.build(projections: projections)
        self.definition = self.definition ?? definition
        var state = try AbstractSteps(definition).start()
        state.decideTexts(by: isConstant)
        return state
      }
    } catch let error as EvaluationError {
      throw NotProvable("for some values the start cannot be evaluated: \(error.message)")
    } catch let refused as RefusedObject {
      throw NotProvable("for some values an object is refused: \(refused.message)")
    }
    starts = found.compactMap { found in
      found.result.map { Start(condition: found.condition, state: $0) }
    }
    guard !starts.isEmpty else {
      throw NotProvable("no values of the symbols satisfy the assumptions")
    }
    domain = terms.and(inputs.domain, terms.any(starts.map(\.condition)))
  }

  /// Whether a term has one value in the whole of a run.
  private func isConstant(_ term: TermID) -> Bool {
    terms.symbols(in: [term]).allSatisfy { parameters.contains($0) }
  }

  // MARK: - Exploration

  /// The relation; nil where integers were found to change that were thought not to.
  private func explore() throws -> Relation? {
    (locations, numbers, actions, known) = ([], [:], [], [:])
    var entries: [GuardedSystem.Start] = []
    for start in starts {
      let (location, values) = try enter(start.state)
      entries.append(
        GuardedSystem.Start(location: location, condition: start.condition, values: values))
    }
    var edges: [GuardedSystem.Edge] = []
    var done: Set<Step> = []
    var failing: [GuardedSystem.Edge] = []
    while newVariables.isEmpty {
      let steps = locations.indices.flatMap { location in
        actions.sorted().map { Step(location: location, action: $0) }
      }.filter { !done.contains($0) }
      if steps.isEmpty { break }
      for step in steps {
        done.insert(step)
        try take(step, &edges, &failing)
        if !newVariables.isEmpty { return nil }
      }
    }
    guard newVariables.isEmpty else { return nil }
    known = [:]
    var system = GuardedSystem(
      domain: domain,
      locations: locations.map { $0.variables.compactMap { variables[$0] }.sorted() } + [[]],
      starts: entries)
    for edge in edges + failing.map(redirected) { system.add(edge, terms) }
    return Relation(
      system: system, locations: locations, variables: variables, parameters: parameters)
  }

  /// An edge to the place where an expression cannot be evaluated; its number is known at the end.
  private func redirected(_ edge: GuardedSystem.Edge) -> GuardedSystem.Edge {
    GuardedSystem.Edge(
      name: edge.name, source: edge.source, target: locations.count, condition: edge.condition,
      updates: [:])
  }

  private enum Outcome {
    case nothing
    /// The objects that changed.
    case changes([ObjectKey: JSONObject?])
    case failure
  }

  private func take(
    _ step: Step, _ edges: inout [GuardedSystem.Edge], _ failing: inout [GuardedSystem.Edge]
  ) throws {
    guard let definition else { return }
    let name = try AbstractSteps(definition).text(step.action)
    for found in try cases(step, name) {
      switch found.result {
      case .nothing: break
      case .failure:
        failing.append(
          GuardedSystem.Edge(
            name: name, source: step.location, target: -1, condition: found.condition,
            updates: [:]))
      case .changes(let changes):
        var state = locations[step.location].state
        for (key, object) in changes { state.objects[key] = object }
        let (target, values) = try enter(state)
        edges.append(
          GuardedSystem.Edge(
            name: name, source: step.location, target: target, condition: found.condition,
            updates: values))
      }
    }
  }

  /// What a step does for different values; a step that finds what it read elsewhere does the same.
  private func cases(_ step: Step, _ name: String) throws -> [Classes.Case<Outcome>] {
    let location = locations[step.location]
    for known in known[step.action] ?? []
    where known.order == location.order && known.reads.text(in: location.state) == known.text {
      return known.cases
    }
    let reads = AbstractReads()
    let found = try classes.all(of: terms.and(domain, location.order), "\"\(name)\"") { run in
      try outcome(step.action, at: location.state.moved(into: run), reads, run)
    }
    // A reconcile under way is changed by what others write, which it did not read.
    if scenario.interleaving == .reconcile {
      known[step.action, default: []].append(
        KnownStep(
          reads: reads, text: reads.text(in: location.state), order: location.order,
          cases: found))
    }
    return found
  }

  private func outcome(
    _ action: AbstractSteps.Action, at state: AbstractState, _ reads: AbstractReads,
    _ run: SymbolicRun
  ) throws -> Outcome {
    let steps = try AbstractSteps(world(run))
    var choice = 0
    func choose(_ count: Int) -> Int {
      let symbol = terms.symbol(
        "choice \(choice) of \(count)", .int, range: Interval(0, Int128(count - 1)))
      choice += 1
      return Int(run.pin(symbol).integer ?? 0)
    }
    do {
      guard var next = try steps.perform(action, at: state, reads: reads, chooses: choose) else {
        return .nothing
      }
      next.decideTexts(by: isConstant)
      var changes: [ObjectKey: JSONObject?] = [:]
      for key in Set(state.objects.keys).union(next.objects.keys) {
        let (before, after) = (state.objects[key], next.objects[key])
        if let before, let after, before.isIdentical(to: after) { continue }
        changes[key] = .some(after)
      }
      return .changes(changes)
    } catch is UnusableExpression {
      return .failure
    }
  }

  /// The location of a state, and the values of its variables.
  private func enter(_ state: AbstractState) throws -> (location: Int, values: [Int: TermID]) {
    let (shape, places) = state.shape(terms)
    var values: [Int: TermID] = [:]
    var fixed: [String: TermID] = [:]
    for place in places {
      guard !terms.isModuloRounding(place.term) else {
        throw NotProvable("\(place.name) is computed with doubles that Z3 knows up to rounding")
      }
      if let symbol = variables[place.name] {
        values[symbol] = place.term
      } else if isConstant(place.term) {
        fixed[place.name] = place.term
      } else {
        newVariables[place.name] = place.range
      }
    }
    if let known = numbers[shape] {
      for place in places {
        guard let term = fixed[place.name], locations[known].fixed[place.name] != term else {
          continue
        }
        newVariables[place.name] = place.range
      }
      return (known, values)
    }
    guard locations.count < Self.locationLimit else {
      throw NotProvable("more than \(Self.locationLimit) states differ in more than integers")
    }
    let number = locations.count
    numbers[shape] = number
    let carrier = SymbolicRun(terms: terms, values: [:], isAbstract: true)
    let moved = state.moved(
      into: carrier, replacing: variables.mapValues { terms.term(ofSymbol: $0) })
    locations.append(
      Relation.Location(
        state: moved, shape: shape, fixed: fixed,
        variables: places.map(\.name).filter { variables[$0] != nil },
        order: moved.orderOfCounts(terms)))
    if let definition {
      let steps = try AbstractSteps(definition)
      actions.formUnion(steps.events)
      actions.formUnion(steps.requests(in: moved))
      guard carrier.decisions.isEmpty else {
        throw NotProvable("which objects a controller reconciles depends on unknown values")
      }
    }
    return (number, values)
  }
}
