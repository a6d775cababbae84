internal import CEL

/// The parts of a Pod's status that the kubelet writes, as a patch.
///
/// Follows pkg/kubelet/status/generate.go: the conditions Initialized, Ready and ContainersReady.
struct KubeletPodStatus {
  let pod: JSONObject

  init(_ pod: JSONObject) { self.pod = pod }

  /// The Pod runs, and its containers are ready or not.
  func running(isReady: Bool) -> JSONObject {
    var status = changed(phase: "Running", isReady: isReady, reason: "ContainersNotReady")
    if pod.at("status", "startTime") == nil { status["startTime"] = .string(ModelInstant.now) }
    return status
  }

  /// The Pod's containers have all ended.
  func finished(_ phase: String) -> JSONObject {
    changed(
      phase: phase, isReady: false, reason: phase == "Failed" ? "PodFailed" : "PodCompleted")
  }

  private func changed(phase: String, isReady: Bool, reason: String) -> JSONObject {
    let conditions =
      [condition("Initialized", holds: true, reason: reason)]
      + ["Ready", "ContainersReady"].map { condition($0, holds: isReady, reason: reason) }
    return ["phase": .string(phase), "conditions": .array(conditions)]
  }

  /// A condition as a patch by its type: a reason goes with False only.
  ///
  /// The first transition is at the Pod's start, later ones are long after it.
  private func condition(_ type: String, holds: Bool, reason: String) -> JSONValue {
    let current = PodStatus(pod).condition(type)
    let status = holds ? "True" : "False"
    let hasChanged = current != nil && current?["status"]?.string != status
    let time =
      hasChanged
      ? ModelInstant.later
      : current?["lastTransitionTime"]?.string ?? ModelInstant.now
    return [
      "type": .string(type), "status": .string(status),
      "lastTransitionTime": .string(time), "reason": holds ? .null : .string(reason),
    ]
  }
}
