import CEL
import Testing

@testable import Model

/// Rules of the disruption controller that no recording shows.
@Suite struct DisruptionControllerTests {
  private func cluster(_ version: KubernetesVersion = .standard) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    cluster.start(
      try ["disruption", "replicaset"].map {
        try BuiltinControllers.make(
          $0, with: BuiltinOptions(kubernetesVersion: version), kinds: [])
      })
    return cluster
  }

  private func budget(_ spec: JSONObject, selecting labels: JSONObject = ["app": "web"])
    -> JSONObject
  {
    var spec = spec
    spec["selector"] = ["matchLabels": .object(labels)]
    return [
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "b"],
      "spec": .object(spec),
    ]
  }

  private func pod(_ name: String, node: String = "") -> JSONObject {
    var pod: JSONObject = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": .string(name), "labels": ["app": "web"]],
      "spec": ["containers": [["name": "c", "image": "i:1"]]],
    ]
    if !node.isEmpty { pod.set(.string(node), at: "spec", "nodeName") }
    return pod
  }

  private func makeReady(_ cluster: TestCluster) {
    for pod in cluster.all(.pod) {
      _ = PodPlayer(cluster: cluster, pod: pod, action: [:]).play("ready")
    }
    #expect(cluster.settle())
  }

  private func status(_ cluster: TestCluster) throws -> JSONObject {
    try #require(cluster.object(.podDisruptionBudget, "b")?["status"]?.object)
  }

  @Test func percentagesAreOfWhatTheOwnersWant() throws {
    let cluster = try cluster()
    var set = TestObjects.deployment(replicas: 3)
    set["kind"] = "ReplicaSet"
    cluster.create(set)
    cluster.create(budget(["minAvailable": "50%"]))
    #expect(cluster.settle())
    makeReady(cluster)
    #expect(try status(cluster)["expectedPods"] == 3)
    #expect(try status(cluster)["desiredHealthy"] == 2)
    #expect(try status(cluster)["disruptionsAllowed"] == 1)
    let condition = try status(cluster)["conditions"]?.array?.first
    #expect(condition?["reason"] == "SufficientPods")
    #expect(condition?["status"] == "True")
  }

  /// kubernetes#103414: before 1.22 a Pod without a controller was an error.
  @Test func barePodsAreNotExpectedInPercent() throws {
    let cluster = try cluster()
    cluster.create(pod("a"))
    cluster.create(budget(["maxUnavailable": 1]))
    #expect(cluster.settle())
    makeReady(cluster)
    #expect(try status(cluster)["observedGeneration"] == 1)
    #expect(try status(cluster)["expectedPods"] == 0)
    #expect(try status(cluster)["disruptionsAllowed"] == 0)
  }

  @Test func anOwnerWithoutAScaleAllowsNothingAndSaysSo() throws {
    let cluster = try cluster()
    cluster.create(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "owner"]])
    let owner = try #require(cluster.object(GroupKind(group: "", kind: "ConfigMap"), "owner"))
    var owned = pod("a")
    owned.metadata["ownerReferences"] = [.object(ControllerReference.make(to: owner))]
    cluster.create(owned)
    cluster.create(budget(["maxUnavailable": 1]))
    #expect(cluster.settle())
    let condition = try status(cluster)["conditions"]?.array?.first
    #expect(condition?["reason"] == "SyncFailed")
    #expect(try status(cluster)["disruptionsAllowed"] == 0)
    #expect(cluster.failures == [])
  }

  @Test func anEvictedPodCountsAgainWhenItsDeletionIsOverdue() throws {
    let cluster = try cluster()
    for name in ["a", "b"] { cluster.create(pod(name, node: "n1")) }
    cluster.patch("v1", "Pod", "a", ["metadata": ["finalizers": ["x.io/f"]]])
    cluster.create(budget(["minAvailable": 1]))
    #expect(cluster.settle())
    makeReady(cluster)
    // The eviction was counted, and the DELETE that should follow was lost.
    cluster.patch(
      "policy/v1", "PodDisruptionBudget", "b",
      [
        "status": [
          "disruptionsAllowed": 0, "disruptedPods": ["a": .string(ModelInstant.now)],
        ]
      ], subresource: "status")
    #expect(cluster.settle())
    #expect(try status(cluster)["currentHealthy"] == 1)
    #expect(cluster.evict("b") == 429)
    cluster.deadlinesPass = true
    cluster.settle()
    #expect(try status(cluster)["currentHealthy"] == 2)
    #expect(try status(cluster)["disruptedPods"] == nil)
  }

  /// updatePod looks at the new labels only.
  @Test func aRelabelledPodIsStillCountedUntilSomethingElseHappens() throws {
    let cluster = try cluster()
    for name in ["a", "b"] { cluster.create(pod(name)) }
    cluster.create(budget(["minAvailable": 1]))
    #expect(cluster.settle())
    makeReady(cluster)
    cluster.patch("v1", "Pod", "a", ["metadata": ["labels": ["app": "x"]]])
    #expect(cluster.settle())
    #expect(try status(cluster)["currentHealthy"] == 2)
    cluster.patch("v1", "Pod", "b", ["metadata": ["annotations": ["touched": "yes"]]])
    #expect(cluster.settle())
    #expect(try status(cluster)["currentHealthy"] == 1)
  }

  @Test func anEmptySelectorSelectsAllSincePolicyV1() throws {
    for (version, expected) in [(KubernetesVersion.recorded, 0), (.standard, 1)] {
      let cluster = try cluster(version)
      cluster.create(pod("a"))
      var all = budget(["minAvailable": 1], selecting: [:])
      if version == .recorded { all["apiVersion"] = "policy/v1beta1" }
      all.set([:], at: "spec", "selector")
      #expect(cluster.create(all) == 201)
      #expect(cluster.settle())
      #expect(try status(cluster)["expectedPods"]?.int ?? 0 == Int64(expected))
    }
  }
}
