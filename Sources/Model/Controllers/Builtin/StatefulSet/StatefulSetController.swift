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
    [
      WatchRule(.statefulSet, .object),
      WatchRule(.pod, .controllerOwner(.statefulSet)),
      // addPod, updatePod: an orphan wakes whoever may adopt it.
      WatchRule(.pod, .map(Self.possibleOwners)) { old, new in
        guard let new, new.controllerReference == nil, new.deletionTimestamp == nil else {
          return false
        }
        guard let old else { return true }
        return old.labels != new.labels || old.controllerReference != nil
      },
      .informer(.controllerRevision), .informer(.persistentVolumeClaim),
    ]
  }

  /// getStatefulSetsForPod: the StatefulSets whose selector accepts an orphan's labels.
  private static func possibleOwners(
    _ pod: JSONObject, _ reader: any MappingReader
  ) throws -> [ReconcileRequest] {
    guard !pod.labels.isEmpty else { return [] }
    return reader.objects(of: .statefulSet, namespace: pod.namespace, selection: .all)
      .filter { set in
        guard let selector = LabelSelector(object: set.at("spec", "selector")) else {
          return false
        }
        return !selector.isEmpty && selector.matches(pod)
      }
      .map { ReconcileRequest(namespace: $0.namespace, name: $0.name) }
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
