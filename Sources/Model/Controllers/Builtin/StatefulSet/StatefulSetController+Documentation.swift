extension StatefulSetController {
  static let documentation = BuiltinDocumentation(
    name: "statefulset",
    summary: "Keeps Pods with stable names and claims, in order.",
    upstream: [
      "pkg/controller/statefulset/stateful_set.go",
      "pkg/controller/statefulset/stateful_set_control.go",
      "pkg/controller/statefulset/stateful_set_utils.go",
      "pkg/controller/statefulset/stateful_pod_control.go",
      "pkg/controller/statefulset/stateful_set_status_updater.go",
      "pkg/controller/history/controller_history.go", "pkg/controller/controller_ref_manager.go",
    ],
    keys: [],
    creates: [.pod, .persistentVolumeClaim, .controllerRevision],
    modelled: [
      "OrderedReady and Parallel, ordinals.start; with Parallel (since 1.26) Pods in batches of 1, 2, 4 …, those of "
        + "one batch in any order",
      "RollingUpdate with partition and (since 1.37) maxUnavailable, OnDelete",
      "ControllerRevisions: creation, re-numbering on roll-back, collisions, the history limit",
      "PersistentVolumeClaims of the templates, and who owns them by "
        + "persistentVolumeClaimRetentionPolicy since 1.27 (garbagecollector deletes them); those of one Pod "
        + "are made in any order",
      "adoption and release of Pods and revisions",
      "repair of a Pod's identity and volumes", "status, minReadySeconds (a choice of time)",
    ],
    leftOut: [
      "events (kind Event)",
      "persistentVolumeClaimRetentionPolicy before 1.27 (alpha, off by default)",
      "what is done for two Pods at once (Parallel) is not mixed: claims and Pod of one come before those of the next",
      "status.conditions (upstream sets none)",
    ])
}
