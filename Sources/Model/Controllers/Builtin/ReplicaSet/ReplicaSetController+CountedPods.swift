internal import CEL

/// The sync where Pods are counted: the same rules, on numbers.
///
/// Follows pkg/controller/replicaset/replica_set.go (syncReplicaSet, manageReplicas), as the other one.
/// One write stands for the calls of a batch, so a step must be a whole reconcile, and none of the
/// calls may fail (`ScenarioBuilder.checkCountedPods` sees to both).
extension ReplicaSetController {
  var countedWatches: [WatchRule] {
    [
      WatchRule(kind.groupKind, .object),
      WatchRule(
        CountedPods.groupKind,
        .map { pods, _ in [ReconcileRequest(namespace: pods.namespace, name: pods.name)] }),
    ]
  }

  func syncCounted(
    _ replicaSet: JSONObject, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let pods = try countedPods(of: replicaSet, client)
    if replicaSet.deletionTimestamp == nil {
      let excess = pods.total - replicaSet.wantedReplicas
      if excess < 0 {
        _ = try pods.write(pods.creating(.least(0 - excess, Self.burst)), client)
          .object("creating Pods")
      } else if excess > 0 {
        _ = try pods.write(pods.deleting(.least(excess, Self.burst)), client)
          .object("deleting Pods")
      }
    }
    let counts = ReplicaSetStatus.Counts(
      replicas: pods.total, fullyLabeled: pods.total, ready: pods.ready, available: pods.ready)
    var writer = ReplicaSetStatus(client: client, replicaSet: replicaSet, counts: counts)
    // Pods on no node go at once.
    if version.countsTerminatingReplicas, kind.groupKind == .replicaSet { writer.terminating = 0 }
    _ = try writer.write(failure: nil)
    return .done
  }

  private func countedPods(
    of replicaSet: JSONObject, _ client: ControllerClient
  ) throws -> CountedPods {
    func refuse(_ reason: String) -> UnusableExpression {
      UnusableExpression(place: "\(name), whose Pods are counted", reason: reason)
    }
    if replicaSet.minReadySeconds != 0 {
      throw refuse("minReadySeconds tells Pods apart by their age")
    }
    if !(replicaSet.at("spec", "template", "metadata", "finalizers")?.array ?? []).isEmpty {
      throw refuse("Pods with finalizers do not go at once")
    }
    guard
      let found = try client.oracle.get(
        CountedPods.apiVersion, CountedPods.groupKind.kind, namespace: replicaSet.namespace,
        name: replicaSet.name)
    else { return .none(of: replicaSet) }
    guard let owner = found.controllerReference else {
      // Pods without a controller that the selector matches are adopted.
      _ = try client.patch(
        found, .merge,
        [
          "metadata": ["ownerReferences": [.object(ControllerReference.make(to: replicaSet))]]
        ]
      ).object("adopting Pods")
      return CountedPods(found)
    }
    guard owner["uid"]?.string == replicaSet.uid else {
      throw refuse("Pods of an earlier ReplicaSet \(replicaSet.name) are still there")
    }
    return CountedPods(found)
  }
}
