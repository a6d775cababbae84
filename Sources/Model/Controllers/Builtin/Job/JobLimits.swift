internal import CEL

/// When a Job has failed, as far as its Pods' phases do not say it.
///
/// Follows pkg/controller/job/job_controller.go (pastBackoffLimitOnFailure, pastActiveDeadline).
enum JobLimits {
  /// The name of a deadline of a Job: one of the same name later has its own.
  static func label(_ what: String, _ job: Job) -> String {
    "\(what) of Job \(job.object.namespace)/\(job.object.name) (\(job.object.uid))"
  }

  /// Whether a Job that has started is active longer than it may be.
  static func isPastDeadline(_ job: Job, _ oracle: any ReconcileOracle) throws -> Bool {
    guard job.activeDeadlineSeconds != nil, job.hasStarted, !job.isSuspended else { return false }
    return try oracle.hasPassed(deadline: label("activeDeadlineSeconds", job))
  }

  /// Whether containers that are restarted in their Pods were so too often.
  static func isPastRestarts(_ job: Job, _ pods: [JSONObject]) -> Bool {
    let policy = job.object.at("spec", "template", "spec", "restartPolicy")?.string
    guard policy == "OnFailure" else { return false }
    var restarts: Int64 = 0
    for pod in pods where ["Running", "Pending"].contains(PodStatus(pod).phase) {
      for list in ["initContainerStatuses", "containerStatuses"] {
        for container in pod.at("status", list)?.array ?? [] {
          restarts += container["restartCount"]?.int ?? 0
        }
      }
    }
    return job.backoffLimit == 0 ? restarts > 0 : restarts >= job.backoffLimit
  }
}
