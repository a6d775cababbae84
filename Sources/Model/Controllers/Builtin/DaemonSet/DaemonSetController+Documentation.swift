extension DaemonSetController {
  static let documentation = BuiltinDocumentation(
    name: "daemonset",
    summary: "Keeps a Pod of a template on every node that takes one.",
    upstream: [
      "pkg/controller/daemon/daemon_controller.go", "pkg/controller/daemon/update.go",
      "pkg/controller/daemon/util/daemonset_util.go", "pkg/controller/controller_ref_manager.go",
    ],
    keys: [],
    creates: [.pod, .controllerRevision],
    modelled: [
      "reads DaemonSets, Pods, ControllerRevisions and all Nodes (nodeName, nodeSelector, required node "
        + "affinity, taints and tolerations); writes Pods, ControllerRevisions and its status",
      "a Pod is tied to its node by required node affinity on metadata.name; somebody (the kubelet's "
        + "`node`, a controller, an event) has to bind it",
      "failed Pods are deleted and made again, duplicates on a node deleted but for the oldest",
      "RollingUpdate with maxUnavailable and (since 1.22) maxSurge, OnDelete; which of several nodes "
        + "is updated first is a choice",
      "ControllerRevisions: creation, re-numbering on roll-back, duplicates, collisions, the history "
        + "limit", "adoption and release of Pods and revisions",
      "status, minReadySeconds (a choice of time)",
    ],
    leftOut: [
      "events (kind Event)",
      "expectations: upstream remembers in memory the creations and deletions that its cache has not "
        + "shown yet, and only counts until then. Without staleReads the cache shows them at the next "
        + "sync; with staleReads on daemonset the model may create or delete more than upstream would",
      "the back-off before a Pod that fails again and again is deleted",
      "resources, host ports and volumes of nodes",
      "the scheduler, and the Pods on a deleted node (podgc)",
      "calls that upstream makes in parallel are made one after the other",
    ])
}
