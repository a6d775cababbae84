internal import CEL

/// Metacontroller's controllers of the composition.
extension ScenarioBuilder {
  private enum Generations: String, CaseIterable { case ranked, exact }

  private enum Order: String, CaseIterable { case any, name }

  private static let words = Set(MetacontrollerController.Kind.allCases.map(\.rawValue))

  /// The controller of an entry `metacontroller`.
  func metacontroller(_ reader: FieldReader) -> ControllerDeclaration? {
    guard let fields = reader.reader("metacontroller", ControllerFields.metacontroller),
      let fileNode = fields["file"], let path = fields.text("file"),
      let connection = connection(fields),
      let file = library.file(
        SourcePath.join(folder, path), namedAt: fileNode.location, length: fileNode.length)
    else { return nil }
    // A file may hold the Deployment of the hooks' server too.
    let found = file.documents.filter { Self.words.contains($0["kind"]?.string ?? "") }
    guard let document = found.first, found.count == 1 else {
      findings.add(
        .unexpectedDocument, at: fileNode.location, length: fileNode.length,
        found.isEmpty
          ? "\(path) has no CompositeController and no DecoratorController"
          : "\(path) has \(found.count) controllers",
        advice: found.isEmpty ? "name the file that has it" : "write each to a file of its own")
      return nil
    }
    let decoder = MetacontrollerDecoder(
      source: file.source, findings: findings, kinds: kinds,
      seesGenerations: fields.choice("generations", Generations.self) == .exact,
      writesByName: fields.choice("order", Order.self) == .name)
    guard let controller = decoder.controller(of: document, connection) else { return nil }
    let name = reader.objectName("name") ?? controller.name
    if !controllerNames.contains(name) { controllerNames.append(name) }
    return ControllerDeclaration(
      name: name, source: .metacontroller(controller), namespaces: namespaces(reader),
      location: reader.node.location)
  }

  private func connection(_ fields: FieldReader) -> MetacontrollerController.Connection? {
    let port = fields.integer("port", in: 1...65535)
    if fields["url"] != nil {
      for field in ["port", "environment", "files"] where fields[field] != nil {
        findings.add(
          .fieldsDoNotCombine, at: fields.keyLocation(field), length: field.count,
          "\"\(field)\" belongs to a server that is started", advice: "remove it")
      }
      return running(fields)
    }
    let command = fields.texts("command").map(\.text)
    if command.isEmpty, fields["command"] != nil {
      findings.add(
        .wrongType, at: fields.keyLocation("command"), length: 7, "the command is empty",
        advice: "write [python3, hooks.py]")
    }
    guard !command.isEmpty else { return nil }
    return .process(
      command: command, environment: fields.labels("environment"),
      files: fields.texts("files").map(\.text), port: port)
  }

  /// A server that runs already: on this machine, or not at all.
  private func running(_ fields: FieldReader) -> MetacontrollerController.Connection? {
    guard let node = fields["url"], let url = fields.text("url") else { return nil }
    let rest = url.hasPrefix("http://") ? url.dropFirst("http://".count) : ""
    let place = rest.prefix { $0 != "/" }.split(separator: ":", omittingEmptySubsequences: false)
    let port = place.count == 1 ? 80 : place.count == 2 ? Int(place[1]) ?? 0 : 0
    guard let host = place.first, ["127.0.0.1", "localhost"].contains(host),
      (1...65535).contains(port)
    else {
      findings.add(
        .badValue, at: node.location, length: node.length,
        "\"\(url)\" is no server on this machine",
        advice: "write http://127.0.0.1:PORT; the paths of the hooks are those of the file")
      return nil
    }
    return .running(host: "127.0.0.1", port: port)
  }

  /// The kind that Metacontroller brings with it and rolling updates need, unless the scenario defines
  /// it.
  func metacontrollerKinds(_ spec: FieldReader, beside written: [ManifestNode]) -> [ManifestNode] {
    let isUsed = (spec["controllers"]?.sequence ?? []).contains { $0["metacontroller"] != nil }
    let isDefined = written.contains {
      $0.node["metadata"]?["name"]?.string == "controllerrevisions.metacontroller.k8s.io"
    }
    guard isUsed, !isDefined else { return [] }
    let source = SourceFile(path: "metacontroller-crds.yaml", bytes: Array(Self.definition.utf8))
    return YAMLReader.documents(of: source, findings: findings).map {
      ManifestNode(node: $0, source: source, isTemplate: false)
    }
  }

  private static let definition = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: controllerrevisions.metacontroller.k8s.io}
    spec:
      group: metacontroller.k8s.io
      names:
        kind: ControllerRevision
        listKind: ControllerRevisionList
        plural: controllerrevisions
        singular: controllerrevision
      scope: Namespaced
      versions:
      - name: v1alpha1
        served: true
        storage: true
        schema:
          openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
    """
}
