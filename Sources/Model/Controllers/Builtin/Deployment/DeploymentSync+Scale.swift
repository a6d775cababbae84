internal import CEL

/// Scaling outside of a rollout's own steps, and the clean-up of old ReplicaSets.
///
/// Follows pkg/controller/deployment/sync.go (scale, scaleReplicaSet, cleanupDeployment).
extension DeploymentSync {
  /// Brings the sizes in line with a changed `spec.replicas`: of the only active ReplicaSet, or of
  /// all of them in proportion.
  func scale(_ new: JSONObject?, _ old: [JSONObject]) throws {
    if let only = try activeOrLatest(new, old) {
      if only.wantedReplicas != deployment.wantedReplicas {
        _ = try scaleReplicaSet(only, to: deployment.wantedReplicas)
          .object("scaling a ReplicaSet")
      }
      return
    }
    if DeploymentMath.isSaturated(deployment, new) {
      for replicaSet in DeploymentMath.active(old) {
        _ = try scaleReplicaSet(replicaSet, to: 0).object("scaling a ReplicaSet")
      }
      return
    }
    if DeploymentMath.isRollingUpdate(deployment) {
      try scaleProportionally(DeploymentMath.active(old + [new].compactMap(\.self)))
    }
  }

  /// FindActiveOrLatest: the one with replicas if there is one, the newest if there is none.
  private func activeOrLatest(_ new: JSONObject?, _ old: [JSONObject]) throws -> JSONObject? {
    let active = DeploymentMath.active(old + [new].compactMap(\.self))
    switch active.count {
    case 0: return try new ?? CreationOrder.sorted(old, oracle).last
    case 1: return active[0]
    default: return nil
    }
  }

  /// Distributes the replicas to add or remove from the largest to the smallest; what rounding
  /// leaves over goes to the largest.
  private func scaleProportionally(_ active: [JSONObject]) throws {
    let wanted = deployment.wantedReplicas
    let allowed = wanted > 0 ? wanted + DeploymentMath.maxSurge(deployment) : 0
    let toAdd = allowed - DeploymentMath.replicas(active)
    let ordered = toAdd == 0 ? active : try bySize(active, newerFirst: toAdd > 0)
    var added: Integer = 0
    var sizes: [Integer] = []
    for replicaSet in ordered {
      let share = DeploymentMath.proportion(replicaSet, deployment, toAdd: toAdd, added: added)
      sizes.append(replicaSet.wantedReplicas + share)
      added += share
    }
    for (index, replicaSet) in ordered.enumerated() {
      if index == 0, toAdd != 0 { sizes[0] = .greatest(0, sizes[0] + toAdd - added) }
      _ = try scaleReplicaSet(replicaSet, to: sizes[index]).object("scaling a ReplicaSet")
    }
  }

  /// ReplicaSetsBySizeNewer and ReplicaSetsBySizeOlder: the largest first; of equal ones the newer
  /// when growing, the older when shrinking.
  private func bySize(_ replicaSets: [JSONObject], newerFirst: Bool) throws -> [JSONObject] {
    let oldestFirst = try CreationOrder.sorted(replicaSets, oracle)
    let ordered = newerFirst ? oldestFirst.reversed() : oldestFirst
    return ordered.enumerated().sorted {
      $0.element.wantedReplicas != $1.element.wantedReplicas
        ? $0.element.wantedReplicas > $1.element.wantedReplicas : $0.offset < $1.offset
    }.map(\.element)
  }

  /// scaleReplicaSet: sets size and annotations in one conditional update, if they differ.
  ///
  /// Answers the ReplicaSet as it is afterwards; where nothing is to be done, as it was.
  func scaleReplicaSet(_ replicaSet: JSONObject, to size: Integer) throws -> APIResponse {
    var copy = replicaSet
    copy.set(size.json, at: "spec", "replicas")
    DeploymentAnnotations.setReplicas(&copy, for: deployment)
    if copy == replicaSet { return APIResponse(code: 200, body: .object(replicaSet)) }
    return try client.update(copy)
  }

  /// cleanupDeployment: deletes the old ReplicaSets beyond the history limit that are empty and
  /// observed, lowest revision first (ReplicaSetsByRevision).
  ///
  /// - isDone: whether the rollout is; asked only where there are too many.
  func cleanUp(_ old: [JSONObject], where isDone: @autoclosure () -> Bool = true) throws {
    guard let limit = deployment.specInteger("revisionHistoryLimit"), limit != Int(Int32.max) else {
      return
    }
    let cleanable = old.filter { $0.deletionTimestamp == nil }
    let excess = cleanable.count - limit
    guard excess > 0, isDone() else { return }
    for replicaSet in try byRevision(cleanable).prefix(excess) {
      guard replicaSet.statusNumber("replicas") == 0, replicaSet.wantedReplicas == 0,
        Int(replicaSet.generation) <= replicaSet.statusInteger("observedGeneration")
      else { continue }
      let answer = try client.delete(replicaSet)
      if !answer.isSuccess, !answer.isNotFound { throw answer.error("deleting a ReplicaSet") }
    }
  }

  private func byRevision(_ replicaSets: [JSONObject]) throws -> [JSONObject] {
    let revisions = replicaSets.map(DeploymentAnnotations.revision(of:))
    let distinct = Set(revisions.compactMap(\.self)).count == replicaSets.count
    // Upstream falls back on creation between two without or with equal revisions.
    let ordered = distinct ? replicaSets : try CreationOrder.sorted(replicaSets, oracle)
    return ordered.enumerated().sorted { left, right in
      let leftRevision = DeploymentAnnotations.revision(of: left.element)
      let rightRevision = DeploymentAnnotations.revision(of: right.element)
      if let leftRevision, let rightRevision, leftRevision != rightRevision {
        return leftRevision < rightRevision
      }
      return left.offset < right.offset
    }.map(\.element)
  }
}
