internal import CEL

/// How a Job counts its Pods: each keeps a finalizer until the status has it.
///
/// Follows pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers,
/// flushUncountedAndRemoveFinalizers, cleanUncountedPodsWithoutFinalizers, enactJobFinished).
/// Which finalizers were removed is remembered until the cache shows it (`FreedPods`).
struct JobTracking {
  let client: ControllerClient
  var job: Job
  /// All Pods of the Job.
  let pods: [JSONObject]
  /// The end of the Job, if this sync has found one.
  var end: JobCondition?
  /// How many Pods are going, where a Job waits for them.
  let terminating: Int
  /// The indexes that had succeeded before this sync.
  let oldIndexes: JobIndexes
  /// The Pods whose lost finalizer the cache has not shown yet.
  var freed: Set<String> = []
  /// The failures by index, where the Job has a limit for each.
  var failures: JobIndexFailures?

  // MARK: Uncounted Pods

  /// The uids in `status.uncountedTerminatedPods`.
  struct Uncounted {
    var succeeded: [String]
    var failed: [String]

    init(_ job: JSONObject) {
      func uids(_ key: String) -> [String] {
        (job.at("status", "uncountedTerminatedPods", key)?.array ?? []).compactMap(\.string)
      }
      succeeded = uids("succeeded")
      failed = uids("failed")
    }

    var isEmpty: Bool { succeeded.isEmpty && failed.isEmpty }

    var value: JSONValue {
      var object = JSONObject()
      if !succeeded.isEmpty { object["succeeded"] = .array(succeeded.map { .string($0) }) }
      if !failed.isEmpty { object["failed"] = .array(failed.map { .string($0) }) }
      return .object(object)
    }
  }

  private var uncounted: Uncounted {
    get { Uncounted(job.object) }
    set { job.object.set(newValue.value, at: "status", "uncountedTerminatedPods") }
  }

  /// Removes the finalizer, and nothing else.
  static func removeFinalizer(
    _ pod: JSONObject, _ client: ControllerClient
  ) throws -> APIResponse {
    try client.patch(
      pod, .strategic,
      ["metadata": ["$deleteFromPrimitiveList/finalizers": [.string(Job.trackingFinalizer)]]])
  }

  // MARK: One round

  /// Writes what has changed (`needsFlush`: something has already), frees the Pods, counts them, and
  /// ends the Job if nothing is left to count.
  mutating func run(needsFlush: Bool) throws {
    var needsFlush = needsFlush
    var tracked = Set(pods.filter(isTracked).map(\.uid))
    if countFreed(tracked) { needsFlush = true }
    let freed = noteEnded(&needsFlush)
    announceEnd(&needsFlush)

    if needsFlush { try writeStatus() }
    var failure: ReconcileError?
    let memory = FreedPods(client.oracle)
    if !freed.isEmpty { try memory.add(freed) }
    var calls = ParallelCalls(client.oracle, changing: freed)
    while let lane = try calls.next() {
      let pod = freed[lane]
      let answer = try Self.removeFinalizer(pod, client)
      if !answer.isSuccess { try memory.remove(pod) }
      if answer.isSuccess || answer.isNotFound {
        tracked.remove(pod.uid)
      } else {
        failure = failure ?? answer.error("removing the tracking finalizer")
      }
    }
    let hasCounted = countFreed(tracked)
    if let failure {
      if hasCounted { try writeStatus() }
      throw failure
    }
    if enactEnd() || hasCounted { try writeStatus() }
  }

  /// cleanUncountedPodsWithoutFinalizers: who has no finalizer is counted for good.
  private mutating func countFreed(_ tracked: Set<String>) -> Bool {
    var rest = uncounted
    rest.succeeded.removeAll { !tracked.contains($0) }
    rest.failed.removeAll { !tracked.contains($0) }
    let old = uncounted
    var hasChanged = false
    for (key, count) in [
      ("succeeded", old.succeeded.count - rest.succeeded.count),
      ("failed", old.failed.count - rest.failed.count),
    ] where count > 0 {
      hasChanged = true
      job.object.set(
        .int(Int64(job.object.statusInteger(key) + count)), at: "status", key)
    }
    if hasChanged { uncounted = rest }
    return hasChanged
  }

  /// Notes the Pods that have ended; answers those whose finalizer is to go.
  private mutating func noteEnded(_ needsFlush: inout Bool) -> [JSONObject] {
    var freed: [JSONObject] = []
    var noted = uncounted
    var indexes = oldIndexes
    // Of an Indexed Job in the order of the indexes.
    let sorted = pods.enumerated().sorted { left, right in
      guard job.isIndexed else { return left.offset < right.offset }
      let first = Job.index(of: left.element) ?? -1
      let second = Job.index(of: right.element) ?? -1
      return (first, left.offset) < (second, right.offset)
    }.map(\.element)
    for pod in sorted where isTracked(pod) && mayGo(pod) {
      freed.append(pod)
      let index = job.index(of: pod)
      if PodStatus(pod).phase == "Succeeded", !noted.failed.contains(pod.uid) {
        if job.isIndexed {
          if let index, !indexes.contains(index) {
            indexes.insert(index)
            needsFlush = true
          }
        } else if !noted.succeeded.contains(pod.uid) {
          noted.succeeded.append(pod.uid)
          needsFlush = true
        }
      } else if job.isFailed(pod) || (end.map { $0.type != "SuccessCriteriaMet" } ?? false) {
        // When the Job is over, what has not ended has failed.
        let counts = JobFailurePolicy(job)?.verdict(on: pod).counts ?? true
        if counts, !noted.failed.contains(pod.uid), !job.isIndexed || index != nil {
          noted.failed.append(pod.uid)
          needsFlush = true
        }
      }
    }
    uncounted = noted
    if job.isIndexed {
      if indexes.text != job.object.at("status", "completedIndexes")?.string ?? "" {
        needsFlush = true
      }
      job.object.set(.int(Int64(indexes.count)), at: "status", "succeeded")
      job.object.set(
        indexes.count == 0 ? nil : .string(indexes.text), at: "status", "completedIndexes")
      if let failed = failures?.failed.text,
        job.object.at("status", "failedIndexes")?.string != failed
      {
        job.object.set(.string(failed), at: "status", "failedIndexes")
        needsFlush = true
      }
    }
    return freed
  }

  private func isTracked(_ pod: JSONObject) -> Bool {
    Job.isTracked(pod) && !freed.contains(pod.uid)
  }

  /// canRemoveFinalizer.
  private func mayGo(_ pod: JSONObject) -> Bool {
    if job.object.deletionTimestamp != nil || end != nil || PodStatus(pod).phase == "Succeeded" {
      return true
    }
    guard job.isFailed(pod) else { return false }
    return Job.index(of: pod).flatMap { failures?.awaiting[$0] }?.uid != pod.uid
  }

  /// The interim condition is written before the finalizers go, the final one afterwards.
  private mutating func announceEnd(_ needsFlush: inout Bool) {
    guard let interim = end else { return }
    switch interim.type {
    case "FailureTarget":
      interim.append(to: &job)
      needsFlush = true
      end = interim.renamed("Failed")
    case "SuccessCriteriaMet":
      if job.trueCondition("SuccessCriteriaMet") == nil {
        interim.append(to: &job)
        needsFlush = true
      }
      end = interim.renamed("Complete")
    default: break
    }
  }

  /// enactJobFinished: the Job is over once all is counted, and all Pods are gone.
  private mutating func enactEnd() -> Bool {
    guard let end, uncounted.isEmpty else { return false }
    if job.version.delaysTerminalJobConditions, terminating > 0 { return false }
    _ = end.ensure(holds: true, in: &job)
    if end.type == "Complete" {
      job.object.set(.string(ModelInstant.now), at: "status", "completionTime")
    }
    return true
  }

  /// updateJobStatus: goes on with what the server answers.
  private mutating func writeStatus() throws {
    job.object = try client.updateStatus(job.object).object("updating the Job's status")
  }
}
