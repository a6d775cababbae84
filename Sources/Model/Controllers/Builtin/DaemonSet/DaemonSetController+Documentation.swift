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
      "creations in batches of 1, 2, 4 …, nodes in any order, and deletions in any order",
      "failed Pods are deleted and made again, on each node the first at once, later ones after a "
        + "back-off (a choice of time); duplicates on a node deleted but for the oldest",
      "RollingUpdate with maxUnavailable and (since 1.22) maxSurge, OnDelete; which of several nodes "
        + "is updated first is a choice",
      "ControllerRevisions: creation, re-numbering on roll-back, duplicates, collisions, the history "
        + "limit", "adoption and release of Pods and revisions",
      "expectations: with staleReads it only counts until its cache has shown the Pods that it created "
        + "and deleted, or, where no such event is on its way, until they expire (a choice of time)",
      "status, minReadySeconds (a choice of time)",
    ],
    leftOut: [
      "events (kind Event)",
      "the Pods on a deleted node (podgc, another controller); what a scheduler looks at (upstream's controller "
        + "does not either)",
    ])
}
