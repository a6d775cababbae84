/// Events and faults.
extension ScenarioBuilder {
  /// The events, in the order of the document.
  func events(_ spec: FieldReader) -> [EventDeclaration] {
    var seen: [String: SourceLocation] = [:]
    return spec.list("events").compactMap { node in
      guard let reader = spec.reader(of: node, ScenarioFields.event),
        let name = reader.objectName("name"), let action = action(reader)
      else { return nil }
      if let first = seen[name] {
        findings.add(
          .duplicateName, at: reader["name"]?.location ?? node.location, length: name.count,
          "an event \"\(name)\" is in line \(first.line) already", advice: "rename one of the two")
      }
      seen[name] = node.location
      return EventDeclaration(
        name: name, times: reader.integer("times", in: 1...1_000_000) ?? 1,
        when: reader.expression("when", scopes.live, .bool), action: action, location: node.location
      )
    }
  }

  private func action(_ reader: FieldReader) -> EventDeclaration.Action? {
    guard let claim = reader.claim, let node = reader[claim] else { return nil }
    switch claim {
    case "create": return body(node, naming: .generated).map(EventDeclaration.Action.create)
    case "apply": return body(node, naming: .required).map(EventDeclaration.Action.apply)
    case "update": return body(node, naming: .required).map(EventDeclaration.Action.update)
    case "patch":
      guard let patch = reader.reader(claim, ScenarioFields.eventPatch),
        let target = patch["target"].flatMap({ self.target($0, patch) }), let merge = patch["merge"]
      else { return nil }
      guard merge.mapping != nil else {
        patch.wrongType(merge, expected: "a mapping")
        return nil
      }
      let parser = TemplateParser(source: source, findings: findings, mode: .template(scopes.event))
      return .patch(target, merge: parser.template(of: merge))
    case "delete":
      if node.mapping != nil, node["kind"] == nil {
        guard let deletion = reader.reader(claim, ScenarioFields.eventDelete),
          let target = deletion["target"].flatMap({ self.target($0, deletion) })
        else { return nil }
        let policy = deletion.choice("propagationPolicy", PropagationPolicy.self)
        return .delete(target, propagationPolicy: policy)
      }
      return target(node, reader).map { .delete($0, propagationPolicy: nil) }
    case "evict":
      guard let target = target(node, reader) else { return nil }
      guard target.kind == "Pod" else {
        findings.add(
          .badValue, at: node.location, length: node.length,
          "only Pods can be evicted, and this is a \(target.kind)", advice: "name a Pod")
        return nil
      }
      return .evict(target)
    default:
      guard let scale = reader.reader(claim, ScenarioFields.eventScale),
        let target = scale["target"].flatMap({ self.target($0, scale) }),
        let replicas = scale.expression("replicas", scopes.event, .int)
      else { return nil }
      return .scale(target, replicas: replicas)
    }
  }

  private func body(_ node: YAMLNode, naming: ManifestDecoder.Naming) -> Template? {
    ManifestDecoder(source: source, findings: findings)
      .manifest(of: node, mode: .template(scopes.event), naming: naming).flatMap {
        complete($0)?.template
      }
  }

  /// The object that a name of `spec.names`, or a reference, stands for.
  private func target(_ node: YAMLNode, _ reader: FieldReader) -> ObjectTarget? {
    if node.mapping != nil { return reference(node, reader) }
    guard let name = reader.text(of: node), !brokenNames.contains(name) else { return nil }
    guard let binding = names.first(where: { $0.name == name }) else {
      findings.add(
        .unknownName, at: node.location, length: node.length,
        "there is no object under the name \"\(name)\"",
        advice: Suggestion.advice(
          for: name, among: names.filter { !$0.isList }.map(\.name), what: "names"))
      return nil
    }
    guard let key = binding.key else {
      findings.add(
        .unknownName, at: node.location, length: node.length,
        "\"\(name)\" is a list, and one object is needed",
        advice: "bind the object itself under spec.names")
      return nil
    }
    return ObjectTarget(
      apiVersion: binding.apiVersion, kind: binding.kind, key: key, location: node.location)
  }

  private func reference(_ node: YAMLNode, _ reader: FieldReader) -> ObjectTarget? {
    guard let target = reader.reader(of: node, ScenarioFields.target),
      let apiVersion = target.text("apiVersion"), let kind = target.text("kind"),
      let entry = checkedKind(apiVersion, kind, target), let name = target.objectName("name")
    else { return nil }
    let namespace = checkedNamespace(target, entry) ?? "default"
    let key = ObjectKey(
      entry.groupKind, namespace: entry.isNamespaced ? namespace : "", name: name)
    return ObjectTarget(apiVersion: apiVersion, kind: kind, key: key, location: node.location)
  }

  /// The faults with their budgets.
  func faults(_ spec: FieldReader) -> FaultDeclarations {
    var result = FaultDeclarations()
    guard let faults = spec.reader("faults", ScenarioFields.faults) else { return result }
    result.crash = budget("crash", faults)
    result.conflict = budget("conflict", faults)
    result.lostResponse = budget("lostResponse", faults)
    if let stale = faults.reader("staleReads", ScenarioFields.staleReads) {
      result.staleReads = FaultDeclarations.StaleReads(
        controllers: controllers(of: stale), lag: stale.integer("lag", in: 1...64) ?? 1,
        relist: stale.boolean("relist") ?? false, location: stale.node.location)
    }
    return result
  }

  private func budget(_ name: String, _ faults: FieldReader) -> FaultDeclarations.Budget? {
    guard let reader = faults.reader(name, ScenarioFields.budget) else { return nil }
    return FaultDeclarations.Budget(
      controllers: controllers(of: reader), times: reader.integer("times") ?? 1,
      location: reader.node.location)
  }

  private func controllers(of reader: FieldReader) -> [String] {
    guard reader["controllers"] != nil else { return controllerNames }
    return reader.texts("controllers").compactMap { entry in
      guard controllerNames.contains(entry.text) else {
        findings.add(
          .unknownController, at: entry.node.location, length: entry.node.length,
          "there is no controller \"\(entry.text)\"",
          advice: Suggestion.advice(for: entry.text, among: controllerNames, what: "controllers"))
        return nil
      }
      return entry.text
    }
  }
}
