/// Properties.
extension ScenarioBuilder {
  /// The properties, in the order of the document.
  func properties(_ spec: FieldReader) -> [PropertyDeclaration] {
    var seen: [String: SourceLocation] = [:]
    return spec.list("properties").compactMap { node in
      guard let reader = spec.reader(of: node, ScenarioFields.property),
        let name = reader.objectName("name"), let claim = claim(reader)
      else { return nil }
      if let first = seen[name] {
        findings.add(
          .duplicateName, at: reader["name"]?.location ?? node.location, length: name.count,
          "a property \"\(name)\" is in line \(first.line) already", advice: "rename one of the two"
        )
      }
      seen[name] = node.location
      let scope = scope(of: reader)
      let property = PropertyDeclaration(
        name: name, claim: claim, when: reader.expression("when", scope, .bool),
        message: reader.text("message"),
        messageExpression: reader.expression("messageExpression", scope, .string),
        prove: reader.boolean("prove") ?? false,
        lemmas: reader.list("lemmas").compactMap {
          reader.expression(of: $0, scopes.live, .bool)
        },
        location: node.location)
      checkCombination(property, reader)
      return property
    }
  }

  private func checkCombination(_ property: PropertyDeclaration, _ reader: FieldReader) {
    func refuse(_ field: String, _ reason: String) {
      guard reader[field] != nil else { return }
      findings.add(
        .fieldsDoNotCombine, at: reader.keyLocation(field), length: field.count,
        "\"\(field)\" \(reason)", advice: "remove it")
    }
    switch property.claim {
    case .converges, .confluent: refuse("when", "does not go with \(property.kindName)")
    case .eventRule: refuse("when", "does not go with a rule about steps")
    default: break
    }
    if case .always = property.claim {
      if reader["lemmas"] != nil, !property.prove { refuse("lemmas", "needs prove: true") }
    } else {
      refuse("prove", "goes with always only")
      refuse("lemmas", "goes with always only")
    }
    if reader["message"] != nil { refuse("messageExpression", "cannot stand beside message") }
  }

  /// The names of a property's expressions: `old` is there where the claim is about steps.
  private func scope(of reader: FieldReader) -> ExpressionScope {
    switch reader.claim {
    case "always", "never": scopes.step
    default: scopes.live.explaining("old", "old is known in always and never properties only")
    }
  }

  private func claim(_ reader: FieldReader) -> PropertyDeclaration.Claim? {
    guard let claim = reader.claim, let node = reader[claim] else { return nil }
    let scope = scope(of: reader)
    func boolean(_ node: YAMLNode) -> Expression? { reader.expression(of: node, scope, .bool) }
    switch claim {
    case "always": return boolean(node).map(PropertyDeclaration.Claim.always)
    case "never":
      if node.mapping != nil { return rule(node, reader).map(PropertyDeclaration.Claim.eventRule) }
      return boolean(node).map(PropertyDeclaration.Claim.never)
    case "sometimes": return boolean(node).map(PropertyDeclaration.Claim.sometimes)
    case "eventually":
      return boolean(node).map(PropertyDeclaration.Claim.eventually)
    case "settled": return boolean(node).map(PropertyDeclaration.Claim.settled)
    case "leadsTo":
      guard let parts = reader.reader(claim, ScenarioFields.leadsTo),
        let from = parts.expression("from", scope, .bool),
        let to = parts.expression("to", scope, .bool)
      else { return nil }
      return .leadsTo(from: from, to: to)
    case "converges":
      guard node.mapping != nil else {
        return checkTrue(node, claim, reader) ? .converges(allowErrors: false) : nil
      }
      guard let options = reader.reader(claim, ScenarioFields.converges) else { return nil }
      return .converges(allowErrors: options.boolean("allowErrors") ?? false)
    default:
      guard node.mapping != nil else {
        return checkTrue(node, claim, reader) ? .confluent(ignore: [], acrossEvents: false) : nil
      }
      guard let options = reader.reader(claim, ScenarioFields.confluent) else { return nil }
      let ignore = options.texts("ignore").compactMap {
        IgnoredPathDecoder(findings: findings, kinds: kinds).path($0.text, at: $0.node)
      }
      return .confluent(ignore: ignore, acrossEvents: options.boolean("acrossEvents") ?? false)
    }
  }

  private func checkTrue(_ node: YAMLNode, _ claim: String, _ reader: FieldReader) -> Bool {
    if case .bool(true) = node.content { return true }
    if case .bool = node.content {
      findings.add(
        .badValue, at: node.location, length: node.length,
        "\"\(claim): false\" claims nothing", advice: "write true, or remove the property")
      return false
    }
    reader.wrongType(node, expected: "true or a mapping")
    return false
  }

  private func rule(_ node: YAMLNode, _ reader: FieldReader) -> EventRule? {
    guard let rule = reader.reader(of: node, ScenarioFields.eventRule),
      let verb = rule.choice("verb", EventRule.Verb.self)
    else { return nil }
    if let by = rule["by"], let name = rule.text("by"), !controllerNames.contains(name) {
      findings.add(
        .unknownController, at: by.location, length: by.length,
        "there is no controller \"\(name)\"",
        advice: Suggestion.advice(for: name, among: controllerNames, what: "controllers"))
      return nil
    }
    var subject: EventRule.Subject?
    if let on = rule["on"], let word = rule.text("on"), !brokenNames.contains(word) {
      if let key = names.first(where: { $0.name == word })?.key {
        subject = .object(key)
      } else if let list = names.first(where: { $0.name == word }) {
        subject = .kind(list.kind)
      } else if kinds.entries.contains(where: { $0.groupKind.kind == word }) {
        subject = .kind(word)
      } else {
        let known = names.map(\.name) + kinds.entries.map(\.groupKind.kind)
        findings.add(
          .unknownName, at: on.location, length: on.length,
          "\"\(word)\" is neither a name nor a kind",
          advice: Suggestion.advice(for: word, among: known, what: "names and kinds"))
        return nil
      }
    }
    return EventRule(by: rule.text("by"), verb: verb, on: subject, location: node.location)
  }
}
