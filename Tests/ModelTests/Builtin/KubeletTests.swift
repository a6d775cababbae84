import CEL
import Testing

@testable import Model

@Suite struct KubeletTests {
  private func cluster(_ values: [String: JSONValue] = [:]) throws -> TestCluster {
    let cluster = TestCluster()
    let compiled = values.mapValues { value in
      { @Sendable (_: ReconcileRequest, _: any ReconcileOracle) in value }
    }
    cluster.start([
      try BuiltinControllers.make("kubelet", with: BuiltinOptions(values: compiled), kinds: [])
    ])
    return cluster
  }

  private func pod(restartPolicy: String = "Always", _ cluster: TestCluster) throws {
    try cluster.create(
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
       "spec": {"restartPolicy": "\(restartPolicy)",
                "containers": [{"name": "c", "image": "i:1"}]}}
      """)
    #expect(cluster.settle())
  }

  @Test func runsPods() throws {
    let cluster = try cluster()
    try pod(cluster)
    let status = PodStatus(try #require(cluster.object(.pod, "p")))
    #expect(status.phase == "Running")
    #expect(status.isReady)
  }

  @Test func endsPodsThatMaySucceed() throws {
    let cluster = try cluster(["succeed": true])
    try pod(restartPolicy: "Never", cluster)
    #expect(cluster.object(.pod, "p").map { PodStatus($0).phase } == "Succeeded")
  }

  @Test func restartsPodsThatMayNot() throws {
    let cluster = try cluster(["succeed": true])
    try pod(restartPolicy: "Always", cluster)
    #expect(cluster.object(.pod, "p").map { PodStatus($0).phase } == "Running")
  }

  @Test func failsAsOftenAsItsBudget() throws {
    let cluster = try cluster(["fail": 1])
    cluster.spends = true
    try pod(cluster)
    #expect(cluster.object(.pod, "p").map { PodStatus($0).phase } == "Failed")
    cluster.delete("v1", "Pod", "p")
    try pod(cluster)
    #expect(cluster.object(.pod, "p").map { PodStatus($0).phase } == "Running")
  }

  @Test func aPodThatBecomesUnreadyIsReadyAgain() throws {
    let cluster = try cluster(["unready": 2])
    cluster.spends = true
    try pod(cluster)
    let status = PodStatus(try #require(cluster.object(.pod, "p")))
    #expect(status.isReady)
    let time = status.condition("Ready")?["lastTransitionTime"]?.string
    #expect(time == ModelInstant.later)
    #expect(cluster.log.count { $0 == "kubelet updates Pod/p" } == 5)
  }

  @Test func confirmsADeletionOnANode() throws {
    let cluster = try cluster(["node": "n"])
    try pod(cluster)
    #expect(cluster.object(.pod, "p").map { PodStatus($0).nodeName } == "n")
    cluster.delete("v1", "Pod", "p")
    #expect(cluster.object(.pod, "p")?.deletionTimestamp != nil)
    #expect(cluster.settle())
    #expect(cluster.object(.pod, "p") == nil)
    #expect(cluster.failures.isEmpty)
  }
}
