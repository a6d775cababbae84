extension CronJobController {
  static let documentation = BuiltinDocumentation(
    name: "cronjob",
    summary: "Starts a Job of a template at each scheduled time.",
    upstream: [
      "pkg/controller/cronjob/cronjob_controllerv2.go", "pkg/controller/cronjob/utils.go",
    ],
    keys: [
      .init(
        "times", .int,
        "how many scheduled times there are in a run, for each CronJob (1 without it)")
    ],
    creates: [.job],
    modelled: [
      "reads CronJobs and Jobs; writes Jobs and its status; the job controller runs the Jobs",
      "there is no clock: whether the next scheduled time has come is a choice at every sync; of "
        + "several that have come only the latest is met",
      "a Job's name ends with the number of its minute, one minute a scheduled time",
      "concurrencyPolicy Allow, Forbid and Replace, suspend, startingDeadlineSeconds (a choice of time)",
      "successfulJobsHistoryLimit, failedJobsHistoryLimit",
      "status: active, lastScheduleTime, lastSuccessfulTime (since 1.21)",
    ],
    leftOut: [
      "events (kind Event)", "what the schedule and timeZone say: times only follow one another",
      "the limit of 100 missed times", "the resourceVersion in status.active",
      "the controller of 1.20 and before, which looked at all CronJobs every ten seconds: its rules are "
        + "those of 1.21 here",
    ])
}
