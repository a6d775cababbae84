extension ReplicaSetController {
  static let documentation = BuiltinDocumentation(
    name: "replicaset",
    summary: "Keeps as many Pods of a template as a ReplicaSet wants.",
    upstream: [
      "pkg/controller/replicaset/replica_set.go",
      "pkg/controller/replicaset/replica_set_utils.go", "pkg/controller/controller_utils.go",
      "pkg/controller/controller_ref_manager.go",
    ],
    keys: [],
    creates: [.pod],
    modelled: [
      "creation in batches of 1, 2, 4 …, deletion, at most 500 a sync",
      "which Pods go: unscheduled, pending, not ready, cheap (pod-deletion-cost), crowded, often "
        + "restarted ones first; among Pods that differ only in age every choice is explored",
      "adoption and release of Pods", "status, ReplicaFailure, minReadySeconds (a choice of time)",
    ],
    leftOut: [
      "events (kind Event)",
      "expectations: upstream remembers in memory the creations and deletions that its cache has "
        + "not shown yet, and waits for them. Without staleReads the cache shows them at the next "
        + "sync, so nothing is missing; with staleReads on replicaset the model may create or "
        + "delete more than upstream would",
      "calls that upstream makes in parallel are made one after the other",
    ])
}
