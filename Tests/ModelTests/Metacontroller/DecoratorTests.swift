import CEL
import Testing

@testable import Model

/// A DecoratorController: what it writes on the object itself, attachments, finalizers, related objects.
@Suite struct DecoratorTests {
  private static func controller(_ hooks: String = "", resources: String = "") -> String {
    """
    apiVersion: metacontroller.k8s.io/v1alpha1
    kind: DecoratorController
    metadata: {name: deco}
    spec:
      resources:
      - apiVersion: example.com/v1
        resource: sets
        annotationSelector: {matchAnnotations: {decorate: "yes"}}
    \(resources)
      attachments:
      - {apiVersion: v1, resource: configmaps, updateStrategy: {method: InPlace}}
      hooks:
        sync: {webhook: {url: "http://x/sync"}}
    \(hooks)
    """
  }

  private static let finalize = "    finalize: {webhook: {url: \"http://x/finalize\"}}"

  private static let hook: FunctionHooks.Function = { path, request in
    let seen = request.at("attachments", "ConfigMap.v1")?.object?.count ?? 0
    return .answered([
      "labels": ["seen": .string("\(seen)"), "old": .null],
      "annotations": ["noted": "yes"],
      "status": ["seen": .int(Int64(seen))],
      "attachments": path == "/finalize" ? [] : [MetacontrollerBench.config("x", ["k": "v"])],
      "finalized": .bool(path == "/finalize" && seen == 0),
    ])
  }

  private func annotate(_ bench: MetacontrollerBench, _ value: JSONValue) {
    bench.cluster.patch(
      "example.com/v1", "Set", "a", ["metadata": ["annotations": ["decorate": value]]])
  }

  @Test func `status first, then labels and annotations, then attachments`() throws {
    let bench = try MetacontrollerBench(Self.controller(), Self.hook)
    bench.create([:], labels: ["old": "1"])
    try bench.reconcile()
    #expect(bench.calls.isEmpty)
    annotate(bench, "yes")
    try bench.reconcile()
    #expect(bench.calls == ["update Set/a/status", "update Set/a", "create ConfigMap/x"])
    #expect(bench.parent?.labels == ["seen": "0"])
    #expect(bench.parent?.annotations["noted"] == "yes")
    #expect(bench.parent?["status"] == ["seen": 0])
    let child = try #require(bench.config("x"))
    #expect(child.annotations["metacontroller.k8s.io/decorator-controller"] == "deco")
    #expect(child.controllerReference?["name"] == "a")
    #expect(bench.cluster.settle())
    try bench.reconcile()
    #expect(bench.calls.isEmpty)
  }

  @Test func `a conflict with somebody else's write ends the sync without an error`() throws {
    let bench = try MetacontrollerBench(Self.controller()) { _, _ in
      .answered(["labels": ["x": "1"], "attachments": [MetacontrollerBench.config("x")]])
    }
    bench.create([:])
    annotate(bench, "yes")
    let stale = TestOracle(bench.cluster, author: "mc")
    bench.cluster.patch("example.com/v1", "Set", "a", ["spec": ["n": 1]])
    #expect(
      try bench.reconciler.reconcile(
        ReconcileRequest(namespace: "default", name: "a"), oracle: stale) == .done)
    #expect(bench.parent?.labels == [:])
    #expect(bench.config("x") == nil)
  }

  @Test func `only what this decorator made is an attachment`() throws {
    let bench = try MetacontrollerBench(Self.controller(), Self.hook)
    bench.cluster.create([
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": "y", "namespace": "default", "labels": ["seen": "0"]],
    ])
    bench.create([:])
    annotate(bench, "yes")
    #expect(bench.cluster.settle())
    #expect(bench.config("y") != nil && bench.config("y")?.controllerReference == nil)
    #expect(bench.parent?["status"] == ["seen": 1])
  }

  @Test func `an object that is selected no more is finalized`() throws {
    let bench = try MetacontrollerBench(Self.controller(Self.finalize), Self.hook)
    bench.create([:])
    annotate(bench, "yes")
    try bench.reconcile()
    #expect(bench.calls.prefix(2) == ["get Set/a", "update Set/a"])
    #expect(bench.parent?.finalizers == ["metacontroller.io/decoratorcontroller-deco"])
    #expect(bench.cluster.settle())
    annotate(bench, .null)
    try bench.reconcile()
    #expect(bench.hooks.requests.last?.path == "/finalize")
    #expect(bench.config("x") == nil)
    #expect(bench.cluster.settle())
    #expect(bench.parent?.finalizers == [])
    try bench.reconcile()
    #expect(bench.calls.isEmpty)
  }

  @Test func `several kinds of objects are told apart`() throws {
    let bench = try MetacontrollerBench(
      Self.controller(resources: "  - {apiVersion: v1, resource: secrets}")
    ) { _, request in
      .answered(["annotations": ["kind": request.at("object", "kind") ?? .null]])
    }
    bench.create([:])
    annotate(bench, "yes")
    bench.cluster.create([
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a", "namespace": "default"],
    ])
    #expect(bench.cluster.settle())
    #expect(bench.parent?.annotations["kind"] == "Set")
    #expect(bench.object("v1", "Secret", "a")?.annotations["kind"] == "Secret")
  }

  // MARK: Related objects

  private static let customize = "    customize: {webhook: {url: \"http://x/customize\"}}"

  private func related(_ rule: JSONValue) throws -> MetacontrollerBench {
    let bench = try MetacontrollerBench(
      Self.controller(Self.customize), kinds: [GroupKind(group: "", kind: "Secret")]
    ) { path, request in
      if path == "/customize" { return .answered(["relatedResources": [rule]]) }
      let names = request.at("related", "Secret.v1")?.object?.keys ?? []
      return .answered(["annotations": ["related": .string(names.joined(separator: " "))]])
    }
    for (name, label) in [("s", "1"), ("t", "2")] {
      bench.cluster.create([
        "apiVersion": "v1", "kind": "Secret",
        "metadata": [
          "name": .string(name), "namespace": "default", "labels": ["n": .string(label)],
        ],
      ])
    }
    bench.create([:])
    annotate(bench, "yes")
    #expect(bench.cluster.settle())
    return bench
  }

  @Test func `related objects come by labels, by names, or all`() throws {
    let secrets: JSONObject = ["apiVersion": "v1", "resource": "secrets"]
    let rules: [(JSONObject, String)] = [
      ([:], "s t"), (["labelSelector": ["matchLabels": ["n": "2"]]], "t"),
      (["names": ["s"]], "s"), (["namespace": "default"], "s t"),
    ]
    for (rule, names) in rules {
      let whole = JSONObject((secrets.entries + rule.entries).map { ($0.key, $0.value) })
      let bench = try related(.object(whole))
      #expect(bench.parent?.annotations["related"] == .string(names))
    }
  }

  @Test func `a related object that changes wakes who asked for it`() throws {
    let bench = try related([
      "apiVersion": "v1", "resource": "secrets", "labelSelector": ["matchLabels": ["n": "2"]],
    ])
    bench.cluster.patch("v1", "Secret", "t", ["metadata": ["annotations": ["x": "1"]]])
    #expect(bench.cluster.queue.count == 1)
    #expect(bench.cluster.settle())
    bench.cluster.patch("v1", "Secret", "s", ["metadata": ["annotations": ["x": "1"]]])
    #expect(bench.cluster.queue.isEmpty)
    // One that comes to match, and one that does no more.
    bench.cluster.patch("v1", "Secret", "s", ["metadata": ["labels": ["n": "2"]]])
    #expect(bench.cluster.settle())
    #expect(bench.parent?.annotations["related"] == "s t")
    bench.cluster.patch("v1", "Secret", "t", ["metadata": ["labels": ["n": "1"]]])
    #expect(bench.cluster.settle())
    #expect(bench.parent?.annotations["related"] == "s")
  }

  @Test func `a namespaced object cannot ask for another namespace`() throws {
    let bench = try related(["apiVersion": "v1", "resource": "secrets", "namespace": "other"])
    #expect(throws: ReconcileError.self) { try bench.reconcile() }
  }

  // MARK: Cluster-scoped parents

  @Test func `below a cluster-scoped object children have a namespace of their own`() throws {
    let yaml = """
      apiVersion: metacontroller.k8s.io/v1alpha1
      kind: DecoratorController
      metadata: {name: deco}
      spec:
        resources: [{apiVersion: v1, resource: nodes}]
        attachments: [{apiVersion: v1, resource: configmaps, updateStrategy: {method: InPlace}}]
        hooks: {sync: {webhook: {path: /sync, service: {name: x, namespace: y}}}}
      """
    let bench = try MetacontrollerBench(yaml) { _, request in
      let keys = request.at("attachments", "ConfigMap.v1")?.object?.keys ?? []
      var child = MetacontrollerBench.config("x", ["k": "v"]).object ?? JSONObject()
      child.metadata["namespace"] = "default"
      return .answered([
        "annotations": ["keys": .string(keys.joined(separator: " "))],
        "attachments": [.object(child)],
      ])
    }
    bench.cluster.create(["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n"]])
    #expect(bench.cluster.settle())
    #expect(bench.config("x")?.controllerReference?["kind"] == "Node")
    let node = bench.cluster.view(ObjectKey(.node, namespace: "", name: "n"))
    #expect(node?.annotations["keys"] == "default/x")
    #expect(bench.cluster.failures.isEmpty)
  }

  @Test func `a namespaced child of a cluster-scoped object needs a namespace`() throws {
    let yaml = Self.controller().replacing("example.com/v1", with: "v1")
      .replacing("resource: sets", with: "resource: nodes")
    let bench = try MetacontrollerBench(yaml) { _, _ in
      .answered(["attachments": [MetacontrollerBench.config("x", ["k": "v"])]])
    }
    bench.cluster.create([
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": "n", "annotations": ["decorate": "yes"]],
    ])
    bench.cluster.settle(limit: 20)
    #expect(!bench.cluster.failures.isEmpty)
    #expect(bench.config("x") == nil)
  }
}
