import CEL

/// The declarations of a scenario as values in which names stand as texts: two declarations that are
/// equal here mean the same, so that an exchange of names can be carried out and compared.
///
/// Places in files, messages and the order of lists of declarations are left out; the names that an
/// expression uses for objects are told by what they stand for.
struct SymmetryText {
  let scenario: Scenario

  func value(_ expression: Expression?) -> JSONValue {
    guard let expression else { return .null }
    return value(expression, depth: 0)
  }

  private func value(_ expression: Expression, depth: Int) -> JSONValue {
    var meanings = JSONObject()
    for reference in expression.program.references {
      var name = reference.variable
      if name.hasPrefix(ScenarioScope.oldPrefix) {
        name = String(name.dropFirst(ScenarioScope.oldPrefix.count))
      }
      if let binding = scenario.names.first(where: { $0.name == name }) {
        meanings[name] = value(binding)
      } else if name.hasPrefix(ScenarioScope.variablePrefix), depth < 64 {
        let plain = String(name.dropFirst(ScenarioScope.variablePrefix.count))
        if let variable = scenario.variables.first(where: { $0.name == plain }) {
          meanings[name] = value(variable.expression, depth: depth + 1)
        }
      }
    }
    return ["cel": .string(expression.source), "names": .object(meanings)]
  }

  private func value(_ binding: NameBinding) -> JSONValue {
    let kind = JSONValue.string("\(binding.groupKind)")
    switch binding.target {
    case .object(let key):
      return ["kind": kind, "namespace": .string(key.namespace), "name": .string(key.name)]
    case .list(let namespace, let labels):
      return [
        "kind": kind, "in": namespace.map(JSONValue.string) ?? .null,
        "labels": .string(labels.selector),
      ]
    }
  }

  func value(_ template: Template) -> JSONValue { value(template.root) }

  private func value(_ node: Template.Node) -> JSONValue {
    switch node {
    case .literal(let literal): ["literal": literal]
    case .expression(let expression): value(expression)
    case .interpolated(let parts):
      .array(
        parts.map { part in
          switch part {
          case .text(let text): .string(text)
          case .expression(let expression): value(expression)
          }
        })
    case .array(let items): ["items": .array(items.map { value($0) })]
    case .object(let members):
      ["members": .object(JSONObject(members.map { ($0.key, value($0.value)) }))]
    }
  }

  // MARK: Controllers

  func value(_ controller: ControllerDeclaration) -> JSONValue {
    let faults = scenario.faults
    func times(_ budget: FaultDeclarations.Budget?) -> JSONValue {
      guard let budget, budget.controllers.contains(controller.name) else { return .null }
      return .int(Int64(budget.times))
    }
    let isStale = faults.staleReads?.controllers.contains(controller.name) ?? false
    return [
      "name": .string(controller.name), "source": value(controller.source),
      "faults": [times(faults.crash), times(faults.conflict), times(faults.lostResponse)],
      "stale": .bool(isStale),
      "namespaces": controller.namespaces.map { .array($0.map(JSONValue.string)) } ?? .null,
    ]
  }

  private func value(_ source: ControllerDeclaration.Source) -> JSONValue {
    switch source {
    case .builtin(let name, let options):
      return [
        "builtin": .string(name),
        "with": .object(JSONObject(options.map { ($0.name, value($0.expression)) })),
      ]
    case .process(let controller):
      return ["process": .array(controller.command.map { .string($0) })]
    case .metacontroller(let controller):
      return ["metacontroller": .object(controller.document)]
    case .declarative(let controller):
      let primary = controller.primary
      return [
        "name": .string(controller.name),
        "for": [
          .string(primary.apiVersion), .string(primary.kind), text(primary.name),
          text(primary.namespace), .string(primary.labels.selector),
        ],
        "owns": .array(controller.owns.map { .string("\($0.groupKind)") }),
        "watches": .array(
          controller.watches.map { [.string("\($0.groupKind)"), value($0.map)] }),
        "steps": .array(controller.steps.map { value($0) }),
        "requeue": [.bool(controller.requeueAfter != nil), value(controller.requeue)],
        "cache": .bool(controller.readYourWrites),
      ]
    }
  }

  private func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  private func value(_ step: ControllerStep) -> JSONValue {
    [
      "id": .string(step.id), "when": value(step.when), "action": value(step.action),
      "forEach": .array(step.forEach.map { [.string($0.name), value($0.expression)] }),
      "flags": [.bool(step.own), .bool(step.force), .bool(step.preconditions)],
      "readyWhen": .array(step.readyWhen.map { value($0) }),
      "requeue": [.bool(step.requeueAfter != nil), value(step.requeue)],
    ]
  }

  private func value(_ action: ControllerStep.Action) -> JSONValue {
    switch action {
    case .apply(let template): ["apply", value(template)]
    case .create(let template): ["create", value(template)]
    case .update(let template): ["update", value(template)]
    case .patch(let target, let merge): ["patch", value(target), value(merge)]
    case .delete(let target): ["delete", value(target)]
    case .status(let template): ["status", value(template)]
    }
  }

  private func value(_ target: StepTarget) -> JSONValue {
    switch target {
    case .object: "object"
    case .child(let id): ["child", .string(id)]
    case .reference(let template): value(template)
    }
  }

  // MARK: Events and properties

  func value(_ event: EventDeclaration) -> JSONValue {
    [
      "name": .string(event.name), "times": .int(Int64(event.times)), "when": value(event.when),
      "action": value(event.action),
    ]
  }

  private func value(_ action: EventDeclaration.Action) -> JSONValue {
    switch action {
    case .create(let template): ["create", value(template)]
    case .apply(let template): ["apply", value(template)]
    case .update(let template): ["update", value(template)]
    case .patch(let target, let merge): ["patch", value(target), value(merge)]
    case .delete(let target, let policy): ["delete", value(target), text(policy?.rawValue)]
    case .evict(let target): ["evict", value(target)]
    case .scale(let target, let replicas): ["scale", value(target), value(replicas)]
    }
  }

  private func value(_ target: ObjectTarget) -> JSONValue {
    [.string(target.apiVersion), .string(target.kind), value(target.key)]
  }

  private func value(_ key: ObjectKey) -> JSONValue {
    [.string("\(key.groupKind)"), .string(key.namespace), .string(key.name)]
  }

  func value(_ property: PropertyDeclaration) -> JSONValue {
    let claim: JSONValue
    switch property.claim {
    case .always(let test), .never(let test), .sometimes(let test), .eventually(let test),
      .settled(let test):
      claim = value(test)
    case .leadsTo(let from, let to): claim = [value(from), value(to)]
    case .converges: claim = .null
    case .confluent: claim = .null
    case .eventRule(let rule):
      let subject: JSONValue =
        switch rule.on {
        case .object(let key): value(key)
        case .kind(let kind): .string(kind)
        case nil: .null
        }
      claim = [text(rule.by), .string(rule.verb.rawValue), subject]
    }
    return ["claim": claim, "when": value(property.when)]
  }
}
