internal import CEL

/// The status of an autoscaler while a sync works on it.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (setStatus, setConditionInList,
/// updateStatusIfNeeded).
struct AutoscalerStatus {
  private let autoscaler: JSONObject
  private var status: JSONObject
  private var conditions: ConditionList

  init(of autoscaler: JSONObject) {
    self.autoscaler = autoscaler
    status = autoscaler["status"]?.object ?? JSONObject()
    conditions = ConditionList(of: autoscaler)
  }

  var desiredReplicas: Integer { status["desiredReplicas"]?.integer ?? 0 }
  var currentMetrics: JSONValue? { status["currentMetrics"] }

  /// Sets a condition where it stands in the list.
  mutating func setCondition(_ type: String, holds: Bool, _ reason: String, _ message: JSONValue) {
    let current = conditions[type]
    let value = holds ? "True" : "False"
    let isSame = current?["status"]?.string == value
    let time = isSame ? current?["lastTransitionTime"]?.string : nil
    conditions.replace([
      "type": .string(type), "status": .string(value), "reason": .string(reason),
      "message": message,
      "lastTransitionTime": .string(time ?? ModelInstant.now),
    ])
  }

  /// Replaces the numbers; the time of the last scaling is kept.
  mutating func setNumbers(current: Integer, desired: Integer, metrics: JSONValue?, rescaled: Bool)
  {
    let lastScaleTime =
      rescaled ? .string(ModelInstant.now) : status["lastScaleTime"]
    status = JSONObject()
    status["currentReplicas"] = current.json
    status["desiredReplicas"] = desired.json
    status["lastScaleTime"] = lastScaleTime
    status["currentMetrics"] = metrics
  }

  /// Writes the status where it differs from the object's.
  func writeIfChanged(_ client: ControllerClient) throws {
    let served = served
    let old = autoscaler["status"].flatMap(TemplateEquality.pruned)
    if TemplateEquality.pruned(.object(served)) == old { return }
    var object = autoscaler
    object["status"] = .object(served)
    _ = try client.updateStatus(object).object("updating the autoscaler's status")
  }

  /// The status in the version that the object is served in: autoscaling/v1 has no conditions (they
  /// are kept in an annotation) and only the CPU utilization of the metrics.
  private var served: JSONObject {
    var result = status
    guard autoscaler.apiVersion == "autoscaling/v1" else {
      result["conditions"] = conditions.value
      return result
    }
    let utilization = (status["currentMetrics"]?.array ?? []).lazy.compactMap {
      $0.at("resource", "current", "averageUtilization")
    }.first
    result["currentMetrics"] = nil
    result["currentCPUUtilizationPercentage"] = utilization
    return result
  }
}
