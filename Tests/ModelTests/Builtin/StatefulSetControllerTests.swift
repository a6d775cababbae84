import CEL
import Testing

@testable import Model

@Suite struct StatefulSetControllerTests {
  private func cluster(node: String? = nil) throws -> TestCluster {
    let cluster = TestCluster()
    let values: [String: BuiltinOptions.Value] =
      node.map { node in ["node": { _, _ in .string(node) }] } ?? [:]
    cluster.start([
      try BuiltinControllers.make("statefulset", kinds: []),
      try BuiltinControllers.make("kubelet", with: BuiltinOptions(values: values), kinds: []),
    ])
    return cluster
  }

  private func changeImage(_ cluster: TestCluster, _ image: String) {
    let code = cluster.patch(
      "apps/v1", "StatefulSet", "db",
      ["spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]]],
      type: .strategic)
    #expect(code == 200)
  }

  private func images(_ cluster: TestCluster) -> [String] {
    cluster.all(.pod).map {
      $0.at("spec", "containers")?.array?.first?["image"]?.string ?? ""
    }
  }

  @Test func createsInOrderOnlyAfterReady() throws {
    let cluster = TestCluster()
    cluster.start([try BuiltinControllers.make("statefulset", kinds: [])])
    #expect(cluster.create(TestObjects.statefulSet(replicas: 3)) == 201)
    #expect(cluster.settle())
    #expect(cluster.podNames == ["db-0"])
    cluster.start([try BuiltinControllers.make("kubelet", kinds: [])])
    #expect(cluster.settle())
    #expect(cluster.podNames == ["db-0", "db-1", "db-2"])
    #expect(cluster.readyPods == 3)
    let set = try #require(cluster.object(.statefulSet, "db"))
    #expect(set.statusInteger("readyReplicas") == 3)
    #expect(set.at("status", "currentRevision") == set.at("status", "updateRevision"))
  }

  @Test func parallelDoesNotWait() throws {
    let cluster = TestCluster()
    cluster.start([try BuiltinControllers.make("statefulset", kinds: [])])
    cluster.create(
      TestObjects.statefulSet(replicas: 3, spec: [("podManagementPolicy", "Parallel")]))
    #expect(cluster.settle())
    #expect(cluster.podNames == ["db-0", "db-1", "db-2"])
  }

  @Test(arguments: [nil, "node-1"]) func rollsFromTheHighestOrdinal(node: String?) throws {
    let cluster = try cluster(node: node)
    cluster.create(TestObjects.statefulSet(replicas: 3))
    #expect(cluster.settle())
    let before = cluster.log.count
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(images(cluster) == ["i:2", "i:2", "i:2"])
    let removed = cluster.log[before...].filter { $0.contains("removes Pod/") }
      .compactMap { $0.last }
    #expect(removed == ["2", "1", "0"])
    let set = try #require(cluster.object(.statefulSet, "db"))
    #expect(set.at("status", "currentRevision") == set.at("status", "updateRevision"))
    #expect(set.statusInteger("updatedReplicas") == 3)
    #expect(cluster.all(.controllerRevision).count == 2)
  }

  /// maxUnavailable (KEP-961): so many Pods go at a time, the highest first.
  @Test(arguments: [("1.34", 1), ("1.37", 2)]) func severalGoAtATime(
    version: String, together: Int
  ) throws {
    let cluster = TestCluster()
    let options = BuiltinOptions(kubernetesVersion: try #require(KubernetesVersion(version)))
    cluster.start([
      try BuiltinControllers.make("statefulset", with: options, kinds: []),
      try BuiltinControllers.make("kubelet", kinds: []),
    ])
    cluster.create(
      TestObjects.statefulSet(
        replicas: 3, spec: [("updateStrategy", ["rollingUpdate": ["maxUnavailable": "50%"]])]))
    #expect(cluster.settle())
    let before = cluster.log.count
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(images(cluster) == ["i:2", "i:2", "i:2"])
    let moves = cluster.log[before...].filter {
      $0.contains("removes Pod/") || $0.contains("creates Pod/")
    }
    #expect(moves.prefix { $0.contains("removes") }.count == together)
  }

  @Test func thePartitionKeepsTheLowerPods() throws {
    let cluster = try cluster()
    cluster.create(
      TestObjects.statefulSet(
        replicas: 3,
        spec: [("updateStrategy", ["rollingUpdate": ["partition": 2]])]))
    #expect(cluster.settle())
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(images(cluster) == ["i:1", "i:1", "i:2"])
    cluster.delete("v1", "Pod", "db-0")
    #expect(cluster.settle())
    #expect(images(cluster) == ["i:1", "i:1", "i:2"])
  }

  @Test func onDeleteWaitsForTheUser() throws {
    let cluster = try cluster()
    cluster.create(
      TestObjects.statefulSet(replicas: 2, spec: [("updateStrategy", ["type": "OnDelete"])]))
    #expect(cluster.settle())
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(images(cluster) == ["i:1", "i:1"])
    cluster.delete("v1", "Pod", "db-0")
    #expect(cluster.settle())
    #expect(images(cluster) == ["i:2", "i:1"])
  }

  @Test func aRollBackRenumbersTheOldRevision() throws {
    let cluster = try cluster()
    cluster.create(TestObjects.statefulSet(replicas: 1))
    #expect(cluster.settle())
    let first = try #require(cluster.all(.controllerRevision).first?.name)
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    changeImage(cluster, "i:1")
    #expect(cluster.settle())
    #expect(cluster.all(.controllerRevision).count == 2)
    #expect(cluster.object(.controllerRevision, first)?["revision"] == 3)
    #expect(images(cluster) == ["i:1"])
  }

  @Test func claimsOutliveTheirPods() throws {
    let cluster = try cluster()
    cluster.create(
      TestObjects.statefulSet(
        replicas: 2,
        spec: [
          (
            "volumeClaimTemplates",
            [
              [
                "metadata": ["name": "data"],
                "spec": [
                  "accessModes": ["ReadWriteOnce"],
                  "resources": ["requests": ["storage": "1Gi"]],
                ],
              ]
            ]
          )
        ]))
    #expect(cluster.settle())
    #expect(cluster.failures.isEmpty)
    #expect(cluster.all(.persistentVolumeClaim).map(\.name) == ["data-db-0", "data-db-1"])
    let volumes = cluster.object(.pod, "db-1")?.at("spec", "volumes")?.array
    #expect(
      volumes?.first?.at("persistentVolumeClaim", "claimName") == "data-db-1")
    cluster.patch("apps/v1", "StatefulSet", "db", ["spec": ["replicas": 1]])
    #expect(cluster.settle())
    #expect(cluster.podNames == ["db-0"])
    #expect(cluster.all(.persistentVolumeClaim).count == 2)
  }

  /// createPersistentVolumeClaims goes through a map: the claims of a Pod are made in any order.
  @Test func theOrderOfClaimsIsAChoice() throws {
    for (choice, first) in ["data", "log"].enumerated() {
      let cluster = try cluster()
      cluster.choices = [choice]
      let templates = ["data", "log"].map { name -> JSONValue in
        [
          "metadata": ["name": .string(name)],
          "spec": [
            "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
          ],
        ]
      }
      cluster.create(
        TestObjects.statefulSet(
          replicas: 1, spec: [("volumeClaimTemplates", .array(templates))]))
      #expect(cluster.settle())
      #expect(cluster.questions == [2])
      #expect(cluster.all(.persistentVolumeClaim).map(\.name) == ["data-db-0", "log-db-0"])
      let made = cluster.log.first { $0.contains("PersistentVolumeClaim") }
      #expect(made?.contains("\(first)-db-0") == true, "\(made ?? "")")
      #expect(cluster.podNames == ["db-0"])
    }
  }

  /// A set of two Pods with a claim each, its policy, and the garbage collector.
  private func claimed(_ whenDeleted: String, _ whenScaled: String) throws -> TestCluster {
    let cluster = try cluster()
    cluster.start([
      try BuiltinControllers.make(
        "garbagecollector", kinds: [.statefulSet, .pod, .persistentVolumeClaim])
    ])
    let template: JSONValue = [
      "metadata": ["name": "data"],
      "spec": [
        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
      ],
    ]
    let policy: JSONValue = [
      "whenDeleted": .string(whenDeleted), "whenScaled": .string(whenScaled),
    ]
    cluster.create(
      TestObjects.statefulSet(
        replicas: 2,
        spec: [
          ("volumeClaimTemplates", [template]), ("persistentVolumeClaimRetentionPolicy", policy),
        ]))
    #expect(cluster.settle())
    #expect(cluster.failures.isEmpty)
    return cluster
  }

  @Test(arguments: [
    ("Retain", "Retain", ["data-db-0", "data-db-1"], ["data-db-0", "data-db-1"]),
    ("Delete", "Retain", ["data-db-0", "data-db-1"], []),
    ("Retain", "Delete", ["data-db-0"], ["data-db-0"]),
    ("Delete", "Delete", ["data-db-0"], []),
  ]) func claimsGoByThePolicy(
    whenDeleted: String, whenScaled: String, scaled: [String], deleted: [String]
  ) throws {
    let cluster = try claimed(whenDeleted, whenScaled)
    let owners = cluster.all(.persistentVolumeClaim).map { $0.controllerReference?.kind }
    let expected = whenDeleted == "Delete" ? "StatefulSet" : nil
    #expect(owners == [expected, expected])
    cluster.patch("apps/v1", "StatefulSet", "db", ["spec": ["replicas": 1]])
    #expect(cluster.settle())
    #expect(cluster.podNames == ["db-0"])
    #expect(cluster.all(.persistentVolumeClaim).map(\.name) == scaled)
    cluster.delete("apps/v1", "StatefulSet", "db")
    #expect(cluster.settle())
    // A claim that was kept when its Pod was scaled away still belongs to the set.
    #expect(cluster.all(.persistentVolumeClaim).map(\.name) == deleted)
  }

  @Test func aClaimThatSomebodyElseControlsIsLeftAlone() throws {
    let cluster = try claimed("Retain", "Retain")
    cluster.create(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "other"]])
    let other = try #require(cluster.object(GroupKind(group: "", kind: "ConfigMap"), "other"))
    cluster.patch(
      "v1", "PersistentVolumeClaim", "data-db-1",
      ["metadata": ["ownerReferences": [.object(ControllerReference.make(to: other))]]])
    cluster.patch(
      "apps/v1", "StatefulSet", "db",
      [
        "spec": [
          "persistentVolumeClaimRetentionPolicy": [
            "whenDeleted": "Delete", "whenScaled": "Delete",
          ]
        ]
      ])
    #expect(cluster.settle())
    let owners = cluster.all(.persistentVolumeClaim).map { $0.controllerReference?.kind }
    #expect(owners == ["StatefulSet", "ConfigMap"])
  }
}
