internal import CEL

/// One sync of one Job that tracks its Pods by finalizers.
///
/// Follows pkg/controller/job/job_controller.go (syncJob).
struct JobSync {
  let client: ControllerClient
  var job: Job
  /// The Pods that the Job owns.
  let pods: [JSONObject]
  /// Whether the cache has shown what earlier syncs did.
  var mayManage = true
  /// The uids of Pods that lost their finalizer and are counted, which the cache has not shown yet.
  var freed: Set<String> = []

  private var oracle: any ReconcileOracle { client.oracle }

  /// What the Pods say, together with the status.
  private struct Counts {
    var active: [JSONObject] = []
    var succeeded = 0
    var failed = 0
    /// Whether Pods have failed since the last sync.
    var hasNewFailures = false
    var oldIndexes = JobIndexes()
    var indexes = JobIndexes()
  }

  /// What is left to do later.
  private enum Delay { case none, deadline(Int), replacement }

  /// Runs it.
  mutating func run() throws -> ReconcileResult {
    let old = job
    let counts = count()
    var isNew = false
    if !job.hasStarted, !job.isSuspended {
      job.object.set(.string(ModelInstant.now), at: "status", "startTime")
      isNew = true
    }
    var delay = Delay.none
    var end = try failure(counts, isNew: isNew, &delay)
    let failures = JobIndexFailures(
      job, pods: pods, freed: freed, succeeded: counts.indexes)
    if end == nil { end = failures?.end(succeeded: counts.indexes.count) }
    if end == nil, job.isIndexed, let message = JobSuccessPolicy.met(job, counts.indexes) {
      end = JobCondition("SuccessCriteriaMet", reason: "SuccessPolicy", message: message)
    }

    let going = pods.filter { PodStatus($0).isTerminating && !PodStatus($0).isTerminal }
    let work = JobPods(
      job: job, client: client, active: counts.active, doneIndexes: counts.indexes,
      terminating: job.replacesOnlyFailed ? going : [], failures: failures)
    var hasFlipped = false
    let outcome: JobPods.Outcome
    if end != nil {
      outcome = try work.deleteActive()
      // Not all are gone: the Job is not over yet.
      if outcome.removed != counts.active.count || !mayManage { end = nil }
    } else if mayManage, job.object.deletionTimestamp == nil {
      outcome = try work.manage(succeeded: counts.succeeded) {
        try hasToWait(counts)
      }
      end = success(counts, active: outcome.active)
      if end == nil { hasFlipped = noteSuspension() }
      if outcome.isDelayed { delay = .replacement }
    } else {
      outcome = JobPods.Outcome(active: counts.active.count)
      end = success(counts, active: outcome.active)
    }

    let terminating = going.count + outcome.removed
    setNumbers(outcome, ready: counts.active.count { PodStatus($0).isReady }, terminating)
    var tracking = JobTracking(
      client: client, job: job, pods: pods, end: end, terminating: terminating,
      oldIndexes: counts.oldIndexes, freed: freed, failures: failures)
    try tracking.run(needsFlush: hasFlipped || hasChanged(from: old))
    if let failure = outcome.failure { throw failure }
    return tracking.job.isFinished ? .done : result(delay)
  }

  private func result(_ delay: Delay) -> ReconcileResult {
    switch delay {
    case .none: .done
    case .deadline(let seconds): .requeueAfter(seconds: seconds)
    case .replacement: .requeueAfter(seconds: 10)
    }
  }

  // MARK: Counting

  private func count() -> Counts {
    let uncounted = JobTracking.Uncounted(job.object)
    var counts = Counts()
    counts.active = pods.filter { PodStatus($0).isActive }
    // getValidPodsWithFilter: a Pod that lost its finalizer is counted already.
    let valid = pods.filter {
      Job.isTracked($0) && !freed.contains($0.uid) && (!job.isIndexed || job.index(of: $0) != nil)
    }
    let succeeded = valid.filter {
      PodStatus($0).phase == "Succeeded" && !uncounted.succeeded.contains($0.uid)
    }
    let failed = valid.filter { job.isFailed($0) && !uncounted.failed.contains($0.uid) }
    let policy = JobFailurePolicy(job)
    let counted = failed.count { policy?.verdict(on: $0).counts ?? true }
    counts.failed = job.object.statusInteger("failed") + counted + uncounted.failed.count
    counts.hasNewFailures = !failed.isEmpty
    if job.isIndexed {
      counts.oldIndexes = JobIndexes(
        job.object.at("status", "completedIndexes")?.string ?? "",
        completions: job.completions ?? 0)
      counts.indexes = counts.oldIndexes
      counts.indexes.formUnion(
        valid.filter { PodStatus($0).phase == "Succeeded" }.compactMap { job.index(of: $0) })
      counts.succeeded = counts.indexes.count
    } else {
      counts.succeeded =
        job.object.statusInteger("succeeded") + succeeded.count + uncounted.succeeded.count
    }
    return counts
  }

  // MARK: The end

  /// Why the Job is over, by what an earlier sync or this one found.
  private func failure(
    _ counts: Counts, isNew: Bool, _ delay: inout Delay
  ) throws -> JobCondition? {
    if job.version.hasJobSuccessPolicy, let met = job.trueCondition("SuccessCriteriaMet") {
      return JobCondition(met, as: "SuccessCriteriaMet")
    }
    if let target = job.trueCondition("FailureTarget") {
      return JobCondition(target, as: "Failed")
    }
    if let policy = JobFailurePolicy(job) {
      for pod in pods where job.isFailed(pod) {
        guard let message = policy.verdict(on: pod).failure else { continue }
        return JobCondition("FailureTarget", reason: "PodFailurePolicy", message: message)
      }
    }
    let type = job.version.delaysTerminalJobConditions ? "FailureTarget" : "Failed"
    if counts.failed > job.backoffLimit || JobLimits.isPastRestarts(job, pods) {
      return JobCondition(
        type, reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit")
    }
    guard let seconds = job.activeDeadlineSeconds, !job.isSuspended else { return nil }
    if try !isNew && JobLimits.isPastDeadline(job, oracle) {
      return JobCondition(
        type, reason: "DeadlineExceeded",
        message: "Job was active longer than specified deadline")
    }
    delay = .deadline(seconds)
    return nil
  }

  private func success(_ counts: Counts, active: Int) -> JobCondition? {
    // Without a number of completions one success is enough, when nothing runs any more.
    let needed = max(job.completions ?? 1, 0)
    guard counts.succeeded >= needed, active == 0 else { return nil }
    return JobCondition(
      job.version.delaysTerminalJobConditions ? "SuccessCriteriaMet" : "Complete")
  }

  /// The delay after a failure (newBackoffRecord): it may be over when a sync first sees the failure,
  /// or begin then.
  ///
  /// Upstream remembers failures and looks at the time again at each sync; here the next one comes
  /// after the delay, so that waiting ends.
  private func hasToWait(_ counts: Counts) throws -> Bool {
    guard job.version.delaysReplacementsOfFailedJobPods, counts.hasNewFailures else { return false }
    return try oracle.choose(2, "whether the delay after a failed Pod is over") == 0
  }

  // MARK: Status

  /// Whether the Job was suspended or resumed; a resumed one starts anew.
  private mutating func noteSuspension() -> Bool {
    if job.isSuspended {
      return JobCondition("Suspended", reason: "JobSuspended", message: "Job suspended")
        .ensure(holds: true, in: &job)
    }
    let isResumed = JobCondition("Suspended", reason: "JobResumed", message: "Job resumed")
      .ensure(holds: false, in: &job)
    if isResumed { job.object.set(.string(ModelInstant.now), at: "status", "startTime") }
    return isResumed
  }

  private mutating func setNumbers(_ outcome: JobPods.Outcome, ready: Int, _ terminating: Int) {
    job.object.set(.int(Int64(outcome.active)), at: "status", "active")
    if job.version.jobsReportReadyPods {
      job.object.set(.int(Int64(ready - outcome.removedReady)), at: "status", "ready")
    }
    if job.version.hasPodReplacementPolicy {
      job.object.set(.int(Int64(terminating)), at: "status", "terminating")
    }
    if job.object.at("status", "uncountedTerminatedPods") == nil {
      job.object.set([:], at: "status", "uncountedTerminatedPods")
    }
  }

  /// Whether the numbers in the status say anything new.
  private func hasChanged(from old: Job) -> Bool {
    job.object.statusInteger("active") != old.object.statusInteger("active")
      || ["ready", "terminating"].contains {
        job.object.at("status", $0) != old.object.at("status", $0)
      }
  }
}
