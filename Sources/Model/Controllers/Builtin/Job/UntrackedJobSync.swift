internal import CEL

/// One sync of one Job as before Pods were tracked by finalizers: what counts is what is there.
///
/// Follows pkg/controller/job/job_controller.go as of 1.20 (syncJob, updateJobStatus).
struct UntrackedJobSync {
  /// Upstream tries to write so often (statusUpdateRetries and the first time).
  private static let attempts = 4

  let client: ControllerClient
  var job: Job
  /// The Pods that the Job owns.
  let pods: [JSONObject]
  /// Whether the cache has shown what earlier syncs did.
  var mayManage = true

  /// Runs it.
  mutating func run() throws -> ReconcileResult {
    let old = job
    let isNew = !job.hasStarted && !job.isSuspended
    if isNew { job.object.set(.string(ModelInstant.now), at: "status", "startTime") }
    let active = pods.filter { PodStatus($0).isActive }
    var indexes = JobIndexes()
    indexes.formUnion(
      pods.filter { PodStatus($0).phase == "Succeeded" }.compactMap { job.index(of: $0) })
    let succeeded =
      job.isIndexed ? indexes.count : pods.count { PodStatus($0).phase == "Succeeded" }
    var failed = pods.count { PodStatus($0).phase == "Failed" }
    let hasNewFailure = failed > old.object.statusInteger("failed")

    let work = JobPods(
      job: job, client: client, active: active, doneIndexes: indexes, terminating: [])
    var outcome = JobPods.Outcome(active: active.count)
    let failure = try failure(hasNewFailure, active.count, isNew: isNew)
    if let failure {
      outcome = try work.deleteActive()
      // Whether or not all could be deleted.
      failed += active.count
      outcome.active = 0
      failure.append(to: &job)
    } else {
      if mayManage, job.object.deletionTimestamp == nil {
        outcome = try work.manage(succeeded: succeeded) { false }
      }
      let isComplete =
        job.completions.map { succeeded >= $0 } ?? (succeeded > 0 && outcome.active == 0)
      if isComplete {
        JobCondition("Complete").append(to: &job)
        job.object.set(.string(ModelInstant.now), at: "status", "completionTime")
      } else if job.version.hasIndexedAndSuspendedJobs {
        noteSuspension()
      }
    }

    for (key, number) in [
      ("active", outcome.active), ("succeeded", succeeded), ("failed", failed),
    ] { job.object.set(.int(Int64(number)), at: "status", key) }
    if job.isIndexed { job.object.set(.string(indexes.text), at: "status", "completedIndexes") }
    if hasChanged(from: old) {
      try writeStatus()
      if hasNewFailure, !job.isFinished { throw ReconcileError("failed pod(s) detected for job") }
    }
    if let failure = outcome.failure { throw failure }
    if let seconds = job.activeDeadlineSeconds, !job.isFinished, !job.isSuspended {
      return .requeueAfter(seconds: seconds)
    }
    return .done
  }

  /// Upstream counts in memory how often it has tried again; the failures in the status stand in.
  private func failure(
    _ hasNewFailure: Bool, _ active: Int, isNew: Bool
  ) throws -> JobCondition? {
    let retries = job.object.statusInteger("failed")
    let isExceeded =
      hasNewFailure && active != job.parallelism && retries + 1 > job.backoffLimit
    if isExceeded || JobLimits.isPastRestarts(job, pods) {
      return JobCondition(
        "Failed", reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit")
    }
    guard try !isNew && JobLimits.isPastDeadline(job, client.oracle) else { return nil }
    return JobCondition(
      "Failed", reason: "DeadlineExceeded",
      message: "Job was active longer than specified deadline")
  }

  private mutating func noteSuspension() {
    if job.isSuspended {
      _ = JobCondition("Suspended", reason: "JobSuspended", message: "Job suspended")
        .ensure(holds: true, in: &job)
    } else {
      _ = JobCondition("Suspended", reason: "JobResumed", message: "Job resumed")
        .ensure(holds: false, in: &job)
    }
  }

  private func hasChanged(from old: Job) -> Bool {
    ["active", "succeeded", "failed"].contains {
      job.object.statusInteger($0) != old.object.statusInteger($0)
    } || ConditionList(of: job.object) != ConditionList(of: old.object)
  }

  /// The status goes over whatever is there, which may be newer than what this sync has seen.
  private mutating func writeStatus() throws {
    for attempt in 1...Self.attempts {
      var fresh = try client.get(job.object).object("reading the Job")
      fresh["status"] = job.object["status"]
      let answer = try client.updateStatus(fresh)
      if answer.isSuccess { return }
      if attempt == Self.attempts { throw answer.error("updating the Job's status") }
    }
  }
}
