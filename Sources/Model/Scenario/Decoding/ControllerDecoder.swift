internal import CEL

/// Decodes `Controller` documents.
struct ControllerDecoder {
  let source: SourceFile
  let findings: Findings
  let kinds: KindCatalogue
  /// The scenario's symbols, and the variables that read no live object.
  let statics: ExpressionScope

  /// The name of a Controller document, without checking the rest.
  static func name(of document: YAMLNode) -> String? { document["metadata"]?["name"]?.string }

  /// The controller of a document; nil where an error was found.
  func controller(of document: YAMLNode) -> DeclarativeController? {
    let before = findings.errorCount
    guard
      let reader = FieldReader(
        document, ControllerFields.document, source: source, findings: findings),
      let name = reader.reader("metadata", ScenarioFields.metadata)?.objectName("name"),
      let spec = reader.reader("spec", ControllerFields.spec)
    else { return nil }
    let scope = scope(of: spec)
    let owns = spec.list("owns").compactMap { owned($0, in: spec) }
    let watches = spec.list("watches").compactMap { watch($0, in: spec) }
    let steps = spec.list("steps").compactMap { step($0, in: spec, scope) }
    checkIDs(steps)
    if spec["steps"] != nil, spec.list("steps").isEmpty {
      findings.add(
        .badValue, at: spec.keyLocation("steps"), length: 5, "a controller needs a step",
        advice: "add one")
    }
    if let node = spec["memory"], node.string == DeclarativeController.Memory.kept.rawValue {
      findings.add(
        .fieldsDoNotCombine, at: node.location, length: node.length,
        "steps keep nothing in memory: only a process can", advice: "remove the field")
    }
    let requeue = spec.expression("requeue", scope, .bool)
    guard let primary = spec.reader("for", ControllerFields.primary).flatMap(primary),
      findings.errorCount == before
    else { return nil }
    return DeclarativeController(
      name: name, primary: primary, owns: owns, watches: watches, steps: steps,
      requeueAfter: spec.duration("requeueAfter"), requeue: requeue,
      readYourWrites: spec.boolean("readYourWrites") ?? false,
      location: document.location)
  }

  /// The kind that a mapping's `apiVersion` and `kind` name, checked.
  private func kind(_ reader: FieldReader) -> (apiVersion: String, entry: KindCatalogue.Entry)? {
    guard let apiVersion = reader.text("apiVersion"), let kind = reader.text("kind"),
      let entry = kinds.check(
        apiVersion, kind, at: reader["kind"]?.location ?? reader.node.location,
        versionAt: reader["apiVersion"]?.location ?? reader.node.location, findings: findings)
    else { return nil }
    return (apiVersion, entry)
  }

  /// The process of an entry of `spec.controllers`.
  func process(_ reader: FieldReader) -> ProcessController? {
    guard let process = reader.reader("process", ControllerFields.process) else { return nil }
    let command = process.texts("command").map(\.text)
    if command.isEmpty, process["command"] != nil {
      findings.add(
        .wrongType, at: process.keyLocation("command"), length: 7,
        "the command is empty", advice: "write [python3, host.py]")
    }
    guard reader["for"] != nil else {
      findings.add(
        .missingField, at: reader.keyLocation("process"), length: 7,
        "a controller in a process says what it reconciles",
        advice: "add for: {apiVersion: …, kind: …}")
      return nil
    }
    guard let primary = reader.reader("for", ControllerFields.primary).flatMap(primary),
      !command.isEmpty
    else { return nil }
    return ProcessController(
      command: command, environment: process.labels("environment"),
      files: process.texts("files").map(\.text), limits: limits(process), primary: primary,
      owns: reader.list("owns").compactMap { owned($0, in: reader) },
      watches: reader.list("watches").compactMap { watch($0, in: reader) },
      memory: reader.choice("memory", DeclarativeController.Memory.self) ?? .none,
      unread: process.texts("unread").compactMap {
        IgnoredPathDecoder(findings: findings, kinds: kinds).unread($0.text, at: $0.node)
      }, location: reader.node.location)
  }

  private func limits(_ process: FieldReader) -> ProcessController.Limits {
    guard let reader = process.reader("limits", ControllerFields.limits) else {
      return ProcessController.Limits()
    }
    return ProcessController.Limits(
      seconds: reader.integer("seconds", in: 1...86_400), memory: bytes("memory", reader),
      output: bytes("output", reader), calls: reader.integer("calls", in: 1...1_000_000))
  }

  /// A size such as `4Gi` or `500M`, a quantity of Kubernetes.
  private func bytes(_ name: String, _ reader: FieldReader) -> Int? {
    guard let node = reader[name], let text = reader.text(of: node) else { return nil }
    if let size = (try? Quantity(text))?.integer, (1 << 16...1 << 50).contains(size) {
      return Int(size)
    }
    findings.add(
      .badValue, at: node.location, length: node.length,
      "\"\(text)\" is no size, or less than 64Ki", advice: "write a size such as 4Gi or 500M")
    return nil
  }

  private func primary(_ reader: FieldReader) -> DeclarativeController.Primary? {
    guard let (apiVersion, entry) = kind(reader) else { return nil }
    if let namespace = reader["namespace"], !entry.isNamespaced {
      findings.add(
        .wrongScope, at: namespace.location, length: namespace.length,
        "\(entry.groupKind.kind) is cluster-scoped", advice: "remove the namespace")
    }
    return DeclarativeController.Primary(
      apiVersion: apiVersion, kind: entry.groupKind.kind, name: reader.objectName("name"),
      namespace: reader.objectName("namespace"), labels: reader.labels("labels"),
      location: reader.node.location)
  }

  private func owned(_ node: YAMLNode, in spec: FieldReader) -> DeclarativeController.OwnedKind? {
    guard let reader = spec.reader(of: node, ControllerFields.owned),
      let (apiVersion, entry) = kind(reader)
    else { return nil }
    return DeclarativeController.OwnedKind(
      apiVersion: apiVersion, kind: entry.groupKind.kind, location: node.location)
  }

  private func watch(_ node: YAMLNode, in spec: FieldReader) -> DeclarativeController.Watch? {
    guard let reader = spec.reader(of: node, ControllerFields.watch),
      let (apiVersion, entry) = kind(reader),
      let map = reader.expression(
        "map", statics.adding([("object", .dyn)]).adding(functions: ExpressionScope.list), .list)
    else { return nil }
    return DeclarativeController.Watch(
      apiVersion: apiVersion, kind: entry.groupKind.kind, map: map, location: node.location)
  }

  private func checkIDs(_ steps: [ControllerStep]) {
    var seen: [String: SourceLocation] = [:]
    for step in steps {
      if let first = seen[step.id] {
        findings.add(
          .duplicateName, at: step.location,
          "a step \"\(step.id)\" is in line \(first.line) already",
          advice: "rename one of the two")
      }
      seen[step.id] = seen[step.id] ?? step.location
    }
    let ids = steps.filter { $0.childTemplate != nil }.map(\.id)
    for step in steps {
      let target: StepTarget
      switch step.action {
      case .patch(let found, _), .delete(let found): target = found
      default: continue
      }
      if case .child(let id) = target, !ids.contains(id) {
        findings.add(
          .unknownStep, at: step.location, "there is no step \"\(id)\" with a template",
          advice: Suggestion.advice(for: id, among: ids, what: "steps"))
      }
    }
  }

  /// What steps read: the request's object, the children and their readiness, lists.
  private func scope(of spec: FieldReader) -> ExpressionScope {
    var names: [(name: String, type: CELType)] = [("object", .dyn)]
    for step in spec["steps"]?.sequence ?? [] {
      guard let id = step["id"]?.string else { continue }
      names.append(("ready.\(id)", .bool))
      if ["apply", "create", "update"].contains(where: { step[$0] != nil }) {
        names.append(("children.\(id)", .dyn))
      }
    }
    return statics.adding(names)
      .adding(functions: ExpressionScope.list + [ExpressionScope.owned, ExpressionScope.fresh])
      .explaining("old", "old is known in always and never properties only")
      .explaining("self", "the request's object is called object")
  }

  private func step(
    _ node: YAMLNode, in spec: FieldReader, _ scope: ExpressionScope
  ) -> ControllerStep? {
    guard let reader = spec.reader(of: node, ControllerFields.step) else { return nil }
    var inner = scope
    let iterators = reader.list("forEach").flatMap { item -> [NamedExpression] in
      guard let members = item.mapping else {
        reader.wrongType(item, expected: "a mapping", advice: "write {x: <CEL list>}")
        return []
      }
      return members.compactMap { member in
        guard let iterator = iterator(member, reader, inner) else { return nil }
        inner = inner.adding([(member.key, element(of: iterator.expression))])
        return iterator
      }
    }
    guard let idNode = reader["id"], let id = reader.text("id"),
      Identifier.check(id, at: idNode, reserved: [], findings: findings),
      let action = action(reader, inner)
    else { return nil }
    var readyWhen: [Expression] = []
    if let ready = reader["readyWhen"] {
      readyWhen = (ready.sequence ?? [ready]).compactMap {
        reader.expression(of: $0, inner, .bool)
      }
    }
    return ControllerStep(
      id: id, when: reader.expression("when", scope, .bool), action: action, forEach: iterators,
      own: reader.boolean("own") ?? true, force: reader.boolean("force") ?? true,
      preconditions: reader.boolean("preconditions") ?? false, readyWhen: readyWhen,
      requeueAfter: reader.duration("requeueAfter"),
      requeue: reader.expression("requeue", scope, .bool), location: node.location)
  }

  /// The type of the items that an iterator takes.
  private func element(of list: Expression) -> CELType {
    if case .list(let element) = list.program.resultType { element } else { .dyn }
  }

  private func iterator(
    _ member: YAMLMember, _ reader: FieldReader, _ scope: ExpressionScope
  ) -> NamedExpression? {
    let key = YAMLNode(
      content: .string(member.key), text: member.key, style: .plain, location: member.keyLocation)
    guard
      Identifier.check(
        member.key, at: key, reserved: Identifier.controllerVariables, findings: findings),
      let expression = reader.expression(of: member.value, scope, .list)
    else { return nil }
    return NamedExpression(name: member.key, expression: expression, location: member.keyLocation)
  }

  private func action(
    _ reader: FieldReader, _ scope: ExpressionScope
  ) -> ControllerStep.Action? {
    guard let claim = reader.claim, let node = reader[claim] else { return nil }
    switch claim {
    case "apply": return child(node, scope, .required).map(ControllerStep.Action.apply)
    case "create": return child(node, scope, .generated).map(ControllerStep.Action.create)
    case "update": return child(node, scope, .required).map(ControllerStep.Action.update)
    case "status": return fragment(node, scope).map(ControllerStep.Action.status)
    case "delete": return target(node, reader, scope).map(ControllerStep.Action.delete)
    default:
      guard let patch = reader.reader(claim, ControllerFields.patch),
        let targetNode = patch["target"], let target = target(targetNode, patch, scope),
        let merge = patch["merge"].flatMap({ fragment($0, scope) })
      else { return nil }
      return .patch(target, merge: merge)
    }
  }

  private func child(
    _ node: YAMLNode, _ scope: ExpressionScope, _ naming: ManifestDecoder.Naming
  ) -> Template? {
    let decoder = ManifestDecoder(source: source, findings: findings)
    guard let manifest = decoder.manifest(of: node, mode: .template(scope), naming: naming),
      kinds.check(
        manifest.apiVersion, manifest.kind, at: manifest.kindLocation,
        versionAt: manifest.apiVersionLocation, findings: findings) != nil
    else { return nil }
    return manifest.template
  }

  private func fragment(_ node: YAMLNode, _ scope: ExpressionScope) -> Template? {
    guard node.mapping != nil else {
      findings.add(
        .wrongType, at: node.location, length: node.length,
        "expected a mapping, and this is \(node.kindName)", advice: "write the fields to change")
      return nil
    }
    return TemplateParser(source: source, findings: findings, mode: .template(scope))
      .template(of: node)
  }

  private func target(
    _ node: YAMLNode, _ reader: FieldReader, _ scope: ExpressionScope
  ) -> StepTarget? {
    if node.mapping != nil { return reference(node, scope).map(StepTarget.reference) }
    guard let text = reader.text(of: node) else { return nil }
    if text == "object" { return .object }
    if text.hasPrefix("children.") { return .child(String(text.dropFirst("children.".count))) }
    findings.add(
      .badValue, at: node.location, length: node.length, "\"\(text)\" is no target",
      advice: "write object, children.<id>, or {apiVersion, kind, name, namespace}")
    return nil
  }

  /// A reference `{apiVersion, kind, name, namespace}`.
  private func reference(_ node: YAMLNode, _ scope: ExpressionScope) -> Template? {
    guard
      let reader = FieldReader(
        node, ScenarioFields.target, source: source, findings: findings),
      kind(reader) != nil
    else { return nil }
    return TemplateParser(source: source, findings: findings, mode: .template(scope))
      .template(of: node)
  }
}
