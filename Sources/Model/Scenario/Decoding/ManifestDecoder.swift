internal import CEL

/// A Kubernetes object as a template, with what identifies it.
struct Manifest {
  let apiVersion: String
  let kind: String
  let template: Template
  let location: SourceLocation
  let kindLocation: SourceLocation
  let apiVersionLocation: SourceLocation
  /// Where `metadata.name` stands; the manifest's start where there is none.
  let nameLocation: SourceLocation
  let namespaceLocation: SourceLocation

  var groupKind: GroupKind { GroupKind(apiVersion: apiVersion, kind: kind) }
  var name: Template.Node? { template.node(at: "metadata", "name") }
  var namespace: Template.Node? { template.node(at: "metadata", "namespace") }
}

/// Decodes manifests: inline, from files, in events and in the steps of controllers.
struct ManifestDecoder {
  /// Whether the object must have a name.
  enum Naming { case required, generated }

  let source: SourceFile
  let findings: Findings

  /// The manifests of a node; a `v1` `List` yields its items.
  func manifests(of node: YAMLNode, mode: TemplateParser.Mode) -> [Manifest] {
    if node["kind"]?.string == "List", let items = node["items"]?.sequence {
      return items.flatMap { manifests(of: $0, mode: mode) }
    }
    return manifest(of: node, mode: mode, naming: .required).map { [$0] } ?? []
  }

  /// The manifest of a node.
  func manifest(of node: YAMLNode, mode: TemplateParser.Mode, naming: Naming) -> Manifest? {
    guard let members = node.mapping else {
      findings.add(
        .wrongType, at: node.location, length: node.length,
        "expected a manifest, and this is \(node.kindName)",
        advice: "write an object with apiVersion, kind and metadata")
      return nil
    }
    guard let apiVersion = word("apiVersion", of: node), let kind = word("kind", of: node) else {
      return nil
    }
    let metadata = node["metadata"]
    if let metadata, metadata.mapping == nil {
      findings.add(
        .wrongType, at: metadata.location, length: metadata.length,
        "metadata must be a mapping, and this is \(metadata.kindName)", advice: "give it a name")
      return nil
    }
    let name = metadata?["name"]
    if let name, name.string == nil {
      if case .bool = name.content, YAMLScalar.isSurprisingBoolean(name.text) {
        findings.add(
          .booleanTrap, at: name.location, length: name.length,
          "an unquoted \(name.text) is a Boolean in YAML 1.1, and a name is expected",
          advice: "quote it: \"\(name.text)\"")
        return nil
      }
      findings.add(
        .wrongType, at: name.location, length: name.length,
        "metadata.name must be a string, and this is \(name.kindName)",
        advice: "quote it: \"\(name.text)\"")
      return nil
    }
    if name == nil, naming == .required || metadata?["generateName"] == nil {
      findings.add(
        .incompleteManifest, at: metadata?.location ?? node.location,
        "the \(kind) has no metadata.name", advice: "give it a name")
      return nil
    }
    func place(_ key: String) -> SourceLocation {
      members.first { $0.key == key }?.value.location ?? node.location
    }
    let parser = TemplateParser(source: source, findings: findings, mode: mode)
    return Manifest(
      apiVersion: apiVersion, kind: kind, template: parser.template(of: node),
      location: node.location, kindLocation: place("kind"),
      apiVersionLocation: place("apiVersion"), nameLocation: name?.location ?? node.location,
      namespaceLocation: metadata?["namespace"]?.location ?? node.location)
  }

  private func word(_ key: String, of node: YAMLNode) -> String? {
    guard let value = node[key] else {
      findings.add(
        .incompleteManifest, at: node.location, "the manifest has no \(key)",
        advice: "an object needs apiVersion, kind and metadata.name")
      return nil
    }
    guard let text = value.string, !text.isEmpty, !text.contains("${") else {
      findings.add(
        .wrongType, at: value.location, length: value.length,
        "\(key) must be plain text, and this is \(value.kindName)", advice: "write it out")
      return nil
    }
    return text
  }
}

extension KindCatalogue {
  /// Finds the kind of an `apiVersion`; a finding where nobody defines it or serves that version.
  func check(
    _ apiVersion: String, _ kind: String, at kindPlace: SourceLocation,
    versionAt versionPlace: SourceLocation, findings: Findings
  ) -> Entry? {
    let groupKind = GroupKind(apiVersion: apiVersion, kind: kind)
    guard let entry = self[groupKind] else {
      let sameKind = entries.filter { $0.groupKind.kind == kind }
      if let other = sameKind.first {
        findings.add(
          .undefinedKind, at: versionPlace, length: max(1, apiVersion.unicodeScalars.count),
          "nobody defines the kind \(kind) in \(apiVersion)",
          advice: "did you mean \(other.apiVersions[0])?")
      } else {
        let known = entries.map(\.groupKind.kind)
        let meant = Suggestion.nearest(to: kind, among: known)
        findings.add(
          .undefinedKind, at: kindPlace, length: max(1, kind.unicodeScalars.count),
          "nobody defines the kind \(kind) of \(apiVersion)",
          advice: meant.map { "did you mean \"\($0)\"?" }
            ?? "add its CustomResourceDefinition to spec.objects")
      }
      return nil
    }
    guard entry.apiVersions.contains(apiVersion) else {
      findings.add(
        .versionNotServed, at: versionPlace, length: max(1, apiVersion.unicodeScalars.count),
        "\(kind) is not served as \(apiVersion)",
        advice: "served: \(entry.apiVersions.joined(separator: ", "))")
      return nil
    }
    return entry
  }
}

extension KindCatalogue.Entry {
  /// The versions with their group, `apps/v1`.
  package var apiVersions: [String] {
    versions.map { groupKind.group.isEmpty ? $0 : "\(groupKind.group)/\($0)" }
  }

  /// The kind that a CustomResourceDefinition defines; nil where it is incomplete.
  init?(definition: JSONObject) {
    guard let group = definition.at("spec", "group")?.string,
      let kind = definition.at("spec", "names", "kind")?.string,
      let versions = definition.at("spec", "versions")?.array
    else { return nil }
    let served = versions.filter { $0["served"]?.bool ?? false }
    let stored = served.filter { $0["storage"]?.bool ?? false }
    let names = (stored + served.filter { !stored.contains($0) }).compactMap { $0["name"]?.string }
    guard !names.isEmpty else { return nil }
    self.init(
      groupKind: GroupKind(group: group, kind: kind),
      plural: definition.at("spec", "names", "plural")?.string ?? "", versions: names,
      isNamespaced: definition.at("spec", "scope")?.string != "Cluster", isCustom: true)
  }
}
