import CEL
import Synchronization
import Testing

@testable import Model

/// Hooks that are functions of the test.
final class FunctionHooks: HookClient {
  typealias Function = @Sendable (_ path: String, JSONObject) throws -> HookAnswer

  private let function: Function
  private let log = Mutex<[(path: String, request: JSONObject)]>([])

  init(_ function: @escaping Function) { self.function = function }

  var requests: [(path: String, request: JSONObject)] { log.withLock { $0 } }

  func answer(_ hook: MetacontrollerController.Hook, to request: JSONObject) throws -> HookAnswer {
    log.withLock { $0.append((hook.path, request)) }
    return try function(hook.path, request)
  }
}

/// A cluster with a Metacontroller controller of a YAML document on it.
final class MetacontrollerBench {
  /// Where a reconcile was cut.
  struct Cut: Error {}

  let cluster = TestCluster()
  let hooks: FunctionHooks
  let reconciler: any Reconciler
  /// Every call to the API server: verb, kind, name.
  private(set) var calls: [String] = []

  /// The kind `Set` of example.com/v1 is a parent that works for all.
  static let definition: JSONValue = [
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": ["name": "sets.example.com"],
    "spec": [
      "group": "example.com", "scope": "Namespaced",
      "names": ["kind": "Set", "listKind": "SetList", "plural": "sets", "singular": "set"],
      "versions": [
        [
          "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
          "schema": [
            "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
          ],
        ]
      ],
    ],
  ]

  /// - kinds: what a customize hook may ask for.
  init(
    _ controller: String, kinds: [GroupKind] = [], _ function: @escaping FunctionHooks.Function
  ) throws {
    let result = load(
      spec: """
          objects:
          - \(Self.definition.text)
          controllers:
          - metacontroller: {file: controller.yaml, command: [hooks]}
          properties: [{name: settles, converges: true}]
        """, ["controller.yaml": controller])
    let scenario = try #require(result.scenarios.first, "\(result.diagnostics)")
    guard case .metacontroller(let declared)? = scenario.controllers.first?.source else {
      throw ReconcileError("no such controller")
    }
    var resources = ResourceRegistry.builtIn(.standard)
    for object in scenario.objects where object.kind == "CustomResourceDefinition" {
      let definition = try #require(object.literal)
      try resources.register(definition: definition)
      cluster.create(definition, in: "")
    }
    hooks = FunctionHooks(function)
    let environment = MetacontrollerEnvironment(
      hooks: hooks, resources: resources, kinds: kinds)
    reconciler = MetacontrollerReconciler(declared, name: "mc", environment)
    cluster.start([reconciler])
  }

  /// Creates a parent.
  func create(_ spec: JSONValue, labels: JSONValue = [:]) {
    #expect(
      cluster.create([
        "apiVersion": "example.com/v1", "kind": "Set",
        "metadata": ["name": "a", "namespace": "default", "labels": labels], "spec": spec,
      ]) == 201)
  }

  /// Runs one reconcile of the parent; cut after some writes.
  @discardableResult
  func reconcile(writes: Int = .max) throws -> ReconcileResult {
    calls = []
    let oracle = LoggingOracle(TestOracle(cluster, author: "mc"), limit: writes) {
      self.calls.append($0)
    }
    return try reconciler.reconcile(
      ReconcileRequest(namespace: "default", name: "a"), oracle: oracle)
  }

  func object(_ apiVersion: String, _ kind: String, _ name: String) -> JSONObject? {
    cluster.view(
      ObjectKey(
        GroupKind(apiVersion: apiVersion, kind: kind), namespace: "default", name: name))
  }

  var parent: JSONObject? { object("example.com/v1", "Set", "a") }
  func config(_ name: String) -> JSONObject? { object("v1", "ConfigMap", name) }

  /// A ConfigMap as a hook wants it.
  static func config(_ name: String, _ data: JSONValue = [:]) -> JSONValue {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
  }
}

/// Tells every call, and cuts the reconcile.
private final class LoggingOracle: ReconcileOracle {
  let inner: TestOracle
  var writesLeft: Int
  let log: (String) -> Void

  init(_ inner: TestOracle, limit: Int, _ log: @escaping (String) -> Void) {
    self.inner = inner
    writesLeft = limit
    self.log = log
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    try inner.get(apiVersion, kind, namespace: namespace, name: name)
  }

  func list(_ query: ListQuery) throws -> [JSONObject] { try inner.list(query) }

  func send(_ request: APIRequest) throws -> APIResponse {
    let verb: String
    switch request.verb {
    case .get: verb = "get"
    case .create: verb = "create"
    case .update: verb = "update"
    case .delete: verb = "delete"
    default: verb = "\(request.verb)"
    }
    if verb != "get" {
      guard writesLeft > 0 else { throw MetacontrollerBench.Cut() }
      writesLeft -= 1
    }
    let name = request.name.isEmpty ? request.body?.at("metadata", "name")?.string : request.name
    let part = request.subresource.isEmpty ? "" : "/\(request.subresource)"
    log("\(verb) \(request.kind)/\(name ?? "")\(part)")
    return try inner.send(request)
  }

  func creationRank(of object: JSONObject) throws -> Int { try inner.creationRank(of: object) }
  func hasPassed(deadline: String) throws -> Bool { try inner.hasPassed(deadline: deadline) }
  func choose(_ count: Int, _ label: String) throws -> Int { try inner.choose(count, label) }
  func freshValue() throws -> String { try inner.freshValue() }
}
