internal import CEL

/// A condition of a Job that is about to hold.
///
/// Follows pkg/controller/job/job_controller.go (newCondition, ensureJobConditionStatus).
struct JobCondition: Hashable {
  var type: String
  var reason = ""
  var message = ""

  init(_ type: String, reason: String = "", message: String = "") {
    self.type = type
    self.reason = reason
    self.message = message
  }

  /// The same as a condition in a status, under another type.
  init(_ condition: JSONObject, as type: String) {
    self.init(
      type, reason: condition["reason"]?.string ?? "",
      message: condition["message"]?.string ?? "")
  }

  /// The same end under another type.
  func renamed(_ type: String) -> JobCondition {
    JobCondition(type, reason: reason, message: message)
  }

  private func value(_ status: String) -> JSONObject {
    var condition: JSONObject = [
      "type": .string(type), "status": .string(status),
      "lastProbeTime": .string(ModelInstant.now),
      "lastTransitionTime": .string(ModelInstant.now),
    ]
    condition.setOmittingEmpty("reason", reason)
    condition.setOmittingEmpty("message", message)
    return condition
  }

  /// Appends the condition to a Job's, as it is.
  func append(to job: inout Job) {
    let conditions = job.object.at("status", "conditions")?.array ?? []
    job.object.set(.array(conditions + [.object(value("True"))]), at: "status", "conditions")
  }

  /// Makes the condition hold, or not hold; answers whether that changed anything.
  ///
  /// A condition that is not there does not begin with False.
  func ensure(holds: Bool, in job: inout Job) -> Bool {
    let status = holds ? "True" : "False"
    var list = ConditionList(of: job.object)
    if let old = list[type] {
      let isSame =
        old["status"]?.string == status && old["reason"]?.string ?? "" == reason
        && old["message"]?.string ?? "" == message
      if isSame { return false }
    } else if !holds {
      return false
    }
    list.replace(value(status))
    job.object.set(list.value, at: "status", "conditions")
    return true
  }
}
