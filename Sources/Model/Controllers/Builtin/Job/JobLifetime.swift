internal import CEL

/// How long a finished Job stays.
///
/// Follows pkg/controller/ttlafterfinished/ttlafterfinished_controller.go (processJob).
struct JobLifetime {
  let client: ControllerClient
  let job: Job

  /// The time that a finished Job has left; nil where it may stay.
  private static func lifetime(of job: Job) -> Int? {
    guard job.version.deletesFinishedJobs, job.isFinished, job.object.deletionTimestamp == nil
    else { return nil }
    return job.object.specInteger("ttlSecondsAfterFinished")
  }

  /// Deletes the Job, with its Pods first, once its time is over; a live look precedes it.
  func run() throws -> ReconcileResult {
    guard let seconds = Self.lifetime(of: job) else { return .done }
    let label = JobLimits.label("ttlSecondsAfterFinished", job)
    guard try seconds == 0 || client.oracle.hasPassed(deadline: label) else {
      return .requeueAfter(seconds: seconds)
    }
    let answer = try client.get(job.object)
    if answer.isNotFound { return .done }
    let fresh = try answer.object("reading the Job")
    guard fresh.uid == job.object.uid, Self.lifetime(of: Job(fresh, job.version)) != nil else {
      return .done
    }
    let deletion = try client.delete(
      fresh, ["propagationPolicy": "Foreground", "preconditions": ["uid": .string(fresh.uid)]])
    if !deletion.isSuccess, !deletion.isNotFound { throw deletion.error("deleting a Job") }
    return .done
  }
}
