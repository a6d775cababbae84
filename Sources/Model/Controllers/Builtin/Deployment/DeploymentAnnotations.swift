internal import CEL

/// The annotations by which a Deployment remembers its rollouts.
///
/// Follows pkg/controller/deployment/util/deployment_util.go (SetNewReplicaSetAnnotations,
/// SetReplicasAnnotations).
enum DeploymentAnnotations {
  static let revision = "deployment.kubernetes.io/revision"
  static let history = "deployment.kubernetes.io/revision-history"
  static let desired = "deployment.kubernetes.io/desired-replicas"
  static let max = "deployment.kubernetes.io/max-replicas"
  /// Asks for a roll-back to a revision.
  static let rollback = "deprecated.deployment.rollback.to"

  /// Those that a Deployment does not hand down to its ReplicaSets (annotationsToSkip).
  private static let skipped = [
    "kubectl.kubernetes.io/last-applied-configuration", revision, history, desired, max, rollback,
  ]
  /// Upstream keeps at most so many characters of history.
  private static let historyLimit = 2000

  /// The revision number of a ReplicaSet, 0 where it has none; nil where it is no number.
  static func revision(of object: JSONObject) -> Int64? {
    guard let text = object.annotations[revision]?.string else { return 0 }
    return Int64(text)
  }

  /// The highest revision (MaxRevision).
  static func maxRevision(_ replicaSets: [JSONObject]) -> Int64 {
    replicaSets.compactMap(revision(of:)).max().map { Swift.max($0, 0) } ?? 0
  }

  /// The revision before the highest (LastRevision); 0 where there is none.
  static func lastRevision(_ replicaSets: [JSONObject]) -> Int64 {
    Array(replicaSets.compactMap(revision(of:)).sorted().suffix(2).dropLast()).first
      .map { Swift.max($0, 0) } ?? 0
  }

  /// SetDeploymentAnnotationsTo: a Deployment takes the annotations of the ReplicaSet that it is rolled
  /// back to, and keeps its own of those that it does not hand down.
  static func handBack(from replicaSet: JSONObject, to deployment: inout JSONObject) {
    var annotations = JSONObject()
    for entry in deployment.annotations.entries where skipped.contains(entry.key) {
      annotations[entry.key] = entry.value
    }
    for entry in replicaSet.annotations.entries where !skipped.contains(entry.key) {
      annotations[entry.key] = entry.value
    }
    deployment.annotations = annotations
  }

  static func desiredReplicas(_ replicaSet: JSONObject) -> Integer? {
    replicaSet.annotations[desired].flatMap { Integer(decimalText: $0) }
  }

  static func maxReplicas(_ replicaSet: JSONObject) -> Integer? {
    replicaSet.annotations[max].flatMap { Integer(decimalText: $0) }
  }

  /// SetReplicasAnnotations: notes the sizes that a ReplicaSet was scaled for.
  static func setReplicas(_ replicaSet: inout JSONObject, for deployment: JSONObject) {
    let wanted = deployment.wantedReplicas
    replicaSet.annotations[desired] = wanted.decimalText
    replicaSet.annotations[max] = (wanted + DeploymentMath.maxSurge(deployment)).decimalText
  }

  /// SetNewReplicaSetAnnotations: copies the Deployment's annotations and sets the revision, if it
  /// grows; a ReplicaSet that is rolled back to keeps its old revisions as history.
  static func setForNew(
    _ replicaSet: inout JSONObject, of deployment: JSONObject, newRevision: Int64, exists: Bool
  ) {
    for entry in deployment.annotations.entries where !skipped.contains(entry.key) {
      replicaSet.annotations[entry.key] = entry.value
    }
    let oldText = replicaSet.annotations[revision]?.string
    guard let old = oldText.map({ $0.isEmpty ? 0 : Int64($0) }) ?? 0 else { return }
    if old < newRevision {
      replicaSet.annotations[revision] = .string(String(newRevision))
      if let oldText { addHistory(oldText, &replicaSet) }
    }
    if !exists { setReplicas(&replicaSet, for: deployment) }
  }

  private static func addHistory(_ oldRevision: String, _ replicaSet: inout JSONObject) {
    let text = replicaSet.annotations[history]?.string ?? ""
    var revisions = text.split(separator: ",", omittingEmptySubsequences: true).map(String.init)
    var length = text.utf8.count + oldRevision.utf8.count + 1
    while length > historyLimit, !revisions.isEmpty {
      length -= revisions.removeFirst().utf8.count + 1
    }
    guard length <= historyLimit || text.isEmpty else { return }
    replicaSet.annotations[history] = .string(
      (revisions + [oldRevision]).joined(separator: ","))
  }
}
