internal import CEL

/// The statefulset controller: which changes wake it, and one sync.
///
/// Follows pkg/controller/statefulset/stateful_set.go (sync, adoptOrphanRevisions,
/// getPodsForStatefulSet).
struct StatefulSetController: Reconciler {
  let name = "statefulset"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion

  var watches: [WatchRule] {
    [WatchRule(.statefulSet, .object)] + WatchRule.dependents(.pod, of: .statefulSet)
      + [.informer(.controllerRevision), .informer(.persistentVolumeClaim)]
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    guard
      let object = try oracle.get(
        "apps/v1", "StatefulSet", namespace: request.namespace, name: request.name)
    else { return .done }
    guard let selector = LabelSelector(object: object.at("spec", "selector")) else {
      // Upstream reports it and does not retry.
      return .done
    }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    let claim = ObjectClaim(client: client, controller: object, selector: selector)
    let revisions = RevisionHistory(client: client, set: object, selector: selector)
    try revisions.adoptOrphans(claim)

    let set = StatefulSet(object, version)
    let pods = try claim.claim(
      try oracle.list(ListQuery(apiVersion: "v1", kind: "Pod", namespace: request.namespace)),
      isCandidate: { set.isMember($0) })
    let sync = StatefulSetSync(set: set, pods: pods, history: revisions, client: client)
    let available = try sync.run()
    if set.minReadySeconds > 0, available != set.replicas {
      return .requeueAfter(seconds: set.minReadySeconds)
    }
    return .done
  }
}
