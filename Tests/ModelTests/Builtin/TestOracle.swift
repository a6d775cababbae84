import CEL

@testable import Model

/// The oracle of one reconcile in a `TestCluster`: a cache as of its beginning, and the live server.
final class TestOracle: ReconcileOracle {
  private let cluster: TestCluster
  private let author: String
  private let request: ReconcileRequest
  /// The objects as they were when the reconcile began: its own writes do not show.
  private let cache: [ObjectKey: JSONObject]

  init(
    _ cluster: TestCluster, author: String,
    _ request: ReconcileRequest = ReconcileRequest(namespace: "", name: "")
  ) {
    self.cluster = cluster
    self.request = request
    self.author = author
    cache = cluster.cache(of: author)
  }

  func get(
    _ apiVersion: String, _ kind: String, namespace: String, name: String
  ) throws -> JSONObject? {
    cache[
      ObjectKey(
        GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)]
  }

  func list(_ query: ListQuery) throws -> [JSONObject] {
    cache.keys.sorted().compactMap { key in
      guard key.groupKind == query.groupKind,
        query.namespace == nil || key.namespace == query.namespace, let object = cache[key],
        query.selection.matches(object)
      else { return nil }
      return object
    }
  }

  func send(_ request: APIRequest) throws -> APIResponse {
    cluster.interrupt()
    return cluster.send(request, by: author)
  }

  func creationRank(of object: JSONObject) throws -> Int { cluster.creationRank(of: object) }

  func hasPassed(deadline: String) throws -> Bool { cluster.hasPassed(deadline) }

  func choose(_ count: Int, _ label: String) throws -> Int { cluster.answerChoice(count) }

  func recall(_ label: String) throws -> JSONObject? {
    cluster.memory["\(author) \(request) \(label)"]
  }

  func remember(_ label: String, _ value: JSONObject?) throws {
    cluster.memory["\(author) \(request) \(label)"] = value
  }

  func freshValue() throws -> String { "fresh" }

  func spend(_ budget: String, limit: Int) throws -> Bool {
    cluster.spend(budget, limit: limit)
  }
}
