import CEL
import Testing

@testable import Model

/// ValidatingAdmissionPolicies: which writes they refuse, and with which words.
@Suite struct AdmissionTests {
  private static let path = "/apis/apps/v1/namespaces/default/deployments"
  private static let merge = "application/merge-patch+json"

  private static func deployment(_ replicas: Int64, labels: JSONObject = JSONObject()) -> JSONValue
  {
    [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "web", "labels": .object(labels)],
      "spec": [
        "replicas": .int(replicas), "selector": ["matchLabels": ["app": "d"]],
        "template": [
          "metadata": ["labels": ["app": "d"]],
          "spec": ["containers": [["name": "c", "image": "i"]]],
        ],
      ],
    ]
  }

  /// A policy about Deployments, with these fields besides or instead.
  private static func policy(
    _ expression: String, operations: JSONValue = ["*"], resources: JSONValue = ["deployments"],
    validation: JSONObject = JSONObject(), match: JSONObject = JSONObject(),
    _ more: JSONObject = JSONObject()
  ) -> JSONObject {
    var rule = validation
    rule["expression"] = .string(expression)
    var constraints = match
    constraints["resourceRules"] = [
      [
        "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": operations,
        "resources": resources,
      ]
    ]
    var spec = more
    spec["matchConstraints"] = .object(constraints)
    spec["validations"] = [.object(rule)]
    return ["metadata": ["name": "P"], "spec": .object(spec)]
  }

  private static func binding(_ more: JSONObject = JSONObject()) -> JSONObject {
    var spec: JSONObject = ["policyName": "P", "validationActions": ["Deny"]]
    for entry in more.entries { spec[entry.key] = entry.value }
    return ["metadata": ["name": "B"], "spec": .object(spec)]
  }

  private func cluster(_ policy: JSONObject, _ binding: JSONObject? = AdmissionTests.binding())
    throws -> ServerAndStore
  {
    var resources = ResourceRegistry.builtIn(.standard)
    try resources.policies.register(policy: policy)
    if let binding { try resources.policies.register(binding: binding) }
    return ServerAndStore(resources: resources)
  }

  private func scale(_ cluster: ServerAndStore, to replicas: Int64) -> APIResponse {
    cluster.send(
      "PATCH", Self.path + "/web", ["spec": ["replicas": .int(replicas)]],
      contentType: Self.merge)
  }

  @Test func creationIsRefusedInUpstreamsWords() throws {
    let cluster = try cluster(Self.policy("object.spec.replicas <= 5"))
    let refused = cluster.send("POST", Self.path, Self.deployment(6))
    #expect(refused.code == 422)
    #expect(refused.reason == "Invalid")
    #expect(
      refused.message == "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'P' "
        + "with binding 'B' denied request: failed expression: object.spec.replicas <= 5")
    #expect(refused.changes.isEmpty)
    #expect(cluster.send("POST", Self.path, Self.deployment(5)).code == 201)
    #expect(scale(cluster, to: 7).code == 422)
    #expect(scale(cluster, to: 4).code == 200)
  }

  @Test func reasonsHaveTheirCodesAndMessagesTheirOrder() throws {
    let forbidden = try cluster(
      Self.policy(
        "object.spec.replicas <= 5",
        validation: [
          "reason": "Forbidden", "message": "too many",
          "messageExpression": "'at most 5, not ' + string(object.spec.replicas)",
        ])
    ).send("POST", Self.path, Self.deployment(6))
    #expect(forbidden.code == 403)
    #expect(forbidden.reason == "Forbidden")
    #expect(forbidden.message?.hasSuffix("denied request: at most 5, not 6") == true)
    let fallback = try cluster(
      Self.policy(
        "object.spec.replicas <= 5",
        validation: ["message": " too many ", "messageExpression": "object.spec.none"])
    ).send("POST", Self.path, Self.deployment(6))
    #expect(fallback.message?.hasSuffix("denied request: too many") == true)
  }

  @Test func updatesSeeTheObjectBeforeAndCreationSeesNone() throws {
    let cluster = try cluster(
      Self.policy("oldObject == null || object.spec.replicas >= oldObject.spec.replicas"))
    #expect(cluster.send("POST", Self.path, Self.deployment(3)).code == 201)
    #expect(scale(cluster, to: 2).code == 422)
    #expect(scale(cluster, to: 4).code == 200)
    #expect(cluster.send("PUT", Self.path + "/web", Self.deployment(3)).code == 422)
    #expect(cluster.send("PUT", Self.path + "/web", Self.deployment(4)).code == 200)
  }

  @Test func deletionHasNoObject() throws {
    let cluster = try cluster(
      Self.policy(
        "object == null && oldObject.spec.replicas == 0 && request.operation == 'DELETE'",
        operations: ["DELETE"]))
    #expect(cluster.send("POST", Self.path, Self.deployment(1)).code == 201)
    #expect(cluster.send("DELETE", Self.path + "/web").code == 422)
    #expect(scale(cluster, to: 0).code == 200)
    #expect(cluster.send("DELETE", Self.path + "/web").code == 200)
  }

  @Test func subresourcesMatchByTheirOwnName() throws {
    let scale: JSONValue = [
      "apiVersion": "autoscaling/v1", "kind": "Scale",
      "metadata": ["name": "web", "namespace": "default"], "spec": ["replicas": 9],
    ]
    let object = try cluster(Self.policy("object.spec.replicas <= 5"))
    #expect(object.send("POST", Self.path, Self.deployment(1)).code == 201)
    #expect(object.send("PUT", Self.path + "/web/scale", scale).code == 200)
    let both = try cluster(
      Self.policy(
        "object.kind != 'Scale' || oldObject.spec.replicas != 1", resources: ["deployments/scale"]))
    #expect(both.send("POST", Self.path, Self.deployment(1)).code == 201)
    #expect(both.send("PUT", Self.path + "/web/scale", scale).code == 422)
    #expect(self.scale(both, to: 9).code == 200)
  }

  @Test func constraintsSayWhichObjectsAreMeant() throws {
    func code(_ match: JSONObject) throws -> Int {
      try cluster(Self.policy("false", match: match)).send(
        "POST", Self.path, Self.deployment(1, labels: ["tier": "a"])
      ).code
    }
    #expect(try code(JSONObject()) == 422)
    #expect(try code(["objectSelector": ["matchLabels": ["tier": "a"]]]) == 422)
    #expect(try code(["objectSelector": ["matchLabels": ["tier": "b"]]]) == 201)
    let excluded: JSONValue = [
      [
        "apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"],
        "resourceNames": ["web"],
      ]
    ]
    #expect(try code(["excludeResourceRules": excluded]) == 201)
    let labels = try cluster(
      Self.policy("false", match: ["namespaceSelector": ["matchLabels": ["guarded": "yes"]]]))
    #expect(labels.send("POST", Self.path, Self.deployment(1)).code == 201)
    let patch: JSONValue = ["metadata": ["labels": ["guarded": "yes"]]]
    labels.send("PATCH", "/api/v1/namespaces/default", patch, contentType: Self.merge)
    #expect(scale(labels, to: 2).code == 422)
  }

  @Test func variablesAreLazyAndSeeThoseBefore() throws {
    let more: JSONObject = [
      "variables": [
        ["name": "broken", "expression": "object.spec.none"],
        ["name": "count", "expression": "object.spec.replicas"],
        ["name": "twice", "expression": "variables.count * 2"],
      ]
    ]
    let cluster = try cluster(
      Self.policy("variables.twice <= 4 || variables.broken == 1", more))
    #expect(cluster.send("POST", Self.path, Self.deployment(2)).code == 201)
    #expect(scale(cluster, to: 3).message?.contains("composited variable \"broken\"") == true)
  }

  @Test func failuresRefuseUnlessIgnored() throws {
    let fails = try cluster(Self.policy("object.spec.none == 1"))
    let refused = fails.send("POST", Self.path, Self.deployment(1))
    #expect(refused.code == 422)
    #expect(
      refused.message?.contains("expression 'object.spec.none == 1' resulted in error: ") == true)
    let ignores = try cluster(Self.policy("object.spec.none == 1", ["failurePolicy": "Ignore"]))
    #expect(ignores.send("POST", Self.path, Self.deployment(1)).code == 201)
  }

  @Test func matchConditionsNarrow() throws {
    let more: JSONObject = [
      "matchConditions": [["name": "c", "expression": "request.userInfo.username == 'other'"]]
    ]
    let cluster = try cluster(Self.policy("false", more))
    #expect(cluster.send("POST", Self.path, Self.deployment(1)).code == 201)
  }

  @Test func onlyBoundPoliciesThatDenyRefuse() throws {
    func code(_ binding: JSONObject?) throws -> Int {
      try cluster(Self.policy("false"), binding).send("POST", Self.path, Self.deployment(1)).code
    }
    #expect(try code(nil) == 201)
    #expect(try code(Self.binding()) == 422)
    #expect(try code(Self.binding(["policyName": "Q"])) == 201)
    #expect(try code(Self.binding(["validationActions": ["Warn", "Audit"]])) == 201)
    let narrow: JSONValue = ["objectSelector": ["matchLabels": ["a": "b"]]]
    #expect(try code(Self.binding(["matchResources": narrow])) == 201)
  }

  @Test func parametersAreReadByName() throws {
    let policy = Self.policy(
      "object.spec.replicas <= int(params.data.most)",
      ["paramKind": ["apiVersion": "v1", "kind": "ConfigMap"]])
    let reference: JSONValue = ["name": "limits", "parameterNotFoundAction": "Deny"]
    let cluster = try cluster(policy, Self.binding(["paramRef": reference]))
    let early = cluster.send("POST", Self.path, Self.deployment(1))
    #expect(early.message?.contains("no params found for policy binding") == true)
    cluster.send(
      "POST", "/api/v1/namespaces/default/configmaps",
      [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "limits"],
        "data": ["most": "2"],
      ])
    #expect(cluster.send("POST", Self.path, Self.deployment(3)).code == 422)
    #expect(cluster.send("POST", Self.path, Self.deployment(2)).code == 201)
  }

  @Test func whatCannotBeEnforcedIsRefused() throws {
    #expect(throws: AdmissionPolicyError.self) { try cluster(Self.policy("object.spec.(")) }
    #expect(throws: AdmissionPolicyError.self) { try cluster(Self.policy("1 + 1")) }
    #expect(throws: AdmissionPolicyError.self) { try cluster(Self.policy("params.a == 1")) }
    #expect(throws: AdmissionPolicyError.self) {
      try cluster(
        Self.policy("true"), Self.binding(["paramRef": ["selector": JSONValue.object([:])]]))
    }
  }

  /// A policy changes what controllers can do, and with it the verdict.
  @Test func aRefusedScaleDownIsNoStep() throws {
    func verdict(_ action: String) throws -> String? {
      let world = World(try WorldExploration.definition(text: Self.scenario(action)))
      let (composition, result, finding) = try WorldExploration.explore(world, audit: 1)
      #expect(finding == nil)
      return WorldExploration.verdicts(composition, result)["never-fewer"]
    }
    #expect(try verdict("Deny") == "holds")
    #expect(try verdict("Warn") != "holds")
  }

  private static func scenario(_ action: String) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: grow}
    spec:
      objects:
      - apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i}]}
      - apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: grow}
        spec:
          matchConstraints:
            resourceRules:
            - {apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments]}
          validations:
          - {expression: "object.spec.replicas >= oldObject.spec.replicas", message: grow only}
      - apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: grow}
        spec: {policyName: grow, validationActions: [\(action)]}
      controllers: [{name: shrinker}]
      names:
        web: {apiVersion: apps/v1, kind: Deployment, name: web}
      properties:
      - {name: never-fewer, always: "web.spec.replicas >= 3"}
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: shrinker}
    spec:
      for: {apiVersion: apps/v1, kind: Deployment}
      steps:
      - id: shrink
        when: object.spec.replicas > 1
        patch: {target: object, merge: {spec: {replicas: 1}}}
    """
  }
}
