import CEL

/// Types of the remaining groups.
extension BuiltinParts {
  var others: [GroupKind: FieldSchema] {
    group(
      "networking.k8s.io",
      [
        "Ingress": kind([
          "spec": .structure(["defaultBackend": .structure(["resource": reference])]),
          "status": .structure(["loadBalancer": .open], always: ["loadBalancer": [:]]),
        ]),
        "IngressClass": kind(["spec": .open], always: ["spec": [:]]),
        "NetworkPolicy": kind(
          ["spec": .structure(["podSelector": .atomicStructure], always: ["podSelector": [:]])],
          always: ["spec": [:]]),
      ]
    ).merging(accessControl) { _, new in new }
      .merging(admission) { _, new in new }
      .merging(miscellaneous) { _, new in new }
  }

  /// api/rbac/v1 types.go.
  private var accessControl: [GroupKind: FieldSchema] {
    group(
      "rbac.authorization.k8s.io",
      [
        "Role": kind(["rules": .open], always: ["rules": .null]),
        "ClusterRole": kind(["rules": .open, "aggregationRule": .open], always: ["rules": .null]),
        "RoleBinding": kind(
          ["subjects": .open, "roleRef": reference],
          always: ["roleRef": ["apiGroup": "", "kind": "", "name": ""]]),
        "ClusterRoleBinding": kind(
          ["subjects": .open, "roleRef": reference],
          always: ["roleRef": ["apiGroup": "", "kind": "", "name": ""]]),
      ])
  }

  /// api/admissionregistration/v1 types.go.
  private var admission: [GroupKind: FieldSchema] {
    let webhooks = FieldSchema.listMap(
      "name",
      of: .structure([
        "namespaceSelector": .atomicStructure, "objectSelector": .atomicStructure,
        "matchConditions": .listMap("name"),
      ]))
    let constraints = FieldSchema.structure([
      "namespaceSelector": .atomicStructure, "objectSelector": .atomicStructure,
    ])
    return group(
      "admissionregistration.k8s.io",
      [
        "MutatingWebhookConfiguration": kind(["webhooks": webhooks], always: [:]),
        "ValidatingWebhookConfiguration": kind(["webhooks": webhooks], always: [:]),
        "ValidatingAdmissionPolicy": kind([
          "spec": .structure([
            "paramKind": .atomicStructure, "matchConstraints": constraints,
            "matchConditions": .listMap("name"), "variables": .listMap("name"),
          ]),
          "status": .structure(["conditions": .listMapReplacedByPatch("type")]),
        ]),
        "ValidatingAdmissionPolicyBinding": kind(
          [
            "spec": .structure([
              "paramRef": .atomicStructure, "matchResources": constraints,
              "validationActions": .list(ListSchema(.set, of: .scalar(.any))),
            ])
          ], always: ["spec": [:]]),
      ])
  }

  private var miscellaneous: [GroupKind: FieldSchema] {
    let coordination = group(
      "coordination.k8s.io", ["Lease": kind(["spec": .open], always: ["spec": [:]])])
    let discovery = group(
      "discovery.k8s.io",
      [
        "EndpointSlice": kind(
          ["addressType": .scalar(.string), "endpoints": .open, "ports": .open],
          always: ["addressType": "", "endpoints": .null, "ports": .null])
      ])
    let scheduling = group(
      "scheduling.k8s.io",
      [
        "PriorityClass": kind(
          [
            "value": .scalar(.number), "globalDefault": .scalar(.boolean),
            "description": .scalar(.string), "preemptionPolicy": .scalar(.string),
          ], always: ["value": 0])
      ])
    let storage = group(
      "storage.k8s.io",
      [
        "StorageClass": kind(
          [
            "provisioner": .scalar(.string), "parameters": .stringMap,
            "reclaimPolicy": .scalar(.string), "mountOptions": .open,
            "allowVolumeExpansion": .scalar(.boolean), "volumeBindingMode": .scalar(.string),
            "allowedTopologies": .open,
          ], always: ["provisioner": ""])
      ])
    let extensions = group(
      "apiextensions.k8s.io",
      [
        "CustomResourceDefinition": kind([
          "spec": .structure([:]),
          "status": .structure(["conditions": .listMapReplacedByPatch("type")]),
        ])
      ])
    return [coordination, discovery, scheduling, storage, extensions]
      .reduce(into: [:]) { $0.merge($1) { _, new in new } }
  }
}
