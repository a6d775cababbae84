internal import CEL

/// The cronjob controller: which changes wake it, and one sync.
///
/// Follows pkg/controller/cronjob/cronjob_controllerv2.go (sync, getJobsToBeReconciled and the event
/// handlers).
struct CronJobController: Reconciler {
  let name = "cronjob"
  let fieldManager = "kube-controller-manager"
  let options: BuiltinOptions

  var watches: [WatchRule] {
    [WatchRule(.cronJob, .object), WatchRule(.job, .controllerOwner(.cronJob))]
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let version = options.kubernetesVersion
    guard
      let object = try oracle.get(
        version.cronJobAPIVersion, "CronJob", namespace: request.namespace, name: request.name)
    else { return .done }
    let jobs = try oracle.list(
      ListQuery(apiVersion: "batch/v1", kind: "Job", namespace: request.namespace)
    ).filter {
      // Upstream compares the name, not the uid.
      $0.controllerReference?["name"]?.string == object.name
    }
    let times = Int(try options.integer("times", request, oracle)?.pinned ?? 1)
    var sync = CronJobSync(
      client: ControllerClient(oracle: oracle, fieldManager: fieldManager), version: version,
      cronJob: object, jobs: jobs, times: min(max(times, 0), ScheduledTime.limit))
    return try sync.run()
  }
}
