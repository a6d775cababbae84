internal import CEL

/// A Job, with what follows from its spec for its Pods.
///
/// Follows pkg/controller/job/job_controller.go, indexed_job_utils.go and tracking_utils.go.
struct Job {
  static let trackingFinalizer = "batch.kubernetes.io/job-tracking"
  private static let indexKey = "batch.kubernetes.io/job-completion-index"
  private static let indexVariable = "JOB_COMPLETION_INDEX"

  var object: JSONObject
  let version: KubernetesVersion

  init(_ object: JSONObject, _ version: KubernetesVersion) {
    self.object = object
    self.version = version
  }

  var parallelism: Int { object.specInteger("parallelism") ?? 1 }
  var completions: Int? { object.specInteger("completions") }
  var backoffLimit: Int { object.specInteger("backoffLimit") ?? 6 }
  var activeDeadlineSeconds: Int? { object.specInteger("activeDeadlineSeconds") }

  /// `backoffLimitPerIndex` (hasBackoffLimitPerIndex).
  var backoffLimitPerIndex: Int? {
    version.hasBackoffLimitPerIndex && isIndexed ? object.specInteger("backoffLimitPerIndex") : nil
  }

  /// isIndexedJob.
  var isIndexed: Bool {
    version.hasIndexedAndSuspendedJobs
      && object.at("spec", "completionMode")?.string == "Indexed"
  }

  /// jobSuspended.
  var isSuspended: Bool {
    version.hasIndexedAndSuspendedJobs && object.at("spec", "suspend")?.bool == true
  }

  /// managedByExternalController.
  var isManagedByOthers: Bool {
    guard version.hasJobsManagedByOthers, let by = object.at("spec", "managedBy")?.string
    else { return false }
    return by != "kubernetes.io/job-controller"
  }

  // MARK: Status

  /// The condition of a type, where it is True.
  func trueCondition(_ type: String) -> JSONObject? {
    ConditionList(of: object)[type].flatMap { $0["status"]?.string == "True" ? $0 : nil }
  }

  /// IsJobFinished.
  var isFinished: Bool { trueCondition("Complete") != nil || trueCondition("Failed") != nil }

  /// What the status says of its beginning.
  var hasStarted: Bool { object.at("status", "startTime") != nil }

  // MARK: Pods

  static func isTracked(_ pod: JSONObject) -> Bool { pod.finalizers.contains(trackingFinalizer) }

  /// Whether a Pod is replaced only once it has failed, not while it is going
  /// (onlyReplaceFailedPods).
  var replacesOnlyFailed: Bool {
    if version.hasPodReplacementPolicy,
      object.at("spec", "podReplacementPolicy")?.string == "Failed"
    {
      return true
    }
    return JobFailurePolicy(self) != nil
  }

  /// isPodFailed: a Pod that is being deleted may never get to say that it failed.
  func isFailed(_ pod: JSONObject) -> Bool {
    let status = PodStatus(pod)
    if status.phase == "Failed" { return true }
    if replacesOnlyFailed { return false }
    return status.isTerminating && status.phase != "Succeeded"
  }

  /// getCompletionIndex: nil where the Pod has none.
  static func index(of pod: JSONObject) -> Int? {
    guard let index = pod.annotations[indexKey]?.string.flatMap({ Int($0) }), index >= 0 else {
      return nil
    }
    return index
  }

  /// The Pod's index, if it is one of the Job's.
  func index(of pod: JSONObject) -> Int? {
    Self.index(of: pod).flatMap { $0 < completions ?? 0 ? $0 : nil }
  }

  /// The Pod for an index, or for none; `annotations` are those of the index.
  func makePod(index: Int?, annotations: JSONObject = JSONObject()) -> JSONObject {
    var template = object.at("spec", "template")?.object ?? JSONObject()
    if version.tracksJobsWithFinalizers, !Self.isTracked(template) {
      template.finalizers += [Self.trackingFinalizer]
    }
    guard let index else { return PodFactory.make(from: template, parent: object) }
    let text = JSONValue.string(String(index))
    template.annotations[Self.indexKey] = text
    for entry in annotations.entries { template.annotations[entry.key] = entry.value }
    if version.hasPodIndexLabel { template.labels[Self.indexKey] = text }
    template.set(.string("\(object.name)-\(index)"), at: "spec", "hostname")
    for list in ["initContainers", "containers"] {
      let containers = template.at("spec", list)?.array ?? []
      guard !containers.isEmpty else { continue }
      template.set(.array(containers.map(withIndexVariable)), at: "spec", list)
    }
    var pod = PodFactory.make(from: template, parent: object)
    // podGenerateNameWithIndex: the name of the Job is cut so that the index stays readable.
    let suffix = "-\(index)-"
    let name = String(decoding: object.name.utf8.prefix(58 - suffix.utf8.count), as: UTF8.self)
    pod.metadata["generateName"] = .string(name + suffix)
    return pod
  }

  /// addCompletionIndexEnvVariable.
  private func withIndexVariable(_ container: JSONValue) -> JSONValue {
    guard var object = container.object else { return container }
    let variables = object["env"]?.array ?? []
    if variables.contains(where: { $0["name"]?.string == Self.indexVariable }) { return container }
    let map = version.hasPodIndexLabel ? "labels" : "annotations"
    object["env"] = .array(
      variables + [
        [
          "name": .string(Self.indexVariable),
          "valueFrom": ["fieldRef": ["fieldPath": .string("metadata.\(map)['\(Self.indexKey)']")]],
        ]
      ])
    return .object(object)
  }
}
