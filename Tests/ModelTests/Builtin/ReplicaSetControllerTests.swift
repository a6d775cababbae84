import CEL
import Testing

@testable import Model

@Suite struct ReplicaSetControllerTests {
  private func cluster(version: KubernetesVersion = .standard) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    cluster.start([
      try BuiltinControllers.make(
        "replicaset", with: BuiltinOptions(kubernetesVersion: version), kinds: [])
    ])
    return cluster
  }

  private func replicaSet(_ replicas: Int) -> JSONObject {
    var set = TestObjects.deployment(replicas: replicas)
    set["kind"] = "ReplicaSet"
    return set
  }

  private func markReady(_ name: String, _ cluster: TestCluster) {
    let status = cluster.patch(
      "v1", "Pod", name,
      [
        "status": [
          "phase": "Running", "conditions": [["type": "Ready", "status": "True"]],
        ]
      ], type: .strategic, subresource: "status")
    #expect(status == 200)
  }

  @Test func deletesPodsThatAreNotReadyFirst() throws {
    let cluster = try cluster()
    #expect(cluster.create(replicaSet(4)) == 201)
    #expect(cluster.settle())
    let names = cluster.podNames
    #expect(names.count == 4)
    for name in names.suffix(2) { markReady(name, cluster) }
    #expect(cluster.settle())
    cluster.patch("apps/v1", "ReplicaSet", "web", ["spec": ["replicas": 2]])
    #expect(cluster.settle())
    #expect(cluster.podNames == Array(names.suffix(2)))
    #expect(cluster.questions.isEmpty)
  }

  @Test func everyChoiceAmongEqualPodsIsAsked() throws {
    for choice in 0..<6 {
      let cluster = try cluster()
      cluster.create(replicaSet(4))
      #expect(cluster.settle())
      let names = cluster.podNames
      cluster.choices = [choice]
      cluster.patch("apps/v1", "ReplicaSet", "web", ["spec": ["replicas": 2]])
      #expect(cluster.settle())
      #expect(cluster.questions == [6])
      let left = [[2, 3], [1, 3], [1, 2], [0, 3], [0, 2], [0, 1]][choice]
      #expect(cluster.podNames == left.map { names[$0] })
    }
  }

  @Test func theCheapestPodGoesFirst() throws {
    let cluster = try cluster()
    cluster.create(replicaSet(3))
    #expect(cluster.settle())
    let names = cluster.podNames
    cluster.patch(
      "v1", "Pod", names[1],
      ["metadata": ["annotations": ["controller.kubernetes.io/pod-deletion-cost": "-5"]]])
    cluster.patch("apps/v1", "ReplicaSet", "web", ["spec": ["replicas": 2]])
    #expect(cluster.settle())
    #expect(cluster.podNames == [names[0], names[2]])
  }

  @Test func adoptsOrphansAndReleasesStrangers() throws {
    let cluster = try cluster()
    try cluster.create(
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare", "labels": {"app": "web"}},
       "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
      """)
    cluster.create(replicaSet(2))
    #expect(cluster.settle())
    #expect(cluster.podNames.count == 2)
    let set = try #require(cluster.object(.replicaSet, "web"))
    let bare = try #require(cluster.object(.pod, "bare"))
    #expect(ControllerReference.isControlled(bare, by: set))

    cluster.patch("v1", "Pod", "bare", ["metadata": ["labels": ["app": "other"]]])
    #expect(cluster.settle())
    #expect(cluster.object(.pod, "bare")?.ownerReferences.isEmpty == true)
    #expect(cluster.podNames.count == 3)
    #expect(cluster.object(.replicaSet, "web")?.statusInteger("replicas") == 2)
  }
}
