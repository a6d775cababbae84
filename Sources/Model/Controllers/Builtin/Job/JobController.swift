internal import CEL

/// The job controller: which changes wake it, and what a request is.
///
/// Follows pkg/controller/job/job_controller.go (the event handlers, syncJob, syncOrphanPod), and for
/// what is left of finished Jobs pkg/controller/ttlafterfinished/ttlafterfinished_controller.go,
/// which is a controller of its own upstream. A request is a Job by its name, or a Pod that nobody
/// counts any more (`Pod/name`), upstream's second queue.
struct JobController: Reconciler {
  let name = "job"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion

  var watches: [WatchRule] {
    [WatchRule(.job, .object)] + WatchRule.dependents(.pod, of: .job)
      + (version.tracksJobsWithFinalizers ? orphanWatches : [])
  }

  /// The Pods that keep their finalizer though no Job will count them.
  private var orphanWatches: [WatchRule] {
    [
      // addPod, updatePod, deletePod: it has no Job, or is being deleted and may have none.
      WatchRule(.pod, .named { ObjectRequest($0).request }) { _, new in
        guard let new, Job.isTracked(new) else { return false }
        return new.controllerReference == nil || new.deletionTimestamp != nil
      },
      // updateJob, deleteJob (cleanupPodFinalizers): its Job is over.
      WatchRule(
        .job,
        .map { job, reader in
          guard let selector = LabelSelector(object: job.at("spec", "selector")) else { return [] }
          return reader.objects(
            of: .pod, namespace: job.namespace,
            selection: .selectors(label: selector.text, field: "")
          ).filter { Job.isTracked($0) && ControllerReference.isControlled($0, by: job) }
            .map { ObjectRequest($0).request }
        }
      ) { [version] _, new in new.map { Job($0, version).isFinished } ?? true },
    ]
  }

  func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange] {
    Expectations.changes(before: before, after: after, owner: .job, forgetsDeleted: false)
      + FreedPods.changes(before: before, after: after)
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    if let wanted = ObjectRequest(request) {
      try releaseOrphan(wanted, client)
      return .done
    }
    guard
      let object = try oracle.get(
        "batch/v1", "Job", namespace: request.namespace, name: request.name)
    else {
      try Expectations(oracle).forget()
      try FreedPods(oracle).forget()
      if version.hasBackoffLimitPerIndex { try JobIndexFailures.forget(oracle) }
      return .done
    }
    let job = Job(object, version)
    if job.isManagedByOthers { return .done }
    if job.isFinished { return try JobLifetime(client: client, job: job).run() }
    guard let selector = LabelSelector(object: object.at("spec", "selector")) else {
      throw ReconcileError("couldn't convert Job selector")
    }
    let seen = try Expectations(oracle).state()
    let pods = try claim(job, selector, client)
    let result: ReconcileResult
    if version.tracksJobsWithFinalizers {
      var sync = JobSync(
        client: client, job: job, pods: pods, mayManage: seen == .fulfilled,
        freed: try FreedPods(oracle).uids())
      result = try sync.run()
    } else {
      var sync = UntrackedJobSync(
        client: client, job: job, pods: pods, mayManage: seen == .fulfilled)
      result = try sync.run()
    }
    return result == .done ? seen.delay ?? .done : result
  }

  /// getPodsForJob: a Pod that is adopted gets the finalizer with its owner.
  private func claim(
    _ job: Job, _ selector: LabelSelector, _ client: ControllerClient
  ) throws -> [JSONObject] {
    let isTracked = version.tracksJobsWithFinalizers
    let pods = try ObjectClaim(
      client: client, controller: job.object, selector: selector,
      finalizers: isTracked ? [Job.trackingFinalizer] : []
    ).claim(
      try client.oracle.list(
        ListQuery(apiVersion: "v1", kind: "Pod", namespace: job.object.namespace)))
    return pods.map { pod in
      let isOwned = pod.ownerReferences.contains { $0["uid"]?.string == job.object.uid }
      guard isTracked, !isOwned, !Job.isTracked(pod) else { return pod }
      var adopted = pod
      adopted.finalizers += [Job.trackingFinalizer]
      return adopted
    }
  }

  /// syncOrphanPod: lets a Pod go, unless a Job that is not over counts it.
  private func releaseOrphan(_ wanted: ObjectRequest, _ client: ControllerClient) throws {
    let oracle = client.oracle
    guard
      let pod = try oracle.get(
        "v1", "Pod", namespace: wanted.namespace, name: wanted.name), Job.isTracked(pod)
    else { return }
    if let reference = pod.controllerReference {
      guard ControllerReference.isOf(reference, .job) else { return }
      let owner = try oracle.get(
        "batch/v1", "Job", namespace: pod.namespace, name: reference["name"]?.string ?? "")
      if let owner, owner.uid == reference["uid"]?.string {
        let job = Job(owner, version)
        if job.isManagedByOthers || !job.isFinished { return }
      }
    }
    let answer = try JobTracking.removeFinalizer(pod, client)
    if !answer.isSuccess, !answer.isNotFound {
      throw answer.error("removing the tracking finalizer")
    }
  }
}
