internal import CEL

/// The numbers of a rollout.
///
/// Follows pkg/controller/deployment/util/deployment_util.go.
enum DeploymentMath {
  /// Those with replicas (FilterActiveReplicaSets).
  static func active(_ replicaSets: [JSONObject]) -> [JSONObject] {
    replicaSets.filter { $0.wantedReplicas > 0 }
  }

  /// The sum of `spec.replicas` (GetReplicaCountForReplicaSets).
  static func replicas(_ replicaSets: [JSONObject]) -> Integer {
    replicaSets.reduce(0) { $0 + $1.wantedReplicas }
  }

  /// The sum of a number in the status.
  static func statusSum(_ replicaSets: [JSONObject], _ key: String) -> Integer {
    replicaSets.reduce(0) { $0 + $1.statusNumber(key) }
  }

  static func isRollingUpdate(_ deployment: JSONObject) -> Bool {
    (deployment.at("spec", "strategy", "type")?.string ?? "RollingUpdate") == "RollingUpdate"
  }

  /// `maxSurge` of a number of replicas, rounded up.
  private static func surge(_ deployment: JSONObject) -> Integer {
    IntOrPercent.scaled(
      deployment.at("spec", "strategy", "rollingUpdate", "maxSurge") ?? "25%",
      of: deployment.wantedReplicas, rounding: .up) ?? 0
  }

  /// MaxSurge.
  static func maxSurge(_ deployment: JSONObject) -> Integer {
    isRollingUpdate(deployment) ? surge(deployment) : 0
  }

  /// MaxUnavailable: rounded down, never more than there are replicas; where nothing may be too many
  /// or too few, one Pod may be missing (ResolveFenceposts).
  static func maxUnavailable(_ deployment: JSONObject) -> Integer {
    guard isRollingUpdate(deployment) else { return 0 }
    let replicas = deployment.wantedReplicas
    let unavailable =
      IntOrPercent.scaled(
        deployment.at("spec", "strategy", "rollingUpdate", "maxUnavailable") ?? "25%",
        of: replicas, rounding: .down) ?? 0
    let fencepost = Integer.choose(
      whereZero: [surge(deployment), unavailable], 1, otherwise: unavailable)
    return .least(fencepost, replicas)
  }

  /// NewRSNewReplicas: the size of the new ReplicaSet that the surge allows now.
  static func newReplicas(
    _ deployment: JSONObject, all: [JSONObject], new: JSONObject
  ) -> Integer {
    let wanted = deployment.wantedReplicas
    guard isRollingUpdate(deployment) else { return wanted }
    let room = wanted + surge(deployment) - replicas(all)
    guard room > 0 else { return new.wantedReplicas }
    return new.wantedReplicas + .least(room, wanted - new.wantedReplicas)
  }

  /// IsSaturated: the new ReplicaSet is whole, available, and was scaled for this size.
  static func isSaturated(_ deployment: JSONObject, _ new: JSONObject?) -> Bool {
    guard let new, let desired = DeploymentAnnotations.desiredReplicas(new) else { return false }
    let wanted = deployment.wantedReplicas
    return Integer.areEqual([
      (new.wantedReplicas, wanted), (desired, wanted),
      (new.statusNumber("availableReplicas"), wanted),
    ])
  }

  /// GetProportion: the share of a change of size that a ReplicaSet gets.
  static func proportion(
    _ replicaSet: JSONObject, _ deployment: JSONObject, toAdd: Integer, added: Integer
  ) -> Integer {
    guard replicaSet.wantedReplicas != 0, toAdd != 0, toAdd != added else { return 0 }
    let fraction = fraction(replicaSet, deployment)
    let allowed = toAdd - added
    return toAdd > 0 ? .least(fraction, allowed) : .greatest(fraction, allowed)
  }

  /// getReplicaSetFraction: computed with doubles and rounded half away from zero, as upstream.
  ///
  /// What is not known becomes known here.
  private static func fraction(_ replicaSet: JSONObject, _ deployment: JSONObject) -> Integer {
    let size = replicaSet.wantedReplicas
    if deployment.wantedReplicas == 0 { return 0 - size }
    let total = deployment.wantedReplicas + maxSurge(deployment)
    let annotated =
      DeploymentAnnotations.maxReplicas(replicaSet) ?? deployment.statusNumber("replicas")
    let newSize = Double((size * total).pinned) / Double(annotated.pinned)
    // Without the annotation and with an empty status upstream divides by zero, too; the result of
    // its conversion is undefined, and the limits of `proportion` apply.
    guard newSize.isFinite else { return total }
    let rounded = (newSize < 0 ? newSize - 0.5 : newSize + 0.5).rounded(.towardZero)
    return Integer(Int64(rounded)) - size
  }
}
