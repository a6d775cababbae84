package import CEL
package import Model

/// A scenario as documents: what a test rewrites before it is loaded again.
///
/// The objects of the initial state are those of the loaded scenario, whole; the rest is as written.
package struct ScenarioDocuments: Sendable {
  /// The `spec` without objects and controllers.
  package var spec: JSONObject
  package var name: String
  package var objects: [JSONObject]
  /// The entries of `spec.controllers`; each that is not built in names one of the documents.
  package var controllers: [JSONObject]
  /// The Controller documents.
  package var documents: [JSONObject]
  /// The kinds that have a namespace.
  package let kinds: KindCatalogue

  /// Why a scenario is none that tests can rewrite.
  package struct Unsuitable: Error, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    init(_ reason: String) { self.reason = reason }
  }

  /// Reads a scenario and what it includes.
  package init(path: String, from provider: some SourceProvider) throws {
    let loaded = ScenarioLoader(provider: provider).load([path])
    guard !loaded.hasErrors, let scenario = loaded.scenarios.first else {
      throw Unsuitable("\(path): \(loaded.diagnostics.map(\.message))")
    }
    let own = try Self.documents(path, provider)
    guard let document = own.first(where: { $0["kind"] == "Scenario" }),
      let spec = document["spec"]?.object
    else { throw Unsuitable("\(path) has no Scenario") }
    self.spec = spec
    self.spec["objects"] = nil
    self.spec["controllers"] = nil
    name = scenario.name
    kinds = scenario.kinds
    objects = try scenario.objects.map { object in
      guard let literal = object.literal else {
        throw Unsuitable("\(object.location): an object with expressions")
      }
      return literal
    }
    controllers = []
    documents = own.filter { $0["kind"] == "Controller" }
    for entry in (spec["controllers"]?.array ?? []).compactMap(\.object) {
      if entry["process"] != nil || entry["metacontroller"] != nil {
        throw Unsuitable("\(name): the code of a controller lies beside the scenario")
      }
      guard let file = entry["file"]?.string else {
        controllers.append(entry)
        continue
      }
      let included = try Self.documents(
        SourcePath.join(SourcePath.folder(of: path), file), provider)
      documents += included
      controllers += included.map { ["name": $0.at("metadata", "name") ?? .null] }
    }
  }

  private static func documents(
    _ path: String, _ provider: some SourceProvider
  ) throws -> [JSONObject] {
    let findings = Findings()
    let file = SourceFile(path: path, bytes: try provider.read(path))
    return YAMLReader.documents(of: file, findings: findings).compactMap { value($0).object }
  }

  /// The value of a node of ours: a key is its text, `on` as well.
  private static func value(_ node: YAMLNode) -> JSONValue {
    switch node.content {
    case .sequence(let items): .array(items.map(value))
    case .mapping(let members):
      .object(JSONObject(members.map { ($0.key, value($0.value)) }))
    case .null, .bool, .int, .double, .string: node.json
    }
  }

  /// The documents as one file; JSON is YAML.
  package var text: String {
    var spec = spec
    spec["objects"] = .array(objects.map(JSONValue.object))
    spec["controllers"] = .array(controllers.map(JSONValue.object))
    let scenario: JSONObject = [
      "apiVersion": "kverify.dev/v1alpha1", "kind": "Scenario",
      "metadata": ["name": .string(name)], "spec": .object(spec),
    ]
    return ([scenario] + documents).map { JSONValue.object($0).text + "\n" }
      .joined(separator: "---\n")
  }

  /// The scenario, loaded from the text.
  package func scenario() throws -> Scenario {
    let loaded = ScenarioLoader(provider: TextSource(text: text)).load(["scenario.yaml"])
    guard !loaded.hasErrors, let scenario = loaded.scenarios.first else {
      throw Unsuitable("\(name): \(loaded.diagnostics.map { "\($0.location) \($0.message)" })")
    }
    return scenario
  }

  /// Whether objects of a kind have a namespace.
  func isNamespaced(_ object: JSONObject) -> Bool {
    let kind = GroupKind(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    return kinds[kind]?.isNamespaced ?? true
  }

  /// Changes the value under a key of the spec, where there is one.
  mutating func change(_ key: String, _ body: (JSONValue) throws -> JSONValue) rethrows {
    if let value = spec[key] { spec[key] = try body(value) }
  }

  /// Changes each item of a list of the spec; each may become several.
  mutating func changeItems(_ key: String, _ body: (JSONObject) throws -> [JSONObject]) rethrows {
    try change(key) { value in
      .array(try (value.array ?? []).compactMap(\.object).flatMap(body).map(JSONValue.object))
    }
  }
}

/// A text as the only file.
private struct TextSource: SourceProvider {
  let text: String

  func read(_ path: String) throws(SourceError) -> [UInt8] { Array(text.utf8) }

  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}
