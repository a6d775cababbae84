import CEL
import Testing

@testable import Model

/// Rules of the endpoints controller that no recording shows.
@Suite struct EndpointsControllerTests {
  private func cluster(_ version: KubernetesVersion = .standard) throws -> TestCluster {
    let cluster = TestCluster(kubernetesVersion: version)
    cluster.start([
      try BuiltinControllers.make(
        "endpoints", with: BuiltinOptions(kubernetesVersion: version), kinds: [])
    ])
    return cluster
  }

  private func service(_ spec: JSONObject) -> JSONObject {
    var spec = spec
    spec["selector"] = ["app": "web"]
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": .object(spec),
    ]
  }

  /// A Pod on a node, with an address.
  private func run(_ name: String, _ cluster: TestCluster, spec: JSONObject = JSONObject()) {
    var spec = spec
    if spec["containers"] == nil { spec["containers"] = [["name": "c", "image": "i:1"]] }
    spec["nodeName"] = "n1"
    cluster.create([
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["name": .string(name), "labels": ["app": "web"]], "spec": .object(spec),
    ])
    play("ready", name, cluster)
  }

  private func play(_ operation: String, _ name: String, _ cluster: TestCluster) {
    guard let pod = cluster.object(.pod, name) else { return }
    #expect(PodPlayer(cluster: cluster, pod: pod, action: [:]).play(operation) == 200)
    #expect(cluster.settle())
  }

  private func subsets(_ cluster: TestCluster) -> [JSONValue]? {
    cluster.object(.endpoints, "s").map { $0["subsets"]?.array ?? [] }
  }

  @Test func portsByNameAreThoseOfThePodAndSplitSubsets() throws {
    let cluster = try cluster()
    cluster.create(
      service(["ports": [["name": "http", "port": 80, "targetPort": "web"]]]))
    for (name, port) in [("a", 8080), ("b", 9090)] as [(String, Int64)] {
      run(
        name, cluster,
        spec: [
          "containers": [
            [
              "name": "c", "image": "i:1",
              "ports": [["name": "web", "containerPort": .int(port)]],
            ]
          ]
        ])
    }
    // A Pod without a port of that name is left out.
    run("c", cluster)
    let found = try #require(subsets(cluster))
    #expect(found.map { $0.at("ports")?.array?.first?["port"] } == [8080, 9090])
    #expect(
      found.map { $0["addresses"]?.array?.first?.at("targetRef", "name") } == ["a", "b"])
    #expect(found.allSatisfy { $0["ports"]?.array?.first?["name"] == "http" })
  }

  @Test func notReadyOnesMayBePublished() throws {
    let cluster = try cluster()
    cluster.create(service(["ports": [["port": 80]], "publishNotReadyAddresses": true]))
    run("a", cluster)
    play("notready", "a", cluster)
    #expect(subsets(cluster)?.first?["addresses"]?.array?.count == 1)
    #expect(subsets(cluster)?.first?["notReadyAddresses"] == nil)
  }

  @Test func finishedPodsAreLeftOutSinceTheyAreSafeToBe() throws {
    for (version, expected) in [(KubernetesVersion.recorded, 1), (.standard, 0)] {
      let cluster = try cluster(version)
      cluster.create(service(["ports": [["port": 80]]]))
      run("a", cluster)
      play("failed", "a", cluster)
      let notReady = subsets(cluster)?.first?["notReadyAddresses"]?.array?.count ?? 0
      #expect(notReady == expected)
    }
  }

  @Test func headlessOnesNeedNoPortsAndAreMarked() throws {
    let cluster = try cluster()
    cluster.create(service(["clusterIP": "None"]))
    run("a", cluster)
    let endpoints = try #require(cluster.object(.endpoints, "s"))
    #expect(endpoints.labels[EndpointsController.headlessLabel] == "")
    #expect(endpoints.labels[EndpointsController.managedByLabel] == "endpoint-controller")
    #expect(subsets(cluster)?.first?["ports"] == nil)
    #expect(subsets(cluster)?.first?["addresses"]?.array?.count == 1)
  }

  /// FACTS.md: the server refuses an empty nodeName, and with it the whole update.
  @Test func onePodWithoutANodeKeepsAllOthersOut() throws {
    let cluster = try cluster()
    cluster.create(service(["ports": [["port": 80]]]))
    #expect(cluster.settle())
    cluster.create([
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "a", "labels": ["app": "web"]],
      "spec": ["containers": [["name": "c", "image": "i:1"]]],
    ])
    play("ready", "a", cluster)
    run("b", cluster)
    #expect(subsets(cluster) == [])
    #expect(cluster.failures.count == 1)
  }

  @Test func deletedEndpointsAreMadeAgainAndStrangersAreLeftAlone() throws {
    let cluster = try cluster()
    cluster.create(service(["ports": [["port": 80]]]))
    cluster.create(["apiVersion": "v1", "kind": "Endpoints", "metadata": ["name": "other"]])
    #expect(cluster.settle())
    cluster.delete("v1", "Endpoints", "s")
    #expect(cluster.settle())
    #expect(subsets(cluster) != nil)
    #expect(cluster.object(.endpoints, "other") != nil)
    cluster.delete("v1", "Service", "s")
    #expect(cluster.settle())
    #expect(subsets(cluster) == nil)
  }
}
