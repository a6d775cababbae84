/// What users may know of a built-in controller: `kverify explain builtin NAME`.
package struct BuiltinDescription: Hashable, Sendable {
  /// A question that the world outside answers, set by the scenario under `with`.
  package struct Option: Hashable, Sendable {
    package let name: String
    /// The type that the expression must yield.
    package let type: OptionType
    package let summary: String
  }

  /// The type of an option's value.
  package enum OptionType: String, Hashable, Sendable {
    case int, bool

    var expected: ExpressionScope.Expected {
      switch self {
      case .int: .int
      case .bool: .bool
      }
    }
  }

  package let name: String
  /// The file of Kubernetes that it follows.
  package let upstream: String
  package let summary: String
  /// What it does, rule by rule.
  package let rules: [String]
  package let options: [Option]
}

/// The built-in controllers, sorted by name.
package enum BuiltinCatalogue {
  /// The description under a name.
  package static func description(of name: String) -> BuiltinDescription? {
    all.first { $0.name == name }
  }

  /// All of them.
  package static let all: [BuiltinDescription] = [
    BuiltinDescription(
      name: "deployment", upstream: "pkg/controller/deployment/deployment_controller.go",
      summary: "Makes ReplicaSets for a Deployment's Pod template and moves replicas between them.",
      rules: [
        "adopts matching ReplicaSets without an owner, releases those that no longer match",
        "makes a ReplicaSet per Pod template, named by the template's hash",
        "RollingUpdate: scales the new one up within maxSurge, the old ones down within maxUnavailable",
        "Recreate: scales the old ones to 0, waits for their Pods, then makes the new one",
        "writes status: replicas, updated, ready, available and unavailable, conditions",
      ], options: []),
    BuiltinDescription(
      name: "garbagecollector", upstream: "pkg/controller/garbagecollector/garbagecollector.go",
      summary: "Deletes objects whose owners are gone; carries out foreground and orphan deletion.",
      rules: [
        "deletes an object in the background when every owner it names is absent",
        "foreground: deletes the dependents that block, then removes the owner's finalizer",
        "orphan: removes the ownerReference of the dependents, then the owner's finalizer",
      ], options: []),
    BuiltinDescription(
      name: "horizontalpodautoscaler", upstream: "pkg/controller/podautoscaler/horizontal.go",
      summary: "Sets the replicas of its target so that the utilization meets the HPA's target.",
      rules: [
        "desired = ceil(current * utilization / target); within 10 % of the target nothing changes",
        "at most the double of the current replicas, or 4, in one sync",
        "kept between minReplicas and maxReplicas",
        "writes through the scale subresource, then its own status",
      ],
      options: [
        BuiltinDescription.Option(
          name: "utilization", type: .int,
          summary: "what the metrics server answers: percent of the request, averaged over the Pods"
        )
      ]),
    BuiltinDescription(
      name: "kubelet", upstream: "pkg/kubelet/status/status_manager.go",
      summary:
        "Runs Pods: makes them ready, and lets them succeed or fail where the scenario says so.",
      rules: [
        "a Pod that is bound becomes Running, then Ready",
        "a Pod with a deletionTimestamp is removed",
      ],
      options: [
        BuiltinDescription.Option(
          name: "fail", type: .int, summary: "how many Pods may fail, at any time; 0 by default"),
        BuiltinDescription.Option(
          name: "succeed", type: .bool,
          summary: "whether a Pod may run to completion; false by default"),
        BuiltinDescription.Option(
          name: "unready", type: .int,
          summary: "how often a ready Pod may become unready; 0 by default"),
      ]),
    BuiltinDescription(
      name: "replicaset", upstream: "pkg/controller/replicaset/replica_set.go",
      summary: "Keeps as many Pods as a ReplicaSet wants.",
      rules: [
        "adopts matching Pods without an owner, releases those that no longer match",
        "creates missing Pods, deletes surplus ones: not ready before ready, younger before older",
        "writes status: replicas, ready, available",
      ], options: []),
    BuiltinDescription(
      name: "statefulset", upstream: "pkg/controller/statefulset/stateful_set_control.go",
      summary: "Keeps a StatefulSet's Pods with stable names and their volume claims.",
      rules: [
        "OrderedReady: one Pod at a time, upwards, each only when the ones before are ready",
        "scales down from the highest ordinal; Parallel does not wait",
        "creates the claims of volumeClaimTemplates and keeps them",
        "RollingUpdate: replaces Pods from the highest ordinal, down to the partition",
      ], options: []),
  ]
}
