internal import CEL

/// One sync of one Deployment.
///
/// Follows pkg/controller/deployment/deployment_controller.go (syncDeployment). As upstream, it works
/// on a copy of the Deployment that earlier parts of a sync change in memory and later ones write:
/// a status update after another one in the same sync carries the old resourceVersion and conflicts.
final class DeploymentSync {
  let client: ControllerClient
  /// The copy from the cache, with what this sync has changed so far.
  var deployment: JSONObject

  let version: KubernetesVersion
  let labels: ProgressLabels

  init(
    _ deployment: JSONObject, _ client: ControllerClient, _ version: KubernetesVersion,
    _ labels: ProgressLabels
  ) {
    self.labels = labels
    self.deployment = deployment
    self.client = client
    self.version = version
  }

  var oracle: any ReconcileOracle { client.oracle }

  /// The whole sync.
  func run() throws -> ReconcileResult {
    guard let selector = LabelSelector(object: deployment.at("spec", "selector")) else {
      throw ReconcileError("the Deployment's selector is invalid")
    }
    if selector.isEmpty { return try observeEmptySelector() }

    let replicaSets = try claimReplicaSets(selector)
    // getPodMapForDeployment reads the Pods in every sync; only Recreate looks at them.
    if deployment.deletionTimestamp != nil {
      let (new, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: false)
      return try writeStatusOnly(old + [new].compactMap(\.self), new)
    }
    try markPausedOrResumed()
    if isPaused { return try scaleOrWait(replicaSets) }
    if let revision = rollbackRevision { return try rollBack(to: revision, replicaSets) }
    if try isScalingEvent(replicaSets) { return try scaleOrWait(replicaSets) }
    switch deployment.at("spec", "strategy", "type")?.string ?? "RollingUpdate" {
    case "Recreate": return try rolloutRecreate(replicaSets)
    case "RollingUpdate": return try rolloutRolling(replicaSets)
    default: throw ReconcileError("unexpected deployment strategy type")
    }
  }

  /// A Deployment that selects everything is only marked as seen.
  private func observeEmptySelector() throws -> ReconcileResult {
    if deployment.statusInteger("observedGeneration") < Int(deployment.generation) {
      deployment.set(.int(deployment.generation), at: "status", "observedGeneration")
      _ = try client.updateStatus(deployment)
    }
    return .done
  }

  /// getReplicaSetsForDeployment.
  private func claimReplicaSets(_ selector: LabelSelector) throws -> [JSONObject] {
    let claim = ObjectClaim(client: client, controller: deployment, selector: selector)
    return try claim.claim(try oracle.list(claim.candidates("apps/v1", "ReplicaSet")))
  }

  var isPaused: Bool { deployment.at("spec", "paused")?.bool ?? false }

  /// checkPausedConditions.
  ///
  /// The sync goes on after the write, with a resourceVersion that is out of
  /// date; a further write of the Deployment fails, and the watch event starts the next sync.
  private func markPausedOrResumed() throws {
    guard hasProgressDeadline else { return }
    let conditions = ConditionList(of: deployment)
    let reason = conditions.reason("Progressing")
    if reason == Reason.timedOut { return }
    let isMarked = reason == Reason.paused
    guard isPaused != isMarked else { return }
    setCondition(
      .progressing, status: "Unknown", reason: isPaused ? Reason.paused : Reason.resumed,
      message: isPaused ? "Deployment is paused" : "Deployment is resumed")
    _ = try client.updateStatus(deployment).object("updating the Deployment's status")
  }

  /// isScalingEvent: whether an active ReplicaSet was last scaled for another size.
  private func isScalingEvent(_ replicaSets: [JSONObject]) throws -> Bool {
    let (new, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: false)
    return (old + [new].compactMap(\.self)).contains { replicaSet in
      guard let desired = DeploymentAnnotations.desiredReplicas(replicaSet) else { return false }
      return desired != deployment.wantedReplicas && replicaSet.wantedReplicas > 0
    }
  }

  /// sync: what is done for a Deployment that is paused or was scaled.
  private func scaleOrWait(_ replicaSets: [JSONObject]) throws -> ReconcileResult {
    let (new, old) = try replicaSetsAndRevision(replicaSets, createIfMissing: false)
    try scale(new, old)
    if isPaused { try cleanUp(old) }
    return try writeStatusOnly(old + [new].compactMap(\.self), new)
  }
}
