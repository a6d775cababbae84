import CEL

/// Types of the core group (staging/src/k8s.io/api/core/v1/types.go).
extension BuiltinParts {
  var core: [GroupKind: FieldSchema] {
    group(
      "",
      [
        "Pod": pod, "PodTemplate": kind(["template": podTemplate], always: ["template": [:]]),
        "ConfigMap": configMap, "Secret": secret, "Service": service, "Namespace": namespace,
        "Node": node, "PersistentVolumeClaim": claim, "PersistentVolume": persistentVolume,
        "ServiceAccount": serviceAccount, "Endpoints": endpoints, "Event": event,
        "ReplicationController": replicationController, "ResourceQuota": resourceQuota,
        "LimitRange": kind(["spec": .open], always: ["spec": [:]]),
      ])
  }

  private var configMap: FieldSchema {
    kind(
      ["data": .stringMap, "binaryData": .stringMap, "immutable": .scalar(.boolean)], always: [:])
  }

  private var secret: FieldSchema {
    kind(
      [
        "data": .stringMap, "stringData": .stringMap, "type": .scalar(.string),
        "immutable": .scalar(.boolean),
      ], always: [:])
  }

  private var service: FieldSchema {
    kind([
      "spec": .structure([
        "ports": .listMap("port", "protocol", defaults: protocolDefault), "selector": selectorMap,
      ]),
      "status": .structure(
        ["conditions": conditions, "loadBalancer": .open], always: ["loadBalancer": [:]]),
    ])
  }

  private var namespace: FieldSchema {
    kind(["spec": .open, "status": .structure(["conditions": conditions])])
  }

  private var node: FieldSchema {
    kind([
      "spec": .structure(["podCIDRs": .set]),
      "status": .structure([
        "capacity": .stringMap, "allocatable": .stringMap, "conditions": conditions,
        "addresses": .listMap("type"),
      ]),
    ])
  }

  private var claim: FieldSchema {
    kind([
      "spec": claimSpec,
      "status": .structure([
        "capacity": .stringMap, "conditions": conditions, "allocatedResources": .stringMap,
        "allocatedResourceStatuses": .stringMap,
      ]),
    ])
  }

  private var persistentVolume: FieldSchema {
    kind([
      "spec": .structure([
        "capacity": .stringMap, "csi": .structure(["volumeAttributes": .stringMap]),
      ]),
      "status": .open,
    ])
  }

  private var serviceAccount: FieldSchema {
    kind(
      [
        "secrets": .listMap("name", of: reference), "imagePullSecrets": .open,
        "automountServiceAccountToken": .scalar(.boolean),
      ], always: [:])
  }

  private var endpoints: FieldSchema { kind(["subsets": .open], always: [:]) }

  private var event: FieldSchema {
    let fields = [
      "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count",
      "type", "eventTime", "series", "action", "related", "reportingComponent",
      "reportingInstance",
    ]
    return kind(
      Dictionary(uniqueKeysWithValues: fields.map { ($0, .open) }), always: [:])
  }

  private var replicationController: FieldSchema {
    kind([
      "spec": .structure(["selector": selectorMap, "template": podTemplate]),
      "status": .structure(["conditions": conditions], always: ["replicas": 0]),
    ])
  }

  private var resourceQuota: FieldSchema {
    kind([
      "spec": .structure(["hard": .stringMap, "scopeSelector": reference]),
      "status": .structure(["hard": .stringMap, "used": .stringMap]),
    ])
  }
}
