import CEL
import Synchronization
import Testing

@testable import Model

/// A CompositeController: its calls in order, claims, update strategies, status.
@Suite struct CompositeTests {
  private static func controller(_ method: String?, finalize: Bool = false, _ more: String = "")
    -> String
  {
    let strategy = method.map { ", updateStrategy: {method: \($0)}" } ?? ""
    let hook = finalize ? "    finalize: {webhook: {url: \"http://x/finalize\"}}" : ""
    return """
      apiVersion: metacontroller.k8s.io/v1alpha1
      kind: CompositeController
      metadata: {name: sets}
      spec:
        parentResource: {apiVersion: example.com/v1, resource: sets}
        childResources: [{apiVersion: v1, resource: configmaps\(strategy)}]
      \(more)
        hooks:
          sync: {webhook: {url: "http://x/sync"}}
      \(hook)
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: the hook's own}
      """
  }

  /// A hook that wants the ConfigMaps that `spec.maps` names, with `spec.value` in them, and says how
  /// many it sees.
  private static let maps: FunctionHooks.Function = { path, request in
    let parent = request["parent"]
    let labels = parent?.at("spec", "selector", "matchLabels") ?? [:]
    let children = (parent?.at("spec", "maps")?.array ?? []).map { name -> JSONValue in
      [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": name, "labels": labels],
        "data": ["value": parent?.at("spec", "value") ?? "1"],
      ]
    }
    let seen = request.at("children", "ConfigMap.v1")?.object?.count ?? 0
    return .answered([
      "status": ["seen": .int(Int64(seen))],
      "children": .array(path == "/finalize" ? [] : children),
      "finalized": .bool(path == "/finalize" && seen == 0),
    ])
  }

  private func bench(_ method: String?, finalize: Bool = false, _ more: String = "") throws
    -> MetacontrollerBench
  {
    try MetacontrollerBench(Self.controller(method, finalize: finalize, more), Self.maps)
  }

  private let selector: JSONValue = ["matchLabels": ["set": "a"]]

  private func spec(_ maps: [String], _ value: String = "1") -> JSONValue {
    [
      "selector": selector, "maps": .array(maps.map { .string($0) }), "value": .string(value),
    ]
  }

  private func orphan(_ name: String, _ labels: JSONValue) -> JSONObject {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": .string(name), "namespace": "default", "labels": labels],
    ]
  }

  // MARK: The order of calls

  @Test func `unlisted children go first, then others are written, then the status`() throws {
    let bench = try bench("InPlace")
    bench.create(spec(["x", "y"]))
    #expect(bench.cluster.settle())
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": spec(["y", "z"], "2")])
    try bench.reconcile()
    #expect(
      bench.calls == [
        "delete ConfigMap/x", "update ConfigMap/y", "create ConfigMap/z", "get Set/a",
        "update Set/a/status",
      ])
    #expect(bench.cluster.settle())
    #expect(bench.config("x") == nil)
    #expect(bench.config("y")?.at("data", "value") == "2")
    #expect(bench.parent?.at("status", "observedGeneration") == 2)
    try bench.reconcile()
    #expect(bench.calls == ["get Set/a"])
  }

  @Test func `children of one kind are written in any order`() throws {
    let bench = try bench("InPlace")
    bench.cluster.usualChoice = 1
    bench.create(spec(["x", "y", "z"]))
    try bench.reconcile()
    #expect(bench.cluster.questions == [3, 2])
    #expect(
      bench.calls == [
        "create ConfigMap/y", "create ConfigMap/z", "create ConfigMap/x", "get Set/a",
        "update Set/a/status",
      ])
  }

  @Test func `a crash between deletion and creation leaves neither, and the next sync makes it`()
    throws
  {
    let bench = try bench("InPlace")
    bench.create(spec(["x"]))
    #expect(bench.cluster.settle())
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": spec(["y"])])
    #expect(throws: MetacontrollerBench.Cut.self) { try bench.reconcile(writes: 1) }
    #expect(bench.config("x") == nil && bench.config("y") == nil)
    #expect(bench.cluster.settle())
    #expect(bench.config("y") != nil)
  }

  // MARK: Update strategies

  @Test func `OnDelete, the default, leaves children as they are`() throws {
    for method in [nil, "OnDelete"] {
      let bench = try bench(method)
      bench.create(spec(["x"]))
      #expect(bench.cluster.settle())
      bench.cluster.patch("example.com/v1", "Set", "a", ["spec": spec(["x"], "2")])
      #expect(bench.cluster.settle())
      #expect(bench.config("x")?.at("data", "value") == "1")
      bench.cluster.delete("v1", "ConfigMap", "x")
      #expect(bench.cluster.settle())
      #expect(bench.config("x")?.at("data", "value") == "2")
    }
  }

  @Test func `Recreate deletes, and a later sync creates`() throws {
    let bench = try bench("Recreate")
    bench.create(spec(["x"]))
    #expect(bench.cluster.settle())
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": spec(["x"], "2")])
    try bench.reconcile()
    #expect(bench.calls == ["delete ConfigMap/x", "get Set/a", "update Set/a/status"])
    #expect(bench.config("x") == nil)
    #expect(bench.cluster.settle())
    #expect(bench.config("x")?.at("data", "value") == "2")
  }

  @Test func `InPlace is a conditional update, whose conflict is no error`() throws {
    let bench = try bench("InPlace")
    bench.create(spec(["x"]))
    #expect(bench.cluster.settle())
    bench.cluster.patch("v1", "ConfigMap", "x", ["data": ["other": "kept"]])
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": spec(["x"], "2")])
    #expect(bench.cluster.settle())
    #expect(bench.config("x")?["data"] == ["value": "2", "other": "kept"])
    #expect(bench.cluster.failures.isEmpty)
  }

  // MARK: Claims

  @Test func `matching orphans are adopted after a live look at the parent, others are not`() throws
  {
    let bench = try bench("InPlace")
    bench.cluster.create(orphan("x", ["set": "a"]))
    bench.cluster.create(orphan("z", ["set": "b"]))
    bench.create(spec(["x"]))
    try bench.reconcile()
    #expect(bench.calls.prefix(3) == ["get Set/a", "get ConfigMap/x", "update ConfigMap/x"])
    #expect(bench.cluster.settle())
    #expect(bench.config("x")?.controllerReference?["name"] == "a")
    #expect(bench.config("z")?.controllerReference == nil)
  }

  @Test func `children that no longer match are released`() throws {
    let bench = try bench("InPlace")
    bench.create(spec(["x"]))
    #expect(bench.cluster.settle())
    bench.cluster.patch("v1", "ConfigMap", "x", ["metadata": ["labels": ["set": "b"]]])
    try bench.reconcile()
    #expect(bench.calls.prefix(2) == ["get ConfigMap/x", "update ConfigMap/x"])
    #expect(bench.config("x")?.controllerReference == nil)
  }

  @Test func `an orphan that appears wakes the parent that its labels match`() throws {
    let bench = try bench("InPlace")
    bench.create(spec([]))
    #expect(bench.cluster.settle())
    bench.cluster.create(orphan("x", ["set": "a"]))
    #expect(bench.cluster.queue.count == 1)
    #expect(bench.cluster.settle())
    // It was adopted, and is not wanted.
    #expect(bench.config("x") == nil)
    bench.cluster.create(orphan("y", ["set": "b"]))
    #expect(bench.cluster.queue.isEmpty)
  }

  @Test func `a child that does not match the selector is an error`() throws {
    let bench = try MetacontrollerBench(Self.controller("InPlace")) { _, _ in
      .answered(["children": [MetacontrollerBench.config("x")]])
    }
    bench.create(["selector": selector])
    #expect(
      throws: ReconcileError("labels on desired child ConfigMap x don't match parent selector")
    ) { try bench.reconcile() }
    #expect(bench.calls.isEmpty)
  }

  @Test func `a parent without a selector is an error, unless one is generated`() throws {
    let bench = try bench("InPlace")
    bench.create(["maps": ["x"]])
    #expect(throws: ReconcileError.self) { try bench.reconcile() }
    let generating = try self.bench("InPlace", "  generateSelector: true")
    generating.create(["maps": ["x"]])
    #expect(generating.cluster.settle())
    let uid = try #require(generating.parent?.uid)
    #expect(generating.config("x")?.labels["controller-uid"] == .string(uid))
  }

  // MARK: Finalizers

  @Test func `a finalize hook keeps the parent until it is done`() throws {
    let bench = try bench("InPlace", finalize: true)
    bench.create(spec(["x"]))
    try bench.reconcile()
    #expect(
      bench.calls == [
        "get Set/a", "update Set/a", "create ConfigMap/x", "get Set/a", "update Set/a/status",
      ])
    #expect(bench.parent?.finalizers == ["metacontroller.io/compositecontroller-sets"])
    bench.cluster.delete("example.com/v1", "Set", "a")
    try bench.reconcile()
    #expect(bench.calls.first == "delete ConfigMap/x")
    #expect(bench.hooks.requests.last?.path == "/finalize")
    #expect(bench.hooks.requests.last?.request["finalizing"] == true)
    #expect(bench.parent != nil)
    #expect(bench.cluster.settle())
    #expect(bench.parent == nil)
    #expect(bench.cluster.failures.isEmpty)
  }

  @Test func `without a finalize hook children of a parent that goes are left alone`() throws {
    let bench = try bench("InPlace")
    bench.create(spec(["x"]))
    bench.cluster.patch(
      "example.com/v1", "Set", "a", ["metadata": ["finalizers": ["example.com/other"]]])
    bench.cluster.delete("example.com/v1", "Set", "a")
    try bench.reconcile()
    #expect(bench.config("x") == nil)
    #expect(bench.hooks.requests.last?.path == "/sync")
  }

  // MARK: Requests and answers

  @Test func `requests hold what upstream sends, and nothing that changes with every write`() throws
  {
    let bench = try bench("InPlace")
    bench.create(spec(["x"]))
    #expect(bench.cluster.settle())
    bench.cluster.patch("example.com/v1", "Set", "a", ["metadata": ["labels": ["n": "1"]]])
    try bench.reconcile()
    let request = try #require(bench.hooks.requests.last?.request)
    #expect(request.keys == ["children", "controller", "finalizing", "parent", "related"])
    #expect(request.at("controller", "metadata", "name") == "sets")
    #expect(request.at("parent", "metadata", "resourceVersion") == "1")
    #expect(request.at("children", "ConfigMap.v1", "x", "metadata", "resourceVersion") == "1")
    #expect(request["related"] == [:])
  }

  @Test func `version v2 has the namespace in the keys of children`() throws {
    let yaml = Self.controller("InPlace").replacing(
      "sync: {webhook", with: "sync: {version: v2, webhook")
    let bench = try MetacontrollerBench(yaml) { _, request in
      .answered(["status": ["keys": .array(keys(request).map { .string($0) })]])
    }
    @Sendable func keys(_ request: JSONObject) -> [String] {
      request.at("children", "ConfigMap.v1")?.object?.keys ?? []
    }
    bench.cluster.create(orphan("x", ["set": "a"]))
    bench.create(["selector": selector])
    try bench.reconcile()
    #expect(bench.parent?.at("status", "keys") == ["default/x"])
  }

  @Test func `a delay that the hook asks for is a timer`() throws {
    let answers = Mutex([
      HookAnswer.answered(["resyncAfterSeconds": .double(2.5)]), .tooManyRequests(seconds: 7),
      .tooManyRequests(seconds: 0), .refused(code: 500, text: "oops"),
    ])
    let bench = try MetacontrollerBench(Self.controller("InPlace")) { _, _ in
      answers.withLock { $0.removeFirst() }
    }
    bench.create(["selector": selector])
    #expect(try bench.reconcile() == .requeueAfter(seconds: 3))
    #expect(try bench.reconcile() == .requeueAfter(seconds: 7))
    #expect(try bench.reconcile() == .requeue)
    #expect(throws: ReconcileError("sync hook failed: code 500: oops")) { try bench.reconcile() }
  }

  @Test(arguments: [
    #"{"children": 5}"#, #"{"children": [1]}"#, #"{"children": [{"kind": "Pod"}]}"#,
    #"{"status": "well"}"#, #"{"resyncAfterSeconds": "1"}"#, #"{"finalized": 1}"#,
  ])
  func `an answer of other types is no verdict`(answer: String) throws {
    let body = try #require(JSONValue(parsing: answer).object)
    let bench = try MetacontrollerBench(Self.controller("InPlace")) { _, _ in .answered(body) }
    bench.create(["selector": selector])
    #expect(throws: HookFailure.self) { try bench.reconcile() }
  }

  @Test func `parents outside the label selector are nobody's`() throws {
    let yaml = Self.controller("InPlace").replacing(
      "resource: sets}", with: "resource: sets, labelSelector: {matchLabels: {managed: \"yes\"}}}")
    let bench = try MetacontrollerBench(yaml, Self.maps)
    bench.create(spec(["x"]))
    #expect(bench.cluster.queue.isEmpty)
    bench.cluster.patch("example.com/v1", "Set", "a", ["metadata": ["labels": ["managed": "yes"]]])
    #expect(bench.cluster.settle())
    #expect(bench.config("x") != nil, "\(bench.cluster.failures) \(bench.cluster.log)")
  }

  @Test func `a change of the status alone wakes nobody where that is said`() throws {
    let yaml = Self.controller("InPlace").replacing(
      "resource: sets}", with: "resource: sets, ignoreStatusChanges: true}")
    for (controller, wakes) in [(Self.controller("InPlace"), true), (yaml, false)] {
      let bench = try MetacontrollerBench(controller, Self.maps)
      bench.create(spec(["x"]))
      #expect(bench.cluster.settle())
      bench.cluster.patch(
        "example.com/v1", "Set", "a", ["status": ["seen": 7]], subresource: "status")
      #expect(bench.cluster.queue.isEmpty != wakes)
      bench.cluster.patch("example.com/v1", "Set", "a", ["metadata": ["labels": ["n": "1"]]])
      #expect(!bench.cluster.queue.isEmpty)
    }
  }

  @Test func `a resync period is a timer, the nearer of two counts`() throws {
    let yaml = Self.controller("InPlace", "  resyncPeriodSeconds: 30")
    let bench = try MetacontrollerBench(yaml) { _, request in
      .answered(["resyncAfterSeconds": request.at("parent", "spec", "after") ?? 0])
    }
    bench.create(["selector": selector, "after": 0])
    #expect(try bench.reconcile() == .requeueAfter(seconds: 30))
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": ["after": 5]])
    #expect(try bench.reconcile() == .requeueAfter(seconds: 5))
  }

  @Test func `a write that fails does not keep the others, nor the status, and is told`() throws {
    let bench = try MetacontrollerBench(Self.controller("InPlace")) { _, _ in
      let good = MetacontrollerBench.config("x")
      var bad = MetacontrollerBench.config("No Name").object ?? JSONObject()
      bad.labels = ["set": "a"]
      var fine = good.object ?? JSONObject()
      fine.labels = ["set": "a"]
      return .answered(["children": [.object(bad), .object(fine)], "status": ["ok": true]])
    }
    bench.create(["selector": selector])
    #expect(
      throws: ReconcileError("can't create the ConfigMap No Name: Invalid", code: 422)
    ) { try bench.reconcile() }
    #expect(bench.config("x") != nil)
    #expect(bench.parent?.at("status", "ok") == true)
  }
}
