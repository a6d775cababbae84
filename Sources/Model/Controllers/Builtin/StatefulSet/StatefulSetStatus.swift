internal import CEL

/// The status of a StatefulSet.
///
/// Follows pkg/controller/statefulset/stateful_set_control.go (computeReplicaStatus),
/// stateful_set_utils.go (completeRollingUpdate, inconsistentStatus) and
/// stateful_set_status_updater.go.
struct StatefulSetStatus {
  /// Upstream tries to write so often (retry.DefaultRetry).
  private static let attempts = 5

  let set: StatefulSet
  private let updateRevision: String
  private let collisionCount: Int64
  private var currentRevision: String
  private var replicas = 0
  private var readyReplicas = 0
  private(set) var availableReplicas = 0
  var currentReplicas = 0
  private var updatedReplicas = 0

  init(set: StatefulSet, revisions: RevisionHistory.Revisions) {
    self.set = set
    updateRevision = revisions.update.name
    currentRevision = revisions.current.name
    collisionCount = revisions.collisionCount
  }

  /// Counts the Pods that the server knows; those about to be made have no phase yet.
  mutating func count(_ pods: [JSONObject], _ oracle: any ReconcileOracle) throws {
    (replicas, readyReplicas, availableReplicas) = (0, 0, 0)
    (currentReplicas, updatedReplicas) = (0, 0)
    for pod in pods {
      let status = PodStatus(pod)
      guard !status.phase.isEmpty else { continue }
      replicas += 1
      if status.phase == "Running", status.isReady {
        readyReplicas += 1
        if try status.isAvailable(minReadySeconds: set.minReadySeconds, oracle) {
          availableReplicas += 1
        }
      }
      guard !status.isTerminating else { continue }
      let revision = StatefulSet.revision(of: pod)
      currentReplicas += revision == currentRevision ? 1 : 0
      updatedReplicas += revision == updateRevision ? 1 : 0
    }
  }

  /// updateStatefulSetStatus: completes a rolling update, and writes the status if it differs, again
  /// on the cached object after a conflict.
  mutating func write(_ client: ControllerClient) throws -> ReconcileError? {
    // completeRollingUpdate. Before 1.27 upstream compared with status.replicas, in which it had
    // counted the Pods just made.
    let numbers = [updatedReplicas, readyReplicas, replicas]
    if set.isRollingUpdate, numbers.allSatisfy({ $0 == set.replicas }) {
      currentReplicas = updatedReplicas
      currentRevision = updateRevision
    }
    guard isInconsistent else { return nil }
    var target = set.object
    for attempt in 1...Self.attempts {
      target["status"] = .object(value(target))
      let answer = try client.updateStatus(target)
      if answer.isSuccess { return nil }
      guard answer.isConflict, attempt < Self.attempts else {
        return answer.error("updating the StatefulSet's status")
      }
      let cached = try client.oracle.get(
        "apps/v1", "StatefulSet", namespace: target.namespace, name: target.name)
      target = cached ?? target
    }
    return nil
  }

  private var isInconsistent: Bool {
    let old = set.object
    return Int(old.generation) > old.statusInteger("observedGeneration")
      || replicas != old.statusInteger("replicas")
      || currentReplicas != old.statusInteger("currentReplicas")
      || readyReplicas != old.statusInteger("readyReplicas")
      || updatedReplicas != old.statusInteger("updatedReplicas")
      || (set.version.hasStatefulSetAvailability
        && availableReplicas != old.statusInteger("availableReplicas"))
      || currentRevision != old.at("status", "currentRevision")?.string ?? ""
      || updateRevision != old.at("status", "updateRevision")?.string ?? ""
  }

  private func value(_ target: JSONObject) -> JSONObject {
    var status = JSONObject()
    status.setOmittingZero("observedGeneration", Int(set.object.generation))
    status["replicas"] = .int(Int64(replicas))
    status.setOmittingZero("readyReplicas", readyReplicas)
    status.setOmittingZero("currentReplicas", currentReplicas)
    status.setOmittingZero("updatedReplicas", updatedReplicas)
    if set.version.hasStatefulSetAvailability {
      status["availableReplicas"] = .int(Int64(availableReplicas))
    }
    status["currentRevision"] = .string(currentRevision)
    status["updateRevision"] = .string(updateRevision)
    status["collisionCount"] = .int(collisionCount)
    return status
  }
}
