internal import CEL

/// The failures of an Indexed Job by index: each index has a back-off limit of its own.
///
/// Follows pkg/controller/job/indexed_job_utils.go (calculateFailedIndexes, isIndexFailed,
/// getPodsWithDelayedDeletionPerIndex, addIndexFailureCountAnnotation) and job_controller.go
/// (getPodCreationInfoForIndependentIndexes).
struct JobIndexFailures {
  private static let countKey = "batch.kubernetes.io/job-index-failure-count"
  private static let ignoredKey = "batch.kubernetes.io/job-index-ignored-failure-count"
  private static let label = "delays"

  private let job: Job
  private let limit: Int
  /// The indexes that have failed for good.
  private(set) var failed: JobIndexes
  /// The failed Pod of each index that is to be replaced: it keeps its finalizer until then, since its
  /// successor goes on counting from it.
  private(set) var awaiting: [Int: JSONObject] = [:]

  /// What the Pods of a Job say; nil where it has no limit by index.
  init?(_ job: Job, pods: [JSONObject], freed: Set<String>, succeeded: JobIndexes) {
    guard let limit = job.backoffLimitPerIndex else { return nil }
    self.job = job
    self.limit = limit
    failed = JobIndexes(
      job.object.at("status", "failedIndexes")?.string ?? "", completions: job.completions ?? 0)
    let counted = pods.filter {
      Job.isTracked($0) && job.index(of: $0) != nil && job.isFailed($0)
    }
    failed.formUnion(counted.filter(endsIndex).compactMap { job.index(of: $0) })
    let active = Set(pods.filter { PodStatus($0).isActive }.compactMap(Job.index(of:)))
    for pod in counted where !freed.contains(pod.uid) {
      guard let index = job.index(of: pod), !succeeded.contains(index), !failed.contains(index),
        !active.contains(index)
      else { continue }
      if let last = awaiting[index], Self.failures(of: last) > Self.failures(of: pod) { continue }
      awaiting[index] = pod
    }
  }

  /// isIndexFailed, of a failed Pod.
  private func endsIndex(_ pod: JSONObject) -> Bool {
    let verdict = JobFailurePolicy(job)?.verdict(on: pod)
    if verdict?.failsIndex == true { return true }
    return verdict?.counts ?? true && Self.number(Self.countKey, of: pod) >= limit
  }

  private static func number(_ key: String, of pod: JSONObject) -> Int {
    guard let text = pod.annotations[key]?.string, let number = Int32(text), number >= 0 else {
      return 0
    }
    return Int(number)
  }

  /// getIndexAbsoluteFailureCount.
  private static func failures(of pod: JSONObject) -> Int {
    number(countKey, of: pod) + number(ignoredKey, of: pod)
  }

  /// Why the Job has failed by its indexes: too many of them, or none is left.
  func end(succeeded: Int) -> JobCondition? {
    let type = job.version.delaysTerminalJobConditions ? "FailureTarget" : "Failed"
    if let most = job.object.specInteger("maxFailedIndexes"), failed.count > most {
      return JobCondition(
        type, reason: "MaxFailedIndexesExceeded",
        message: "Job has exceeded the specified maximal number of failed indexes")
    }
    guard failed.count > 0, failed.count + succeeded >= job.completions ?? 0 else { return nil }
    return JobCondition(type, reason: "FailedIndexes", message: "Job has failed indexes")
  }

  /// The annotations of the next Pod of an index.
  func annotations(_ index: Int) -> JSONObject {
    guard let pod = awaiting[index] else { return [Self.countKey: "0"] }
    let counts = JobFailurePolicy(job)?.verdict(on: pod).counts ?? true
    let ignored = Self.number(Self.ignoredKey, of: pod) + (counts ? 0 : 1)
    var annotations: JSONObject = [
      Self.countKey: .string(String(Self.number(Self.countKey, of: pod) + (counts ? 1 : 0)))
    ]
    if ignored > 0 { annotations[Self.ignoredKey] = .string(String(ignored)) }
    return annotations
  }

  /// Those of some indexes whose delay after a failure is over: a choice for each failed Pod, once.
  func ready(_ indexes: [Int], _ oracle: any ReconcileOracle) throws -> [Int] {
    if !indexes.contains(where: { awaiting[$0] != nil }) { return indexes }
    let known = try oracle.recall(Self.label)?["uids"]?.array?.compactMap(\.string) ?? []
    var waited = Set(known)
    let ready = try indexes.filter { index in
      guard let pod = awaiting[index], !waited.contains(pod.uid) else { return true }
      if try oracle.choose(2, "whether the delay after a failed Pod is over") == 1 { return true }
      waited.insert(pod.uid)
      return false
    }
    waited.formIntersection(awaiting.values.map(\.uid))
    if waited != Set(known) {
      try oracle.remember(
        Self.label, waited.isEmpty ? nil : ["uids": .array(waited.sorted().map { .string($0) })])
    }
    return ready
  }

  /// Forgets the delays of a deleted Job.
  static func forget(_ oracle: any ReconcileOracle) throws { try oracle.remember(label, nil) }
}
