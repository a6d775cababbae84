internal import CEL

/// One sync of one CronJob: cleans up, looks after its Jobs, and starts one if its time has come.
///
/// Follows pkg/controller/cronjob/cronjob_controllerv2.go (sync, syncCronJob, cleanupFinishedJobs).
struct CronJobSync {
  let client: ControllerClient
  let version: KubernetesVersion
  var cronJob: JSONObject
  /// The Jobs that it owns, by name.
  let jobs: [JSONObject]
  /// How many scheduled times there are in the run.
  let times: Int

  /// Whether the status has changed.
  private var hasChanged = false
  /// The number of the latest scheduled time that has come.
  private var latest = 0
  /// What is written at the end, if that is not the object at hand any more.
  private var written: JSONObject?

  init(
    client: ControllerClient, version: KubernetesVersion, cronJob: JSONObject,
    jobs: [JSONObject], times: Int
  ) {
    self.client = client
    self.version = version
    self.cronJob = cronJob
    self.jobs = jobs
    self.times = times
  }

  private var oracle: any ReconcileOracle { client.oracle }

  /// How a sync goes on.
  private enum Next {
    case nothing
    /// At the next scheduled time.
    case schedule
    case failed(ReconcileError)
  }

  /// Runs it; the status is written once, whatever went wrong.
  mutating func run() throws -> ReconcileResult {
    try cleanUp()
    let next = try proceed()
    if hasChanged {
      let answer = try client.updateStatus(written ?? cronJob)
      if !answer.isSuccess { throw answer.error("updating the CronJob's status") }
    }
    switch next {
    case .nothing: return .done
    case .schedule: return latest < times ? .requeueAfter(seconds: 60) : .done
    case .failed(let error): throw error
    }
  }

  // MARK: status.active

  private var active: [JSONObject] {
    get { (cronJob.at("status", "active")?.array ?? []).compactMap(\.object) }
    set {
      cronJob.set(
        newValue.isEmpty ? nil : .array(newValue.map(JSONValue.object)), at: "status", "active")
    }
  }

  private static func isActive(_ uid: String, in cronJob: JSONObject) -> Bool {
    (cronJob.at("status", "active")?.array ?? []).contains { $0["uid"]?.string == uid }
  }

  private mutating func removeFromActive(_ uid: String) {
    active.removeAll { $0["uid"]?.string == uid }
    hasChanged = true
  }

  // MARK: Clean-up

  /// cleanupFinishedJobs: of those that ended well and of those that did not, so many are kept.
  private mutating func cleanUp() throws {
    let finished = [
      ("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit"),
    ]
    for (type, key) in finished {
      guard let limit = cronJob.specInteger(key) else { continue }
      // byJobStartTime, where there is one time: by name, which is by scheduled time.
      let ended = jobs.filter { Self.end(of: $0) == type }
      for job in ended.prefix(max(ended.count - limit, 0)) { _ = try delete(job) }
    }
  }

  /// getFinishedStatus: the condition that ended a Job.
  private static func end(of job: JSONObject) -> String? {
    ConditionList(of: job).items.first {
      ["Complete", "Failed"].contains($0["type"]?.string) && $0["status"]?.string == "True"
    }?["type"]?.string
  }

  /// deleteJob: its Pods are the garbage collector's; answers whether it worked.
  private mutating func delete(_ job: JSONObject) throws -> APIResponse {
    let answer = try client.delete(job, ["propagationPolicy": "Background"])
    if answer.isSuccess { removeFromActive(job.uid) }
    return answer
  }

  // MARK: syncCronJob

  private mutating func proceed() throws -> Next {
    if let failure = try observeJobs() { return .failed(failure) }
    if cronJob.deletionTimestamp != nil { return .nothing }
    if cronJob.at("spec", "suspend")?.bool == true { return .nothing }
    guard let time = try unmetTime() else { return .schedule }
    let name = "\(cronJob.name)-\(time.minutes)"
    if try isTooLate(time) || active.contains(where: { $0["name"]?.string == name })
      || cronJob.at("status", "lastScheduleTime")?.string == time.text
    {
      return .schedule
    }
    let policy = cronJob.at("spec", "concurrencyPolicy")?.string
    if policy == "Forbid", !active.isEmpty { return .schedule }
    if policy == "Replace", let failure = try replaceActive() { return .failed(failure) }
    return try start(name, time)
  }

  /// Brings `status.active` in line with the Jobs.
  private mutating func observeJobs() throws -> ReconcileError? {
    for job in jobs {
      let isListed = Self.isActive(job.uid, in: cronJob)
      let end = Self.end(of: job)
      if !isListed, end == nil {
        let answer = try client.get(cronJob)
        guard answer.isSuccess, let fresh = answer.body.object else {
          return answer.error("reading the CronJob")
        }
        // Upstream goes on with what it has just read, and writes what it had.
        if Self.isActive(job.uid, in: fresh) {
          written = written ?? cronJob
          cronJob = fresh
        }
      } else if isListed, end != nil {
        removeFromActive(job.uid)
      } else if end == "Complete", version.cronJobsTellLastSuccess,
        cronJob.at("status", "lastSuccessfulTime") == nil
      {
        cronJob.set(job.at("status", "completionTime"), at: "status", "lastSuccessfulTime")
        hasChanged = true
      }
    }
    for reference in active {
      let uid = reference["uid"]?.string ?? ""
      if jobs.contains(where: { $0.uid == uid }) { continue }
      let answer = try getJob(reference)
      if answer.isNotFound {
        removeFromActive(uid)
      } else if !answer.isSuccess {
        return answer.error("reading a Job")
      }
    }
    return nil
  }

  private func getJob(_ reference: JSONObject) throws -> APIResponse {
    try client.get(
      "batch/v1", "Job", namespace: reference["namespace"]?.string ?? cronJob.namespace,
      name: reference["name"]?.string ?? "")
  }

  // MARK: The schedule

  private func deadline(_ what: String, _ number: Int) -> String {
    "\(what) \(number) of CronJob \(cronJob.namespace)/\(cronJob.name) (\(cronJob.uid))"
  }

  /// The number of the last scheduled time that was met; 0 before the first.
  private var lastNumber: Int {
    let text = cronJob.at("status", "lastScheduleTime")?.string
    return text.flatMap { ScheduledTime($0) }?.number ?? 0
  }

  /// nextScheduleTime: the latest time that has come since the last one that was met.
  ///
  /// Those before it are missed.
  private mutating func unmetTime() throws -> ScheduledTime? {
    latest = lastNumber
    while latest < times, try oracle.hasPassed(deadline: deadline("scheduled time", latest + 1)) {
      latest += 1
    }
    return latest > lastNumber ? ScheduledTime(number: latest) : nil
  }

  private func isTooLate(_ time: ScheduledTime) throws -> Bool {
    guard cronJob.at("spec", "startingDeadlineSeconds")?.int != nil else { return false }
    return try oracle.hasPassed(
      deadline: deadline("startingDeadlineSeconds of scheduled time", time.number))
  }

  // MARK: Starting

  /// Replace: what still runs has to go first.
  private mutating func replaceActive() throws -> ReconcileError? {
    for reference in active {
      let answer = try getJob(reference)
      guard answer.isSuccess, let job = answer.body.object else {
        return answer.error("reading a Job")
      }
      let deletion = try delete(job)
      if !deletion.isSuccess { return deletion.error("could not replace a Job") }
    }
    return nil
  }

  /// Creates the Job, and notes it.
  ///
  /// One of that name that is its own was made by a sync that could not note it.
  private mutating func start(_ name: String, _ time: ScheduledTime) throws -> Next {
    let job = makeJob(name, time)
    let answer = try client.create(job)
    let made: JSONObject
    if answer.isAlreadyExists {
      let existing = try client.get(job)
      guard existing.isSuccess, let found = existing.body.object else {
        return .failed(existing.error("reading a Job"))
      }
      let isOwn = ControllerReference.isControlled(found, by: cronJob)
      if !isOwn || Self.isActive(found.uid, in: cronJob) { return .nothing }
      made = found
    } else {
      guard answer.isSuccess, let created = answer.body.object else {
        return .failed(answer.error("creating a Job"))
      }
      made = created
    }
    // Upstream's reference has the resourceVersion too, which only tells versions apart.
    active.append([
      "apiVersion": .string(made.apiVersion), "kind": .string(made.kind),
      "name": .string(made.name), "namespace": .string(made.namespace), "uid": .string(made.uid),
    ])
    cronJob.set(.string(time.text), at: "status", "lastScheduleTime")
    hasChanged = true
    return .schedule
  }

  /// getJobFromTemplate2.
  private func makeJob(_ name: String, _ time: ScheduledTime) -> JSONObject {
    let template = cronJob.at("spec", "jobTemplate")?.object ?? JSONObject()
    var job: JSONObject = [
      "apiVersion": "batch/v1", "kind": "Job",
      "spec": template["spec"] ?? .object(JSONObject()),
    ]
    job.metadata = [
      "name": .string(name), "namespace": .string(cronJob.namespace),
      "ownerReferences": [.object(ControllerReference.make(to: cronJob))],
    ]
    job.labels = template.labels
    job.annotations = template.annotations
    if version.annotatesScheduledJobs {
      job.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = .string(time.text)
    }
    return job
  }
}
