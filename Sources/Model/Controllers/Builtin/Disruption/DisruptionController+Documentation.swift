extension DisruptionController {
  static let documentation = BuiltinDocumentation(
    name: "disruption",
    summary: "Keeps the status of PodDisruptionBudgets, by which evictions are allowed or refused.",
    upstream: [
      "pkg/controller/disruption/disruption.go",
      "staging/src/k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go",
    ],
    keys: [],
    creates: [],
    modelled: [
      "minAvailable and maxUnavailable in numbers and percent (rounded up)",
      "expected Pods by the size of their controllers: Deployment, ReplicaSet, StatefulSet and "
        + "ReplicationController from the cache, others through /scale",
      "Pods without a controller: left out since 1.22, before that an error",
      "what cannot be found out allows no disruption (and says SyncFailed since 1.21)",
      "evicted Pods (disruptedPods) do not count until their deletion is overdue: a choice of time",
      "policy/v1 since 1.21, policy/v1beta1 before: there an empty selector selects nothing",
      "only the new labels of a Pod wake a budget, and the size of a workload wakes none",
      "evictions are refused with 429 by the API server",
    ],
    leftOut: [
      "events (kind Event)",
      "where several budgets cover a Pod upstream wakes an arbitrary one of them; here all are (evictions are "
        + "refused then in any case)",
      "the reset of the Pod condition DisruptionTarget where a disruption did not happen: here a Pod that gets it "
        + "by an eviction is deleted with the same request",
    ])
}
