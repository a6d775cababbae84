internal import CEL

/// The numbers of a rollout.
///
/// Follows pkg/controller/deployment/util/deployment_util.go.
enum DeploymentMath {
  /// Those with replicas (FilterActiveReplicaSets).
  static func active(_ replicaSets: [JSONObject]) -> [JSONObject] {
    replicaSets.filter { $0.specReplicas > 0 }
  }

  /// The sum of `spec.replicas` (GetReplicaCountForReplicaSets).
  static func replicas(_ replicaSets: [JSONObject]) -> Int {
    replicaSets.reduce(0) { $0 + $1.specReplicas }
  }

  /// The sum of a number in the status.
  static func statusSum(_ replicaSets: [JSONObject], _ key: String) -> Int {
    replicaSets.reduce(0) { $0 + $1.statusInteger(key) }
  }

  static func isRollingUpdate(_ deployment: JSONObject) -> Bool {
    (deployment.at("spec", "strategy", "type")?.string ?? "RollingUpdate") == "RollingUpdate"
  }

  /// How many Pods may be too many and too few (ResolveFenceposts): surge is rounded up,
  /// unavailability down, and where both are 0 one Pod may be missing.
  private static func fenceposts(_ deployment: JSONObject) -> (surge: Int, unavailable: Int) {
    let rolling = deployment.at("spec", "strategy", "rollingUpdate")
    let replicas = deployment.specReplicas
    let surge =
      IntOrPercent.scaled(rolling?["maxSurge"] ?? "25%", of: replicas, rounding: .up) ?? 0
    let unavailable =
      IntOrPercent.scaled(rolling?["maxUnavailable"] ?? "25%", of: replicas, rounding: .down) ?? 0
    return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable)
  }

  /// MaxSurge.
  static func maxSurge(_ deployment: JSONObject) -> Int {
    isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0
  }

  /// MaxUnavailable: never more than there are replicas.
  static func maxUnavailable(_ deployment: JSONObject) -> Int {
    guard isRollingUpdate(deployment), deployment.specReplicas > 0 else { return 0 }
    return min(fenceposts(deployment).unavailable, deployment.specReplicas)
  }

  /// NewRSNewReplicas: the size of the new ReplicaSet that the surge allows now.
  static func newReplicas(
    _ deployment: JSONObject, all: [JSONObject], new: JSONObject
  ) -> Int {
    let wanted = deployment.specReplicas
    guard isRollingUpdate(deployment) else { return wanted }
    // Upstream scales maxSurge itself here, without the fenceposts.
    let surge =
      IntOrPercent.scaled(
        deployment.at("spec", "strategy", "rollingUpdate", "maxSurge") ?? "25%", of: wanted,
        rounding: .up) ?? 0
    let room = wanted + surge - replicas(all)
    guard room > 0 else { return new.specReplicas }
    return new.specReplicas + min(room, wanted - new.specReplicas)
  }

  /// IsSaturated: the new ReplicaSet is whole, available, and was scaled for this size.
  static func isSaturated(_ deployment: JSONObject, _ new: JSONObject?) -> Bool {
    guard let new, let desired = DeploymentAnnotations.desiredReplicas(new) else { return false }
    let wanted = deployment.specReplicas
    return new.specReplicas == wanted && desired == wanted
      && new.statusInteger("availableReplicas") == wanted
  }

  /// GetProportion: the share of a change of size that a ReplicaSet gets.
  static func proportion(
    _ replicaSet: JSONObject, _ deployment: JSONObject, toAdd: Int, added: Int
  ) -> Int {
    guard replicaSet.specReplicas != 0, toAdd != 0, toAdd != added else { return 0 }
    let fraction = fraction(replicaSet, deployment)
    let allowed = toAdd - added
    return toAdd > 0 ? min(fraction, allowed) : max(fraction, allowed)
  }

  /// getReplicaSetFraction: computed with doubles and rounded half away from zero, as upstream.
  private static func fraction(_ replicaSet: JSONObject, _ deployment: JSONObject) -> Int {
    let size = replicaSet.specReplicas
    if deployment.specReplicas == 0 { return -size }
    let total = deployment.specReplicas + maxSurge(deployment)
    let annotated =
      DeploymentAnnotations.maxReplicas(replicaSet) ?? deployment.statusInteger("replicas")
    let newSize = Double(size * total) / Double(annotated)
    // Without the annotation and with an empty status upstream divides by zero, too; the result of
    // its conversion is undefined, and the limits of `proportion` apply.
    guard newSize.isFinite else { return total }
    return Int((newSize < 0 ? newSize - 0.5 : newSize + 0.5).rounded(.towardZero)) - size
  }
}
