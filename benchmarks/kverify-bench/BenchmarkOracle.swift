internal import CEL
internal import Model

/// Answers the questions of a run from a live cluster with one ConfigMap.
final class BenchmarkOracle: ReconcileOracle {
  let cluster = LiveCluster(.standard, store: LiveStore { "2020-01-01T00:00:00Z" })

  init() {
    for (path, name) in [("namespaces", "default"), ("namespaces/default/configmaps", "a")] {
      _ = cluster.answer(
        RawRequest(
          method: "POST", path: "/api/v1/" + path, body: ["metadata": ["name": .string(name)]]))
    }
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    cluster.store.object(
      ObjectKey(
        GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name))
  }

  func list(_ query: ListQuery) throws -> [JSONObject] { [] }
  func send(_ request: APIRequest) throws -> APIResponse { cluster.answer(request) }
  func creationRank(of object: JSONObject) throws -> Int { 0 }
  func hasPassed(deadline: String) throws -> Bool { false }
  func choose(_ count: Int, _ label: String) throws -> Int { 0 }
  func freshValue() throws -> String { "" }
}
