internal import CEL

/// The subresources of Pods: eviction and binding.
///
/// Follows pkg/registry/core/pod/storage/{eviction,storage}.go.
extension APICall {
  private var success: JSONValue {
    ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201]
  }

  /// POST to `/eviction`: a deletion that disruption budgets may refuse.
  func evict() throws(APIError) -> APIResponse {
    guard let body = request.body?.object else {
      throw .badRequest("the object provided is unrecognized (must be of type Eviction)")
    }
    if body.name != request.name {
      throw .badRequest("name in URL does not match name in Eviction object")
    }
    let options = try DeleteOptions(body["deleteOptions"])
    let pod = try existing()
    try admit(.create, key, object: body, old: nil)
    // Pods that do not serve, or that go anyway, need no budget (canIgnorePDB).
    let phase = pod.at("status", "phase")?.string ?? ""
    let ignoresBudgets =
      ["Succeeded", "Failed", "Pending"].contains(phase) || pod.deletionTimestamp != nil
    var changes: [ObjectChange] = []
    if !ignoresBudgets { changes = try takeFromBudget(pod) }
    let isDryRun = options.isDryRun || request.dryRun
    let marked = isDryRun ? pod : try markedAsEvicted(pod)
    let deletion = try delete(key, marked, options)
    // The condition is a write of its own, before the deletion.
    if marked != pod { changes.append(ObjectChange(key, old: pod, new: marked)) }
    changes += deletion.changes
    return APIResponse(code: 201, body: success, changes: isDryRun ? [] : changes)
  }

  /// The Pod with the condition that tells why it goes (addConditionAndDeletePod).
  private func markedAsEvicted(_ pod: JSONObject) throws(APIError) -> JSONObject {
    let type = "DisruptionTarget"
    let conditions = pod.at("status", "conditions")?.array ?? []
    let old = conditions.first { $0["type"]?.string == type }
    guard version.marksEvictedPods, old?["reason"]?.string != "EvictionByEvictionAPI" else {
      return pod
    }
    let isSame = old?["status"]?.string == "True"
    let condition: JSONValue = [
      "type": .string(type), "status": "True", "reason": "EvictionByEvictionAPI",
      "message": "Eviction API: evicting", "lastProbeTime": .null,
      "lastTransitionTime": isSame
        ? old?["lastTransitionTime"] ?? .null : .string(reader.now),
    ]
    var marked = pod
    marked.set(
      .array(
        old == nil
          ? conditions + [condition]
          : conditions.map { $0["type"]?.string == type ? condition : $0 }),
      at: "status", "conditions")
    return try stored(marked)
  }

  /// Counts the eviction against the one budget that covers the Pod (getPodDisruptionBudgets,
  /// checkAndDecrement).
  private func takeFromBudget(_ pod: JSONObject) throws(APIError) -> [ObjectChange] {
    let budgets = reader.objects(
      of: GroupKind(group: "policy", kind: "PodDisruptionBudget"), namespace: pod.namespace,
      selection: .all
    ).filter { item in
      guard let selector = LabelSelector(object: item.object.at("spec", "selector")) else {
        return false
      }
      if selector.isEmpty { return version.emptyDisruptionSelectorSelectsAll }
      return selector.matches(pod)
    }
    if budgets.count > 1 {
      throw .internalFailure(
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does "
          + "not support.")
    }
    guard let (budgetKey, budget) = budgets.first else { return [] }
    var status = budget["status"]?.object ?? JSONObject()
    if mayGoUncounted(pod, budget) { return [] }
    if status["observedGeneration"]?.int ?? 0 < budget.generation {
      throw refusal(
        .string("The disruption budget \(budgetKey.name) is still being processed by the server."))
    }
    let allowed = status["disruptionsAllowed"]?.integer ?? 0
    if allowed < 0 {
      throw .forbidden(
        "policy", "poddisruptionbudgets", budgetKey.name, "pdb disruptions allowed is negative")
    }
    if allowed == 0 {
      let desired = status["desiredHealthy"]?.integer ?? 0
      let current = status["currentHealthy"]?.int ?? 0
      let text = ("The disruption budget \(budgetKey.name) needs", "has \(current) currently")
      throw refusal(
        desired.view(.string, named: "\(text.0) and \(text.1)", isInjective: true) {
          .string("\(text.0) \($0) healthy pods and \(text.1)")
        })
    }
    status["disruptionsAllowed"] = (allowed - 1).json
    var disrupted = status["disruptedPods"]?.object ?? JSONObject()
    disrupted[pod.name] = .string(reader.now)
    status["disruptedPods"] = .object(disrupted)
    if allowed == 1, version.budgetsHaveConditions { usedUp(&status, budget) }
    var changed = budget
    changed["status"] = .object(status)
    return [ObjectChange(budgetKey, old: budget, new: changed)]
  }

  /// Whether a Pod that is not ready is none that the budget counts on.
  private func mayGoUncounted(_ pod: JSONObject, _ budget: JSONObject) -> Bool {
    guard version.evictsUnreadyPodsFreely else { return false }
    let isReady = (pod.at("status", "conditions")?.array ?? []).contains {
      $0["type"] == "Ready" && $0["status"] == "True"
    }
    if isReady { return false }
    if budget.at("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" { return true }
    let desired = budget.at("status", "desiredHealthy")?.integer ?? 0
    return desired > 0 && budget.at("status", "currentHealthy")?.integer ?? 0 >= desired
  }

  /// UpdateDisruptionAllowedCondition of k8s.io/component-helpers, for no disruption left.
  private func usedUp(_ status: inout JSONObject, _ budget: JSONObject) {
    let conditions = status["conditions"]?.array ?? []
    let old = conditions.first { $0["type"] == "DisruptionAllowed" }?.object
    let time = old?["status"] == "False" ? old?["lastTransitionTime"] : nil
    let condition: JSONValue = [
      "type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods",
      "message": "", "observedGeneration": .int(budget.generation),
      "lastTransitionTime": time ?? .string(reader.now),
    ]
    status["conditions"] = .array(
      old == nil
        ? conditions + [condition]
        : conditions.map { $0["type"] == "DisruptionAllowed" ? condition : $0 })
  }

  private func refusal(_ message: JSONValue) -> APIError {
    .tooManyRequests(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      causes: [["reason": "DisruptionBudget", "message": message]])
  }

  /// POST to `/binding`: assigns a Pod to a node (assignPod, setPodHostAndAnnotations).
  func bind() throws(APIError) -> APIResponse {
    guard let body = request.body?.object else {
      throw .badRequest("the object provided is unrecognized (must be of type Binding)")
    }
    let node = body.at("target", "name")?.string ?? ""
    if node.isEmpty { throw .internalFailure("target.name: Required value") }
    let pod = try existing()
    func conflict(_ why: String) -> APIError {
      .conflict("", "pods/binding", request.name, why)
    }
    if pod.deletionTimestamp != nil {
      throw conflict("pod \(pod.name) is being deleted, cannot be assigned to a host")
    }
    if let bound = pod.at("spec", "nodeName")?.string, !bound.isEmpty {
      throw conflict("pod \(pod.name) is already assigned to node \"\(bound)\"")
    }
    if version.podsHaveSchedulingGates, !(pod.at("spec", "schedulingGates")?.array ?? []).isEmpty {
      throw conflict("pod \(pod.name) has non-empty .spec.schedulingGates")
    }
    var changed = pod
    changed.set(.string(node), at: "spec", "nodeName")
    var annotations = changed.annotations
    for entry in body.annotations.entries { annotations[entry.key] = entry.value }
    changed.annotations = annotations
    let scheduled: JSONValue = [
      "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
      "lastTransitionTime": .string(reader.now),
    ]
    let others = (pod.at("status", "conditions")?.array ?? []).filter {
      $0["type"] != "PodScheduled"
    }
    changed.set(.array(others + [scheduled]), at: "status", "conditions")
    changed = try stored(changed)
    try admit(.create, key, object: body, old: nil)
    return APIResponse(
      code: 201, body: success, changes: [ObjectChange(key, old: pod, new: changed)])
  }
}
