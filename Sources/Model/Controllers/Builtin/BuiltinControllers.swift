/// The built-in controllers, modelled after those of kube-controller-manager and the kubelet.
package enum BuiltinControllers {
  /// The names that `builtin:` takes, in order.
  package static let names: [String] = documentations.map(\.name).sorted()

  private static let documentations: [BuiltinDocumentation] = [
    CronJobController.documentation, DaemonSetController.documentation,
    DeploymentController.documentation,
    DisruptionController.documentation, EndpointsController.documentation,
    GarbageCollectorController.documentation,
    HorizontalPodAutoscalerController.documentation, JobController.documentation,
    KubeletController.documentation, NamespaceController.documentation,
    ReplicaSetController.documentation,
    ReplicatedKind.replicationControllerDocumentation, SchedulerController.documentation,
    StatefulSetController.documentation,
  ]

  /// What is known of a built-in; nil for a name that is none.
  package static func documentation(_ name: String) -> BuiltinDocumentation? {
    documentations.first { $0.name == name }
  }

  /// Makes a built-in controller; an unknown name or `with` key is thrown.
  ///
  /// The kinds are those in the composition: of its objects, and of what its controllers create
  /// (`BuiltinDocumentation.creates`). The garbage collector watches them all, and the namespace
  /// controller empties Namespaces of them; the autoscaler takes all replicas to be ready and
  /// measured where Pod is not among them; the kubelet gives addresses where there are Services.
  package static func make(
    _ name: String, with options: BuiltinOptions = BuiltinOptions(), kinds: [GroupKind]
  ) throws(BuiltinError) -> any Reconciler {
    guard let documentation = documentation(name) else {
      throw .unknownName(name, known: names)
    }
    for key in options.values.keys.sorted()
    where !documentation.keys.contains(where: { $0.name == key }) {
      throw .unknownKey(key, of: name, known: documentation.keys.map(\.name))
    }
    let version = options.kubernetesVersion
    switch name {
    case "cronjob": return CronJobController(options: options)
    case "daemonset": return DaemonSetController(version: version)
    case "deployment":
      return DeploymentController(
        version: version, countsPods: kinds.contains(CountedPods.groupKind))
    case "disruption": return DisruptionController(version: version)
    case "endpoints": return EndpointsController(version: version)
    case "garbagecollector":
      return GarbageCollectorController(kinds: kinds, isNamespaced: options.isNamespaced)
    case "horizontalpodautoscaler":
      return HorizontalPodAutoscalerController(options: options, hasPods: kinds.contains(.pod))
    case "job": return JobController(version: version)
    case "kubelet":
      return KubeletController(options: options, assignsAddresses: kinds.contains(.service))
    case "namespace":
      return NamespaceController(version: version, kinds: options.namespacedKinds(among: kinds))
    case "replicaset":
      return ReplicaSetController(version: version, countsPods: options.values["pods"] != nil)
    case "replicationcontroller":
      return ReplicaSetController(version: version, kind: .replicationController)
    case "scheduler": return SchedulerController(version: version)
    case "statefulset": return StatefulSetController(version: version)
    default: preconditionFailure("a documented built-in that cannot be made: \(name)")
    }
  }
}

/// Why a built-in controller could not be made: the user's mistake.
package enum BuiltinError: Error, Hashable, Sendable {
  case unknownName(String, known: [String])
  case unknownKey(String, of: String, known: [String])
}
