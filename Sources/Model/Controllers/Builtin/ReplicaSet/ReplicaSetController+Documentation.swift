extension ReplicaSetController {
  static let documentation = BuiltinDocumentation(
    name: "replicaset",
    summary: "Keeps as many Pods of a template as a ReplicaSet wants.",
    upstream: [
      "pkg/controller/replicaset/replica_set.go",
      "pkg/controller/replicaset/replica_set_utils.go", "pkg/controller/controller_utils.go",
      "pkg/controller/controller_ref_manager.go",
    ],
    keys: [
      .init(
        "pods", .counted,
        "Pods are numbers: `pods: counted`, on kubelet too. One object of kind CountedPods "
          + "(kverify.dev/v1alpha1), with the ReplicaSet's name and the labels of its Pods, has the "
          + "fields pending and ready; an initial one says how many run already")
    ],
    creates: [.pod],
    modelled: [
      "creation in batches of 1, 2, 4 …, deletion in any order of Pods that differ, at most 500 a sync",
      "which Pods go: unscheduled, pending, not ready, cheap (pod-deletion-cost), crowded, often "
        + "restarted ones first; among Pods that differ only in age every choice is explored",
      "expectations: with staleReads it waits until its cache has shown the Pods that it created and "
        + "deleted, or, where no such event is on its way, until they expire (a choice of time); a "
        + "crash loses them",
      "with pods: counted all Pods of a ReplicaSet are alike and on no node; a sync creates or deletes "
        + "in one write what it would in one step, pending ones go first; their labels are not looked at, "
        + "and without a controller the ReplicaSet of their name adopts them",
      "adoption and release of Pods",
      "status, ReplicaFailure, terminatingReplicas (1.35), minReadySeconds (a choice of time)",
    ],
    leftOut: [
      "events (kind Event)"
    ])
}
