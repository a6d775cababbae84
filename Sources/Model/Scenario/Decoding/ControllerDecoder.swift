internal import CEL

/// Decodes `Controller` documents.
struct ControllerDecoder {
  let source: SourceFile
  let findings: Findings
  let kinds: KindCatalogue

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
    let owns = spec.list("owns").compactMap { owned($0, in: spec) }
    let watches = spec.list("watches").compactMap { watch($0, in: spec) }
    let steps = spec.list("steps").compactMap { step($0, in: spec) }
    checkIDs(steps)
    if spec["steps"] != nil, spec.list("steps").isEmpty {
      findings.add(
        .badValue, at: spec.keyLocation("steps"), length: 5, "a controller needs a step",
        advice: "add one")
    }
    guard let primary = spec.reader("for", ControllerFields.primary).flatMap(primary),
      findings.errorCount == before
    else { return nil }
    return DeclarativeController(
      name: name, primary: primary, owns: owns, watches: watches, steps: steps,
      requeueAfter: spec.duration("requeueAfter"), requeue: spec.expression("requeue"),
      readYourWrites: spec.boolean("readYourWrites") ?? false,
      memory: spec.choice("memory", DeclarativeController.Memory.self) ?? .none,
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
      let (apiVersion, entry) = kind(reader), let map = reader.expression("map")
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

  private func step(_ node: YAMLNode, in spec: FieldReader) -> ControllerStep? {
    guard let reader = spec.reader(of: node, ControllerFields.step) else { return nil }
    guard let idNode = reader["id"], let id = reader.text("id"),
      Identifier.check(id, at: idNode, reserved: [], findings: findings),
      let action = action(reader)
    else { return nil }
    let iterators = reader.list("forEach").flatMap { item -> [NamedExpression] in
      guard let members = item.mapping else {
        reader.wrongType(item, expected: "a mapping", advice: "write {x: <CEL list>}")
        return []
      }
      return members.compactMap { iterator($0, reader) }
    }
    var readyWhen: [Expression] = []
    if let ready = reader["readyWhen"] {
      readyWhen = (ready.sequence ?? [ready]).compactMap { reader.expression(of: $0) }
    }
    return ControllerStep(
      id: id, when: reader.expression("when"), action: action, forEach: iterators,
      own: reader.boolean("own") ?? true, force: reader.boolean("force") ?? true,
      preconditions: reader.boolean("preconditions") ?? false, readyWhen: readyWhen,
      requeueAfter: reader.duration("requeueAfter"), requeue: reader.expression("requeue"),
      location: node.location)
  }

  private func iterator(_ member: YAMLMember, _ reader: FieldReader) -> NamedExpression? {
    let key = YAMLNode(
      content: .string(member.key), text: member.key, style: .plain, location: member.keyLocation)
    guard
      Identifier.check(
        member.key, at: key, reserved: Identifier.controllerVariables, findings: findings),
      let expression = reader.expression(of: member.value)
    else { return nil }
    return NamedExpression(name: member.key, expression: expression, location: member.keyLocation)
  }

  private func action(_ reader: FieldReader) -> ControllerStep.Action? {
    guard let claim = reader.claim, let node = reader[claim] else { return nil }
    switch claim {
    case "apply": return child(node, naming: .required).map(ControllerStep.Action.apply)
    case "create": return child(node, naming: .generated).map(ControllerStep.Action.create)
    case "update": return child(node, naming: .required).map(ControllerStep.Action.update)
    case "status": return fragment(node).map(ControllerStep.Action.status)
    case "delete": return target(node, reader).map(ControllerStep.Action.delete)
    default:
      guard let patch = reader.reader(claim, ControllerFields.patch),
        let targetNode = patch["target"], let target = target(targetNode, patch),
        let merge = patch["merge"].flatMap(fragment)
      else { return nil }
      return .patch(target, merge: merge)
    }
  }

  private func child(_ node: YAMLNode, naming: ManifestDecoder.Naming) -> Template? {
    let decoder = ManifestDecoder(source: source, findings: findings)
    guard let manifest = decoder.manifest(of: node, mode: .template, naming: naming),
      kinds.check(
        manifest.apiVersion, manifest.kind, at: manifest.kindLocation,
        versionAt: manifest.apiVersionLocation, findings: findings) != nil
    else { return nil }
    return manifest.template
  }

  private func fragment(_ node: YAMLNode) -> Template? {
    guard node.mapping != nil else {
      findings.add(
        .wrongType, at: node.location, length: node.length,
        "expected a mapping, and this is \(node.kindName)", advice: "write the fields to change")
      return nil
    }
    return TemplateParser(source: source, findings: findings, mode: .template).template(of: node)
  }

  private func target(_ node: YAMLNode, _ reader: FieldReader) -> StepTarget? {
    if node.mapping != nil { return child(node).map(StepTarget.reference) }
    guard let text = reader.text(of: node) else { return nil }
    if text == "object" { return .object }
    if text.hasPrefix("children.") { return .child(String(text.dropFirst("children.".count))) }
    findings.add(
      .badValue, at: node.location, length: node.length, "\"\(text)\" is no target",
      advice: "write object, children.<id>, or {apiVersion, kind, name, namespace}")
    return nil
  }

  /// A reference `{apiVersion, kind, name, namespace}`.
  private func child(_ node: YAMLNode) -> Template? {
    guard
      let reader = FieldReader(
        node, ScenarioFields.target, source: source, findings: findings),
      kind(reader) != nil
    else { return nil }
    return TemplateParser(source: source, findings: findings, mode: .template).template(of: node)
  }
}
