import CEL
import Model
import Testing

/// A source provider over texts in memory.
struct MemorySources: SourceProvider {
  let files: [String: String]

  func read(_ path: String) throws(SourceError) -> [UInt8] {
    guard let text = files[path] else { throw .missing }
    return Array(text.utf8)
  }

  func files(below folder: String) throws(SourceError) -> [String] { throw .missing }
}

/// A declarative controller from YAML, with a store to run it on.
struct DeclarativeHarness {
  let reconciler: DeclarativeReconciler
  let store = MemoryStore()

  /// Makes the controller of a spec; the kinds `Database` and `Tenant` (cluster-scoped) are defined.
  init(_ spec: String, symbols: [String: Value] = [:]) throws {
    let text = """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: test}
      spec:
        objects:
        - file: crds.yaml
        controllers:
        - name: database
        names:
          live: {apiVersion: example.com/v1, kind: Database, name: live}
        symbols:
        - {name: load, type: int, min: 0, max: 9}
        variables:
        - {name: double, expression: load * 2}
        - {name: replicas, expression: live.spec.replicas}
      ---
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: database}
      spec:
      \(spec.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

      """
    let loader = ScenarioLoader(
      provider: MemorySources(files: ["test.yaml": text, "crds.yaml": Self.definitions]))
    let result = loader.load(["test.yaml"])
    if let finding = result.diagnostics.first(where: { $0.severity == .error }) { throw finding }
    guard let scenario = result.scenarios.first,
      case .declarative(let controller)? = scenario.controllers.first?.source
    else { throw HarnessError.noController }
    reconciler = DeclarativeReconciler(
      controller, kinds: scenario.kinds,
      inputs: ControllerInputs(symbols: symbols, variables: scenario.variables))
  }

  /// Runs one reconcile of the object of a name.
  func reconcile(_ name: String = "db", namespace: String = "default") throws -> ReconcileResult {
    store.calls.removeAll()
    store.beginReconcile()
    return try reconciler.reconcile(
      ReconcileRequest(namespace: namespace, name: name), oracle: store)
  }

  enum HarnessError: Error { case noController }

  private static let definitions = ["Database": "Namespaced", "Tenant": "Cluster"]
    .sorted { $0.key < $1.key }.map { kind, scope in
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: \(kind.lowercased())s.example.com}
      spec:
        group: example.com
        scope: \(scope)
        names: {kind: \(kind), listKind: \(kind)List, plural: \(kind.lowercased())s}
        versions:
        - name: v1
          served: true
          storage: true
          subresources: {status: {}}
          schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}

      """
    }.joined(separator: "---\n")
}

/// A store that answers as the API server would in the plainest cases, and logs what was asked.
///
/// Cached reads show the store as it was when the reconcile began: no read-your-writes.
final class MemoryStore: ReconcileOracle {
  private(set) var objects: [ObjectKey: JSONObject] = [:]
  private var cached: [ObjectKey: JSONObject] = [:]
  private var version = 0
  private var fresh = 0
  /// The reads and writes, in order: `get Secret/db-auth`, `create Secret/db-auth`.
  var calls: [String] = []
  /// The requests that were sent.
  var requests: [APIRequest] = []
  /// Answers to give instead, by the text of the call.
  var failures: [String: APIResponse] = [:]

  /// Puts an object into the store.
  func put(_ text: String) throws {
    guard case .object(let object) = try JSONValue(parsing: text) else { return }
    store(object)
  }

  func beginReconcile() {
    cached = objects
    requests.removeAll()
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) -> JSONObject? {
    let key = ObjectKey(
      GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)
    calls.append("get \(key)")
    return cached[key]
  }

  func list(_ query: ListQuery) -> [JSONObject] {
    let selection =
      switch query.selection {
      case .all: ""
      case .selectors(let label, _): " \(label)"
      case .dependents(let uid): " of \(uid)"
      case .claimable(let uid, _): " for \(uid)"
      }
    calls.append("list \(query.groupKind.kind) in \(query.namespace ?? "all")\(selection)")
    return cached.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }.filter { key, object in
      guard key.groupKind == query.groupKind, key.namespace == query.namespace ?? key.namespace
      else { return false }
      switch query.selection {
      case .all: return true
      case .selectors(let label, _):
        return label.split(separator: ",").allSatisfy { term in
          let parts = term.split(separator: "=").map(String.init)
          return object.at("metadata", "labels")?[parts[0]]?.string == parts[1]
        }
      case .claimable: return query.selection.matches(object)
      case .dependents(let uid):
        return (object.at("metadata", "ownerReferences")?.array ?? [])
          .contains { $0["uid"]?.string == uid }
      }
    }.map(\.1)
  }

  func send(_ request: APIRequest) -> APIResponse {
    let name = request.name.isEmpty ? request.body?.at("metadata", "name")?.string : request.name
    let key = ObjectKey(request.groupKind, namespace: request.namespace, name: name ?? "?")
    let verb =
      switch request.verb {
      case .create: "create"
      case .update: "update"
      case .delete: "delete"
      case .patch(.apply): "apply"
      case .patch: "patch"
      default: "other"
      }
    let subresource = request.subresource.isEmpty ? "" : "/\(request.subresource)"
    let call = "\(verb) \(key)\(subresource)"
    calls.append(call)
    requests.append(request)
    if let failure = failures[call] { return failure }
    guard request.verb == .create || request.verb == .patch(.apply) || objects[key] != nil else {
      return failure(404, "NotFound")
    }
    if let expected = request.body?.at("metadata", "resourceVersion"),
      expected != objects[key]?.at("metadata", "resourceVersion")
    {
      return failure(409, "Conflict")
    }
    switch request.verb {
    case .create where objects[key] != nil: return failure(409, "AlreadyExists")
    case .create, .update: store(request.body?.object ?? JSONObject())
    case .delete: objects[key] = nil
    default:
      store(
        MergePatch.apply(request.body?.object ?? JSONObject(), to: objects[key] ?? JSONObject()))
    }
    return APIResponse(code: 200, body: .object(objects[key] ?? JSONObject()))
  }

  func creationRank(of object: JSONObject) -> Int { 0 }
  func hasPassed(deadline: String) -> Bool { false }
  func choose(_ count: Int, _ label: String) -> Int { 0 }

  func freshValue() -> String {
    fresh += 1
    return "fresh-\(fresh)"
  }

  /// The object of a kind and name in the namespace `default`.
  subscript(apiVersion: String, kind: String, name: String) -> JSONObject? {
    objects[
      ObjectKey(GroupKind(apiVersion: apiVersion, kind: kind), namespace: "default", name: name)]
  }

  private func failure(_ code: Int, _ reason: String) -> APIResponse {
    APIResponse(code: code, body: ["kind": "Status", "reason": .string(reason)])
  }

  private func store(_ object: JSONObject) {
    var object = object
    let key = ObjectKey(
      GroupKind(
        apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? ""),
      namespace: object.at("metadata", "namespace")?.string ?? "",
      name: object.at("metadata", "name")?.string ?? "")
    version += 1
    object.set(.string("\(version)"), at: "metadata", "resourceVersion")
    object.set(
      objects[key]?.at("metadata", "uid") ?? .string("uid-\(key.name)"), at: "metadata", "uid")
    objects[key] = object
  }
}

/// What the mapping of a watch event reads, from a store.
final class MemoryReader: MappingReader {
  let store: MemoryStore

  init(_ store: MemoryStore) {
    self.store = store
    store.beginReconcile()
  }

  func object(_ key: ObjectKey) -> JSONObject? { store.objects[key] }

  func objects(of groupKind: GroupKind, namespace: String?, selection: ObjectSelection)
    -> [JSONObject]
  {
    let apiVersion = groupKind.group.isEmpty ? "v1" : groupKind.group + "/v1"
    return store.list(
      ListQuery(
        apiVersion: apiVersion, kind: groupKind.kind, namespace: namespace, selection: selection))
  }
}
