import CEL
import Synchronization
import Testing

@testable import Model

/// Rolling updates: revisions, the order in which children move, what holds them up.
@Suite struct RollingTests {
  private static func controller(
    _ method: String, checks: String, generatesSelector: Bool
  ) -> String {
    """
    apiVersion: metacontroller.k8s.io/v1alpha1
    kind: CompositeController
    metadata: {name: sets}
    spec:
      generateSelector: \(generatesSelector)
      parentResource: {apiVersion: example.com/v1, resource: sets}
      childResources:
      - apiVersion: example.com/v1
        resource: sets
        updateStrategy: {method: \(method)\(checks)}
      hooks:
        sync: {webhook: {url: "http://x/sync"}}
    """
  }

  private static let ready =
    ", statusChecks: {conditions: [{type: Ready, status: \"True\"}]}"

  /// Children `c`, `b`, … in the order of `spec.names`, each with `spec.value`.
  private static let hook: FunctionHooks.Function = { _, request in
    let parent = request["parent"]
    let names = parent?.at("spec", "names")?.array ?? []
    return .answered([
      "status": [:],
      "children": .array(
        names.map { name in
          [
            "apiVersion": "example.com/v1", "kind": "Set",
            "metadata": ["name": name, "labels": ["set": "a"]],
            "spec": ["value": parent?.at("spec", "value") ?? .null],
          ]
        }),
    ])
  }

  private func bench(_ method: String, checks: String = "", generatesSelector: Bool = false) throws
    -> MetacontrollerBench
  {
    let yaml = Self.controller(method, checks: checks, generatesSelector: generatesSelector)
    let bench = try MetacontrollerBench(yaml, Self.hook)
    bench.create(spec("1"))
    try bench.reconcile()
    return bench
  }

  private func spec(_ value: String, _ names: [String] = ["c", "b"]) -> JSONValue {
    [
      "names": .array(names.map { .string($0) }), "value": .string(value),
      "selector": ["matchLabels": ["set": "a"]],
      "template": ["metadata": ["labels": ["set": "a"]]],
    ]
  }

  private func change(_ bench: MetacontrollerBench, _ spec: JSONValue) {
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": spec])
  }

  private func values(_ bench: MetacontrollerBench) -> [String] {
    ["b", "c"].map {
      bench.object("example.com/v1", "Set", $0)?.at("spec", "value")?.string ?? "-"
    }
  }

  private func updated(_ bench: MetacontrollerBench) -> String {
    let conditions = bench.parent?.at("status", "conditions")?.array ?? []
    let found = conditions.first { $0["type"] == "Updated" }
    return "\(found?["reason"]?.string ?? ""): \(found?["message"]?.string ?? "")"
  }

  private func revisions(_ bench: MetacontrollerBench) -> [JSONObject] {
    bench.cluster.objects(of: ParentRevisions.groupKind, namespace: "default", selection: .all)
  }

  private func markReady(_ bench: MetacontrollerBench, _ name: String) {
    let code = bench.cluster.patch(
      "example.com/v1", "Set", name,
      ["status": ["conditions": [["type": "Ready", "status": "True"]]]], subresource: "status")
    #expect(code == 200)
  }

  @Test func `the revision is written before the children`() throws {
    let bench = try bench("RollingInPlace")
    #expect(
      bench.calls.first?.hasPrefix("create ControllerRevision/sets.example.com-uid-") ?? false)
    #expect(bench.calls.dropFirst().prefix(2) == ["create Set/b", "create Set/c"])
    let revision = try #require(revisions(bench).first)
    #expect(revision["parentPatch"] == ["spec": spec("1")])
    #expect(
      revision["children"]
        == [["apiGroup": "example.com", "kind": "Set", "names": ["b", "c"]]])
    #expect(revision.labels["metacontroller.k8s.io/resource"] == "sets")
    #expect(revision.controllerReference?["name"] == "a")
  }

  @Test func `children move one by one, in the order of the hook's list`() throws {
    let bench = try bench("RollingInPlace")
    change(bench, spec("2"))
    try bench.reconcile()
    #expect(values(bench) == ["1", "2"])
    #expect(updated(bench) == "RolloutProgressing: updating Set c")
    #expect(revisions(bench).count == 2)
    try bench.reconcile()
    #expect(values(bench) == ["2", "2"])
    // The old revision has no children any more.
    #expect(revisions(bench).count == 1)
    try bench.reconcile()
    #expect(updated(bench).hasPrefix("OnLatestRevision: latest ControllerRevision: sets.example"))
    try bench.reconcile()
    #expect(bench.calls == ["get Set/a"])
  }

  @Test func `a child that is not well holds up the next one`() throws {
    let bench = try bench("RollingInPlace", checks: Self.ready)
    change(bench, spec("2"))
    try bench.reconcile()
    try bench.reconcile()
    #expect(values(bench) == ["1", "2"])
    #expect(
      updated(bench)
        == "RolloutWaiting: child Set c failed status check: required condition type missing: \"Ready\""
    )
    markReady(bench, "c")
    try bench.reconcile()
    #expect(values(bench) == ["2", "2"])
  }

  @Test func `with RollingInPlace a status must have seen the latest spec`() throws {
    let bench = try bench("RollingInPlace")
    bench.cluster.patch(
      "example.com/v1", "Set", "c", ["status": ["observedGeneration": 1]], subresource: "status")
    change(bench, spec("2"))
    try bench.reconcile()
    try bench.reconcile()
    #expect(values(bench) == ["1", "2"])
    #expect(updated(bench).hasSuffix("hasn't observed latest spec"))
    bench.cluster.patch(
      "example.com/v1", "Set", "c", ["status": ["observedGeneration": 2]], subresource: "status")
    try bench.reconcile()
    #expect(values(bench) == ["2", "2"])
  }

  @Test func `RollingRecreate waits until the child is there again`() throws {
    let bench = try bench("RollingRecreate")
    change(bench, spec("2"))
    try bench.reconcile()
    #expect(values(bench) == ["1", "-"])
    try bench.reconcile()
    #expect(values(bench) == ["1", "2"])
    #expect(updated(bench) == "RolloutWaiting: missing child Set c")
    try bench.reconcile()
    #expect(values(bench) == ["-", "2"])
    try bench.reconcile()
    #expect(values(bench) == ["2", "2"])
  }

  @Test func `children of an older revision are kept as it wants them`() throws {
    let bench = try bench("RollingInPlace", checks: Self.ready)
    change(bench, spec("2"))
    try bench.reconcile()
    // Somebody changes the one that still follows the old revision.
    bench.cluster.patch("example.com/v1", "Set", "b", ["spec": ["value": "9"]])
    try bench.reconcile()
    #expect(values(bench) == ["1", "2"])
    #expect(
      bench.hooks.requests.suffix(2).map { $0.request.at("parent", "spec", "value") } == ["2", "1"])
  }

  @Test func `children that the latest revision does not want go at once`() throws {
    let bench = try bench("RollingInPlace", checks: Self.ready)
    change(bench, spec("2", ["c"]))
    try bench.reconcile()
    #expect(values(bench) == ["-", "2"])
    // As upstream: the name of one that is gone keeps the old revision for one more sync.
    #expect(revisions(bench).count == 2)
    try bench.reconcile()
    #expect(revisions(bench).count == 1)
  }

  @Test func `with a generated selector no rollout goes on, as upstream`() throws {
    let bench = try bench("RollingInPlace", generatesSelector: true)
    change(bench, spec("2"))
    for _ in 0..<4 { try bench.reconcile() }
    // The label that is added to children is no part of what the hook wants, so none looks updated.
    #expect(values(bench) == ["1", "2"])
    #expect(updated(bench) == "RolloutWaiting: child Set c is not updated yet")
  }

  @Test func `a crash after the revisions are written goes on with the same child`() throws {
    let bench = try bench("RollingInPlace")
    change(bench, spec("2"))
    // The old revision is updated and the new one created; no child is touched.
    #expect(throws: MetacontrollerBench.Cut.self) { try bench.reconcile(writes: 2) }
    #expect(values(bench) == ["1", "1"])
    try bench.reconcile()
    // It follows the new revision already, so the other one has to wait for it.
    #expect(values(bench) == ["1", "2"])
    #expect(updated(bench) == "RolloutWaiting: child Set c is not updated yet")
  }
}
