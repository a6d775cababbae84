import CEL

@testable import Model

/// Replays recorded cases against the server in process, as replay_apiserver.py does over HTTP.
final class Replayer {
  private let cluster = ServerAndStore(version: .recorded, resources: .builtIn(.recorded))
  private var cases = 0

  private var store: RecordedStore { cluster.store }
  private var server: APIServer { cluster.server }

  /// Makes a server with the namespaces of a new cluster and the recordings' fixtures.
  init(fixtures: [JSONObject]) {
    for fixture in fixtures { cluster.send("POST", fixture["path"]?.string ?? "", fixture["body"]) }
  }

  /// What differs in a case; empty where it passes.
  func differences(in recorded: Recording.Case) -> [String] {
    cases += 1
    let namespace = "g\(cases)x"
    cluster.makeNamespace(namespace)
    var matcher = SubsetMatcher(namespace: namespace)
    for (index, step) in recorded.steps.enumerated() {
      run(step, index, &matcher)
      if !matcher.differences.isEmpty { return matcher.differences }
    }
    return []
  }

  private func run(_ step: JSONObject, _ index: Int, _ matcher: inout SubsetMatcher) {
    let verb = step["verb"]?.string ?? ""
    let label = "step \(index) \(verb) \(step["path"]?.string ?? "")"
    guard let expected = step["expect"]?.object else { return }
    if verb == "WATCH", let events = expected["events"]?.array {
      return watch(step, events, label, &matcher)
    }
    let response = cluster.send(raw(step, matcher))
    var body = response.body
    if let status = expected["status"]?.int, status != response.code {
      return matcher.report(
        "\(label): expected status \(status), got \(response.code) \(body.text.prefix(500))")
    }
    Self.sortCauses(&body)
    if let reason = expected["reason"], body["reason"] != reason {
      matcher.report("\(label): expected reason \(reason.text), got \(body.text.prefix(500))")
    }
    if var wanted = expected["body"] {
      if step["unordered"]?.bool == true {
        Self.sortItems(&wanted)
        Self.sortItems(&body)
      }
      matcher.match(wanted, body, label)
    }
    if let absent = expected["absent"]?.array { matcher.checkAbsent(absent, body, label) }
  }

  private func raw(_ step: JSONObject, _ matcher: SubsetMatcher) -> RawRequest {
    var query: [String: String] = [:]
    for entry in matcher.filled(step["query"] ?? [:]).object?.entries ?? [] {
      query[entry.key] = entry.value.string ?? entry.value.text
    }
    let verb = step["verb"]?.string ?? ""
    var request = RawRequest(
      method: verb == "WATCH" ? "GET" : verb, path: matcher.filled(step["path"]?.string ?? ""),
      query: query,
      contentType: step["contentType"]?.string ?? "application/json",
      body: step["body"].map { matcher.filled($0) }, agent: "golden")
    if let text = step["raw"]?.string {
      request.body = RequestBody.decode(
        Array(matcher.filled(text).utf8), contentType: request.contentType)
    }
    return request
  }

  /// A watch is the log of changes since a version, told as events.
  private func watch(
    _ step: JSONObject, _ expected: [JSONValue], _ label: String, _ matcher: inout SubsetMatcher
  ) {
    let raw = raw(step, matcher)
    do throws(APIError) {
      let request = try raw.request(server.resources(reader: store))
      let opened = store.revision
      let start = raw.query["resourceVersion"].flatMap { Int64($0) } ?? 0
      var events = start == 0 ? synthetic(request) : []
      for action in (step["during"]?.array ?? []).compactMap(\.object) {
        _ = cluster.send(self.raw(action, matcher))
      }
      for entry in store.log where entry.revision > (start == 0 ? opened : start) {
        let change = ObjectChange(entry.key, old: entry.old, new: entry.new)
        let event = server.watchEvent(
          of: change, for: request, resourceVersion: String(entry.revision), reader: store)
        if let event { events.append(.object(event)) }
      }
      if raw.query["allowWatchBookmarks"] == "true", store.revision > start {
        events.append([
          "type": "BOOKMARK",
          "object": [
            "kind": .string(request.kind), "apiVersion": .string(request.apiVersion),
            "metadata": ["resourceVersion": .string(String(store.revision))],
          ],
        ])
      }
      compare(expected, events, step["unordered"]?.bool ?? false, label, &matcher)
    } catch {
      matcher.report("\(label): \(error.message)")
    }
  }

  /// A watch without a version begins with what there is.
  private func synthetic(_ request: APIRequest) -> [JSONValue] {
    let list = server.handle(request, reader: store).body["items"]?.array ?? []
    return list.map { item in
      var object = item.object ?? JSONObject()
      object["kind"] = .string(request.kind)
      object["apiVersion"] = .string(request.apiVersion)
      return ["type": "ADDED", "object": .object(object)]
    }
  }

  private func compare(
    _ expected: [JSONValue], _ actual: [JSONValue], _ isUnordered: Bool, _ label: String,
    _ matcher: inout SubsetMatcher
  ) {
    func name(_ event: JSONValue) -> String {
      event.at("object", "metadata", "name")?.string ?? ""
    }
    var expected = expected
    var actual = actual
    if !expected.contains(where: { $0["type"] == "BOOKMARK" }) {
      actual.removeAll { $0["type"] == "BOOKMARK" }
    }
    if isUnordered {
      expected.sort { name($0) < name($1) }
      actual.sort { name($0) < name($1) }
    }
    let types = (expected.map { $0["type"] }, actual.map { $0["type"] })
    guard types.0 == types.1 else {
      return matcher.report("\(label): expected events \(types.0), got \(types.1)")
    }
    for (index, event) in expected.enumerated() {
      matcher.match(event["object"] ?? [:], actual[index]["object"], "\(label) event \(index)")
    }
  }

  private static func sortCauses(_ body: inout JSONValue) {
    guard body["kind"] == "Status", var object = body.object,
      let causes = body.at("details", "causes")?.array
    else { return }
    func rank(_ cause: JSONValue) -> (String, String) {
      (cause["field"]?.string ?? "", cause["reason"]?.string ?? "")
    }
    object.set(.array(causes.sorted { rank($0) < rank($1) }), at: "details", "causes")
    body = .object(object)
  }

  private static func sortItems(_ body: inout JSONValue) {
    guard var object = body.object, let items = body["items"]?.array else { return }
    object["items"] = .array(
      items.sorted {
        ($0.at("metadata", "name")?.string ?? "") < ($1.at("metadata", "name")?.string ?? "")
      })
    body = .object(object)
  }
}
