internal import CEL

/// Decodes the CompositeController and DecoratorController documents of Metacontroller.
///
/// They are the user's own files, so what is not known in them is left alone
/// (pkg/apis/metacontroller/v1alpha1/types.go says what there is).
struct MetacontrollerDecoder {
  let source: SourceFile
  let findings: Findings
  let kinds: KindCatalogue
  /// Whether hooks may depend on generations otherwise than by their order.
  let seesGenerations: Bool
  /// Whether children are written in the order of their names.
  let writesByName: Bool

  /// The controller of a document; nil where an error was found.
  func controller(
    of document: YAMLNode, _ connection: MetacontrollerController.Connection
  ) -> MetacontrollerController? {
    let before = findings.errorCount
    guard let kind = document["kind"]?.string.flatMap(MetacontrollerController.Kind.init),
      let name = document["metadata"]?["name"]?.string
    else {
      missing("metadata.name", in: document)
      return nil
    }
    guard let spec = document["spec"], spec.mapping != nil else {
      missing("spec", in: document)
      return nil
    }
    let (parents, children) = (self.parents(kind, spec), self.children(kind, spec))
    let hooks = spec["hooks"]
    let result = MetacontrollerController(
      kind: kind, name: name, document: document.json.allPinned.object ?? JSONObject(),
      parents: parents, children: children, revisionFields: revisionFields(spec),
      generatesSelector: flag(spec["generateSelector"]),
      resyncPeriod: integer(spec["resyncPeriodSeconds"]).map { max(1, $0) },
      sync: hook("sync", hooks), finalize: hook("finalize", hooks),
      customize: hook("customize", hooks), connection: connection, writesByName: writesByName,
      location: document.location)
    if result.sync == nil, findings.errorCount == before {
      missing("spec.hooks.sync.webhook", in: hooks ?? spec)
    }
    if parents.isEmpty, findings.errorCount == before {
      missing(kind == .composite ? "spec.parentResource" : "spec.resources", in: spec)
    }
    return findings.errorCount == before ? result : nil
  }

  private func missing(_ field: String, in node: YAMLNode) {
    findings.add(
      .missingField, at: node.location, "the field \"\(field)\" is missing",
      advice: "add it, as Metacontroller itself needs it")
  }

  private func flag(_ node: YAMLNode?) -> Bool {
    if case .bool(true) = node?.content { true } else { false }
  }

  private func integer(_ node: YAMLNode?) -> Int? {
    if case .int(let number) = node?.content { Int(exactly: number) } else { nil }
  }

  // MARK: Kinds

  private func parents(_ kind: MetacontrollerController.Kind, _ spec: YAMLNode)
    -> [MetacontrollerController.Parent]
  {
    let nodes =
      kind == .composite
      ? spec["parentResource"].map { [$0] } ?? [] : spec["resources"]?.sequence ?? []
    return nodes.compactMap { node in
      guard let resource = resource(node) else { return nil }
      let annotations = node["annotationSelector"].map { node -> JSONValue in
        var selector = node.json.object ?? JSONObject()
        selector["matchLabels"] = selector["matchAnnotations"]
        return .object(selector)
      }
      return MetacontrollerController.Parent(
        resource: resource,
        labels: selector(node["labelSelector"]?.json, at: node["labelSelector"] ?? node),
        annotations: selector(annotations, at: node["annotationSelector"] ?? node),
        ignoresStatusChanges: flag(node["ignoreStatusChanges"]))
    }
  }

  private func selector(_ given: JSONValue?, at node: YAMLNode) -> LabelSelector {
    guard let given else { return LabelSelector() }
    if let selector = LabelSelector(object: given) { return selector }
    findings.add(
      .badValue, at: node.location, "this is no label selector",
      advice: "write matchLabels or matchExpressions")
    return LabelSelector()
  }

  private func children(_ kind: MetacontrollerController.Kind, _ spec: YAMLNode)
    -> [MetacontrollerController.Child]
  {
    let nodes = spec[kind == .composite ? "childResources" : "attachments"]?.sequence ?? []
    return nodes.compactMap { node in
      guard let resource = resource(node) else { return nil }
      let strategy = node["updateStrategy"]
      let checks = (strategy?["statusChecks"]?["conditions"]?.sequence ?? []).compactMap { check in
        check["type"]?.string.map {
          MetacontrollerController.StatusCheck(
            type: $0, status: check["status"]?.string, reason: check["reason"]?.string)
        }
      }
      return MetacontrollerController.Child(
        resource: resource, method: method(strategy?["method"], kind), checks: checks)
    }
  }

  private func method(_ node: YAMLNode?, _ kind: MetacontrollerController.Kind)
    -> MetacontrollerController.UpdateMethod
  {
    guard let node else { return .onDelete }
    let allowed = MetacontrollerController.UpdateMethod.allCases
      .filter { kind == .composite || !$0.isRolling }
    if let method = allowed.first(where: { $0.rawValue == node.string }) { return method }
    findings.add(
      .badValue, at: node.location, length: node.length,
      "\"\(node.text)\" is no update strategy of a \(kind.rawValue)",
      advice: Suggestion.advice(
        for: node.text, among: allowed.map(\.rawValue), what: "strategies"))
    return .onDelete
  }

  /// The kind of a rule's `apiVersion` and `resource`.
  private func resource(_ node: YAMLNode) -> MetacontrollerController.Resource? {
    guard let apiVersion = node["apiVersion"]?.string, let plural = node["resource"]?.string else {
      missing("\(node["apiVersion"] == nil ? "apiVersion" : "resource")", in: node)
      return nil
    }
    guard let entry = kinds.entry(apiVersion: apiVersion, plural: plural) else {
      let place = node["resource"] ?? node
      let known = kinds.entries.map(\.plural)
      let meant = Suggestion.nearest(to: plural, among: known)
      findings.add(
        .undefinedKind, at: place.location, length: place.length,
        "nobody serves the resource \(plural) in \(apiVersion)",
        advice: meant.map { $0 == plural ? "use another apiVersion" : "did you mean \"\($0)\"?" }
          ?? "add its CustomResourceDefinition to spec.objects")
      return nil
    }
    return MetacontrollerController.Resource(
      apiVersion: apiVersion, kind: entry.groupKind.kind, plural: plural,
      isNamespaced: entry.isNamespaced)
  }

  private func revisionFields(_ spec: YAMLNode) -> [[String]] {
    let given = spec["parentResource"]?["revisionHistory"]?["fieldPaths"]?.sequence ?? []
    let paths = given.compactMap(\.string).map {
      $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
    return paths.isEmpty ? [["spec"]] : paths
  }

  // MARK: Hooks

  private func hook(_ name: String, _ hooks: YAMLNode?) -> MetacontrollerController.Hook? {
    guard let node = hooks?[name], let webhook = node["webhook"] else { return nil }
    var version = MetacontrollerController.Hook.Version.v1
    if let given = node["version"] {
      guard let known = given.string.flatMap(MetacontrollerController.Hook.Version.init) else {
        findings.add(
          .badValue, at: given.location, length: given.length,
          "\"\(given.text)\" is no version of a hook", advice: "write v1 or v2")
        return nil
      }
      version = known
    }
    guard let path = path(of: webhook) else {
      findings.add(
        .missingField, at: webhook.location, "the webhook has no url",
        advice: "write url: http://…/\(name), or path and service")
      return nil
    }
    let mode = webhook["responseUnMarshallMode"] ?? webhook["responseUnmarshallMode"]
    return MetacontrollerController.Hook(
      path: path, version: version,
      isStrict: mode?.string.map { $0 == "strict" } ?? (version == .v2),
      seesGenerations: seesGenerations)
  }

  /// The path and query of a webhook's URL (webhookURL).
  private func path(of webhook: YAMLNode) -> String? {
    guard let url = webhook["url"]?.string else { return webhook["path"]?.string }
    guard let start = url.firstRange(of: "://") else { return nil }
    let rest = url[start.upperBound...]
    guard let slash = rest.firstIndex(of: "/") else { return "/" }
    return String(rest[slash...])
  }
}
