internal import CEL

/// The disruption controller: the status of PodDisruptionBudgets, by which evictions are allowed.
///
/// Follows pkg/controller/disruption/disruption.go (sync, trySync, failSafe). The eviction itself is
/// the API server's.
struct DisruptionController: Reconciler {
  let name = "disruption"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion

  var watches: [WatchRule] {
    let version = version
    return [
      WatchRule(.podDisruptionBudget, .object),
      // addPod, updatePod, deletePod look at the new labels only: who took a Pod out of a budget's
      // selection by relabelling it leaves that budget as it was.
      WatchRule(.pod, .mapLatest { try Self.budgets(of: $0, $1, version) }),
      .informer(.deployment), .informer(.replicaSet), .informer(.statefulSet),
      .informer(.replicationController),
    ]
  }

  /// getPdbForPod.
  ///
  /// Where several budgets cover a Pod upstream wakes an arbitrary one of them; here they all are.
  private static func budgets(
    of pod: JSONObject, _ reader: any MappingReader, _ version: KubernetesVersion
  ) throws -> [ReconcileRequest] {
    reader.objects(of: .podDisruptionBudget, namespace: pod.namespace, selection: .all)
      .filter { selector(of: $0, version)?.matches(pod) ?? false }
      .map { ReconcileRequest(namespace: $0.namespace, name: $0.name) }
  }

  /// What a budget selects; nil for nothing.
  private static func selector(
    of budget: JSONObject, _ version: KubernetesVersion
  ) -> LabelSelector? {
    guard let selector = LabelSelector(object: budget.at("spec", "selector")),
      !selector.isEmpty || version.emptyDisruptionSelectorSelectsAll
    else { return nil }
    return selector
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let apiVersion = version.emptyDisruptionSelectorSelectsAll ? "policy/v1" : "policy/v1beta1"
    guard
      let budget = try oracle.get(
        apiVersion, "PodDisruptionBudget", namespace: request.namespace, name: request.name)
    else { return .done }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    let status = DisruptionStatus(client: client, budget: budget, version: version)
    var pods: [JSONObject] = []
    if let selector = Self.selector(of: budget, version) {
      pods = try oracle.list(
        ListQuery(
          apiVersion: "v1", kind: "Pod", namespace: request.namespace,
          selection: selector.isEmpty ? .all : .selectors(label: selector.text, field: "")))
    }
    let expectation: DisruptionExpectation
    switch try DisruptionScales(client: client, version: version).expect(of: budget, pods) {
    case .success(let found): expectation = found
    case .failure(let error):
      try status.writeFailure(error)
      return .done
    }
    let disrupted = try stillDisrupted(pods, budget, oracle)
    let healthy = pods.count { pod in
      PodStatus(pod).isReady && !PodStatus(pod).isTerminating && disrupted[pod.name] == nil
    }
    if let failure = try status.write(expectation, healthy: healthy, disrupted: disrupted) {
      if failure.isConflict { throw failure.error("updating a PodDisruptionBudget's status") }
      try status.writeFailure(failure.error("updating the status"))
      return .done
    }
    return disrupted.isEmpty ? .done : .requeueAfter(seconds: Self.deletionTimeout)
  }

  /// After so many seconds an evicted Pod that is still there counts again (DeletionTimeout).
  private static let deletionTimeout = 120

  /// buildDisruptedPodMap: the Pods that were evicted and whose deletion is still expected.
  private func stillDisrupted(
    _ pods: [JSONObject], _ budget: JSONObject, _ oracle: any ReconcileOracle
  ) throws -> JSONObject {
    let known = budget.at("status", "disruptedPods")?.object ?? JSONObject()
    var result = JSONObject()
    for pod in pods where !PodStatus(pod).isTerminating {
      guard let time = known[pod.name] else { continue }
      let deadline = "the deletion of evicted Pod \(pod.namespace)/\(pod.name)"
      if try !oracle.hasPassed(deadline: deadline) { result[pod.name] = time }
    }
    return result
  }
}
