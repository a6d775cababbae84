package import CEL

/// What a scenario sets on a built-in controller: the compiled `with` expressions and the rules to
/// follow.
package struct BuiltinOptions: Sendable {
  /// A compiled `with` value: asked at each use, as a read of the reconcile.
  package typealias Value =
    @Sendable (ReconcileRequest, any ReconcileOracle) throws -> JSONValue

  /// The `with` values by key; only keys of the controller's documentation are looked up.
  package var values: [String: Value]
  /// The version of Kubernetes whose controllers are modelled.
  package var kubernetesVersion: KubernetesVersion
  /// Whether objects of a kind live in namespaces; the garbage collector looks owners up by it.
  package var isNamespaced: @Sendable (GroupKind) -> Bool
  /// What discovery tells of kinds; the namespace controller asks it.
  package var resources: ResourceRegistry?

  /// Makes options; without arguments the controller's defaults.
  package init(
    values: [String: Value] = [:], kubernetesVersion: KubernetesVersion = .standard,
    resources: ResourceRegistry? = nil, isNamespaced: (@Sendable (GroupKind) -> Bool)? = nil
  ) {
    self.values = values
    self.kubernetesVersion = kubernetesVersion
    self.resources = resources
    self.isNamespaced = isNamespaced ?? { !BuiltinOptions.clusterScoped.contains($0) }
  }

  /// The kinds of these whose objects lie in namespaces, each in the version that the server
  /// prefers, in order (discovery.ServerPreferredResources).
  func namespacedKinds(among kinds: [GroupKind]) -> [NamespaceController.ListedKind] {
    let registry = resources ?? .builtIn(kubernetesVersion)
    var seen: Set<GroupKind> = []
    return kinds.sorted().compactMap { kind in
      guard seen.insert(kind).inserted, let resource = registry.resource(kind),
        resource.isNamespaced, let version = resource.versions.first
      else { return nil }
      return NamespaceController.ListedKind(
        apiVersion: kind.group.isEmpty ? version : "\(kind.group)/\(version)", kind: kind.kind,
        plural: resource.plural)
    }
  }

  /// The built-in cluster-scoped kinds that own or are owned in practice.
  private static let clusterScoped: Set<GroupKind> = [
    GroupKind(group: "", kind: "Namespace"), GroupKind(group: "", kind: "Node"),
    GroupKind(group: "", kind: "PersistentVolume"),
    GroupKind(group: "storage.k8s.io", kind: "StorageClass"),
    GroupKind(group: "scheduling.k8s.io", kind: "PriorityClass"),
    GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRole"),
    GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding"),
    GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"),
    GroupKind(group: "apiregistration.k8s.io", kind: "APIService"),
    GroupKind(group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration"),
    GroupKind(group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration"),
  ]

  /// The value of a `with` key now; nil where the scenario does not set it or says null.
  func value(
    _ key: String, _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws -> JSONValue? {
    guard let value = try values[key]?(request, oracle), value != .null else { return nil }
    return value
  }

  /// The integer of a `with` key now.
  func integer(
    _ key: String, _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws -> Integer? {
    guard let value = try value(key, request, oracle) else { return nil }
    guard let integer = value.integer else { throw ReconcileError("with.\(key) is no int") }
    return integer
  }
}
