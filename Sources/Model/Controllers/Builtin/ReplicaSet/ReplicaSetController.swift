internal import CEL

/// The replicaset controller, for ReplicationControllers too: which changes wake it, and one sync.
///
/// Follows pkg/controller/replicaset/replica_set.go (syncReplicaSet, manageReplicas).
struct ReplicaSetController: Reconciler {
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion
  var kind = ReplicatedKind.replicaSet
  /// Whether it waits until its cache shows what it has done; tests switch it off.
  var hasExpectations = true
  /// Whether Pods are numbers (``CountedPods``).
  var countsPods = false

  var name: String { kind.controllerName }

  /// Upstream creates and deletes at most so many Pods a sync.
  static let burst: Integer = 500

  var watches: [WatchRule] {
    if countsPods { return countedWatches }
    let kind = kind
    return [WatchRule(kind.groupKind, .object)]
      + WatchRule.dependents(.pod, of: kind.groupKind) { kind.selector(of: $0) }
  }

  func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange] {
    Expectations.changes(before: before, after: after, owner: kind.groupKind)
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let expectations = Expectations(oracle, isUsed: hasExpectations)
    guard
      let replicaSet = try oracle.get(
        kind.apiVersion, kind.groupKind.kind, namespace: request.namespace, name: request.name)
    else {
      try expectations.forget()
      return .done
    }
    guard let selector = kind.selector(of: replicaSet) else {
      // Upstream reports it and does not retry.
      return .done
    }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    if countsPods { return try syncCounted(replicaSet, client) }
    let seen = try expectations.state()
    let claim = ObjectClaim(client: client, controller: replicaSet, selector: selector)
    let all = try oracle.list(claim.candidates("v1", "Pod"))
    let pods = try claim.claim(all.filter { PodStatus($0).isActive })

    var failure: ReconcileError?
    if replicaSet.deletionTimestamp == nil, seen == .fulfilled {
      failure = try manageReplicas(replicaSet, pods, expectations, client)
    }
    let counts = try ReplicaSetStatus.Counts(of: pods, replicaSet, oracle)
    var writer = ReplicaSetStatus(client: client, replicaSet: replicaSet, counts: counts)
    if version.countsTerminatingReplicas, kind.groupKind == .replicaSet {
      // FilterTerminatingPods, FilterClaimedPods.
      writer.terminating = all.count { pod in
        PodStatus(pod).isTerminating && !PodStatus(pod).isTerminal && selector.matches(pod)
          && ControllerReference.isControlled(pod, by: replicaSet)
      }
    }
    let updated = try writer.write(failure: failure)
    if let failure { throw failure }
    let wanted = updated.wantedReplicas
    if updated.minReadySeconds > 0, updated.statusNumber("readyReplicas") == wanted,
      updated.statusNumber("availableReplicas") != wanted
    {
      return .requeueAfter(seconds: updated.minReadySeconds)
    }
    return seen.delay ?? .done
  }

  /// Creates or deletes Pods until there are as many as wanted.
  ///
  /// The failure that stopped it is kept for the status.
  private func manageReplicas(
    _ replicaSet: JSONObject, _ pods: [JSONObject], _ expectations: Expectations,
    _ client: ControllerClient
  ) throws -> ReconcileError? {
    let excess = Integer(pods.count) - replicaSet.wantedReplicas
    if excess < 0 {
      return try create(.least(0 - excess, Self.burst), replicaSet, expectations, client)
    }
    if excess > 0 {
      let count = Int(Integer.least(excess, Self.burst).pinned)
      return try delete(count, replicaSet, pods, expectations, client)
    }
    return nil
  }

  private func create(
    _ count: Integer, _ replicaSet: JSONObject, _ expectations: Expectations,
    _ client: ControllerClient
  ) throws -> ReconcileError? {
    // Who waits for so many Pods has to know how many they are.
    if expectations.isUsed { try expectations.expect(creations: Int(count.pinned)) }
    let pod = PodFactory.make(
      from: replicaSet.at("spec", "template")?.object ?? JSONObject(), parent: replicaSet)
    let made = try SlowStart.run(count) { _ in
      let answer = try client.create(pod)
      return answer.isSuccess || answer.isNamespaceTerminating
        ? nil : answer.error("creating a Pod")
    }
    if expectations.isUsed {
      try expectations.lower(creations: Int(count.pinned) - made.successes)
    }
    return made.failure
  }

  private func delete(
    _ count: Int, _ replicaSet: JSONObject, _ pods: [JSONObject], _ expectations: Expectations,
    _ client: ControllerClient
  ) throws -> ReconcileError? {
    let victims =
      count < pods.count
      ? try PodVictims(version: version, oracle: client.oracle)
        .choose(count, of: pods, related: { try related(to: replicaSet, client.oracle) })
      : pods
    try expectations.expect(deletionsOf: victims)
    var failure: ReconcileError?
    var deletions = ParallelCalls(client.oracle, changing: victims)
    while let lane = try deletions.next() {
      let pod = victims[lane]
      let answer = try client.delete(pod)
      if !answer.isSuccess { try expectations.lower(deletionOf: pod) }
      if !answer.isSuccess, !answer.isNotFound {
        failure = failure ?? answer.error("deleting a Pod")
      }
    }
    return failure
  }

  /// getIndirectlyRelatedPods: the Pods of all ReplicaSets with the same controller.
  private func related(
    to replicaSet: JSONObject, _ oracle: any ReconcileOracle
  ) throws -> [JSONObject] {
    let all = try oracle.list(
      ListQuery(
        apiVersion: kind.apiVersion, kind: kind.groupKind.kind, namespace: replicaSet.namespace))
    let uid = replicaSet.controllerReference?["uid"]?.string
    let family = all.filter { other in
      uid == nil
        ? other.uid == replicaSet.uid : other.controllerReference?["uid"]?.string == uid
    }
    let pods = try oracle.list(
      ListQuery(apiVersion: "v1", kind: "Pod", namespace: replicaSet.namespace))
    return pods.filter { pod in
      family.contains { kind.selector(of: $0)?.matches(pod) ?? false }
    }
  }
}
