import CEL

/// Types of a Pod and its parts.
extension BuiltinParts {
  /// api/core/v1 types.go, ResourceRequirements.
  var resources: FieldSchema {
    .structure([
      "limits": .stringMap, "requests": .stringMap, "claims": .listMapReplacedByPatch("name"),
    ])
  }

  /// api/core/v1 types.go, EnvVar.
  private var environment: FieldSchema {
    .listMap(
      "name",
      of: .structure([
        "valueFrom": .structure([
          "fieldRef": reference, "resourceFieldRef": reference, "configMapKeyRef": reference,
          "secretKeyRef": reference,
        ])
      ]))
  }

  /// The key of a port that its author may leave out.
  var protocolDefault: [String: JSONValue] {
    version.defaultsListMapKeys ? ["protocol": "TCP"] : [:]
  }

  /// api/core/v1 types.go, Container and EphemeralContainer.
  var container: FieldSchema {
    .structure(
      [
        "ports": .listMap("containerPort", "protocol", defaults: protocolDefault),
        "env": environment, "resources": resources, "volumeMounts": .listMap("mountPath"),
        "volumeDevices": .listMap("devicePath"),
      ], always: ["resources": [:], "name": ""])
  }

  /// api/core/v1 types.go, Volume.
  private var volume: FieldSchema {
    .structure([
      "csi": .structure(["volumeAttributes": .stringMap]),
      "flexVolume": .structure(["options": .stringMap]),
      "ephemeral": .structure([
        "volumeClaimTemplate": .structure(
          ["metadata": metadata, "spec": claimSpec], always: ["metadata": [:], "spec": [:]])
      ]),
    ])
  }

  /// api/core/v1 types.go, PersistentVolumeClaimSpec.
  var claimSpec: FieldSchema {
    .structure(
      [
        "selector": .atomicStructure, "resources": resources, "dataSource": reference,
      ], always: ["resources": [:]])
  }

  /// api/core/v1 types.go, PodSpec.
  var podSpec: FieldSchema {
    .structure(
      [
        "volumes": .listMap("name", of: volume), "initContainers": .listMap("name", of: container),
        "containers": .listMap("name", of: container),
        "ephemeralContainers": .listMap("name", of: container), "nodeSelector": selectorMap,
        "imagePullSecrets": .listMap("name"), "hostAliases": .listMap("ip"),
        "readinessGates": .open, "overhead": .stringMap,
        "topologySpreadConstraints": .listMap(
          "topologyKey", "whenUnsatisfiable", of: .structure(["labelSelector": .atomicStructure])),
        "schedulingGates": .listMap("name"), "resourceClaims": .listMap("name"),
        "affinity": .structure([
          "nodeAffinity": .structure([
            "requiredDuringSchedulingIgnoredDuringExecution": reference
          ])
        ]),
      ], always: ["containers": .null])
  }

  /// api/core/v1 types.go, PodStatus.
  private var podStatus: FieldSchema {
    .structure([
      "conditions": conditions, "podIPs": .listMap("ip"),
      "hostIPs": .atomicListMergedByPatch("ip"), "resourceClaimStatuses": .listMap("name"),
    ])
  }

  /// api/core/v1 types.go, PodTemplateSpec.
  var podTemplate: FieldSchema {
    .structure(
      ["metadata": metadata, "spec": podSpec],
      always: ["metadata": [:], "spec": [:]])
  }

  /// api/core/v1 types.go, Pod.
  var pod: FieldSchema { kind(["spec": podSpec, "status": podStatus]) }
}
