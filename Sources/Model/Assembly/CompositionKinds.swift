import CEL

/// The kinds that the objects of a composition may have, as far as its documents tell.
enum CompositionKinds {
  /// Kinds of objects, of names, of what declarative controllers handle and of what built-in ones make;
  /// sorted.
  static func of(_ scenario: Scenario) -> [GroupKind] {
    var kinds = Set(
      scenario.objects.map { GroupKind(apiVersion: $0.apiVersion, kind: $0.kind) })
    kinds.formUnion(scenario.names.map(\.groupKind))
    if scenario.countsPods { kinds.insert(CountedPods.groupKind) }
    for controller in scenario.controllers {
      switch controller.source {
      case .builtin(let name, _): kinds.formUnion(made(by: name))
      case .process(let controller):
        kinds.insert(controller.primary.groupKind)
        kinds.formUnion(controller.owns.map(\.groupKind))
        kinds.formUnion(controller.watches.map(\.groupKind))
      case .metacontroller(let controller):
        kinds.formUnion(controller.parents.map(\.resource.groupKind))
        kinds.formUnion(controller.children.map(\.resource.groupKind))
      case .declarative(let controller):
        kinds.insert(controller.primary.groupKind)
        kinds.formUnion(controller.owns.map(\.groupKind))
        kinds.formUnion(controller.watches.map(\.groupKind))
        for step in controller.steps {
          if let template = step.childTemplate, let kind = kind(of: template) {
            kinds.insert(kind)
          }
        }
      }
    }
    for event in scenario.events {
      switch event.action {
      case .create(let template), .apply(let template), .update(let template):
        if let kind = kind(of: template) { kinds.insert(kind) }
      case .patch(let target, _), .delete(let target, _), .evict(let target), .scale(let target, _):
        kinds.insert(GroupKind(apiVersion: target.apiVersion, kind: target.kind))
      }
    }
    return kinds.sorted()
  }

  /// The kind that a template names literally; nil where it is computed.
  static func kind(of template: Template) -> GroupKind? {
    guard let apiVersion = template.node(at: "apiVersion")?.literalString,
      let kind = template.node(at: "kind")?.literalString
    else { return nil }
    return GroupKind(apiVersion: apiVersion, kind: kind)
  }

  private static func made(by builtin: String) -> [GroupKind] {
    func core(_ kind: String) -> GroupKind { GroupKind(group: "", kind: kind) }
    func apps(_ kind: String) -> GroupKind { GroupKind(group: "apps", kind: kind) }
    switch builtin {
    case "deployment": return [apps("Deployment"), apps("ReplicaSet")]
    case "replicaset": return [apps("ReplicaSet"), core("Pod")]
    case "replicationcontroller": return [core("ReplicationController"), core("Pod")]
    case "endpoints": return [core("Service"), core("Endpoints"), core("Pod")]
    case "disruption": return [.podDisruptionBudget, core("Pod")]
    case "namespace": return [core("Namespace")]
    case "statefulset":
      return [
        apps("StatefulSet"), apps("ControllerRevision"), core("Pod"),
        core("PersistentVolumeClaim"),
      ]
    case "daemonset": return [apps("DaemonSet"), apps("ControllerRevision"), core("Pod")]
    case "job": return [GroupKind(group: "batch", kind: "Job"), core("Pod")]
    case "cronjob":
      return [GroupKind(group: "batch", kind: "CronJob"), GroupKind(group: "batch", kind: "Job")]
    case "kubelet": return [core("Pod")]
    case "scheduler": return [core("Pod"), core("Node")]
    default: return []
    }
  }
}

/// The kinds that somebody may apply: for all others field ownership is no part of identity.
enum AppliedKinds {
  /// The kinds with an apply step or event; all kinds where a template computes its kind or an
  /// expression reads managedFields.
  static func of(_ scenario: Scenario, kinds: [GroupKind]) -> Set<GroupKind> {
    var applied: Set<GroupKind> = []
    var all = scenario.expressions.contains { $0.source.contains("managedFields") }
    func add(_ template: Template) {
      if let kind = CompositionKinds.kind(of: template) { applied.insert(kind) } else { all = true }
    }
    // What a process does is known when it does it.
    if scenario.hasProcesses { all = true }
    for case .declarative(let controller) in scenario.controllers.map(\.source) {
      for step in controller.steps {
        if case .apply(let template) = step.action { add(template) }
      }
    }
    for event in scenario.events {
      if case .apply(let template) = event.action { add(template) }
    }
    return all ? applied.union(CompositionKinds.of(scenario)).union(kinds) : applied
  }
}
