import CEL

/// What all expressions of a scenario do with names.
struct ScenarioNameUse {
  /// By controller: its steps.
  private(set) var controllers: [NameUse] = []
  /// By controller: the maps of its watches.
  private(set) var watches: [NameUse] = []
  /// Events, their guards, and options of built-in controllers.
  private(set) var others = NameUse()
  /// By property.
  private(set) var properties: [NameUse] = []

  private let scenario: Scenario
  private let names: [String]

  /// Analyses a scenario; `names` are the candidates for an exchange.
  init(_ scenario: Scenario, names: [String]) {
    self.scenario = scenario
    self.names = names
    for controller in scenario.controllers {
      var (steps, maps) = (NameUse(), NameUse())
      switch controller.source {
      case .builtin(_, let options):
        for option in options { others.formUnion(use(option.expression, liveScope)) }
      // Symmetry is not looked for where processes run.
      case .process, .metacontroller: break
      case .declarative(let controller):
        steps = self.steps(of: controller)
        for watch in controller.watches {
          // Requests are a set.
          var analysis = NameAnalysis(controllerScope(controller), names: names)
          analysis.add(watch.map)
          maps.formUnion(analysis.use)
        }
      }
      controllers.append(steps)
      watches.append(maps)
    }
    for event in scenario.events { others.formUnion(use(event)) }
    for property in scenario.properties { properties.append(use(property)) }
  }

  /// What stands against any exchange of names, properties aside.
  var failures: [String] {
    let ordered = watches.contains(where: \.isOrderSensitive) || others.isOrderSensitive
    return (controllers + watches + [others]).flatMap(\.failures)
      + (ordered ? ["an event or the map of a watch depends on the order of a list"] : [])
  }

  /// Whether the length of a text may matter to someone.
  var usesLength: Bool {
    (controllers + watches + [others] + properties).contains(where: \.usesLength)
  }

  // MARK: Scopes

  private func symbol(_ name: String) -> ValueForm? {
    guard let symbol = scenario.symbols.first(where: { $0.name == name }) else { return nil }
    switch symbol.type {
    case .int, .bool: return .number
    case .string, .quantity: return .plain
    }
  }

  private func variable(_ name: String, in scope: NameAnalysisScope?) -> ValueForm? {
    guard name.hasPrefix(ScenarioScope.variablePrefix) else { return nil }
    let plain = String(name.dropFirst(ScenarioScope.variablePrefix.count))
    guard let variable = scenario.variables.first(where: { $0.name == plain }) else { return nil }
    // A variable is as good as its expression; where that fails so does whoever uses it.
    var analysis = NameAnalysis(scope ?? liveScope, names: names)
    let form = analysis.add(variable.expression)
    let use = analysis.use
    guard use.failures.isEmpty, !use.isOrderSensitive, !use.usesLength, use.functions.isEmpty
    else { return nil }
    return form
  }

  /// Live objects by the scenario's names: properties, guards, events, options.
  private var liveScope: NameAnalysisScope {
    NameAnalysisScope(
      form: { name in
        let plain =
          name.hasPrefix(ScenarioScope.oldPrefix)
          ? String(name.dropFirst(ScenarioScope.oldPrefix.count)) : name
        if let binding = scenario.names.first(where: { $0.name == plain }) {
          return binding.isList ? .listByName : .plain
        }
        if name == "request" { return .plain }
        return symbol(name) ?? variable(name, in: nil)
      }, readsAreQuestions: false, mayComputeNames: false)
  }

  private func controllerScope(_ controller: DeclarativeController) -> NameAnalysisScope {
    NameAnalysisScope(
      form: { name in
        if name == "object" { return .plain }
        if let step = controller.steps.first(where: { name == "children.\($0.id)" }) {
          return step.forEach.isEmpty ? .plain : .list
        }
        if controller.steps.contains(where: { name == "ready.\($0.id)" }) { return .number }
        return symbol(name) ?? variable(name, in: nil)
      }, readsAreQuestions: true, mayComputeNames: true)
  }

  // MARK: Declarations

  private func steps(of controller: DeclarativeController) -> NameUse {
    var analysis = NameAnalysis(controllerScope(controller), names: names)
    analysis.addPlain(controller.requeue)
    for step in controller.steps {
      var locals: [String: ValueForm] = [:]
      for iterator in step.forEach {
        // The steps of a loop are done in the order of the list.
        analysis.addPlain(iterator.expression, locals: locals)
        locals[iterator.name] = .plain
      }
      for condition in [step.when, step.requeue] { analysis.addPlain(condition) }
      for condition in step.readyWhen { analysis.addPlain(condition, locals: locals) }
      switch step.action {
      case .apply(let template), .create(let template), .update(let template),
        .status(let template):
        analysis.add(template, locals: locals)
      case .patch(let target, let merge):
        if case .reference(let template) = target { analysis.add(template, locals: locals) }
        analysis.add(merge, locals: locals)
      case .delete(let target):
        if case .reference(let template) = target { analysis.add(template, locals: locals) }
      }
    }
    return analysis.use
  }

  private func use(_ expression: Expression, _ scope: NameAnalysisScope) -> NameUse {
    var analysis = NameAnalysis(scope, names: names)
    analysis.addPlain(expression)
    return analysis.use
  }

  private func use(_ event: EventDeclaration) -> NameUse {
    var analysis = NameAnalysis(liveScope, names: names)
    analysis.addPlain(event.when)
    switch event.action {
    case .create(let template), .apply(let template), .update(let template),
      .patch(_, let template):
      analysis.add(template)
    case .scale(_, let replicas): analysis.addPlain(replicas)
    case .delete, .evict: break
    }
    return analysis.use
  }

  private func use(_ property: PropertyDeclaration) -> NameUse {
    var analysis = NameAnalysis(liveScope, names: names)
    analysis.addPlain(property.when)
    switch property.claim {
    case .always(let test), .never(let test), .sometimes(let test), .eventually(let test),
      .settled(let test):
      analysis.addPlain(test)
    case .leadsTo(let from, let to):
      analysis.addPlain(from)
      analysis.addPlain(to)
    case .converges, .confluent, .eventRule: break
    }
    return analysis.use
  }
}
