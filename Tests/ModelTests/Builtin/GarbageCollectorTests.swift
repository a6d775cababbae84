import CEL
import Testing

@testable import Model

@Suite struct GarbageCollectorTests {
  private static let configMap = GroupKind(group: "", kind: "ConfigMap")

  private func cluster() throws -> TestCluster {
    let cluster = TestCluster()
    cluster.start([
      try BuiltinControllers.make("garbagecollector", kinds: [Self.configMap])
    ])
    return cluster
  }

  private func make(
    _ name: String, owners: [String] = [], finalizers: [String] = [], uid: String? = nil,
    _ cluster: TestCluster
  ) {
    var object: JSONObject = ["apiVersion": "v1", "kind": "ConfigMap"]
    object.metadata = ["name": .string(name)]
    object.finalizers = finalizers
    if !owners.isEmpty {
      object.metadata["ownerReferences"] = .array(
        owners.map { owner in
          let found = cluster.object(Self.configMap, owner)?.uid
          return [
            "apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner),
            "uid": .string(uid ?? found ?? "gone"), "blockOwnerDeletion": true,
          ]
        })
    }
    #expect(cluster.create(object) == 201)
  }

  private func names(_ cluster: TestCluster) -> [String] {
    cluster.all(Self.configMap).map(\.name).filter { $0 != "kube-root-ca.crt" }
  }

  private func owners(_ name: String, _ cluster: TestCluster) -> [String] {
    (cluster.object(Self.configMap, name)?.ownerReferences ?? []).compactMap {
      $0["name"]?.string
    }
  }

  @Test func deletesAChain() throws {
    let cluster = try cluster()
    make("o", cluster)
    make("a", owners: ["o"], cluster)
    make("b", owners: ["a"], cluster)
    #expect(cluster.settle())
    #expect(names(cluster) == ["a", "b", "o"])
    cluster.delete("v1", "ConfigMap", "o")
    #expect(cluster.settle())
    #expect(names(cluster).isEmpty)
    #expect(cluster.failures.isEmpty)
  }

  @Test func inTheForegroundTheOwnerGoesLast() throws {
    let cluster = try cluster()
    make("o", cluster)
    make("a", owners: ["o"], cluster)
    make("b", owners: ["a"], finalizers: ["x.io/f"], cluster)
    #expect(cluster.settle())
    cluster.delete("v1", "ConfigMap", "o", options: ["propagationPolicy": "Foreground"])
    #expect(cluster.settle())
    #expect(names(cluster) == ["a", "b", "o"])
    #expect(cluster.all(Self.configMap).allSatisfy { $0.deletionTimestamp != nil })
    cluster.patch("v1", "ConfigMap", "b", ["metadata": ["finalizers": .null]])
    #expect(cluster.settle())
    #expect(names(cluster).isEmpty)
    let removed = cluster.log.filter { $0.contains("removes") }.compactMap { $0.last }
    #expect(removed == ["b", "a", "o"])
  }

  @Test func orphaningLeavesTheDependents() throws {
    let cluster = try cluster()
    make("o", cluster)
    make("p", cluster)
    make("a", owners: ["o", "p"], cluster)
    make("b", owners: ["o"], cluster)
    #expect(cluster.settle())
    cluster.delete("v1", "ConfigMap", "o", options: ["propagationPolicy": "Orphan"])
    #expect(cluster.settle())
    #expect(names(cluster) == ["a", "b", "p"])
    #expect(owners("a", cluster) == ["p"])
    #expect(owners("b", cluster).isEmpty)
  }

  @Test func anotherOwnerKeepsTheDependent() throws {
    let cluster = try cluster()
    make("o", cluster)
    make("p", cluster)
    make("a", owners: ["o", "p"], cluster)
    #expect(cluster.settle())
    cluster.delete("v1", "ConfigMap", "o", options: ["propagationPolicy": "Foreground"])
    #expect(cluster.settle())
    #expect(names(cluster) == ["a", "p"])
    #expect(owners("a", cluster) == ["p"])
  }

  @Test func aWrongUidIsAMissingOwner() throws {
    let cluster = try cluster()
    make("o", cluster)
    make("a", owners: ["o"], uid: "11111111-1111-1111-1111-111111111111", cluster)
    make("b", owners: ["never"], cluster)
    #expect(cluster.settle())
    #expect(names(cluster) == ["o"])
  }

  /// Nothing is to be done for an object that its owners hold, until one of them goes.
  @Test func ownersThatHoldAnObjectDoNotWakeTheCollector() throws {
    let cluster = try cluster()
    make("o", cluster)
    #expect(cluster.settle())
    make("a", owners: ["o"], cluster)
    #expect(cluster.queue.isEmpty)
    make("b", owners: ["o", "never"], cluster)
    #expect(cluster.queue.map(\.request.name) == ["ConfigMap/b"])
    #expect(cluster.settle())
    #expect(owners("b", cluster) == ["o"])
    cluster.delete("v1", "ConfigMap", "o", options: ["propagationPolicy": "Foreground"])
    make("c", owners: ["o"], cluster)
    #expect(cluster.queue.contains { $0.request.name == "ConfigMap/c" })
    #expect(cluster.settle())
    #expect(names(cluster).isEmpty)
  }

  /// A controller that starts late looks at what is there.
  @Test func collectsWhatWasLeftBeforeItStarted() throws {
    let cluster = TestCluster()
    make("a", owners: ["never"], cluster)
    cluster.start([
      try BuiltinControllers.make("garbagecollector", kinds: [Self.configMap])
    ])
    #expect(cluster.settle())
    #expect(names(cluster).isEmpty)
  }

  @Test func requestsNameKindGroupAndObject() throws {
    let made = ObjectRequest(.replicaSet, namespace: "n", name: "web-1")
    #expect(made.request.name == "ReplicaSet.apps/web-1")
    let read = try #require(ObjectRequest(made.request))
    #expect(read.groupKind == .replicaSet)
    #expect(read.name == "web-1")
    #expect(read.namespace == "n")
    #expect(ObjectRequest(ReconcileRequest(namespace: "n", name: "web")) == nil)
  }
}
