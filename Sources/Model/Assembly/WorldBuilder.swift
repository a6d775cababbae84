package import CEL

/// Turns a validated scenario and one valuation of its symbols into a world.
///
/// The stages after this one know no CEL source and no YAML: programs are closures over live objects.
package struct WorldBuilder {
  private let scenario: Scenario
  private let scope: ScenarioScope
  private let inputs: ControllerInputs
  private let version: KubernetesVersion
  private let starter: (any ProcessStarter)?

  /// Makes a builder; throws ``ExpressionError``.
  ///
  /// Values of symbols may be unknown; then all of one run. Without a starter of processes the world
  /// is one to look at, where the scenario has such.
  package init(
    _ scenario: Scenario, symbols: [String: JSONValue], starter: (any ProcessStarter)? = nil
  ) throws {
    self.scenario = scenario
    self.starter = starter
    let run = scenario.symbols.lazy.compactMap { symbols[$0.name]?.unknownRun }.first
    let values = scenario.symbols.compactMap { symbol in
      symbols[symbol.name].map { (symbol.name, symbol.celType, symbol.value($0)) }
    }
    inputs = ControllerInputs(
      symbols: Dictionary(values.map { ($0.0, $0.2) }) { first, _ in first },
      variables: scenario.variables, in: run)
    scope = ScenarioScope(scenario, inputs: values, in: run)
    version = KubernetesVersion(scenario.kubernetesVersion) ?? .standard
  }

  /// Whether the assumptions hold for these symbols.
  package func satisfiesAssumptions() throws -> Bool {
    let none = ScenarioObjects(FixedObjects())
    return try scenario.assume.allSatisfy { try scope.test($0.program, none) }
  }

  /// The assumptions over unknown symbols as conditions; those that no term can say are missing.
  package func assumptions(in terms: TermTable) -> [TermID] {
    let activation = ScenarioActivation(scope: scope, objects: ScenarioObjects(FixedObjects()))
    return scenario.assume.compactMap { assumption in
      guard
        let condition = try? assumption.program.condition(
          activation, in: SymbolicContext(terms))
      else { return nil }
      return terms.and(terms.not(condition.error), condition.holds)
    }
  }

  /// The world, with the projections given.
  package func build(projections: ProjectionSet) throws -> WorldDefinition {
    if let run = scope.run, UnknownNames.areOnlyCompared(in: scenario), try satisfiesAssumptions() {
      run.takeNames(assuming: assumptions(in: run.terms))
      for name in UnknownNames.known(in: scenario) { run.noteKnownName(name) }
    }
    let seeds = try scenario.objects.map { object in
      let value = try object.template.evaluate(
        ScenarioActivation(scope: scope, objects: ScenarioObjects(FixedObjects())))
      var seed = value.object ?? JSONObject()
      seed.takeName(in: scope.run)
      return SeedObject(object: seed, location: object.location)
    }
    let store = try SeedStore(
      seeds, names: scenario.names, version: version, kinds: scenario.kinds,
      numbersUIDs: scope.run?.takesNames ?? false)
    var definition = WorldDefinition(
      objects: store.objects, participants: [], resources: store.resources,
      kubernetesVersion: version)
    definition.participants = try participants(store.resources)
    definition.events = scenario.events.map(event)
    definition.properties = scenario.properties.map(property)
    definition.interleaving = scenario.interleaving
    definition.time = scenario.time
    definition.appliedKinds = AppliedKinds.of(scenario, kinds: store.objects.map(\.key.groupKind))
    definition.projections =
      OrdinalUse.isByRankOnly(scenario) ? projections : projections.without(.ordinals)
    if store.resources.policies.readsBookkeeping {
      definition.projections = definition.projections.without(.ordinals).without(.ownership)
    }
    let detection = SymmetryDetection(scenario, definition)
    // Exchanges of names were found in texts that do not show what unknown names are.
    if !(scope.run?.takesNames ?? false) {
      definition.symmetry = detection.run()
      definition.freshOrder = detection.freshOrder()
    }
    return definition
  }

  /// A world with the programs of this builder's values in place of those it was built with.
  package func rebinding(_ definition: WorldDefinition) throws -> WorldDefinition {
    var definition = definition
    definition.participants = try participants(definition.resources)
    definition.events = scenario.events.map(event)
    definition.properties = scenario.properties.map(property)
    return definition
  }

  /// The lemmas of a property as tests of a state.
  package func lemmas(of property: PropertyDeclaration) -> [StatePredicate] {
    property.lemmas.map { lemma in
      let program = lemma.program
      let scope = scope
      let uses = scope.uses(of: [program])
      return { try scope.test(program, ScenarioObjects($0, using: uses)) }
    }
  }

  /// The text of a property's message at a state; nil where it cannot be evaluated.
  package func message(
    _ expression: Expression, now: any MappingReader, old: (any MappingReader)?
  ) -> String? {
    let activation = ScenarioActivation(scope: scope, objects: ScenarioObjects(now, old: old))
    guard case .string(let text)? = try? expression.program.evaluate(activation) else { return nil }
    return text
  }

  // MARK: Controllers

  private func participants(_ resources: ResourceRegistry) throws -> [Participant] {
    try scenario.controllers.map { declaration in
      var participant: Participant
      switch declaration.source {
      case .builtin(let name, let options):
        participant = Participant(
          Renamed(try builtin(name, options, resources), name: declaration.name))
      case .declarative(let controller):
        participant = Participant(
          Renamed(
            DeclarativeReconciler(controller, kinds: scenario.kinds, inputs: inputs),
            name: declaration.name))
        participant.readsOwnWrites = controller.readYourWrites
      case .process(let controller):
        participant = Participant(try process(controller, declaration.name, resources))
        participant.unread = UnreadFields(controller.unread)
      case .metacontroller(let controller):
        participant = Participant(
          try metacontroller(controller, declaration.name, resources))
      }
      if let namespaces = declaration.namespaces {
        participant.namespaces = namespaces
        participant.reconciler = NamespacedReconciler(
          participant.reconciler, namespaces: namespaces,
          isNamespaced: { resources.isNamespaced($0) })
      }
      let faults = scenario.faults
      if let stale = faults.staleReads, stale.controllers.contains(declaration.name) {
        participant.lag = stale.lag
        participant.relistsStale = stale.relist
      }
      for (fault, budget) in [
        (Fault.crash, faults.crash), (.conflict, faults.conflict),
        (.lostResponse, faults.lostResponse),
      ] {
        guard let budget, budget.controllers.contains(declaration.name) else { continue }
        // A conflict needs another writer (SEMANTICS.md, "Faults").
        if fault == .conflict, scenario.controllers.count + scenario.events.count < 2 { continue }
        participant.budgets[fault] = budget.times
      }
      return participant
    }
  }

  private func process(
    _ controller: ProcessController, _ name: String, _ resources: ResourceRegistry
  ) throws -> any Reconciler {
    let watches = WatchRule.rules(
      controller.primary, controller.owns, controller.watches, scenario.kinds, inputs)
    guard let starter else { return UnstartedProcess(name: name, watches: watches) }
    let definitions = scenario.objects.filter { $0.kind == "CustomResourceDefinition" }
      .compactMap(\.literal)
    return try starter.reconciler(
      controller, name: name, watches: watches,
      served: ServedKinds(version, resources, definitions: definitions), in: scenario.directory)
  }

  private func metacontroller(
    _ controller: MetacontrollerController, _ name: String, _ resources: ResourceRegistry
  ) throws -> any Reconciler {
    let environment = MetacontrollerEnvironment(
      hooks: try starter?.hooks(controller, in: scenario.directory) ?? UnstartedHooks(),
      resources: resources, kinds: watchedKinds())
    return MetacontrollerReconciler(controller, name: name, environment)
  }

  private func builtin(
    _ name: String, _ options: [NamedExpression], _ resources: ResourceRegistry
  ) throws -> any Reconciler {
    var values: [String: BuiltinOptions.Value] = [:]
    for option in options {
      let program = option.expression.program
      let scope = scope
      values[option.name] = { request, oracle in
        let objects = ScenarioObjects(oracle, request: request)
        do {
          return try program.json(ScenarioActivation(scope: scope, objects: objects))
        } catch let error as EvaluationError {
          throw ReconcileError("with.\(option.name): \(error.message)")
        }
      }
    }
    let kinds = scenario.kinds
    return try BuiltinControllers.make(
      name,
      with: BuiltinOptions(
        values: values, kubernetesVersion: version, resources: resources,
        isNamespaced: { kinds[$0]?.isNamespaced ?? true }),
      kinds: watchedKinds())
  }

  /// The kinds that objects of this composition may have: those at the start, those that controllers
  /// own, write or watch.
  private func watchedKinds() -> [GroupKind] {
    CompositionKinds.of(scenario)
  }

  // MARK: Events

  private func event(_ declaration: EventDeclaration) -> WorldEvent {
    let scope = scope
    let condition = declaration.when?.program
    let render = request(declaration)
    return WorldEvent(
      name: declaration.name, times: declaration.times,
      guardCondition: condition.map { program in
        let uses = scope.uses(of: [program])
        return { @Sendable reader in
          try scope.test(program, ScenarioObjects(reader, using: uses))
        }
      },
      request: { reader in
        var request = try render(
          ScenarioActivation(scope: scope, objects: ScenarioObjects(reader)))
        request.fieldManager = "user"
        return request
      })
  }

  private func request(_ declaration: EventDeclaration)
    -> @Sendable (ScenarioActivation) throws -> APIRequest
  {
    @Sendable func target(_ target: ObjectTarget, _ verb: APIVerb, _ subresource: String = "")
      -> APIRequest
    {
      APIRequest(
        verb, apiVersion: target.apiVersion, kind: target.kind, namespace: target.key.namespace,
        name: target.key.name, subresource: subresource)
    }
    let kinds = scenario.kinds
    func whole(_ template: Template, _ verb: APIVerb)
      -> @Sendable (ScenarioActivation) throws -> APIRequest
    {
      { activation in
        var body = try template.evaluate(activation)
        if case .object(var object) = body {
          object.takeName(in: activation.symbolicRun)
          body = .object(object)
        }
        let apiVersion = body["apiVersion"]?.string ?? ""
        let kind = body["kind"]?.string ?? ""
        let isNamespaced =
          kinds[GroupKind(apiVersion: apiVersion, kind: kind)]?.isNamespaced ?? true
        let namespace = body.at("metadata", "namespace")?.string ?? "default"
        return APIRequest(
          verb, apiVersion: apiVersion, kind: kind, namespace: isNamespaced ? namespace : "",
          name: verb == .create ? "" : body.at("metadata", "name")?.string ?? "", body: body,
          force: true)
      }
    }
    switch declaration.action {
    case .create(let template): return whole(template, .create)
    case .apply(let template): return whole(template, .patch(.apply))
    case .update(let template): return whole(template, .update)
    case .patch(let object, let merge):
      return { activation in
        var request = target(object, .patch(.merge))
        request.body = try merge.evaluate(activation)
        return request
      }
    case .delete(let object, let policy):
      return { _ in
        var request = target(object, .delete)
        var options: JSONObject = ["apiVersion": "v1", "kind": "DeleteOptions"]
        options["propagationPolicy"] = policy.map { .string($0.rawValue) }
        request.body = .object(options)
        return request
      }
    case .evict(let object):
      return { _ in
        var request = target(object, .create, "eviction")
        request.body = [
          "apiVersion": "policy/v1", "kind": "Eviction",
          "metadata": [
            "name": .string(object.key.name), "namespace": .string(object.key.namespace),
          ],
        ]
        return request
      }
    case .scale(let object, let replicas):
      let program = replicas.program
      return { activation in
        var request = target(object, .patch(.merge), "scale")
        request.body = ["spec": ["replicas": try program.json(activation)]]
        return request
      }
    }
  }

  // MARK: Properties

  private func property(_ declaration: PropertyDeclaration) -> WorldProperty {
    let condition = declaration.when?.program
    func predicate(_ expression: Expression, expecting wanted: Bool = true) -> StatePredicate {
      let program = expression.program
      let scope = scope
      let uses = scope.uses(of: [program] + (condition.map { [$0] } ?? []))
      return { reader in
        let objects = ScenarioObjects(reader, using: uses)
        if let condition, try !scope.test(condition, objects) { return nil }
        return try scope.test(program, objects) == wanted
      }
    }
    func safety(_ expression: Expression, expecting wanted: Bool) -> WorldProperty.Program {
      let program = expression.program
      guard scope.mentionsOld(program) || condition.map(scope.mentionsOld) ?? false else {
        return .always(predicate(expression, expecting: wanted))
      }
      return .step(transition(program, condition, expecting: wanted))
    }
    let program: WorldProperty.Program
    switch declaration.claim {
    case .always(let expression): program = safety(expression, expecting: true)
    case .never(let expression): program = safety(expression, expecting: false)
    case .sometimes(let expression): program = .sometimes(predicate(expression))
    case .eventually(let expression):
      program = .eventually(
        readingAll(
          [expression.program] + (condition.map { [$0] } ?? []), predicate(expression)))
    case .settled(let expression): program = .settled(predicate(expression))
    case .leadsTo(let from, let to):
      let goal = to.program
      let scope = scope
      let uses = scope.uses(of: [goal])
      program = .leadsTo(
        from: readingAll([from.program] + (condition.map { [$0] } ?? []), predicate(from)),
        to: readingAll([goal]) { reader in
          try scope.test(goal, ScenarioObjects(reader, using: uses))
        })
    case .converges(let allowErrors): program = .converges(allowErrors: allowErrors)
    case .confluent(let ignore, let acrossEvents):
      program = .confluent(ConfluenceRule(ignore: ignore, acrossEvents: acrossEvents))
    case .eventRule(let rule): program = .step(.event(rule))
    }
    return WorldProperty(name: declaration.name, program)
  }

  /// A predicate that first reads every name its programs mention, whatever decides its value.
  ///
  /// A reduced search observes what a temporal property reads; what one evaluation skips
  /// (short-circuit) another state's evaluation may need (POR.md, section 5).
  private func readingAll(_ programs: [Program], _ predicate: @escaping StatePredicate)
    -> StatePredicate
  {
    let mentioned = programs.reduce(into: Set<String>()) {
      $0.formUnion(scope.namesMentioned(by: $1))
    }
    let bindings = scenario.names.filter { mentioned.contains($0.name) }
    let uses = scope.uses(of: programs)
    let kinds = programs.contains { scope.listsFreely($0) } ? CompositionKinds.of(scenario) : []
    return { reader in
      for binding in bindings {
        _ = ScenarioObjects.value(of: binding, in: reader, using: uses[binding.name] ?? .whole)
      }
      for kind in kinds { _ = reader.objects(of: kind, namespace: nil, selection: .all) }
      return try predicate(reader)
    }
  }

  private func transition(_ program: Program, _ condition: Program?, expecting wanted: Bool)
    -> StepRule
  {
    let scope = scope
    let mentioned = scope.namesMentioned(by: program)
      .union(condition.map(scope.namesMentioned) ?? [])
    let bindings = scenario.names.filter { mentioned.contains($0.name) }
    return .transition(
      concerns: { key in bindings.contains { $0.covers(key) } },
      holds: { old, new in
        let objects = ScenarioObjects(new, old: old)
        if let condition, try !scope.test(condition, objects) { return nil }
        return try scope.test(program, objects) == wanted
      })
  }
}

extension NameBinding {
  /// Whether an object may be what this name stands for, or in its list.
  func covers(_ key: ObjectKey) -> Bool {
    switch target {
    case .object(let object): object == key
    case .list(let namespace, _):
      key.groupKind == groupKind && (namespace == nil || namespace == key.namespace)
    }
  }
}

extension SymbolDeclaration {
  /// The CEL type of a symbol's values.
  var celType: CELType {
    switch type {
    case .int: .int
    case .bool: .bool
    case .string, .quantity: .string
    }
  }

  /// A JSON value of a symbol as CEL has it.
  func value(_ json: JSONValue) -> Value {
    if case .symbolic(let leaf) = json { leaf.lifted } else { Value(json) }
  }
}

/// A controller under the name that the composition gives it.
struct Renamed: Reconciler {
  let inner: any Reconciler
  let name: String

  init(_ inner: any Reconciler, name: String) {
    self.inner = inner
    self.name = name
  }

  var fieldManager: String { inner.fieldManager }
  var watches: [WatchRule] { inner.watches }
  func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange] {
    inner.memoryChanges(before: before, after: after)
  }
  func reconcile(_ request: ReconcileRequest, oracle: any ReconcileOracle) throws
    -> ReconcileResult
  { try inner.reconcile(request, oracle: oracle) }
}
