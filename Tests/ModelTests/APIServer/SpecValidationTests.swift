import CEL
import Testing

@testable import Model

/// What the API server refuses in specs of Jobs, StatefulSets and autoscalers.
///
/// These are fields that are newer than the recordings. The texts are those of pkg/apis/{batch,apps,autoscaling}/validation/validation.go.
@Suite struct SpecValidationTests {
  /// The findings for an object, without those that say nothing new.
  private func refused(
    _ object: JSONObject, _ path: String, version: String = "1.34"
  ) throws -> [String] {
    let version = try #require(KubernetesVersion(version))
    let cluster = ServerAndStore(version: version, resources: .builtIn(version))
    let answer = cluster.send("POST", path, .object(object))
    guard !answer.isSuccess else { return [] }
    #expect(answer.code == 422)
    #expect(answer.body["reason"] == "Invalid")
    return (answer.body.at("details", "causes")?.array ?? []).map { cause in
      "\(cause["field"]?.string ?? "") \(cause["message"]?.string ?? "")"
    }
  }

  // MARK: Jobs

  private func job(_ spec: JSONObject, version: String = "1.34") throws -> [String] {
    var job: JSONObject = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"],
      "spec": [
        "template": [
          "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
        ]
      ],
    ]
    job.edit("spec") { for entry in spec.entries { $0[entry.key] = entry.value } }
    return try refused(job, "/apis/batch/v1/namespaces/default/jobs", version: version)
  }

  @Test func limitsByIndexNeedIndexes() throws {
    let indexed: JSONObject = [
      "completionMode": "Indexed", "completions": 3, "backoffLimitPerIndex": 1,
      "maxFailedIndexes": 3,
    ]
    #expect(try job(indexed) == [])
    #expect(
      try job(["backoffLimitPerIndex": 1]) == [
        "spec.backoffLimitPerIndex Invalid value: 1: requires indexed completion mode"
      ])
    // Before 1.29 the fields are not there.
    #expect(try job(["backoffLimitPerIndex": 1], version: "1.28") == [])
    var spec = indexed
    spec["maxFailedIndexes"] = 4
    #expect(
      try job(spec) == [
        "spec.maxFailedIndexes Invalid value: 4: must be less than or equal to completions"
      ])
    spec["maxFailedIndexes"] = -1
    spec["backoffLimitPerIndex"] = nil
    #expect(
      try job(spec) == [
        "spec.maxFailedIndexes Invalid value: -1: must be greater than or equal to 0",
        "spec.backoffLimitPerIndex Required value: when maxFailedIndexes is specified",
      ])
    #expect(
      try job(["completionMode": "indexed"]) == [
        "spec.completionMode Unsupported value: \"indexed\": supported values: \"NonIndexed\", "
          + "\"Indexed\""
      ])
    #expect(
      try job([
        "completionMode": "Indexed", "completions": 100_001, "parallelism": 10_001,
        "backoffLimitPerIndex": 1,
      ]) == [
        "spec.maxFailedIndexes Required value: must be specified when completions is above 100000",
        "spec.parallelism Invalid value: 10001: must be less than or equal to 10000 when completions "
          + "are above 100000 and used with backoff limit per index",
      ])
  }

  @Test func failurePoliciesAreLookedAt() throws {
    func rule(_ rule: JSONObject) throws -> [String] {
      try job(["podFailurePolicy": ["rules": [.object(rule)]]])
    }
    let rules = "spec.podFailurePolicy.rules[0]"
    let codes: JSONValue = ["operator": "In", "values": [1, 2]]
    #expect(try rule(["action": "FailJob", "onExitCodes": codes]) == [])
    #expect(
      try rule(["action": "FailIndex", "onExitCodes": codes]) == [
        "\(rules).action Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set"
      ])
    #expect(
      try rule(["action": "Fail"]) == [
        "\(rules).action Unsupported value: \"Fail\": supported values: \"Count\", \"FailIndex\", "
          + "\"FailJob\", \"Ignore\"",
        "\(rules) Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
      ])
    #expect(
      try rule([
        "action": "Count",
        "onExitCodes": ["operator": "In", "values": [3, 0], "containerName": "x"],
        "onPodConditions": [["type": "DisruptionTarget"]],
      ]) == [
        "\(rules).onExitCodes.containerName Invalid value: \"x\": must be one of the container or "
          + "initContainer names in the pod template",
        "\(rules).onExitCodes.values[1] Invalid value: 0: must not be 0 for the In operator",
        "\(rules).onExitCodes.values Invalid value: [3,0]: must be ordered",
        "\(rules).onPodConditions[0].status Required value: valid values: [\"False\" \"True\" "
          + "\"Unknown\"]",
        "\(rules) Invalid value: specifying both OnExitCodes and OnPodConditions is not supported",
      ])
    #expect(
      try job([
        "podFailurePolicy": ["rules": []], "podReplacementPolicy": "TerminatingOrFailed",
      ]) == [
        "spec.podReplacementPolicy Unsupported value: \"TerminatingOrFailed\": supported values: "
          + "\"Failed\""
      ])
  }

  @Test func successPoliciesAreLookedAt() throws {
    func rules(_ rules: JSONValue) throws -> [String] {
      try job([
        "completionMode": "Indexed", "completions": 4, "successPolicy": ["rules": rules],
      ])
    }
    let rule = "spec.successPolicy.rules[0]"
    #expect(try rules([["succeededIndexes": "0,2-3", "succeededCount": 2]]) == [])
    #expect(try job(["successPolicy": ["rules": []]]).count == 1)
    #expect(
      try rules([]) == [
        "spec.successPolicy.rules Required value: at least one rules must be specified when the "
          + "successPolicy is specified"
      ])
    #expect(
      try rules([[:]]) == [
        "\(rule) Required value: at least one of succeededCount or succeededIndexes must be specified"
      ])
    #expect(
      try rules([["succeededIndexes": "3-4", "succeededCount": 5]]) == [
        "\(rule).succeededIndexes Invalid value: \"3-4\": error parsing succeededIndexes: too large "
          + "index: \"4\"",
        "\(rule).succeededCount Invalid value: 5: must be less than or equal to 4 (the number of "
          + "specified completions)",
        "\(rule).succeededCount Invalid value: 5: must be less than or equal to 0 (the number of "
          + "indexes in the specified succeededIndexes field)",
      ])
    for (text, problem) in [
      ("2,1", "non-increasing order, previous: 2, current: 1"),
      ("2-1", "non-increasing order, previous: 2, current: 1"),
      ("a", "cannot convert string to integer for index: \"a\""),
      (
        "0-1-2",
        "the fragment \"0-1-2\" violates the requirement that an index interval can have at most two "
          + "parts separated by '-'"
      ),
    ] { #expect(JobIndexText.count(text, completions: 4) == .failure(.init(text: problem))) }
  }

  @Test func policiesOfAJobStay() throws {
    let cluster = ServerAndStore(resources: .builtIn(.standard))
    let path = "/apis/batch/v1/namespaces/default/jobs"
    let spec: JSONObject = [
      "completionMode": "Indexed", "completions": 3, "backoffLimitPerIndex": 1,
      "template": [
        "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
      ],
    ]
    func object() -> JSONValue {
      [
        "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"], "spec": .object(spec),
      ]
    }
    #expect(cluster.send("POST", path, object()).code == 201)

    let answer = cluster.send(
      "PATCH", path + "/j", ["spec": ["backoffLimitPerIndex": 2]],
      contentType: "application/merge-patch+json")
    #expect(answer.code == 422)
    #expect(
      answer.message?.contains("backoffLimitPerIndex: Invalid value: 2: field is immutable") == true
    )
  }

  // MARK: StatefulSets

  @Test func statefulSetsAreLookedAt() throws {
    func set(_ spec: [(String, JSONValue)], _ version: String) throws -> [String] {
      try refused(
        TestObjects.statefulSet(replicas: 1, spec: spec),
        "/apis/apps/v1/namespaces/default/statefulsets", version: version)
    }
    func unavailable(_ value: JSONValue) -> [(String, JSONValue)] {
      [
        (
          "updateStrategy",
          ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": value]]
        )
      ]
    }
    let field = "spec.updateStrategy.rollingUpdate.maxUnavailable"
    #expect(try set(unavailable("50%"), "1.37") == [])
    #expect(try set(unavailable(0), "1.37") == ["\(field) Invalid value: 0: cannot be 0"])
    #expect(try set(unavailable(0), "1.34") == [])
    #expect(
      try set(unavailable("101%"), "1.37") == [
        "\(field) Invalid value: \"101%\": must not be greater than 100%"
      ])
    #expect(
      try set(
        [
          (
            "persistentVolumeClaimRetentionPolicy", ["whenDeleted": "Keep", "whenScaled": "Delete"]
          ),
          ("minReadySeconds", -1), ("ordinals", ["start": -2]),
        ], "1.34") == [
          "spec.persistentVolumeClaimRetentionPolicy.whenDeleted Unsupported value: \"Keep\": "
            + "supported values: \"Retain\", \"Delete\"",
          "spec.minReadySeconds Invalid value: -1: must be greater than or equal to 0",
          "spec.ordinals.start Invalid value: -2: must be greater than or equal to 0",
        ])
  }

  // MARK: Autoscalers

  private func autoscaler(_ spec: JSONObject, version: String = "1.34") throws -> [String] {
    var object: JSONObject = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "h"],
      "spec": [
        "maxReplicas": 4,
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "d"],
      ],
    ]
    object.edit("spec") { for entry in spec.entries { $0[entry.key] = entry.value } }
    return try refused(
      object, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
      version: version)
  }

  @Test func behaviorIsLookedAt() throws {
    func up(_ rules: JSONObject, version: String = "1.34") throws -> [String] {
      try autoscaler(["behavior": ["scaleUp": .object(rules)]], version: version)
    }
    let path = "spec.behavior.scaleUp"
    #expect(try up(["stabilizationWindowSeconds": 3600]) == [])
    #expect(
      try up(["stabilizationWindowSeconds": 3601, "selectPolicy": "Most"]) == [
        "\(path).stabilizationWindowSeconds Invalid value: 3601: must be less than or equal to 3600",
        "\(path).selectPolicy Unsupported value: \"Most\": supported values: \"Disabled\", \"Max\", "
          + "\"Min\"",
      ])
    #expect(
      try up(["stabilizationWindowSeconds": -1, "policies": []]) == [
        "\(path).stabilizationWindowSeconds Invalid value: -1: must be greater than or equal to zero",
        "\(path).policies Required value: must specify at least one Policy",
      ])
    #expect(
      try up(["policies": [["type": "Pod", "value": 0, "periodSeconds": 1801]]]) == [
        "\(path).policies[0].type Unsupported value: \"Pod\": supported values: \"Percent\", "
          + "\"Pods\"",
        "\(path).policies[0].value Invalid value: 0: must be greater than zero",
        "\(path).policies[0].periodSeconds Invalid value: 1801: must be less than or equal to 1800",
      ])
    #expect(
      try up(["tolerance": "-5m"], version: "1.35") == [
        "\(path).tolerance Invalid value: \"-5m\": must be greater than or equal to 0"
      ])
    #expect(try up(["tolerance": "-5m"]) == [])
  }

  @Test func metricsAreLookedAt() throws {
    func metric(_ metric: JSONValue) throws -> [String] {
      try autoscaler(["metrics": [metric]])
    }
    let path = "spec.metrics[0]"
    let target: JSONValue = ["type": "Utilization", "averageUtilization": 50]
    #expect(
      try metric([
        "type": "ContainerResource",
        "containerResource": ["name": "cpu", "container": "c", "target": target],
      ]) == [])
    #expect(
      try metric(["type": "Resource"]) == [
        "\(path).resource Required value: must populate information for the given metric source"
      ])
    #expect(
      try metric([
        "type": "Resource",
        "resource": ["name": "cpu", "target": ["type": "Percent", "averageUtilization": 0]],
        "pods": [
          "metric": ["name": "m"], "target": ["type": "AverageValue", "averageValue": "0"],
        ],
      ]) == [
        "\(path).pods.target.averageValue Invalid value: \"0\": must be positive",
        "\(path).pods Forbidden: must populate the given metric source only",
      ])
    #expect(
      try metric(["type": "Resource", "resource": ["name": "cpu", "target": ["type": "x"]]]) == [
        "\(path).resource.target.type Invalid value: \"x\": must be either Utilization, Value, or "
          + "AverageValue",
        "\(path).resource.target.averageUtilization Required value: must set either a target raw "
          + "value or a target utilization",
      ])
    #expect(
      try metric([
        "type": "External",
        "external": [
          "metric": ["name": "m"],
          "target": ["type": "Value", "value": "1", "averageValue": "1"],
        ],
      ]) == [
        "\(path).external.target.value Forbidden: may not set both a target value for metric and a "
          + "per-pod target"
      ])
  }
}
