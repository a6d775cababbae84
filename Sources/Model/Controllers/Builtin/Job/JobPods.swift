internal import CEL

/// How many Pods of a Job run: creates the missing ones and deletes the others.
///
/// Follows pkg/controller/job/job_controller.go (manageJob, deleteJobPods, deleteActivePods,
/// activePodsForRemoval) and indexed_job_utils.go (firstPendingIndexes,
/// appendDuplicatedIndexPodsForRemoval).
struct JobPods {
  /// Upstream creates and deletes at most so many Pods a sync.
  private static let burst = 500
  private static let question = "which Pods of a Job to delete"

  let job: Job
  let client: ControllerClient
  /// The Job's Pods that neither ended nor are going.
  let active: [JSONObject]
  /// The indexes that need no Pod any more.
  let doneIndexes: JobIndexes
  /// The Pods that are going and must be gone before they are replaced.
  let terminating: [JSONObject]
  /// The failures by index, where the Job has a limit for each.
  var failures: JobIndexFailures?

  /// What became of the Pods.
  struct Outcome {
    /// How many are active afterwards.
    var active: Int
    /// How many were deleted, and how many of them were ready.
    var removed = 0
    var removedReady = 0
    var failure: ReconcileError?
    /// A Pod is missing and waits for the delay after a failure.
    var isDelayed = false
  }

  /// manageJob: deletes what is too much, or else creates what is missing.
  ///
  /// `hasToWait` is asked only where a Pod is to be created.
  func manage(succeeded: Int, hasToWait: () throws -> Bool) throws -> Outcome {
    if job.isSuspended { return try delete(active) }
    let wanted = wantedCount(succeeded)
    let limit = job.version.deletesJobPodsThatAreNotNeeded ? wanted : job.parallelism
    let excess = try removable(max(active.count - limit, 0))
    if !excess.isEmpty { return try delete(Array(excess.prefix(Self.burst))) }
    let missing = wanted - terminating.count - active.count
    guard missing > 0 else { return Outcome(active: active.count) }
    if try failures == nil && hasToWait() {
      // Upstream says so, whatever is active.
      return Outcome(active: 0, isDelayed: true)
    }
    return try create(min(missing, Self.burst))
  }

  private func wantedCount(_ succeeded: Int) -> Int {
    guard let completions = job.completions else {
      // One success is enough: what runs then may run to its end.
      return succeeded > 0 ? active.count : job.parallelism
    }
    return max(min(completions - succeeded, job.parallelism), 0)
  }

  private var expectations: Expectations { Expectations(client.oracle) }

  private func create(_ count: Int) throws -> Outcome {
    var indexes: [Int]?
    if job.isIndexed {
      var taken = doneIndexes
      taken.formUnion((active + terminating).compactMap(Job.index(of:)))
      if let failures { taken.formUnion(failures.failed.numbers) }
      let pending = taken.missing(count, below: job.completions ?? 0)
      let ready = try failures?.ready(pending, client.oracle) ?? pending
      if ready.isEmpty, !pending.isEmpty { return Outcome(active: 0, isDelayed: true) }
      indexes = ready
    }
    let missing = indexes?.count ?? count
    try expectations.expect(creations: missing)
    let order = { (numbers: Range<Int>) -> ParallelCalls? in
      guard let indexes else { return nil }
      return ParallelCalls(
        client.oracle, creating: .pod, named: indexes[numbers].map { "index \($0)" })
    }
    let made = try SlowStart.run(Integer(missing), order: order) { number in
      let index = indexes?[number]
      let annotations = index.flatMap { failures?.annotations($0) } ?? JSONObject()
      let answer = try client.create(job.makePod(index: index, annotations: annotations))
      return answer.isSuccess || answer.isNamespaceTerminating
        ? nil : answer.error("creating a Pod")
    }
    try expectations.lower(creations: missing - made.successes)
    return Outcome(active: active.count + made.successes, failure: made.failure)
  }

  // MARK: Deletion

  /// deleteJobPods: each loses its finalizer first, so that it does not count as failed.
  private func delete(_ pods: [JSONObject]) throws -> Outcome {
    try expectations.expect(creations: 0, deletions: pods.count)
    return try remove(pods, isExpected: true)
  }

  /// deleteActivePods: the Job is over; their finalizers go when they are counted.
  func deleteActive() throws -> Outcome { try remove(active) }

  /// Deletes Pods; those whose deletions are expected lose their finalizers before, and go only then.
  private func remove(_ pods: [JSONObject], isExpected: Bool = false) throws -> Outcome {
    var outcome = Outcome(active: active.count)
    var calls = ParallelCalls(client.oracle, changing: pods) {
      isExpected && Job.isTracked($0) ? 2 : 1
    }
    var tracked = Set(pods.indices.filter { isExpected && Job.isTracked(pods[$0]) })
    while let lane = try calls.next() {
      let pod = pods[lane]
      let frees = tracked.remove(lane) != nil
      let answer =
        try frees ? JobTracking.removeFinalizer(pod, client) : client.delete(pod)
      if frees, answer.isSuccess { continue }
      calls.end(lane)
      if isExpected, !answer.isSuccess { try expectations.lower(deletionOf: pod) }
      if !answer.isSuccess, !answer.isNotFound {
        outcome.failure = outcome.failure ?? answer.error("deleting a Pod")
        continue
      }
      outcome.removed += 1
      if !frees, PodStatus(pod).isReady { outcome.removedReady += 1 }
    }
    outcome.active -= outcome.removed
    return outcome
  }

  /// activePodsForRemoval: of an Indexed Job first those without an index of theirs, then those that
  /// have got least far.
  private func removable(_ count: Int) throws -> [JSONObject] {
    var removed: [JSONObject] = []
    var left: [JSONObject] = []
    if job.isIndexed {
      var byIndex: [Int: [JSONObject]] = [:]
      for pod in active {
        if let index = job.index(of: pod) {
          byIndex[index, default: []].append(pod)
        } else {
          removed.append(pod)
        }
      }
      for index in byIndex.keys.sorted() {
        let pods = byIndex[index] ?? []
        let superfluous = try earliest(pods.count - 1, of: pods)
        removed += superfluous
        left += pods.filter { pod in !superfluous.contains { $0.name == pod.name } }
      }
    } else {
      left = active
    }
    return removed + (try earliest(max(count - removed.count, 0), of: left))
  }

  /// sort.Sort(controller.ActivePods): unscheduled, pending, not ready, often restarted Pods first.
  ///
  /// What upstream compares further is time, which ties where Pods are made together: every choice
  /// is explored.
  private func earliest(_ count: Int, of pods: [JSONObject]) throws -> [JSONObject] {
    let phases = ["Pending": 0, "Unknown": 1, "Running": 2]
    return try RankedChoice.first(
      count, of: pods,
      rank: { pod -> Rank in
        let status = PodStatus(pod)
        return Rank(
          numbers: [
            status.nodeName.isEmpty ? 0 : 1, phases[status.phase] ?? 0, status.isReady ? 1 : 0,
            -Int(status.restarts),
          ])
      },
      tied: { try AnySubset.choose($1, of: $0, client.oracle, Self.question) })
  }

  private struct Rank: Comparable {
    let numbers: [Int]

    static func < (left: Rank, right: Rank) -> Bool {
      left.numbers.lexicographicallyPrecedes(right.numbers)
    }
  }
}
