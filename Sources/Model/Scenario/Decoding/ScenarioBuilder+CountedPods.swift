internal import CEL

/// Pods as numbers (`with: {pods: counted}`): their kind, and what they do not go with.
extension ScenarioBuilder {
  /// The value of the option `pods`: the word `counted`.
  func counted(_ node: YAMLNode, _ reader: FieldReader) -> Expression? {
    guard node.string == "counted" else {
      findings.add(
        .badValue, at: node.location, length: node.length, "\"pods\" takes the word counted",
        advice: "write pods: counted, or leave it out for Pods that are objects")
      return nil
    }
    return scopes.with.compile(
      "'counted'", positions: ScalarPositions(of: node, in: source), expecting: .string,
      findings: findings)
  }

  /// The kind that holds the numbers, where some controller counts Pods.
  func countedKinds(_ spec: FieldReader) -> [ManifestNode] {
    let isUsed = (spec["controllers"]?.sequence ?? []).contains { $0["with"]?["pods"] != nil }
    guard isUsed else { return [] }
    let source = SourceFile(path: "counted-pods-crd.yaml", bytes: Array(Self.definition.utf8))
    return YAMLReader.documents(of: source, findings: findings).map {
      ManifestNode(node: $0, source: source, isTemplate: false)
    }
  }

  private static let definition = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: countedpods.kverify.dev}
    spec:
      group: kverify.dev
      names: {kind: CountedPods, listKind: CountedPodsList, plural: countedpods, singular: countedpods}
      scope: Namespaced
      versions:
      - name: v1alpha1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties:
              pending: {type: integer, minimum: 0, default: 0}
              ready: {type: integer, minimum: 0, default: 0}
    """

  /// The built-in controllers that know counted Pods, or that no Pod concerns.
  private static let knowing: Set<String> = [
    "deployment", "garbagecollector", "kubelet", "replicaset",
  ]

  /// Those of them that make Pods or run them.
  private static let counting: Set<String> = ["kubelet", "replicaset"]

  /// Whoever would look at single Pods, or act while a batch of them is made, is refused: it would see
  /// none.
  func checkCountedPods(_ scenario: Scenario, _ spec: FieldReader) {
    guard scenario.countsPods else { return }
    func refuse(_ location: SourceLocation, _ what: String, _ advice: String) {
      findings.add(.fieldsDoNotCombine, at: location, what, advice: advice)
    }
    let remove = "remove pods: counted"
    if scenario.interleaving != .reconcile {
      refuse(
        spec.node.location, "counted Pods are made and deleted in one step each sync",
        "add interleaving: reconcile, or \(remove)")
    }
    for controller in scenario.controllers {
      check(controller, refuse, remove)
      for (fault, names) in faults(scenario) where names.contains(controller.name) {
        guard case .builtin(let name, _) = controller.source,
          Self.counting.contains(name)
        else { continue }
        refuse(
          controller.location, "counted Pods are not modelled with \(fault)",
          "list other controllers under \(fault), or \(remove)")
      }
    }
    for object in scenario.objects where concerns(object.apiVersion, object.kind) {
      refuse(
        object.location, "Pods are counted here: a \(object.kind) has no effect on them", remove)
    }
    for name in scenario.names where concerns(name.apiVersion, name.kind) {
      refuse(
        name.location, "there are no Pods where they are counted",
        "name objects of kind CountedPods (kverify.dev/v1alpha1)")
    }
    for event in scenario.events where concerns(event) {
      refuse(event.location, "the event acts on what counted Pods do not know", remove)
    }
    for property in scenario.properties {
      guard case .eventRule(let rule) = property.claim, concerns(rule, scenario) else { continue }
      refuse(
        rule.location, "nobody makes, changes or deletes single Pods where they are counted",
        "say on: another kind, or \(remove)")
    }
  }

  private func check(
    _ controller: ControllerDeclaration, _ refuse: (SourceLocation, String, String) -> Void,
    _ remove: String
  ) {
    switch controller.source {
    case .builtin(let name, let options):
      if !Self.knowing.contains(name) {
        refuse(controller.location, "\(name) does not know counted Pods", remove)
      }
      let counts = options.contains { $0.name == "pods" }
      if Self.counting.contains(name), !counts {
        refuse(
          controller.location, "Pods are counted elsewhere in this scenario",
          "add with: {pods: counted}")
      }
      for option in options where counts && option.name != "pods" {
        refuse(
          option.location, "\(option.name) tells Pods apart, which are counted",
          "remove it, or \(remove)")
      }
    case .declarative(let declared):
      let kinds =
        [declared.primary.groupKind] + declared.owns.map(\.groupKind)
        + declared.watches.map(\.groupKind)
        + declared.steps.compactMap { $0.childTemplate.flatMap(CompositionKinds.kind) }
      if kinds.contains(.pod)
        || "\(declared.steps)".replacing("CountedPods", with: "").contains("Pod")
      {
        refuse(controller.location, "\(controller.name) handles Pods, which are counted", remove)
      }
    case .process, .metacontroller:
      refuse(controller.location, "a process may look for Pods, which are counted", remove)
    }
  }

  private func faults(_ scenario: Scenario) -> [(String, [String])] {
    [
      ("crash", scenario.faults.crash?.controllers ?? []),
      ("lostResponse", scenario.faults.lostResponse?.controllers ?? []),
      ("staleReads", scenario.faults.staleReads?.controllers ?? []),
    ]
  }

  /// Whether a kind decides on single Pods.
  private func concerns(_ apiVersion: String, _ kind: String) -> Bool {
    apiVersion == "v1" && kind == "Pod" || apiVersion.hasPrefix("admissionregistration.k8s.io/")
  }

  /// Whether a rule about who does what may speak of Pods.
  private func concerns(_ rule: EventRule, _ scenario: Scenario) -> Bool {
    let kinds: Set = ["Pod", CountedPods.groupKind.kind]
    let counting = scenario.controllers.filter {
      if case .builtin(let name, _) = $0.source { Self.counting.contains(name) } else { false }
    }
    switch rule.on {
    case .kind(let kind): return kinds.contains(kind)
    case .object(let key): return kinds.contains(key.groupKind.kind)
    case nil: return rule.by.map { name in counting.contains { $0.name == name } } ?? true
    }
  }

  private func concerns(_ event: EventDeclaration) -> Bool {
    switch event.action {
    case .create(let template), .apply(let template), .update(let template):
      // An event that computes its kind may make a Pod.
      guard let kind = CompositionKinds.kind(of: template) else { return true }
      return kind == .pod || kind == .namespace
    case .patch(let target, _), .delete(let target, _), .evict(let target), .scale(let target, _):
      let kind = GroupKind(apiVersion: target.apiVersion, kind: target.kind)
      return kind == .pod || kind == .namespace
    }
  }
}
