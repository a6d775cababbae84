internal import CEL

/// A mistake that tests make the controller have, to see that it is found.
package enum DeploymentMutant {
  /// Old ReplicaSets whose status is older than their size are scaled down like others.
  @TaskLocal package static var overlooksStaleStatus = false
}

/// The steps of a rollout, one a sync.
///
/// Follows pkg/controller/deployment/rolling.go and recreate.go.
extension DeploymentSync {
  /// rolloutRolling: grows the new ReplicaSet if it can, else shrinks the old ones, else cleans up.
  func rolloutRolling(_ replicaSets: [JSONObject]) throws -> ReconcileResult {
    let (found, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: true)
    guard let new = found else { throw ReconcileError("no new ReplicaSet") }
    let all = old + [new]
    if try growNew(all, new) { return try writeRolloutStatus(all, new) }
    if try shrinkOld(all, DeploymentMath.active(old), new) {
      return try writeRolloutStatus(all, new)
    }
    try cleanUp(old, where: isComplete(deployment["status"]?.object ?? JSONObject()))
    return try writeRolloutStatus(all, new)
  }

  /// reconcileNewReplicaSet: whether it was scaled.
  private func growNew(_ all: [JSONObject], _ new: JSONObject) throws -> Bool {
    let wanted = deployment.wantedReplicas
    guard new.wantedReplicas != wanted else { return false }
    let size =
      new.wantedReplicas > wanted
      ? wanted : DeploymentMath.newReplicas(deployment, all: all, new: new)
    return try scaleAndTell(new, to: size)
  }

  /// scaleReplicaSetAndRecordEvent: whether the size changed.
  private func scaleAndTell(_ replicaSet: JSONObject, to size: Integer) throws -> Bool {
    guard replicaSet.wantedReplicas != size else { return false }
    _ = try scaleReplicaSet(replicaSet, to: size).object("scaling a ReplicaSet")
    return true
  }

  /// reconcileOldReplicaSets: first the unhealthy replicas of old ReplicaSets, then as many more as
  /// availability allows.
  ///
  /// A write that fails ends this part only: upstream drops its error.
  private func shrinkOld(
    _ all: [JSONObject], _ old: [JSONObject], _ new: JSONObject
  ) throws -> Bool {
    guard DeploymentMath.replicas(old) > 0 else { return false }
    let minAvailable = deployment.wantedReplicas - DeploymentMath.maxUnavailable(deployment)
    let newUnavailable = new.wantedReplicas - new.statusNumber("availableReplicas")
    let limit = DeploymentMath.replicas(all) - minAvailable - newUnavailable
    guard limit > 0 else { return false }

    var ordered = try CreationOrder.sorted(old, oracle)
    // cleanupUnhealthyReplicas
    var cleaned: Integer = 0
    for (index, replicaSet) in ordered.enumerated() where cleaned < limit {
      let size = replicaSet.wantedReplicas
      let available = replicaSet.statusNumber("availableReplicas")
      guard size != 0, size != available else { continue }
      if DeploymentMutant.overlooksStaleStatus, available > size { continue }
      let count = Integer.least(limit - cleaned, size - available)
      guard size - count <= size else { return false }
      let answer = try scaleReplicaSet(replicaSet, to: size - count)
      guard answer.isSuccess, let updated = answer.body.object else { return false }
      cleaned += count
      ordered[index] = updated
    }
    // scaleDownOldReplicaSetsForRollingUpdate
    let available = DeploymentMath.statusSum(ordered + [new], "availableReplicas")
    var scaledDown: Integer = 0
    if available > minAvailable {
      let total = available - minAvailable
      for replicaSet in ordered where scaledDown < total {
        let size = replicaSet.wantedReplicas
        guard size != 0 else { continue }
        let count = Integer.least(size, total - scaledDown)
        guard try scaleReplicaSet(replicaSet, to: size - count).isSuccess else { return false }
        scaledDown += count
      }
    }
    return cleaned + scaledDown > 0
  }

  /// rolloutRecreate: all old Pods go before the first new one comes.
  func rolloutRecreate(_ replicaSets: [JSONObject]) throws -> ReconcileResult {
    var (new, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: false)
    func all() -> [JSONObject] { old + [new].compactMap(\.self) }
    var scaledDown = false
    for replicaSet in DeploymentMath.active(old) {
      scaledDown = try scaleAndTell(replicaSet, to: 0) || scaledDown
    }
    if scaledDown { return try writeRolloutStatus(all(), new) }
    if try oldPodsAreRunning(replicaSets, new, old) { return try writeRolloutStatus(all(), new) }
    if new == nil {
      (new, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: true)
    }
    guard let grown = new else { throw ReconcileError("no new ReplicaSet") }
    _ = try scaleAndTell(grown, to: deployment.wantedReplicas)
    try cleanUp(old, where: isComplete(deployment["status"]?.object ?? JSONObject()))
    return try writeRolloutStatus(all(), new)
  }

  /// oldPodsRunning: whether an old ReplicaSet reports replicas, or a Pod of one is not finished.
  private func oldPodsAreRunning(
    _ replicaSets: [JSONObject], _ new: JSONObject?, _ old: [JSONObject]
  ) throws -> Bool {
    if DeploymentMath.statusSum(old, "replicas") > 0 { return true }
    guard !old.isEmpty else { return false }
    let selector = LabelSelector(object: deployment.at("spec", "selector"))?.text ?? ""
    let pods = try oracle.list(
      ListQuery(
        apiVersion: "v1", kind: "Pod", namespace: deployment.namespace,
        selection: .selectors(label: selector, field: "")))
    return pods.contains { pod in
      !PodStatus(pod).isTerminal
        && old.contains { ControllerReference.isControlled(pod, by: $0) }
    }
  }
}
