internal import CEL

/// Objects of the initial state, the kinds that their CRDs define, and the names for them.
extension ScenarioBuilder {
  /// A manifest that is not decoded yet: its expressions need names, and names need kinds.
  struct ManifestNode {
    let node: YAMLNode
    let source: SourceFile
    let isTemplate: Bool
  }

  /// The manifests of `spec.objects`, inline and included, in order.
  func manifestNodes(_ spec: FieldReader) -> [ManifestNode] {
    let written = spec.list("objects").flatMap { node -> [ManifestNode] in
      if node["file"] != nil, node["kind"] == nil { return included(node, in: spec) }
      return [ManifestNode(node: node, source: source, isTemplate: true)]
    }
    return written + metacontrollerKinds(spec, beside: written) + countedKinds(spec)
  }

  /// Makes the kinds known that the CustomResourceDefinitions define.
  func defineKinds(_ manifests: [ManifestNode]) {
    for node in manifests.flatMap({ $0.node["items"]?.sequence ?? [$0.node] })
    where node["kind"]?.string == "CustomResourceDefinition" {
      if let definition = node.json.object, let entry = KindCatalogue.Entry(definition: definition)
      {
        kinds.add(entry)
      } else {
        findings.add(
          .incompleteManifest, at: node.location,
          "the CustomResourceDefinition has no group, kind or served version",
          advice: "give it spec.group, spec.names.kind and spec.versions")
      }
    }
  }

  /// The objects, complete with their namespaces.
  func objects(_ nodes: [ManifestNode]) -> [ScenarioObject] {
    let manifests = nodes.flatMap { entry in
      ManifestDecoder(source: entry.source, findings: findings)
        .manifests(
          of: entry.node, mode: entry.isTemplate ? .template(scopes.statics) : .literal)
    }
    var seen: [ObjectKey: SourceLocation] = [:]
    return manifests.compactMap { manifest in
      guard let object = object(manifest) else { return nil }
      if let key = object.key {
        if let first = seen[key] {
          findings.add(
            .duplicateObject, at: manifest.nameLocation, length: key.name.unicodeScalars.count,
            "\(key) is in \(first) already", advice: "remove one of the two")
        }
        seen[key] = seen[key] ?? manifest.nameLocation
      }
      return object
    }
  }

  private func object(_ manifest: Manifest) -> ScenarioObject? {
    guard let (template, isNamespaced) = complete(manifest) else { return nil }
    var key: ObjectKey?
    if let name = manifest.name?.literalString {
      let namespace = template.node(at: "metadata", "namespace")
      if !isNamespaced {
        key = ObjectKey(manifest.groupKind, namespace: "", name: name)
      } else if let namespace = namespace?.literalString {
        key = ObjectKey(manifest.groupKind, namespace: namespace, name: name)
      }
    }
    return ScenarioObject(
      key: key, apiVersion: manifest.apiVersion, kind: manifest.kind, template: template,
      location: manifest.location)
  }

  /// The manifest with its namespace; nil with a finding where its kind or scope is wrong.
  func complete(_ manifest: Manifest) -> (template: Template, isNamespaced: Bool)? {
    guard
      let entry = kinds.check(
        manifest.apiVersion, manifest.kind, at: manifest.kindLocation,
        versionAt: manifest.apiVersionLocation, findings: findings)
    else { return nil }
    guard entry.isNamespaced else {
      if manifest.namespace != nil {
        findings.add(
          .wrongScope, at: manifest.namespaceLocation,
          "\(manifest.kind) is cluster-scoped and has a namespace", advice: "remove the namespace")
      }
      return (manifest.template, false)
    }
    let root = manifest.template.root.filling(
      .literal(.string("default")), at: ["metadata", "namespace"])
    return (Template(root: root, location: manifest.location), true)
  }

  private func included(_ node: YAMLNode, in spec: FieldReader) -> [ManifestNode] {
    guard let reader = spec.reader(of: node, ScenarioFields.include),
      let fileNode = reader["file"], let pattern = reader.text("file")
    else { return [] }
    let isTemplate = reader.boolean("template") ?? false
    let paths = library.paths(
      matching: pattern, relativeTo: folder, at: fileNode.location, length: fileNode.length)
    return paths.flatMap { path -> [ManifestNode] in
      guard checkCycle(path, at: fileNode),
        let file = library.file(path, namedAt: fileNode.location, length: fileNode.length)
      else { return [] }
      return file.documents.flatMap { document -> [ManifestNode] in
        switch DocumentKind(of: document) {
        case .manifest:
          return [ManifestNode(node: document, source: file.source, isTemplate: isTemplate)]
        case .controller:
          collectController(document, source: file.source)
          return []
        case .scenario, .unknown:
          addUnexpected(document)
          return []
        }
      }
    }
  }

  /// Whether a file may be included here: the scenario's own file would include itself.
  func checkCycle(_ path: String, at node: YAMLNode) -> Bool {
    guard path == source.path else { return true }
    findings.add(
      .includeCycle, at: node.location, length: node.length, "\(path) includes itself",
      advice: "move what is to be included to a file of its own")
    return false
  }

  /// Adds a finding about a Scenario in an included file.
  func addUnexpected(_ document: YAMLNode) {
    if DocumentKind(of: document) == .unknown {
      DocumentKind.checkOurs(document, findings: findings)
      return
    }
    findings.add(
      .unexpectedDocument, at: document.location,
      "a \(document["kind"]?.string ?? "document") cannot be included",
      advice: "include files of manifests here")
  }

  /// The names for objects, in the order of the document.
  func bindings(_ spec: FieldReader) -> [NameBinding] {
    spec.map("names").compactMap { member in
      let keyNode = YAMLNode(
        content: .string(member.key), text: member.key, style: .plain,
        location: member.keyLocation)
      guard
        Identifier.check(
          member.key, at: keyNode, reserved: Identifier.scenarioVariables, findings: findings),
        let reader = spec.reader(of: member.value, ScenarioFields.binding),
        let binding = binding(member, reader)
      else {
        brokenNames.insert(member.key)
        return nil
      }
      return binding
    }
  }

  private func binding(_ member: YAMLMember, _ reader: FieldReader) -> NameBinding? {
    guard let apiVersion = reader.text("apiVersion"), let kind = reader.text("kind"),
      let entry = checkedKind(apiVersion, kind, reader)
    else { return nil }
    let isList = reader.boolean("list") ?? false
    let namespace = checkedNamespace(reader, entry)
    if isList, let name = reader["name"] {
      findings.add(
        .fieldsDoNotCombine, at: name.location, length: name.length,
        "a list of objects has no name", advice: "remove name, or list: true")
      return nil
    }
    if !isList, reader["labels"] != nil {
      findings.add(
        .fieldsDoNotCombine, at: reader.keyLocation("labels"), length: 6,
        "labels select the objects of a list", advice: "add list: true, or remove labels")
      return nil
    }
    let target: NameBinding.Target
    if isList {
      target = .list(namespace: namespace, labels: reader.labels("labels"))
    } else if let name = reader.objectName("name") {
      let place = entry.isNamespaced ? namespace ?? "default" : ""
      target = .object(ObjectKey(entry.groupKind, namespace: place, name: name))
    } else {
      if reader["name"] == nil {
        findings.add(
          .missingField, at: reader.node.location, "the field \"name\" is missing",
          advice: "add it, or list: true for all objects of the kind")
      }
      return nil
    }
    return NameBinding(
      name: member.key, apiVersion: apiVersion, kind: kind, target: target,
      location: member.keyLocation)
  }

  /// The kind that a mapping's `apiVersion` and `kind` name.
  func checkedKind(
    _ apiVersion: String, _ kind: String, _ reader: FieldReader
  ) -> KindCatalogue.Entry? {
    kinds.check(
      apiVersion, kind, at: reader["kind"]?.location ?? reader.node.location,
      versionAt: reader["apiVersion"]?.location ?? reader.node.location, findings: findings)
  }

  /// The namespace of a mapping, where its kind has one.
  func checkedNamespace(_ reader: FieldReader, _ entry: KindCatalogue.Entry) -> String? {
    guard let node = reader["namespace"] else { return nil }
    guard entry.isNamespaced else {
      findings.add(
        .wrongScope, at: node.location, length: node.length,
        "\(entry.groupKind.kind) is cluster-scoped", advice: "remove the namespace")
      return nil
    }
    return reader.objectName("namespace")
  }
}
