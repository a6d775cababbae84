internal import CEL

/// Symbols: the unknown inputs.
extension ScenarioBuilder {
  /// The symbol of an entry of `spec.symbols`.
  func symbol(_ node: YAMLNode, in spec: FieldReader) -> SymbolDeclaration? {
    guard let reader = spec.reader(of: node, ScenarioFields.symbol),
      let nameNode = reader["name"], let name = reader.text("name"),
      Identifier.check(
        name, at: nameNode,
        reserved: Identifier.scenarioVariables.union(Identifier.controllerVariables),
        findings: findings),
      let type = reader.choice("type", SymbolDeclaration.Kind.self)
    else {
      if let name = node["name"]?.string { brokenNames.insert(name) }
      return nil
    }
    let range = Int.min...Int.max
    let minimum = reader.integer("min", in: range)
    let maximum = reader.integer("max", in: range)
    for bound in ["min", "max"] where reader[bound] != nil {
      if type != .int {
        findings.add(
          .fieldsDoNotCombine, at: reader.keyLocation(bound), length: 3,
          "\(bound) bounds symbols of type int", advice: "list the values: in: […]")
      } else if reader["in"] != nil {
        findings.add(
          .fieldsDoNotCombine, at: reader.keyLocation(bound), length: 3,
          "in lists all values already", advice: "remove \(bound), or in")
      }
    }
    if let minimum, let maximum, minimum > maximum {
      findings.add(
        .badValue, at: reader.keyLocation("max"), length: 3, "max is less than min",
        advice: "exchange the two")
    }
    return SymbolDeclaration(
      name: name, type: type, minimum: minimum.map(Int64.init), maximum: maximum.map(Int64.init),
      choices: choices(reader, type: type), location: nameNode.location)
  }

  private func choices(_ reader: FieldReader, type: SymbolDeclaration.Kind) -> [JSONValue]? {
    guard let node = reader["in"] else { return nil }
    let items = reader.list("in")
    if items.isEmpty, node.sequence != nil {
      findings.add(
        .badValue, at: node.location, "a symbol needs a value", advice: "list its values")
    }
    var values: [JSONValue] = []
    for item in items {
      let fits: Bool =
        switch (type, item.content) {
        case (.int, .int), (.bool, .bool), (.string, .string), (.quantity, .string),
          (.quantity, .int):
          true
        default: false
        }
      guard fits else {
        reader.wrongType(item, expected: "a value of type \(type.rawValue)")
        continue
      }
      let value = item.json
      if values.contains(value) {
        findings.add(
          .duplicateName, at: item.location, length: item.length,
          "the value is in the list already", advice: "remove one of the two")
      }
      values.append(value)
    }
    return values
  }
}
