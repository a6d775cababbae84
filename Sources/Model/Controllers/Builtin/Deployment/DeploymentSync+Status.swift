internal import CEL

/// The status of a Deployment.
///
/// Follows pkg/controller/deployment/sync.go (calculateStatus, syncDeploymentStatus) and progress.go
/// (syncRolloutStatus, requeueStuckDeployment).
extension DeploymentSync {
  /// The reasons of the condition Progressing (deployment/util/deployment_util.go).
  enum Reason {
    static let updated = "ReplicaSetUpdated"
    static let failedCreate = "ReplicaSetCreateError"
    static let createdNew = "NewReplicaSetCreated"
    static let foundNew = "FoundNewReplicaSet"
    static let newAvailable = "NewReplicaSetAvailable"
    static let timedOut = "ProgressDeadlineExceeded"
    static let paused = "DeploymentPaused"
    static let resumed = "DeploymentResumed"
  }

  /// The types of conditions.
  enum ConditionType: String {
    case progressing = "Progressing"
    case available = "Available"
    case replicaFailure = "ReplicaFailure"
  }

  /// HasProgressDeadline.
  var hasProgressDeadline: Bool {
    deployment.specInteger("progressDeadlineSeconds").map { $0 != Int(Int32.max) } ?? false
  }

  /// Sets a condition in the copy's status (SetDeploymentCondition).
  func setCondition(
    _ type: ConditionType, status: String, reason: String, message: String
  ) {
    var conditions = ConditionList(of: deployment)
    Self.set(
      Self.condition(type, status: status, reason: reason, message: message), in: &conditions)
    deployment.set(conditions.value, at: "status", "conditions")
  }

  /// DeploymentComplete, for a status.
  func isComplete(_ status: JSONObject) -> Bool {
    let wanted = deployment.wantedReplicas
    return Integer.areEqual(
      ["updatedReplicas", "replicas", "availableReplicas"].map { (number(status, $0), wanted) })
      && Int(status["observedGeneration"]?.int ?? 0) >= Int(deployment.generation)
  }

  private func number(_ status: JSONObject, _ key: String) -> Integer {
    status[key]?.integer ?? 0
  }

  /// syncDeploymentStatus.
  func writeStatusOnly(_ all: [JSONObject], _ new: JSONObject?) throws -> ReconcileResult {
    let (status, conditions) = calculate(all, new)
    _ = try write(status, conditions)
    return .done
  }

  /// syncRolloutStatus: the status with the condition Progressing, and a timer where a rollout has
  /// got stuck.
  ///
  /// Whether the deadline has passed is asked only where nothing else changes; upstream asks in
  /// every sync, and a status that changes restarts nothing but delays the answer by one sync.
  func writeRolloutStatus(_ all: [JSONObject], _ new: JSONObject?) throws -> ReconcileResult {
    var (status, conditions) = calculate(all, new)
    if !hasProgressDeadline { conditions.remove(ConditionType.progressing.rawValue) }
    let current = ConditionList(of: deployment)[ConditionType.progressing.rawValue]
    let currentReason = current?["reason"]?.string
    let wasComplete =
      currentReason == Reason.newAvailable
      && number(status, "replicas") == number(status, "updatedReplicas")
    let what = new.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.name)\""
    var mayTimeOut = false
    if hasProgressDeadline, !wasComplete {
      if isComplete(status) {
        Self.set(
          Self.condition(
            .progressing, status: "True", reason: Reason.newAvailable,
            message: "\(what) has successfully progressed."), in: &conditions)
      } else if isProgressing(status) {
        conditions.remove(ConditionType.progressing.rawValue)
        conditions.append(
          Self.condition(
            .progressing, status: "True", reason: Reason.updated,
            message: "\(what) is progressing."))
      } else if let current = conditions[ConditionType.progressing.rawValue] {
        let reason = current["reason"]?.string
        mayTimeOut = reason != Reason.newAvailable && reason != Reason.timedOut
      }
    }
    promoteFailure(all, new, &conditions)
    if try write(status, conditions) { return .done }
    guard mayTimeOut, !isComplete(status) else { return .done }
    guard try oracle.hasPassed(deadline: deadlineLabel(new, status)) else {
      return .requeueAfter(seconds: deployment.specInteger("progressDeadlineSeconds") ?? 600)
    }
    Self.set(
      Self.condition(
        .progressing, status: "False", reason: Reason.timedOut,
        message: "\(what) has timed out progressing."), in: &conditions)
    _ = try write(status, conditions)
    return .done
  }

  /// What the progress deadline counts from: the last progress, named by what it reached.
  private func deadlineLabel(_ new: JSONObject?, _ status: JSONObject) -> String {
    let progress = labels.text(
      [
        "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
      ].map { number(status, $0) })
    return "progressDeadlineSeconds of Deployment \(deployment.namespace)/\(deployment.name)"
      + " since \(new?.name ?? "none") \(progress)"
  }

  /// DeploymentProgressing: more new replicas, fewer old ones, or more ready or available ones.
  private func isProgressing(_ status: JSONObject) -> Bool {
    let oldUpdated = deployment.statusNumber("updatedReplicas")
    return !Integer.areAtMost([
      (number(status, "updatedReplicas"), oldUpdated),
      (
        deployment.statusNumber("replicas") - oldUpdated,
        number(status, "replicas") - number(status, "updatedReplicas")
      ),
      (number(status, "readyReplicas"), deployment.statusNumber("readyReplicas")),
      (number(status, "availableReplicas"), deployment.statusNumber("availableReplicas")),
    ])
  }

  /// getReplicaFailures: a ReplicaFailure of the new ReplicaSet, else of the first that has one.
  private func promoteFailure(
    _ all: [JSONObject], _ new: JSONObject?, _ conditions: inout ConditionList
  ) {
    let type = ConditionType.replicaFailure.rawValue
    let failure = ([new].compactMap(\.self) + all).lazy
      .compactMap { ConditionList(of: $0)[type] }.first
    guard var failure else { return conditions.remove(type) }
    failure["lastUpdateTime"] = failure["lastTransitionTime"]
    Self.set(failure, in: &conditions)
  }

  /// calculateStatus: the numbers, and the conditions with Available brought up to date.
  private func calculate(
    _ all: [JSONObject], _ new: JSONObject?
  ) -> (JSONObject, ConditionList) {
    let available = DeploymentMath.statusSum(all, "availableReplicas")
    var status = JSONObject()
    status.setOmittingZero("observedGeneration", Int(deployment.generation))
    status.setOmittingZero("replicas", DeploymentMath.statusSum(all, "replicas"))
    status.setOmittingZero("updatedReplicas", new?.statusNumber("replicas") ?? 0)
    status.setOmittingZero("readyReplicas", DeploymentMath.statusSum(all, "readyReplicas"))
    status.setOmittingZero("availableReplicas", available)
    status.setOmittingZero(
      "unavailableReplicas", Integer.greatest(0, DeploymentMath.replicas(all) - available))
    if version.countsTerminatingReplicas { status["terminatingReplicas"] = Self.terminating(all) }
    status["collisionCount"] = deployment.at("status", "collisionCount")
    var conditions = ConditionList(of: deployment)
    let isAvailable =
      available >= deployment.wantedReplicas - DeploymentMath.maxUnavailable(deployment)
    Self.set(
      Self.condition(
        .available, status: isAvailable ? "True" : "False",
        reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: isAvailable
          ? "Deployment has minimum availability."
          : "Deployment does not have minimum availability."), in: &conditions)
    return (status, conditions)
  }

  /// GetTerminatingReplicaCountForReplicaSets: nil where a ReplicaSet does not say.
  private static func terminating(_ all: [JSONObject]) -> JSONValue? {
    let counts = all.map { $0.at("status", "terminatingReplicas")?.int }
    return counts.contains(nil) ? nil : .int(counts.compactMap(\.self).reduce(0, +))
  }

  /// Writes the status if it differs from the copy's; whether it did.
  private func write(_ status: JSONObject, _ conditions: ConditionList) throws -> Bool {
    var status = status
    status["conditions"] = conditions.value
    let before = deployment["status"].flatMap(TemplateEquality.pruned)
    if TemplateEquality.pruned(.object(status)) == before { return false }
    deployment["status"] = .object(status)
    _ = try client.updateStatus(deployment).object("updating the Deployment's status")
    return true
  }

  private static func condition(
    _ type: ConditionType, status: String, reason: String, message: String
  ) -> JSONObject {
    [
      "type": .string(type.rawValue), "status": .string(status), "reason": .string(reason),
      "message": .string(message), "lastUpdateTime": .string(ModelInstant.now),
      "lastTransitionTime": .string(ModelInstant.now),
    ]
  }

  /// SetDeploymentCondition: one of equal status and reason stays as it is.
  private static func set(_ condition: JSONObject, in conditions: inout ConditionList) {
    var condition = condition
    if let current = conditions[condition["type"]?.string ?? ""],
      current["status"] == condition["status"]
    {
      if current["reason"] == condition["reason"] { return }
      condition["lastTransitionTime"] = current["lastTransitionTime"]
    }
    conditions.append(condition)
  }
}
