internal import CEL

/// The status of a ReplicaSet.
///
/// Follows pkg/controller/replicaset/replica_set_utils.go (calculateStatus, updateReplicaSetStatus).
struct ReplicaSetStatus {
  let client: ControllerClient
  let replicaSet: JSONObject
  let counts: Counts
  /// How many Pods are on their way out; nil where nobody reports that.
  var terminating: Int?

  /// What the status says of the Pods.
  struct Counts {
    var replicas: Integer
    var fullyLabeled: Integer
    var ready: Integer
    var available: Integer

    init(replicas: Integer, fullyLabeled: Integer, ready: Integer, available: Integer) {
      self.replicas = replicas
      self.fullyLabeled = fullyLabeled
      self.ready = ready
      self.available = available
    }

    /// Counts Pods; whether one is available is asked.
    init(of pods: [JSONObject], _ replicaSet: JSONObject, _ oracle: any ReconcileOracle) throws {
      let template = LabelSelector(
        labels: replicaSet.at("spec", "template", "metadata", "labels")?.object ?? JSONObject())
      var ready = 0
      var available = 0
      for pod in pods where PodStatus(pod).isReady {
        ready += 1
        let isAvailable = try PodStatus(pod).isAvailable(
          minReadySeconds: replicaSet.minReadySeconds, oracle)
        available += isAvailable ? 1 : 0
      }
      self.init(
        replicas: Integer(pods.count),
        fullyLabeled: Integer(pods.count { template.matches($0) }), ready: Integer(ready),
        available: Integer(available))
    }
  }

  /// Writes the status if it changed, once more on a fresh object if the write fails; answers the
  /// ReplicaSet with it.
  func write(failure: ReconcileError?) throws -> JSONObject {
    let (status, isNew) = calculate(failure)
    guard isNew else { return replicaSet }
    var target = replicaSet
    for attempt in 0...1 {
      target["status"] = .object(status)
      let answer = try client.updateStatus(target)
      if answer.isSuccess { return try answer.object("updating the ReplicaSet's status") }
      if attempt == 1 { throw answer.error("updating the ReplicaSet's status") }
      target = try client.get(replicaSet).object("reading the ReplicaSet")
    }
    return replicaSet
  }

  /// The status, and whether it says anything new.
  private func calculate(_ failure: ReconcileError?) -> (JSONObject, isNew: Bool) {
    var status = JSONObject()
    status["replicas"] = counts.replicas.json
    status.setOmittingZero("fullyLabeledReplicas", counts.fullyLabeled)
    status.setOmittingZero("readyReplicas", counts.ready)
    status.setOmittingZero("availableReplicas", counts.available)
    if let terminating { status["terminatingReplicas"] = .int(Int64(terminating)) }
    // The generation that was acted on, even if a later one is met by the second attempt.
    status.setOmittingZero("observedGeneration", Int(replicaSet.generation))
    let old = ConditionList(of: replicaSet)
    let conditions = updated(old, failure)
    status["conditions"] = conditions.value

    let numbers = [
      "replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
    ]
    let isSame =
      Integer.areEqual(
        numbers.map { (status[$0]?.integer ?? 0, replicaSet.statusNumber($0)) })
      && status["terminatingReplicas"] == replicaSet.at("status", "terminatingReplicas")
      && Int(replicaSet.generation) == replicaSet.statusInteger("observedGeneration")
      && conditions == old
    return (status, !isSame)
  }

  private func updated(_ conditions: ConditionList, _ failure: ReconcileError?) -> ConditionList {
    var conditions = conditions
    let type = "ReplicaFailure"
    if let failure, conditions[type] == nil {
      let missing = counts.replicas < replicaSet.wantedReplicas
      conditions.append([
        "type": .string(type), "status": "True",
        "reason": missing ? "FailedCreate" : "FailedDelete",
        "message": .string(failure.message), "lastTransitionTime": .string(ModelInstant.now),
      ])
    } else if failure == nil {
      conditions.remove(type)
    }
    return conditions
  }
}
