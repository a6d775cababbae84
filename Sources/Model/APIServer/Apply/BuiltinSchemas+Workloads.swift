import CEL

/// Types of the groups apps, batch, autoscaling and policy
/// (staging/src/k8s.io/api/{apps,batch,policy}/v1/types.go, autoscaling/v2/types.go).
extension BuiltinParts {
  var workloads: [GroupKind: FieldSchema] {
    group(
      "apps",
      [
        "Deployment": deployment, "ReplicaSet": replicaSet, "StatefulSet": statefulSet,
        "DaemonSet": daemonSet,
        "ControllerRevision": kind(
          ["data": .deduced, "revision": .scalar(.number)], always: ["revision": 0]),
      ]
    ).merging(group("batch", ["Job": job, "CronJob": cronJob])) { _, new in new }
      .merging(group("autoscaling", ["HorizontalPodAutoscaler": autoscaler])) { _, new in new }
      .merging(group("policy", ["PodDisruptionBudget": budget])) { _, new in new }
  }

  private var deployment: FieldSchema {
    kind([
      "spec": .structure(
        ["selector": .atomicStructure, "template": podTemplate],
        always: ["selector": .null, "template": [:], "strategy": [:]]),
      "status": .structure(["conditions": conditions]),
    ])
  }

  private var replicaSet: FieldSchema {
    kind([
      "spec": .structure(
        ["selector": .atomicStructure, "template": podTemplate],
        always: ["selector": .null, "template": [:]]),
      "status": .structure(["conditions": conditions], always: ["replicas": 0]),
    ])
  }

  private var statefulSet: FieldSchema {
    kind([
      "spec": .structure(
        ["selector": .atomicStructure, "template": podTemplate],
        always: ["selector": .null, "template": [:], "serviceName": "", "updateStrategy": [:]]),
      "status": .structure(["conditions": conditions], always: ["replicas": 0]),
    ])
  }

  private var daemonSet: FieldSchema {
    kind([
      "spec": .structure(
        ["selector": .atomicStructure, "template": podTemplate],
        always: ["selector": .null, "template": [:], "updateStrategy": [:]]),
      "status": .structure(
        ["conditions": conditions],
        always: [
          "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0,
          "numberReady": 0,
        ]),
    ])
  }

  private var jobSpec: FieldSchema {
    .structure(
      ["selector": .atomicStructure, "template": podTemplate], always: ["template": [:]])
  }

  private var job: FieldSchema {
    kind([
      "spec": jobSpec,
      "status": .structure([
        "conditions": .atomicListMergedByPatch("type"),
        "uncountedTerminatedPods": .structure(["succeeded": uidSet, "failed": uidSet]),
      ]),
    ])
  }

  /// A set in apply which strategic merge patches replace.
  private var uidSet: FieldSchema { .list(ListSchema(.set, of: .scalar(.any))) }

  private var cronJob: FieldSchema {
    kind([
      "spec": .structure(
        [
          "jobTemplate": .structure(
            ["metadata": metadata, "spec": jobSpec], always: ["metadata": [:], "spec": [:]])
        ], always: ["schedule": "", "jobTemplate": [:]]),
      "status": .open,
    ])
  }

  private var autoscaler: FieldSchema {
    kind([
      "spec": .structure(
        ["scaleTargetRef": reference],
        always: ["scaleTargetRef": ["kind": "", "name": ""], "maxReplicas": 0]),
      "status": .structure(
        ["conditions": .listMap("type")], always: ["currentReplicas": 0, "desiredReplicas": 0]),
    ])
  }

  private var budget: FieldSchema {
    kind([
      "spec": .structure([
        "selector": .map(
          MapSchema(unlisted: .field(.open), isAtomic: true, isReplacedByPatch: true))
      ]),
      "status": .structure(
        ["conditions": conditions, "disruptedPods": .stringMap],
        always: [
          "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
        ]),
    ])
  }
}
