/// Every kind that a scenario may use: the built-in ones and those its CRDs define.
package struct KindCatalogue: Hashable, Sendable {
  /// One kind.
  package struct Entry: Hashable, Sendable {
    package let groupKind: GroupKind
    /// The served versions, the preferred one first.
    package let versions: [String]
    package let isNamespaced: Bool
    /// Whether a CRD of the scenario defines it.
    package let isCustom: Bool
  }

  /// The kinds, sorted.
  package private(set) var entries: [Entry]

  /// Makes the catalogue of the built-in kinds.
  package init() { entries = Self.builtin.sorted { $0.groupKind < $1.groupKind } }

  /// The entry of a kind.
  package subscript(groupKind: GroupKind) -> Entry? {
    entries.first { $0.groupKind == groupKind }
  }

  /// Adds a kind that a CRD defines; one that is there already is replaced.
  package mutating func add(_ entry: Entry) {
    entries.removeAll { $0.groupKind == entry.groupKind }
    let index = entries.firstIndex { entry.groupKind < $0.groupKind } ?? entries.endIndex
    entries.insert(entry, at: index)
  }

  /// Upstream: the resources that k8s.io/kubernetes pkg/controlplane installs by default.
  private static let builtin: [Entry] = [
    entries(
      "", ["v1"],
      namespaced: [
        "Pod", "Service", "ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount",
        "Endpoints", "Event", "LimitRange", "ResourceQuota", "PodTemplate", "ReplicationController",
      ], cluster: ["Namespace", "Node", "PersistentVolume"]),
    entries(
      "apps", ["v1"],
      namespaced: [
        "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ControllerRevision",
      ], cluster: []),
    entries("batch", ["v1"], namespaced: ["Job", "CronJob"], cluster: []),
    entries("autoscaling", ["v2", "v1"], namespaced: ["HorizontalPodAutoscaler"], cluster: []),
    entries("policy", ["v1"], namespaced: ["PodDisruptionBudget"], cluster: []),
    entries("coordination.k8s.io", ["v1"], namespaced: ["Lease"], cluster: []),
    entries("discovery.k8s.io", ["v1"], namespaced: ["EndpointSlice"], cluster: []),
    entries("events.k8s.io", ["v1"], namespaced: ["Event"], cluster: []),
    entries(
      "networking.k8s.io", ["v1"], namespaced: ["Ingress", "NetworkPolicy"],
      cluster: ["IngressClass"]),
    entries(
      "rbac.authorization.k8s.io", ["v1"], namespaced: ["Role", "RoleBinding"],
      cluster: ["ClusterRole", "ClusterRoleBinding"]),
    entries("scheduling.k8s.io", ["v1"], namespaced: [], cluster: ["PriorityClass"]),
    entries(
      "storage.k8s.io", ["v1"], namespaced: ["CSIStorageCapacity"],
      cluster: ["StorageClass", "CSIDriver", "CSINode", "VolumeAttachment"]),
    entries("node.k8s.io", ["v1"], namespaced: [], cluster: ["RuntimeClass"]),
    entries("apiextensions.k8s.io", ["v1"], namespaced: [], cluster: ["CustomResourceDefinition"]),
    entries("apiregistration.k8s.io", ["v1"], namespaced: [], cluster: ["APIService"]),
    entries(
      "admissionregistration.k8s.io", ["v1"], namespaced: [],
      cluster: [
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
      ]),
    entries(
      "admissionregistration.k8s.io", ["v1beta1", "v1alpha1"], namespaced: [],
      cluster: [
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
      ]),
  ].flatMap { $0 }

  private static func entries(
    _ group: String, _ versions: [String], namespaced: [String], cluster: [String]
  ) -> [Entry] {
    func entry(_ kind: String, _ isNamespaced: Bool) -> Entry {
      Entry(
        groupKind: GroupKind(group: group, kind: kind), versions: versions,
        isNamespaced: isNamespaced, isCustom: false)
    }
    return namespaced.map { entry($0, true) } + cluster.map { entry($0, false) }
  }
}
