import CEL
import Foundation

@testable import Bridge
@testable import Model

/// Answers from a live cluster, and cuts the run after some questions.
final class LiveOracle: ReconcileOracle {
  struct Cut: Error {}
  let cluster = LiveCluster(.standard, store: LiveStore { "2020-01-01T00:00:00Z" })
  var questions: [String] = []
  /// The bodies of requests, in order.
  var bodies: [JSONValue?] = []
  /// What the controller remembers, by label.
  var memory: [String: JSONObject] = [:]
  var limit = Int.max
  /// Whether one may look ahead where a run is cut.
  var looksAhead = false

  init() {
    for (path, name) in [("namespaces", "default"), ("namespaces/default/configmaps", "a")] {
      _ = cluster.answer(
        RawRequest(
          method: "POST", path: "/api/v1/" + path, body: ["metadata": ["name": .string(name)]]))
    }
  }

  private func note(_ question: String) throws {
    if questions.count >= limit { throw Cut() }
    questions.append(question)
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  {
    try note("cached \(kind) \(name)")
    var object = cluster.store.object(
      ObjectKey(
        GroupKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name))
    object?.set(.string("uid-\(name)"), at: "metadata", "uid")
    return object
  }

  func list(_ query: ListQuery) throws -> [JSONObject] { [] }

  func send(_ request: APIRequest) throws -> APIResponse {
    try note("\(request.verb) \(request.kind)")
    bodies.append(request.body)
    var response = cluster.answer(request)
    if var object = response.body.object, object["kind"]?.string != "Status" {
      // A real server's uids are random.
      object.set(.string("uid"), at: "metadata", "uid")
      response.body = .object(object)
    }
    return response
  }

  func creationRank(of object: JSONObject) throws -> Int { 0 }
  func hasPassed(deadline: String) throws -> Bool { deadline == "end" }
  func choose(_ count: Int, _ label: String) throws -> Int { 0 }
  func freshValue() throws -> String { "new" }
  func recall(_ label: String) throws -> JSONObject? { memory[label] }
  func remember(_ label: String, _ value: JSONObject?) throws { memory[label] = value }
  func freshValues(in text: String) -> [String] {
    ["newx", "newy"].filter { text.contains($0) }
  }

  func lookAhead() -> (any ReconcileOracle)? {
    guard looksAhead else { return nil }
    let ahead = LiveOracle()
    ahead.questions = questions
    return ahead
  }
}
