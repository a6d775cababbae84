internal import CEL

/// What controllers read from a Pod's status.
///
/// Follows pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go.
struct PodStatus {
  let pod: JSONObject

  init(_ pod: JSONObject) { self.pod = pod }

  /// `status.phase`; empty before the server has set it.
  var phase: String { pod.at("status", "phase")?.string ?? "" }

  /// `spec.nodeName`; empty while unscheduled.
  var nodeName: String { pod.at("spec", "nodeName")?.string ?? "" }

  var isTerminating: Bool { pod.deletionTimestamp != nil }

  /// The condition of a type.
  func condition(_ type: String) -> JSONObject? {
    (pod.at("status", "conditions")?.array ?? []).compactMap(\.object)
      .first { $0["type"]?.string == type }
  }

  /// Whether the condition Ready is True (IsPodReady).
  var isReady: Bool { condition("Ready")?["status"]?.string == "True" }

  /// Neither finished nor being deleted (IsPodActive).
  var isActive: Bool { phase != "Succeeded" && phase != "Failed" && !isTerminating }

  /// Succeeded or Failed.
  var isTerminal: Bool { phase == "Succeeded" || phase == "Failed" }

  /// Ready for at least `minReadySeconds` (IsPodAvailable); whether the time has passed is asked.
  func isAvailable(minReadySeconds: Int, _ oracle: any ReconcileOracle) throws -> Bool {
    guard isReady else { return false }
    if minReadySeconds == 0 { return true }
    return try oracle.hasPassed(
      deadline: "minReadySeconds of Pod \(pod.namespace)/\(pod.name)")
  }

  /// The highest restart count of its containers (maxContainerRestarts).
  var restarts: Int64 {
    (pod.at("status", "containerStatuses")?.array ?? []).map { $0["restartCount"]?.int ?? 0 }.max()
      ?? 0
  }

  /// `controller.kubernetes.io/pod-deletion-cost`, 0 where absent or no number.
  var deletionCost: Int64 {
    Int64(pod.annotations["controller.kubernetes.io/pod-deletion-cost"]?.string ?? "") ?? 0
  }
}
