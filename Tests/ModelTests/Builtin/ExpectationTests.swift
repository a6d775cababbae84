import CEL
import POR
import Testing

@testable import Model

/// Expectations (pkg/controller/controller_utils.go): a controller whose cache lags does nothing twice.
@Suite struct ExpectationTests {
  /// A scenario of one controller whose cache lags by two events; its Pods must stay few.
  private func definition(
    _ controller: String, objects: String, limit: Int, mode: String = "calls",
    others: String = "", events: String = "[]", faults: String = "", properties: String = ""
  ) throws -> WorldDefinition {
    try WorldExploration.definition(
      text: """
        apiVersion: kverify.dev/v1alpha1
        kind: Scenario
        metadata: {name: stale}
        spec:
          interleaving: \(mode)
          objects:
        \(objects)
          controllers: [{builtin: \(controller)}\(others)]
          events: \(events)
          faults: {staleReads: {controllers: [\(controller)], lag: 2}\(faults)}
          names:
            pods: {apiVersion: v1, kind: Pod, list: true}
            web: {apiVersion: apps/v1, kind: ReplicaSet, name: web}
            work: {apiVersion: batch/v1, kind: Job, name: work}
          properties:
          - {name: few, always: "pods.size() <= \(limit)"}
          - {name: settles, converges: true}
        \(properties)
        """)
  }

  private func verdicts(
    _ definition: WorldDefinition, audit interval: Int? = 7
  ) throws -> [String: String] {
    let (composition, result, finding) = try WorldExploration.explore(
      World(definition), audit: interval)
    #expect(finding == nil)
    return WorldExploration.verdicts(composition, result)
  }

  private static let template = """
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: "i:1"}]}
    """

  private static func replicaSet(_ replicas: Int) -> String {
    """
      - apiVersion: apps/v1
        kind: ReplicaSet
        metadata: {name: web}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: web}}
    \(template)
    """
  }

  /// manageReplicas waits for what it has created.
  @Test(arguments: [(1, "calls"), (2, "calls"), (3, "reconcile")])
  func aReplicaSetNeverMakesAPodTooMany(replicas: Int, mode: String) throws {
    let definition = try definition(
      "replicaset", objects: Self.replicaSet(replicas), limit: replicas, mode: mode,
      properties: #"  - {name: exact, eventually: "pods.size() == \#(replicas)"}"#)
    #expect(try verdicts(definition) == ["few": "holds", "settles": "holds", "exact": "holds"])
  }

  /// The same without what it remembers: a Pod that the cache has not shown is made again.
  @Test func withoutExpectationsAReplicaSetMakesTooMany() throws {
    var definition = try definition(
      "replicaset", objects: Self.replicaSet(1), limit: 1, mode: "reconcile")
    definition.participants[0].reconciler = ReplicaSetController(
      version: .standard, hasExpectations: false)
    #expect(try verdicts(definition, audit: nil)["few"] != "holds")
  }

  /// A crash loses expectations, and lists anew; where that list is stale too, too many are made.
  @Test func aCrashLosesExpectations() throws {
    var definition = try definition(
      "replicaset", objects: Self.replicaSet(1), limit: 1, mode: "reconcile",
      faults: ", crash: {times: 1}")
    #expect(try verdicts(definition)["few"] == "holds")
    definition.participants[0].relistsStale = true
    #expect(try verdicts(definition)["few"] != "holds")
  }

  /// Deletions are remembered by name: no second Pod goes for the one that is on its way.
  @Test func aReplicaSetNeverDeletesAPodTooMany() throws {
    let definition = try definition(
      "replicaset", objects: Self.replicaSet(2), limit: 2, mode: "reconcile",
      events: "[{name: shrink, patch: {target: web, merge: {spec: {replicas: 1}}}}]",
      properties: """
          - name: enough
            never: "size(pods) < size(old.pods) && size(pods) < web.spec.replicas"
        """)
    #expect(try verdicts(definition) == ["few": "holds", "settles": "holds", "enough": "holds"])
  }

  /// syncDaemonSet only counts until it has seen the Pod that it made for a node.
  @Test func aDaemonSetMakesOnePodForANode() throws {
    let definition = try definition(
      "daemonset",
      objects: """
          - apiVersion: v1
            kind: Node
            metadata: {name: a}
          - apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
        \(Self.template)
        """, limit: 1, mode: "reconcile",
      properties: #"  - {name: there, eventually: "pods.size() == 1"}"#)
    #expect(try verdicts(definition) == ["few": "holds", "settles": "holds", "there": "holds"])
  }

  private static let job = """
        - apiVersion: batch/v1
          kind: Job
          metadata: {name: work}
          spec:
            template:
              spec: {restartPolicy: Never, containers: [{name: c, image: "i:1"}]}
    """

  /// syncJob makes no Pod twice.
  @Test func aJobMakesNoPodTwice() throws {
    let definition = try definition("job", objects: Self.job, limit: 1)
    #expect(try verdicts(definition) == ["few": "holds", "settles": "holds"])
  }

  /// A controller with a lagging cache of fixed objects, and what it remembers.
  private final class StaleOracle: ReconcileOracle {
    var objects: [JSONObject]
    var memory: [String: JSONObject] = [:]
    var requests: [APIRequest] = []
    init(_ objects: [JSONObject]) { self.objects = objects }
    var hasLaggingCaches: Bool { true }
    func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) -> JSONObject? {
      objects.first { $0.kind == kind && $0.name == name }
    }
    func list(_ query: ListQuery) -> [JSONObject] { objects.filter { $0.kind == query.kind } }
    func send(_ request: APIRequest) -> APIResponse {
      requests.append(request)
      return APIResponse(code: 200, body: request.body ?? .null)
    }
    func creationRank(of object: JSONObject) -> Int { 0 }
    func hasPassed(deadline: String) -> Bool { false }
    func choose(_ count: Int, _ label: String) -> Int { 0 }
    func freshValue() -> String { "" }
    func recall(_ label: String) -> JSONObject? { memory[label] }
    func remember(_ label: String, _ value: JSONObject?) { memory[label] = value }
    func awaitsEvents(of groupKind: GroupKind) -> Bool { true }
  }

  /// A Pod whose finalizer is gone is counted, though the cache still shows the finalizer
  /// (job/tracking_utils.go).
  @Test(arguments: [true, false])
  func aJobCountsNoPodTwice(remembers: Bool) throws {
    let job: JSONObject = [
      "apiVersion": "batch/v1", "kind": "Job",
      "metadata": ["name": "work", "namespace": "default", "uid": "j"],
      "spec": [
        "completions": 3, "parallelism": 1, "selector": ["matchLabels": ["job": "work"]],
        "template": [:],
      ],
      "status": ["startTime": .string(ModelInstant.now), "succeeded": 1],
    ]
    let pod: JSONObject = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": "work-a", "namespace": "default", "uid": "p", "labels": ["job": "work"],
        "finalizers": [.string(Job.trackingFinalizer)],
        "ownerReferences": [.object(ControllerReference.make(to: job))],
      ],
      "status": ["phase": "Succeeded"],
    ]
    let oracle = StaleOracle([job, pod])
    if remembers { oracle.memory["finalizers"] = ["uids": ["p"]] }
    let controller = JobController(version: .standard)
    let request = ReconcileRequest(namespace: "default", name: "work")
    _ = try controller.reconcile(request, oracle: oracle)
    let patched = oracle.requests.contains { $0.kind == "Pod" && $0.verb == .patch(.strategic) }
    #expect(patched == !remembers)
    #expect(oracle.memory["finalizers"] == ["uids": ["p"]])
    // The event that shows the Pod without its finalizer, or that it is gone.
    var freed = pod
    freed.finalizers = []
    for after in [freed, nil] {
      let changes = controller.memoryChanges(before: pod, after: after)
      let lowered = changes.filter { $0.label == "finalizers" }
      #expect(lowered.map(\.request) == [request])
      #expect(lowered.map { $0.apply(["uids": ["p"]]) } == [nil])
    }
  }
}
