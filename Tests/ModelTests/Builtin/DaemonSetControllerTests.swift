import CEL
import Testing

@testable import Model

@Suite struct DaemonSetControllerTests {
  /// A cluster with nodes n1, n2, … and the controller, its Pods run by a kubelet.
  private func cluster(
    nodes: Int, version: KubernetesVersion = .standard, runsPods: Bool = true
  ) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    let options = BuiltinOptions(kubernetesVersion: version)
    cluster.start([try BuiltinControllers.make("daemonset", with: options, kinds: [])])
    if runsPods { cluster.start([try BuiltinControllers.make("kubelet", kinds: [])]) }
    for number in 1...nodes {
      #expect(
        cluster.create([
          "apiVersion": "v1", "kind": "Node",
          "metadata": ["name": .string("n\(number)"), "labels": ["number": .string("\(number)")]],
        ]) == 201)
    }
    return cluster
  }

  private func daemonSet(
    strategy: JSONValue? = nil, podSpec: [(String, JSONValue)] = [],
    spec: [(String, JSONValue)] = []
  ) -> JSONObject {
    var object = TestObjects.deployment(replicas: 0)
    object["kind"] = "DaemonSet"
    object.set(nil, at: "spec", "replicas")
    object.set(strategy, at: "spec", "updateStrategy")
    for (key, value) in podSpec { object.set(value, at: "spec", "template", "spec", key) }
    for (key, value) in spec { object.set(value, at: "spec", key) }
    return object
  }

  /// `node image` of each Pod that is not going, sorted.
  private func pods(_ cluster: TestCluster) -> [String] {
    cluster.all(.pod).filter { $0.deletionTimestamp == nil }.map {
      let image = $0.at("spec", "containers")?.array?.first?["image"]?.string
      return "\(DaemonSet.node(of: $0) ?? "-") \(image ?? "-")"
    }.sorted()
  }

  private func changeImage(_ cluster: TestCluster, _ image: String) {
    let code = cluster.patch(
      "apps/v1", "DaemonSet", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]]],
      type: .strategic)
    #expect(code == 200)
  }

  private func taint(_ cluster: TestCluster, _ node: String, _ effect: String?) {
    let taints: JSONValue = effect.map { [["key": "k", "effect": .string($0)]] } ?? .null
    #expect(cluster.patch("v1", "Node", node, ["spec": ["taints": taints]]) == 200)
    #expect(cluster.settle())
  }

  @Test func aPodSaysItsNodeAndToleratesWhatMayHappenToIt() throws {
    let cluster = try cluster(nodes: 1)
    cluster.create(
      daemonSet(podSpec: [
        ("hostNetwork", true),
        ("tolerations", [["key": "node.kubernetes.io/not-ready", "operator": "Exists"]]),
      ]))
    #expect(cluster.settle())
    let pod = try #require(cluster.all(.pod).first)
    #expect(DaemonSet.node(of: pod) == "n1")
    #expect(pod.labels["pod-template-generation"] == "1")
    let tolerations = pod.at("spec", "tolerations")?.array ?? []
    // The template's own, which says no effect, and the seven of a Pod with the host's network.
    #expect(tolerations.count == 8)
    #expect(
      tolerations.contains {
        $0["key"] == "node.kubernetes.io/network-unavailable" && $0["effect"] == "NoSchedule"
      })
  }

  @Test func labelsAndAffinityChooseTheNodes() throws {
    let cluster = try cluster(nodes: 4)
    cluster.create(
      daemonSet(podSpec: [
        (
          "affinity",
          [
            "nodeAffinity": [
              "requiredDuringSchedulingIgnoredDuringExecution": [
                "nodeSelectorTerms": [
                  ["matchExpressions": [["key": "number", "operator": "Gt", "values": ["3"]]]],
                  ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["n2"]]]],
                  [:],
                ]
              ]
            ]
          ]
        )
      ]))
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n2 i:1", "n4 i:1"])
    cluster.patch("v1", "Node", "n1", ["metadata": ["labels": ["number": "5"]]])
    cluster.patch("v1", "Node", "n4", ["metadata": ["labels": ["number": "1"]]])
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n1 i:1", "n2 i:1"])
  }

  @Test func noScheduleKeepsAPodAndNoExecuteDoesNot() throws {
    let cluster = try cluster(nodes: 2)
    taint(cluster, "n2", "NoSchedule")
    cluster.create(daemonSet())
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n1 i:1"])
    taint(cluster, "n1", "NoSchedule")
    #expect(pods(cluster) == ["n1 i:1"])
    let set = try #require(cluster.object(.daemonSet, "web"))
    #expect(set.statusInteger("desiredNumberScheduled") == 0)
    #expect(set.statusInteger("numberMisscheduled") == 1)
    taint(cluster, "n1", "NoExecute")
    #expect(pods(cluster) == [])
    taint(cluster, "n2", "PreferNoSchedule")
    #expect(pods(cluster) == ["n2 i:1"])
  }

  @Test func onDeleteWaitsForTheUser() throws {
    let cluster = try cluster(nodes: 2)
    cluster.create(daemonSet(strategy: ["type": "OnDelete"]))
    #expect(cluster.settle())
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n1 i:1", "n2 i:1"])
    cluster.delete("v1", "Pod", cluster.podNames[0])
    #expect(cluster.settle())
    #expect(pods(cluster).count { $0.hasSuffix("i:2") } == 1)
  }

  /// Which of several nodes is updated first is open: the order of a map.
  @Test(arguments: [KubernetesVersion.recorded, .standard])
  func everyChoiceOfNodesIsAsked(_ version: KubernetesVersion) throws {
    var first: Set<[String]> = []
    for choice in 0..<3 {
      let cluster = try cluster(nodes: 3, version: version)
      cluster.create(
        daemonSet(strategy: ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 2]]))
      #expect(cluster.settle())
      cluster.choices = [choice]
      let before = cluster.log.count
      changeImage(cluster, "i:2")
      let nodes = Dictionary(
        uniqueKeysWithValues: cluster.all(.pod).map { ($0.name, DaemonSet.node(of: $0) ?? "") })
      #expect(cluster.settle())
      #expect(cluster.questions.first == 3)
      #expect(pods(cluster) == ["n1 i:2", "n2 i:2", "n3 i:2"])
      let removed = cluster.log[before...].filter { $0.contains("daemonset removes Pod/") }
        .compactMap { line in nodes.first { line.hasSuffix($0.key) }?.value }
      #expect(removed.count == 3)
      first.insert(removed.prefix(2).sorted())
    }
    #expect(first == [["n1", "n2"], ["n1", "n3"], ["n2", "n3"]])
  }

  @Test func withSurgeTheOldPodGoesAfterTheNewOneIsAvailable() throws {
    let cluster = try cluster(nodes: 2, runsPods: false)
    cluster.create(
      daemonSet(
        strategy: [
          "type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0],
        ]))
    #expect(cluster.settle())
    let ready: JSONObject = [
      "phase": "Running", "conditions": [["type": "Ready", "status": "True"]],
    ]
    func makeReady(_ names: [String]) {
      for name in names {
        cluster.patch(
          "v1", "Pod", name, ["status": .object(ready)], type: .strategic, subresource: "status")
      }
      #expect(cluster.settle())
    }
    let old = cluster.podNames
    makeReady(old)
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n1 i:1", "n1 i:2", "n2 i:1"])
    makeReady(cluster.podNames.filter { !old.contains($0) })
    // The next node follows at once.
    #expect(pods(cluster) == ["n1 i:2", "n2 i:1", "n2 i:2"])
    #expect(cluster.object(.daemonSet, "web")?.statusInteger("updatedNumberScheduled") == 1)
  }

  @Test func anOldPodThatDoesNotServeIsReplacedAtOnce() throws {
    let cluster = try cluster(nodes: 3, runsPods: false)
    cluster.create(daemonSet())
    #expect(cluster.settle())
    changeImage(cluster, "i:2")
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n1 i:2", "n2 i:2", "n3 i:2"])
    #expect(cluster.questions == [])
  }

  @Test func ofTwoPodsOnANodeTheOlderStays() throws {
    let cluster = try cluster(nodes: 1)
    cluster.create(daemonSet())
    #expect(cluster.settle())
    let first = try #require(cluster.all(.pod).first)
    var twin = first
    twin["status"] = nil
    twin.metadata = [
      "name": "twin", "labels": .object(first.labels),
      "ownerReferences": first.metadata["ownerReferences"] ?? .null,
    ]
    #expect(cluster.create(twin) == 201)
    #expect(cluster.settle())
    #expect(cluster.podNames == [first.name])
  }

  @Test func historyIsRenumberedAndKeptWithinItsLimit() throws {
    let cluster = try cluster(nodes: 1)
    cluster.create(daemonSet(spec: [("revisionHistoryLimit", 1)]))
    #expect(cluster.settle())
    let first = try #require(cluster.all(.controllerRevision).first?.name)
    for image in ["i:2", "i:1", "i:3"] {
      changeImage(cluster, image)
      #expect(cluster.settle())
    }
    let revisions = cluster.all(.controllerRevision)
    #expect(revisions.map { $0["revision"] }.count == 2)
    #expect(cluster.object(.controllerRevision, first)?["revision"] == 3)
    #expect(revisions.contains { $0["revision"] == 4 })
  }

  @Test func aTakenNameIsACollision() throws {
    let probe = try cluster(nodes: 1)
    probe.create(daemonSet())
    #expect(probe.settle())
    let name = try #require(probe.all(.controllerRevision).first?.name)
    let cluster = try cluster(nodes: 1)
    cluster.create([
      "apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": ["name": .string(name)],
      "data": ["other": true], "revision": 1,
    ])
    cluster.create(daemonSet())
    #expect(cluster.settle())
    #expect(cluster.object(.daemonSet, "web")?.statusInteger("collisionCount") == 1)
    #expect(cluster.all(.controllerRevision).count == 2)
    #expect(pods(cluster) == ["n1 i:1"])
  }

  @Test func aPodIsAvailableAfterSomeTime() throws {
    let cluster = try cluster(nodes: 1)
    cluster.create(daemonSet(spec: [("minReadySeconds", 5)]))
    #expect(cluster.settle())
    #expect(cluster.object(.daemonSet, "web")?.statusInteger("numberReady") == 1)
    #expect(cluster.object(.daemonSet, "web")?.statusInteger("numberAvailable") == 0)
    cluster.deadlinesPass = true
    #expect(cluster.settle())
    #expect(cluster.object(.daemonSet, "web")?.statusInteger("numberAvailable") == 1)
  }

  @Test func aPodThatFailsAgainIsLeftForAWhile() throws {
    let cluster = try cluster(nodes: 1, runsPods: false)
    cluster.create(daemonSet())
    #expect(cluster.settle())
    func failThePod() throws -> String {
      let pod = try #require(cluster.all(.pod).first)
      cluster.patch("v1", "Pod", pod.name, ["status": ["phase": "Failed"]], subresource: "status")
      return pod.uid
    }
    func pod() -> (uid: String, phase: String)? {
      cluster.all(.pod).first.map { ($0.uid, PodStatus($0).phase) }
    }
    // The first goes at once.
    let first = try failThePod()
    #expect(cluster.settle())
    #expect(cluster.all(.pod).count == 1)
    #expect(pod()?.uid != first)
    #expect(pod()?.phase == "Pending")
    // The next one waits, and is looked at again by itself.
    let second = try failThePod()
    #expect(cluster.settle())
    #expect(pod()?.uid == second)
    cluster.deadlinesPass = true
    #expect(cluster.settle())
    #expect(cluster.all(.pod).count == 1)
    #expect(pod()?.uid != second)
    #expect(pod()?.phase == "Pending")
  }

  @Test func anUnscheduledPodGoesWithItsNode() throws {
    let cluster = try cluster(nodes: 2, runsPods: false)
    cluster.create(daemonSet())
    #expect(cluster.settle())
    cluster.delete("v1", "Node", "n1")
    // The node's end wakes nobody; the next sync sees it.
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n1 i:1", "n2 i:1"])
    cluster.patch("apps/v1", "DaemonSet", "web", ["metadata": ["labels": ["a": "b"]]])
    #expect(cluster.settle())
    #expect(pods(cluster) == ["n2 i:1"])
  }

  @Test(
    arguments: [
      (0, 0, 34, false), (1, 1, 34, false), (1, 0, 34, true), (0, 1, 34, true), (0, 0, 20, false),
      (1, 0, 20, true),
    ] as [(Int64, Int64, Int, Bool)])
  func theUpdateMustBeAbleToGoOn(
    _ unavailable: Int64, _ surge: Int64, _ minor: Int, _ isValid: Bool
  ) throws {
    let cluster = try cluster(nodes: 1, version: KubernetesVersion(minor: minor))
    let code = cluster.create(
      daemonSet(
        strategy: [
          "type": "RollingUpdate",
          "rollingUpdate": ["maxUnavailable": .int(unavailable), "maxSurge": .int(surge)],
        ]))
    #expect(code == (isValid ? 201 : 422))
  }
}
