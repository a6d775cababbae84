import CEL
import Testing

@testable import Model

/// Rules of the namespace controller that no recording shows.
@Suite struct NamespaceControllerTests {
  private let kinds: [GroupKind] = [
    .pod, .service, GroupKind(group: "", kind: "ConfigMap"), GroupKind(group: "", kind: "Secret"),
    .namespace,
  ]

  private func cluster(_ version: KubernetesVersion = .standard) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    cluster.start([
      try BuiltinControllers.make(
        "namespace", with: BuiltinOptions(kubernetesVersion: version), kinds: kinds)
    ])
    cluster.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "x"]])
    return cluster
  }

  private func add(_ kind: String, _ name: String, _ cluster: TestCluster) {
    var object: JSONObject = [
      "apiVersion": "v1", "kind": .string(kind), "metadata": ["name": .string(name)],
    ]
    if kind == "Pod" {
      object["spec"] = ["nodeName": "n1", "containers": [["name": "c", "image": "i:1"]]]
    }
    if kind == "Service" { object["spec"] = ["ports": [["port": 80]]] }
    #expect(cluster.create(object, in: "x") == 201)
  }

  private func left(_ cluster: TestCluster) -> [String] {
    cluster.objects.keys.filter { $0.namespace == "x" || $0.name == "x" }.map(\.name).sorted()
  }

  private func reasons(_ cluster: TestCluster) -> [String] {
    let namespace = cluster.object(ObjectKey(.namespace, namespace: "", name: "x"))
    return (namespace?.at("status", "conditions")?.array ?? [])
      .compactMap { $0["status"] == "True" ? $0["reason"]?.string : nil }
  }

  /// OrderedNamespaceDeletion: nothing else goes while there are Pods.
  @Test func podsGoFirstSinceThatIsSafer() throws {
    for (version, expected) in [
      (KubernetesVersion.recorded, ["p", "x"]), (.standard, ["c", "p", "x"]),
    ] {
      let cluster = try cluster(version)
      add("Pod", "p", cluster)
      add("ConfigMap", "c", cluster)
      cluster.delete("v1", "Namespace", "x")
      #expect(cluster.settle())
      #expect(left(cluster) == expected)
      #expect(reasons(cluster) == ["SomeResourcesRemain"])
      cluster.send(
        APIRequest(
          .delete, apiVersion: "v1", kind: "Pod", namespace: "x", name: "p",
          body: ["gracePeriodSeconds": 0]))
      #expect(cluster.settle())
      #expect(left(cluster) == [])
    }
  }

  @Test func podsThatOutliveTheirGraceAreAFailure() throws {
    let cluster = try cluster()
    add("Pod", "p", cluster)
    cluster.deadlinesPass = true
    cluster.delete("v1", "Namespace", "x")
    #expect(cluster.settle())
    #expect(reasons(cluster) == ["ContentDeletionFailed", "SomeResourcesRemain"])
    #expect(cluster.failures.count == 1)
  }

  /// Services have no collection to delete before 1.23.
  @Test func whatHasNoCollectionIsDeletedOneByOne() throws {
    for version in [KubernetesVersion.recorded, .standard] {
      let cluster = try cluster(version)
      add("Service", "a", cluster)
      add("Service", "b", cluster)
      cluster.delete("v1", "Namespace", "x")
      #expect(cluster.settle())
      #expect(left(cluster) == [])
    }
  }

  @Test func theOrderOfKindsIsAChoice() throws {
    for (choice, first) in ["ConfigMap", "Secret", "Service"].enumerated() {
      let cluster = try cluster()
      for kind in ["ConfigMap", "Secret", "Service"] { add(kind, "o", cluster) }
      cluster.choices = [choice, 0]
      cluster.delete("v1", "Namespace", "x")
      #expect(cluster.settle())
      #expect(cluster.questions == [3, 2])
      let removals = cluster.log.filter { $0.hasPrefix("namespace removes") }
      #expect(removals.first?.contains(first) == true)
      #expect(left(cluster) == [])
    }
  }
}
