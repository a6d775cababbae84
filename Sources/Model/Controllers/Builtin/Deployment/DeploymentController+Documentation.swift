extension DeploymentController {
  static let documentation = BuiltinDocumentation(
    name: "deployment",
    summary: "Rolls Deployments out through ReplicaSets.",
    upstream: [
      "pkg/controller/deployment/deployment_controller.go", "pkg/controller/deployment/sync.go",
      "pkg/controller/deployment/rolling.go", "pkg/controller/deployment/recreate.go",
      "pkg/controller/deployment/progress.go", "pkg/controller/deployment/rollback.go",
      "pkg/controller/deployment/util/deployment_util.go",
      "pkg/controller/controller_ref_manager.go",
    ],
    keys: [],
    creates: [.replicaSet],
    modelled: [
      "RollingUpdate with maxSurge and maxUnavailable as numbers or percentages; Recreate",
      "proportional scaling, scaling while paused, pause and resume",
      "roll-back by equality of templates and by the annotation deprecated.deployment.rollback.to, revisions "
        + "and their history, the history limit",
      "adoption and release of ReplicaSets, hash collisions (collisionCount)",
      "conditions Available, Progressing and ReplicaFailure, observedGeneration, terminatingReplicas (1.35)",
      "progressDeadlineSeconds: whether it has passed is a choice, made where a rollout stands still",
      "status writes that follow another write of the same sync carry the old resourceVersion, "
        + "fail and are retried, as upstream",
    ],
    leftOut: [
      "events (kind Event)",
      "pod-template-hash has another value than in a cluster (equal templates have equal hashes)",
      "podReplacementPolicy (KEP-5882, off by default)",
    ])
}
