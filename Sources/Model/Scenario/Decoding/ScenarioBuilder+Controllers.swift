/// The controllers of the composition.
extension ScenarioBuilder {
  /// The controllers, in the order of the document; those of one file in the file's order.
  func controllers(_ spec: FieldReader) -> [ControllerDeclaration] {
    var result: [ControllerDeclaration] = []
    var references: [(node: YAMLNode, reader: FieldReader)] = []
    for node in spec.list("controllers") {
      guard let reader = spec.reader(of: node, ControllerFields.reference) else { continue }
      references.append((node, reader))
    }
    // Files first: an entry may name a controller that a later entry's file holds.
    var filesOf: [Int: [String]] = [:]
    for (index, reference) in references.enumerated()
    where reference.reader["file"] != nil && reference.reader["builtin"] == nil {
      filesOf[index] = collectFile(reference.reader)
    }
    for (index, reference) in references.enumerated() {
      for controller in declarations(reference.reader, names: filesOf[index] ?? []) {
        if let other = result.first(where: { $0.name == controller.name }) {
          guard other.source != controller.source else { continue }
          findings.add(
            .duplicateName, at: controller.location,
            "a controller \"\(controller.name)\" is in line \(other.location.line) already",
            advice: "give one of the two a name of its own: name: …")
          continue
        }
        result.append(controller)
      }
    }
    for entry in controllerDocuments where !result.contains(where: { $0.name == entry.name }) {
      if findings.hasErrors { break }
      findings.add(
        .unused, at: entry.document.location, "the Controller \"\(entry.name)\" does not run",
        advice: "add it to spec.controllers: - name: \(entry.name)")
    }
    return result
  }

  /// Makes the Controller documents of an included file known; their names.
  private func collectFile(_ reader: FieldReader) -> [String] {
    guard let node = reader["file"], let pattern = reader.text("file") else { return [] }
    let paths = library.paths(
      matching: pattern, relativeTo: folder, at: node.location, length: node.length)
    return paths.flatMap { path -> [String] in
      guard checkCycle(path, at: node),
        let file = library.file(path, namedAt: node.location, length: node.length)
      else { return [] }
      return file.documents.compactMap { document -> String? in
        switch DocumentKind(of: document) {
        case .controller:
          collectController(document, source: file.source)
          return ControllerDecoder.name(of: document)
        case .scenario, .unknown: addUnexpected(document)
        case .manifest: addForeign(document)
        }
        return nil
      }
    }
  }

  private func addForeign(_ document: YAMLNode) {
    let kind = document["kind"]?.string ?? "document"
    switch kind {
    case "ResourceGraphDefinition":
      findings.add(
        .notSupportedYet, at: document.location, "\(kind) is not supported yet",
        advice: "model the controller as a declarative Controller")
    case "CompositeController", "DecoratorController":
      findings.add(
        .unexpectedDocument, at: document.location, "a \(kind) needs the server of its hooks",
        advice: "write metacontroller: {file: …, command: […]}")
    default:
      DocumentKind.checkOurs(document, findings: findings)
      findings.add(
        .unexpectedDocument, at: document.location, "a \(kind) is no controller",
        advice: "include manifests under spec.objects")
    }
  }

  private func declarations(
    _ reader: FieldReader, names: [String]
  ) -> [ControllerDeclaration] {
    let present = ControllerFields.sources.filter { reader[$0] != nil }
    if present.count > 1 {
      findings.add(
        .exactlyOneOf, at: reader.keyLocation(present[1]), length: present[1].count,
        "\"\(present[0])\" and \"\(present[1])\" cannot stand together",
        advice: "make two entries of it")
      return []
    }
    if reader["process"] != nil { return process(reader).map { [$0] } ?? [] }
    for field in ["for", "owns", "watches", "memory"] where reader[field] != nil {
      findings.add(
        .fieldsDoNotCombine, at: reader.keyLocation(field), length: field.count,
        "\"\(field)\" belongs to controllers of the form \"process\"", advice: "remove it")
    }
    if reader["with"] != nil, reader["builtin"] == nil {
      findings.add(
        .fieldsDoNotCombine, at: reader.keyLocation("with"), length: 4,
        "\"with\" belongs to built-in controllers", advice: "remove it")
    }
    if reader["builtin"] != nil { return builtin(reader).map { [$0] } ?? [] }
    if reader["metacontroller"] != nil { return metacontroller(reader).map { [$0] } ?? [] }
    if reader["file"] != nil {
      let namespaces = namespaces(reader)
      return names.compactMap {
        declarative($0, namespaces, at: reader.node.location, length: 1)
      }
    }
    guard let node = reader["name"], let name = reader.objectName("name") else {
      if reader["name"] == nil {
        findings.add(
          .exactlyOneOf, at: reader.node.location,
          "one of these fields is needed: builtin, file, name", advice: "add one of them")
      }
      return []
    }
    return declarative(name, namespaces(reader), at: node.location, length: node.length)
      .map { [$0] } ?? []
  }

  private func process(_ reader: FieldReader) -> ControllerDeclaration? {
    guard let node = reader["name"], let name = reader.objectName("name") else {
      if reader["name"] == nil {
        findings.add(
          .missingField, at: reader.keyLocation("process"), length: 7,
          "a controller in a process needs a name", advice: "add name: …")
      }
      return nil
    }
    if reader["with"] != nil {
      findings.add(
        .fieldsDoNotCombine, at: reader.keyLocation("with"), length: 4,
        "\"with\" belongs to built-in controllers", advice: "remove it")
    }
    let decoder = ControllerDecoder(
      source: source, findings: findings, kinds: kinds, statics: scopes.statics)
    if !controllerNames.contains(name) { controllerNames.append(name) }
    return decoder.process(reader).map {
      ControllerDeclaration(
        name: name, source: .process($0), namespaces: namespaces(reader), location: node.location)
    }
  }

  /// The namespaces that a controller's caches hold.
  func namespaces(_ reader: FieldReader) -> [String]? {
    guard reader["namespaces"] != nil else { return nil }
    return Set(reader.texts("namespaces").map(\.text)).sorted()
  }

  private func declarative(
    _ name: String, _ namespaces: [String]?, at place: SourceLocation, length: Int
  ) -> ControllerDeclaration? {
    guard let entry = controllerDocuments.first(where: { $0.name == name }) else {
      let known = controllerDocuments.map(\.name)
      findings.add(
        .unknownController, at: place, length: length, "there is no Controller \"\(name)\"",
        advice: BuiltinControllers.documentation(name) != nil
          ? "for the built-in one write builtin: \(name)"
          : Suggestion.advice(for: name, among: known, what: "Controller documents"))
      return nil
    }
    if !controllerNames.contains(name) { controllerNames.append(name) }
    let decoder = ControllerDecoder(
      source: entry.source, findings: findings, kinds: kinds, statics: scopes.statics)
    return decoder.controller(of: entry.document).map {
      ControllerDeclaration(
        name: name, source: .declarative($0), namespaces: namespaces, location: place)
    }
  }

  private func builtin(_ reader: FieldReader) -> ControllerDeclaration? {
    guard let node = reader["builtin"], let builtin = reader.text("builtin") else { return nil }
    guard let documentation = BuiltinControllers.documentation(builtin) else {
      findings.add(
        .unknownBuiltin, at: node.location, length: node.length,
        "there is no built-in controller \"\(builtin)\"",
        advice: Suggestion.advice(
          for: builtin, among: BuiltinControllers.names, what: "built-in controllers"))
      return nil
    }
    let options = documentation.keys
    let known = options.map(\.name)
    let with = reader.map("with").compactMap { member -> NamedExpression? in
      guard let option = options.first(where: { $0.name == member.key }) else {
        findings.add(
          .unknownOption, at: member.keyLocation, length: member.keyLength,
          "\(builtin) has no option \"\(member.key)\"",
          advice: Suggestion.advice(for: member.key, among: known, what: "options"))
        return nil
      }
      let expression =
        option.type == .counted
        ? counted(member.value, reader)
        : reader.expression(of: member.value, scopes.with, option.type.expected)
      return expression.map {
        NamedExpression(name: member.key, expression: $0, location: member.keyLocation)
      }
    }
    let name = reader.objectName("name") ?? builtin
    if !controllerNames.contains(name) { controllerNames.append(name) }
    return ControllerDeclaration(
      name: name, source: .builtin(builtin, with: with), namespaces: namespaces(reader),
      location: node.location)
  }
}
