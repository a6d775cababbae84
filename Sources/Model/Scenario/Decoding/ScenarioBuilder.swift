internal import CEL

/// Builds one scenario of its document; finds as many mistakes as it can on the way.
///
/// The order is that of dependence: objects (and the kinds their CRDs define), names, symbols and
/// variables, controllers, events, faults, properties; expressions last.
final class ScenarioBuilder {
  let document: YAMLNode
  let source: SourceFile
  let library: DocumentLibrary
  let findings: Findings
  /// The folder that paths are relative to.
  let folder: String
  private let siblings: [YAMLNode]

  var kinds = KindCatalogue()
  var scopes = ScenarioScopes()
  var names: [NameBinding] = []
  /// Names and symbols whose definition has a mistake.
  var brokenNames: Set<String> = []
  var controllerNames: [String] = []
  /// The Controller documents that `spec.controllers` may name.
  var controllerDocuments: [(name: String, document: YAMLNode, source: SourceFile)] = []

  init(
    document: YAMLNode, file: DocumentLibrary.File, library: DocumentLibrary, findings: Findings
  ) {
    self.document = document
    self.library = library
    self.findings = findings
    source = file.source
    siblings = file.documents
    folder = SourcePath.folder(of: file.source.path)
  }

  /// The scenario; nil where an error was found.
  func build() -> Scenario? {
    let before = findings.errorCount
    collectSiblings()
    guard
      let reader = FieldReader(
        document, ScenarioFields.document, source: source, findings: findings)
    else { return nil }
    if let version = reader["apiVersion"], version.string != "kverify.dev/v1alpha1" {
      DocumentKind.checkOurs(document, findings: findings)
    }
    let name = reader.reader("metadata", ScenarioFields.metadata)?.objectName("name")
    guard let spec = reader.reader("spec", ScenarioFields.spec) else { return nil }
    let kubernetesVersion = version(spec)
    kinds = KindCatalogue(KubernetesVersion(kubernetesVersion) ?? .standard)
    let manifests = manifestNodes(spec)
    defineKinds(manifests)
    names = bindings(spec)
    let symbols = spec.list("symbols").compactMap { symbol($0, in: spec) }
    scopes = ScenarioScopes(names: names, symbols: symbols, broken: brokenNames)
    let assume = spec.list("assume").compactMap { spec.expression(of: $0, scopes.symbols, .bool) }
    let variables = spec.list("variables").compactMap { variable($0, in: spec) }
    checkScope(symbols: symbols, variables: variables)
    let objects = self.objects(manifests)
    let controllers = self.controllers(spec)
    let events = self.events(spec)
    let faults = self.faults(spec)
    let bounds = Bounds(
      states: spec.reader("bounds", ScenarioFields.bounds)?.integer("states", in: 1...Int.max))
    let properties = self.properties(spec)
    guard let name, findings.errorCount == before else { return nil }
    var scenario = Scenario(
      name: name, directory: folder, location: document.location,
      interleaving: spec.choice("interleaving", Scenario.Interleaving.self) ?? .calls,
      time: spec.choice("time", Scenario.TimeMode.self) ?? .fair,
      kubernetesVersion: kubernetesVersion, objects: objects, controllers: controllers,
      names: names,
      symbols: symbols, assume: assume,
      variables: variables, events: events, faults: faults, bounds: bounds,
      properties: properties, kinds: kinds, warnings: [])
    checkCountedPods(scenario, spec)
    guard findings.errorCount == before else { return nil }
    if properties.isEmpty {
      findings.add(
        Diagnostic(
          DiagnosticCode.missingField.rawValue, .warning, at: spec.node.location,
          "the scenario has no property: nothing is verified", advice: "add spec.properties"))
    }
    scenario.warnings = findings.diagnostics.filter { $0.severity == .warning }
    return scenario
  }

  /// Takes the Controller documents beside the scenario.
  private func collectSiblings() {
    for sibling in siblings {
      switch DocumentKind(of: sibling) {
      case .scenario: break
      case .controller: collectController(sibling, source: source)
      case .unknown: DocumentKind.checkOurs(sibling, findings: findings)
      case .manifest:
        DocumentKind.checkOurs(sibling, findings: findings)
        findings.add(
          .unexpectedDocument, at: sibling.location, "a manifest beside a Scenario is in no use",
          advice: "write it under spec.objects, or in a file that spec.objects includes")
      }
    }
  }

  /// Makes a Controller document known by its name.
  func collectController(_ document: YAMLNode, source: SourceFile) {
    guard let name = ControllerDecoder.name(of: document) else {
      // The reader says what is wrong with it.
      _ = FieldReader(document, ControllerFields.document, source: source, findings: findings)?
        .reader("metadata", ScenarioFields.metadata)?.objectName("name")
      return
    }
    if let other = controllerDocuments.first(where: { $0.name == name }) {
      if other.document.location != document.location {
        findings.add(
          .duplicateName, at: document.location,
          "a Controller \"\(name)\" is in \(other.document.location) already",
          advice: "rename one of the two")
      }
      return
    }
    controllerDocuments.append((name, document, source))
  }

  private func version(_ spec: FieldReader) -> String {
    guard let node = spec["kubernetesVersion"] else { return "1.34" }
    if case .double = node.content {
      findings.add(
        .wrongType, at: node.location, length: node.length,
        "an unquoted \(node.text) is a number, in which 1.30 is 1.3",
        advice: "quote it: \"\(node.text)\"")
      return "1.34"
    }
    guard let text = spec.text(of: node) else { return "1.34" }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "1", let minor = Int(parts[1]), (20...37).contains(minor)
    else {
      findings.add(
        .badValue, at: node.location, length: node.length,
        "\"\(text)\" is no version that kverify knows", advice: "use \"1.20\" to \"1.37\"")
      return "1.34"
    }
    return text
  }

  private func variable(_ node: YAMLNode, in spec: FieldReader) -> NamedExpression? {
    guard let reader = spec.reader(of: node, ScenarioFields.variable),
      let nameNode = reader["name"], let name = reader.text("name"),
      Identifier.check(
        name, at: nameNode, reserved: Identifier.scenarioVariables, findings: findings),
      let expression = reader.expression("expression", scopes.live, .any)
    else {
      if let name = node["name"]?.string { scopes.addBroken(variable: name) }
      return nil
    }
    scopes.add(variable: name, expression)
    return NamedExpression(name: name, expression: expression, location: nameNode.location)
  }

  /// Symbols, names and variables share one scope (SEMANTICS.md, "Names").
  private func checkScope(symbols: [SymbolDeclaration], variables: [NamedExpression]) {
    var seen: [String: SourceLocation] = [:]
    let all =
      names.map { ($0.name, $0.location, "name") }
      + symbols.map { ($0.name, $0.location, "symbol") }
      + variables.map { ($0.name, $0.location, "variable") }
    for (name, location, what) in all {
      if let first = seen[name] {
        findings.add(
          .duplicateName, at: location, length: max(1, name.unicodeScalars.count),
          "the \(what) \"\(name)\" is defined in line \(first.line) already",
          advice: "names, symbols and variables share one scope: rename one of the two")
      }
      seen[name] = seen[name] ?? location
    }
  }
}
