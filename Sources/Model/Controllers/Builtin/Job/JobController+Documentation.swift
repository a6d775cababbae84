extension JobController {
  static let documentation = BuiltinDocumentation(
    name: "job",
    summary: "Runs Pods of a template until enough of them have succeeded.",
    upstream: [
      "pkg/controller/job/job_controller.go", "pkg/controller/job/indexed_job_utils.go",
      "pkg/controller/job/pod_failure_policy.go", "pkg/controller/job/success_policy.go",
      "pkg/controller/job/tracking_utils.go", "pkg/controller/controller_ref_manager.go",
      "pkg/controller/ttlafterfinished/ttlafterfinished_controller.go",
    ],
    keys: [],
    creates: [.pod],
    modelled: [
      "reads Jobs and Pods; writes Pods and the Job's status; deletes finished Jobs",
      "completions, parallelism, suspend, Indexed Jobs (both since 1.22)",
      "since 1.23 Pods keep a finalizer until they are counted (uncountedTerminatedPods), and are let "
        + "go when their Job is over or gone; before, a Job counts the Pods that are there",
      "backoffLimit, activeDeadlineSeconds (a choice of time)",
      "the delay before a failed Pod is replaced (since 1.26): in the sync that first sees the failure "
        + "it may be over or begin; the next sync comes after it",
      "backoffLimitPerIndex and maxFailedIndexes (since 1.29): a Pod's failures are counted by index, and a "
        + "failed Pod keeps its finalizer until it is replaced",
      "podFailurePolicy (since 1.26), podReplacementPolicy (1.29), successPolicy (1.31)",
      "creations in batches of 1, 2, 4 …, indexes of one batch in any order; deletions and finalizers of Pods "
        + "that differ in any order",
      "which Pods go: unscheduled, pending, not ready, often restarted ones first; among Pods that "
        + "differ only in age every choice is explored",
      "FailureTarget and SuccessCriteriaMet before Failed and Complete (since 1.31)",
      "expectations: with staleReads it waits until its cache has shown the Pods that it created and "
        + "deleted, or, where no such event is on its way, until they expire (a choice of time), and "
        + "counts no Pod twice whose finalizer it removed",
      "ttlSecondsAfterFinished (a choice of time), upstream a controller of its own",
      "adoption and release of Pods",
    ],
    leftOut: [
      "events (kind Event)",
      "before 1.23 upstream counts retries in memory; here they are the failures in the status",
      "a deadline that has passed stays passed after the Job was suspended and resumed",
      "no more than 500 uncounted Pods at a time",
    ])
}
