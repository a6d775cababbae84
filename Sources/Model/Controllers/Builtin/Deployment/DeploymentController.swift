internal import CEL

/// The deployment controller: which changes wake it, and one sync.
///
/// Follows pkg/controller/deployment/deployment_controller.go.
struct DeploymentController: Reconciler {
  let name = "deployment"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion
  /// Whether Pods are numbers (``CountedPods``).
  let countsPods: Bool
  private let labels = ProgressLabels()

  init(version: KubernetesVersion, countsPods: Bool = false) {
    self.version = version
    self.countsPods = countsPods
  }

  var watches: [WatchRule] {
    [WatchRule(.deployment, .object)] + WatchRule.dependents(.replicaSet, of: .deployment)
      // deletePod: Recreate waits for the last Pod of the old ReplicaSets to be gone.
      + [WatchRule(.pod, .map(Self.recreateDeployment)) { _, new in new == nil }]
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    guard
      let deployment = try oracle.get(
        "apps/v1", "Deployment", namespace: request.namespace, name: request.name)
    else { return .done }
    if countsPods, deployment.at("spec", "strategy", "type")?.string == "Recreate" {
      throw UnusableExpression(
        place: "\(name), where Pods are counted", reason: "Recreate waits for single Pods")
    }
    let sync = DeploymentSync(
      deployment, ControllerClient(oracle: oracle, fieldManager: fieldManager), version, labels)
    return try sync.run()
  }

  /// deletePod: the Recreate Deployment that has no Pod left.
  private static func recreateDeployment(
    _ pod: JSONObject, _ reader: any MappingReader
  ) throws -> [ReconcileRequest] {
    func controller(of object: JSONObject, _ groupKind: GroupKind) -> JSONObject? {
      guard let reference = object.controllerReference,
        ControllerReference.isOf(reference, groupKind),
        let owner = reader.object(
          ObjectKey(groupKind, namespace: object.namespace, name: reference["name"]?.string ?? "")),
        owner.uid == reference["uid"]?.string
      else { return nil }
      return owner
    }
    guard let replicaSet = controller(of: pod, .replicaSet),
      let deployment = controller(of: replicaSet, .deployment),
      deployment.at("spec", "strategy", "type")?.string == "Recreate"
    else { return [] }
    let owned = reader.objects(of: .replicaSet, namespace: pod.namespace, selection: .all)
      .filter { ControllerReference.isControlled($0, by: deployment) }
    let pods = reader.objects(of: .pod, namespace: pod.namespace, selection: .all)
      .filter { pod in owned.contains { ControllerReference.isControlled(pod, by: $0) } }
    guard pods.isEmpty else { return [] }
    return [ReconcileRequest(namespace: deployment.namespace, name: deployment.name)]
  }
}
