import CEL
import Testing

@testable import Model

@Suite struct DeploymentControllerTests {
  /// A cluster in which Deployments become Pods that run.
  private func cluster(kubelet: Bool = true) throws -> TestCluster {
    let cluster = TestCluster()
    let names = ["deployment", "replicaset", "garbagecollector"] + (kubelet ? ["kubelet"] : [])
    cluster.start(
      try names.map {
        try BuiltinControllers.make($0, kinds: [.deployment, .replicaSet, .pod])
      })
    return cluster
  }

  @Test(arguments: 1...5) func becomesReadyPods(replicas: Int) throws {
    let cluster = try cluster()
    #expect(cluster.create(TestObjects.deployment(replicas: replicas)) == 201)
    #expect(cluster.settle())
    #expect(cluster.failures.isEmpty)
    #expect(cluster.readyPods == replicas)
    #expect(cluster.podNames.count == replicas)
    let deployment = try #require(cluster.object(.deployment, "web"))
    #expect(deployment.statusInteger("availableReplicas") == replicas)
    #expect(deployment.statusInteger("observedGeneration") == Int(deployment.generation))
    let conditions = ConditionList(of: deployment)
    #expect(conditions.reason("Progressing") == "NewReplicaSetAvailable")
    #expect(conditions.reason("Available") == "MinimumReplicasAvailable")
    #expect(deployment.annotations[DeploymentAnnotations.revision] == "1")
  }

  @Test func rollsOverToANewTemplate() throws {
    let cluster = try cluster()
    cluster.create(
      TestObjects.deployment(
        replicas: 3, strategy: ["rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]))
    #expect(cluster.settle())
    cluster.patch(
      "apps/v1", "Deployment", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "c", "image": "i:2"]]]]]],
      type: .strategic)
    #expect(cluster.settle())
    #expect(cluster.failures.isEmpty)
    let sets = cluster.all(.replicaSet)
    #expect(sets.map(\.specReplicas).sorted() == [0, 3])
    let new = try #require(sets.first { $0.specReplicas == 3 })
    #expect(new.annotations[DeploymentAnnotations.revision] == "2")
    #expect(cluster.readyPods == 3)
    #expect(
      cluster.all(.pod).allSatisfy { ControllerReference.isControlled($0, by: new) })
  }

  @Test func neverHasFewerPodsThanTheStrategyAllows() throws {
    let cluster = try cluster(kubelet: false)
    let kubelet = try BuiltinControllers.make("kubelet", kinds: [])
    cluster.create(
      TestObjects.deployment(
        replicas: 4, strategy: ["rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1]]))
    #expect(cluster.settle())
    cluster.start([kubelet])
    #expect(cluster.settle())
    #expect(cluster.readyPods == 4)
    let before = cluster.log.count
    cluster.patch(
      "apps/v1", "Deployment", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "c", "image": "i:2"]]]]]],
      type: .strategic)
    #expect(cluster.settle())
    // Replay the log: Pods appear and vanish by the replicaset controller only.
    var pods = 4
    for line in cluster.log[before...] where line.contains("Pod/") {
      if line.contains("creates") { pods += 1 }
      if line.contains("removes") { pods -= 1 }
      // Upstream counts the replicas that are wanted: Pods about to go may still be there.
      #expect(pods >= 3, "\(line)")
    }
    #expect(pods == 4)
  }

  @Test func recreatesAfterTheLastOldPodIsGone() throws {
    let cluster = try cluster()
    cluster.create(TestObjects.deployment(replicas: 2, strategy: ["type": "Recreate"]))
    #expect(cluster.settle())
    let before = cluster.log.count
    cluster.patch(
      "apps/v1", "Deployment", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "c", "image": "i:2"]]]]]],
      type: .strategic)
    #expect(cluster.settle())
    let pods = cluster.log[before...].filter { $0.contains("Pod/") && !$0.contains("updates") }
    #expect(pods.map { $0.contains("removes") } == [true, true, false, false])
    #expect(cluster.readyPods == 2)
  }

  @Test func aRollBackTakesTheOldReplicaSetAgain() throws {
    let cluster = try cluster()
    cluster.create(TestObjects.deployment(replicas: 1))
    #expect(cluster.settle())
    let first = try #require(cluster.all(.replicaSet).first?.name)
    for image in ["i:2", "i:1"] {
      cluster.patch(
        "apps/v1", "Deployment", "web",
        [
          "spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]]
        ],
        type: .strategic)
      #expect(cluster.settle())
    }
    #expect(cluster.all(.replicaSet).count == 2)
    let set = try #require(cluster.object(.replicaSet, first))
    #expect(set.specReplicas == 1)
    #expect(set.annotations[DeploymentAnnotations.revision] == "3")
    #expect(set.annotations[DeploymentAnnotations.history] == "1")
  }

  /// The annotation of pkg/controller/deployment/rollback.go.
  ///
  /// It says 0 for the last revision; one that is not there changes nothing. It goes in any case.
  @Test(arguments: [("0", "i:1"), ("1", "i:1"), ("2", "i:2"), ("7", "i:2"), ("x", "i:2")])
  func anAnnotationRollsBack(_ revision: String, _ image: String) throws {
    let cluster = try cluster()
    cluster.create(TestObjects.deployment(replicas: 1))
    #expect(cluster.settle())
    for (cause, image) in [("first", "i:1"), ("second", "i:2")] {
      cluster.patch(
        "apps/v1", "Deployment", "web",
        [
          "metadata": ["annotations": ["kubernetes.io/change-cause": .string(cause)]],
          "spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]],
        ],
        type: .strategic)
      #expect(cluster.settle())
    }
    cluster.patch(
      "apps/v1", "Deployment", "web",
      ["metadata": ["annotations": [DeploymentAnnotations.rollback: .string(revision)]]],
      type: .strategic)
    #expect(cluster.settle())
    let deployment = try #require(cluster.object(.deployment, "web"))
    let containers = deployment.at("spec", "template", "spec", "containers")?.array
    #expect(containers?.first?["image"] == .string(image))
    let isBack = image == "i:1"
    #expect(
      deployment.annotations["kubernetes.io/change-cause"] == (isBack ? "first" : "second"))
    #expect(deployment.annotations[DeploymentAnnotations.revision] == (isBack ? "3" : "2"))
    let isKept = deployment.annotations[DeploymentAnnotations.rollback] != nil
    #expect(isKept == (revision == "x"))
    #expect(cluster.readyPods == 1)
  }

  /// terminatingReplicas (KEP-3973), since 1.35.
  @Test(arguments: [("1.34", nil), ("1.35", 1)])
  func podsOnTheirWayOutAreCounted(_ version: String, _ count: Int64?) throws {
    let version = try #require(KubernetesVersion(version))
    let cluster = TestCluster(kubernetesVersion: version)
    cluster.start(
      try ["deployment", "replicaset"].map {
        try BuiltinControllers.make(
          $0, with: BuiltinOptions(kubernetesVersion: version),
          kinds: [.deployment, .replicaSet, .pod])
      })
    cluster.create(TestObjects.deployment(replicas: 1))
    #expect(cluster.settle())
    let set = try #require(cluster.all(.replicaSet).first?.name)
    let none: JSONValue? = count.map { _ in 0 }
    #expect(cluster.object(.replicaSet, set)?.at("status", "terminatingReplicas") == none)
    let pod = try #require(cluster.podNames.first)
    cluster.patch("v1", "Pod", pod, ["metadata": ["finalizers": ["example.com/hold"]]])
    cluster.delete("v1", "Pod", pod)
    #expect(cluster.settle())
    #expect(cluster.podNames.count == 2)
    let wanted = count.map { JSONValue.int($0) }
    #expect(cluster.object(.replicaSet, set)?.at("status", "terminatingReplicas") == wanted)
    #expect(cluster.object(.deployment, "web")?.at("status", "terminatingReplicas") == wanted)
  }

  @Test func aDeadlineThatPassesIsReported() throws {
    let cluster = try cluster(kubelet: false)
    cluster.create(TestObjects.deployment(replicas: 1))
    #expect(cluster.settle())
    var deployment = try #require(cluster.object(.deployment, "web"))
    #expect(ConditionList(of: deployment).reason("Progressing") == "ReplicaSetUpdated")
    cluster.deadlinesPass = true
    #expect(cluster.settle())
    deployment = try #require(cluster.object(.deployment, "web"))
    #expect(ConditionList(of: deployment).reason("Progressing") == "ProgressDeadlineExceeded")
  }

  @Test func foregroundDeletionTakesEverythingAlong() throws {
    let cluster = try cluster()
    cluster.create(TestObjects.deployment(replicas: 2))
    #expect(cluster.settle())
    cluster.delete(
      "apps/v1", "Deployment", "web", options: ["propagationPolicy": "Foreground"])
    #expect(cluster.settle())
    #expect(cluster.all(.deployment).isEmpty)
    #expect(cluster.all(.replicaSet).isEmpty)
    #expect(cluster.all(.pod).isEmpty)
    let removals = cluster.log.filter { $0.contains("removes") }
    #expect(removals.last?.hasSuffix("Deployment/web") == true)
  }

  @Test func aChangeOfSizeKeepsTheProportions() {
    let deployment = TestObjects.deployment(
      replicas: 20, strategy: ["rollingUpdate": ["maxSurge": 3, "maxUnavailable": 2]])
    func set(_ replicas: Int, max: Int) -> JSONObject {
      [
        "metadata": [
          "annotations": [DeploymentAnnotations.max: .string(String(max))]
        ],
        "spec": ["replicas": .int(Int64(replicas))],
      ]
    }
    // From 10 (+3) to 20 (+3): of 8 and 5 replicas, 10 more.
    #expect(
      DeploymentMath.proportion(set(8, max: 13), deployment, toAdd: 10, added: 0) == 6)
    #expect(
      DeploymentMath.proportion(set(5, max: 13), deployment, toAdd: 10, added: 6) == 4)
  }
}
