internal import CEL

/// The status of a PodDisruptionBudget.
///
/// Follows pkg/controller/disruption/disruption.go (updatePdbStatus, failSafe) and
/// staging/src/k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go.
struct DisruptionStatus {
  let client: ControllerClient
  let budget: JSONObject
  let version: KubernetesVersion

  private static let allowed = "DisruptionAllowed"

  /// Writes the status where it changed; answers the server's failure, if it was one.
  func write(
    _ expectation: DisruptionExpectation, healthy: Int, disrupted: JSONObject
  ) throws -> APIResponse? {
    let spare = Integer(healthy) - expectation.desiredHealthy
    // A budget that matches nothing yet must not allow the first Pods to be disrupted.
    let disruptions = expectation.pods <= 0 ? 0 : Integer.greatest(0, spare)
    let numbers = [
      ("currentHealthy", Integer(healthy)), ("desiredHealthy", expectation.desiredHealthy),
      ("expectedPods", expectation.pods), ("disruptionsAllowed", disruptions),
      ("observedGeneration", Integer(budget.generation)),
    ]
    let known = budget.at("status", "disruptedPods")?.object ?? JSONObject()
    let conditions = ConditionList(of: budget)
    let isSame =
      Integer.areEqual(numbers.map { (budget.statusNumber($0.0), $0.1) }) && known == disrupted
      && areUpToDate(conditions, allows: disruptions > 0)
    if isSame { return nil }

    var status = JSONObject()
    for (key, number) in numbers { status[key] = number.json }
    status.setOmittingZero("observedGeneration", Int(budget.generation))
    if !disrupted.isEmpty { status["disruptedPods"] = .object(disrupted) }
    status["conditions"] =
      updated(
        conditions, allows: disruptions > 0,
        reason: disruptions > 0 ? "SufficientPods" : "InsufficientPods", message: "",
        generation: Int(budget.generation)
      ).value
    return try send(status)
  }

  /// failSafe: no disruption is allowed where the numbers cannot be found out.
  ///
  /// It is no error of the sync: nothing is retried before the next change.
  func writeFailure(_ error: ReconcileError) throws {
    var status = budget["status"]?.object ?? JSONObject()
    status["disruptionsAllowed"] = 0
    for key in ["currentHealthy", "desiredHealthy", "expectedPods"] where status[key] == nil {
      status[key] = 0
    }
    status["conditions"] =
      updated(
        ConditionList(of: budget), allows: false, reason: "SyncFailed", message: error.message,
        generation: budget.statusInteger("observedGeneration")
      ).value
    if let failure = try send(status) {
      throw failure.error("updating a PodDisruptionBudget's status")
    }
  }

  private func send(_ status: JSONObject) throws -> APIResponse? {
    var changed = budget
    changed["status"] = .object(status)
    let answer = try client.updateStatus(changed)
    return answer.isSuccess ? nil : answer
  }

  /// ConditionsAreUpToDate.
  private func areUpToDate(_ conditions: ConditionList, allows: Bool) -> Bool {
    guard version.budgetsHaveConditions else { return true }
    guard let condition = conditions[Self.allowed] else { return false }
    return condition["status"]?.string == (allows ? "True" : "False")
  }

  /// meta.SetStatusCondition: the time of the transition stays where the status does.
  private func updated(
    _ conditions: ConditionList, allows: Bool, reason: String, message: String, generation: Int
  ) -> ConditionList {
    guard version.budgetsHaveConditions else { return conditions }
    let status = allows ? "True" : "False"
    let old = conditions[Self.allowed]
    let time = old?["status"]?.string == status ? old?["lastTransitionTime"] : nil
    var condition: JSONObject = [
      "type": .string(Self.allowed), "status": .string(status), "reason": .string(reason),
      "message": .string(message), "lastTransitionTime": time ?? .string(ModelInstant.now),
    ]
    condition.setOmittingZero("observedGeneration", generation)
    var result = conditions
    result.replace(condition)
    return result
  }
}
