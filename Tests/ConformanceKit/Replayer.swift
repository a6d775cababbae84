package import CEL

/// Replays recorded cases against a server, as replay_apiserver.py does.
package final class Replayer {
  private let target: any ReplayTarget
  private var cases = 0

  /// Makes the namespaces of a new cluster, where they are missing, and the recordings' fixtures.
  package init(_ target: any ReplayTarget, fixtures: [JSONObject]) throws {
    self.target = target
    for name in ["default", "kube-system", "kube-public"] { try makeNamespace(name) }
    for fixture in fixtures {
      let body = fixture["body"]
      _ = try target.send(RecordedCall("POST", fixture["path"]?.string ?? "", body: body))
    }
  }

  private func makeNamespace(_ name: String) throws {
    _ = try target.send(
      RecordedCall(
        "POST", "/api/v1/namespaces",
        body: [
          "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)],
        ]))
  }

  /// What differs in a case; empty where it passes.
  package func differences(in recorded: Recording.Case) throws -> [String] {
    cases += 1
    let namespace = "g\(cases)x"
    try makeNamespace(namespace)
    var matcher = SubsetMatcher(namespace: namespace)
    for (index, step) in recorded.steps.enumerated() {
      try run(step, index, &matcher)
      if !matcher.differences.isEmpty { return matcher.differences }
    }
    return []
  }

  private func run(_ step: JSONObject, _ index: Int, _ matcher: inout SubsetMatcher) throws {
    let verb = step["verb"]?.string ?? ""
    let label = "step \(index) \(verb) \(step["path"]?.string ?? "")"
    guard let expected = step["expect"]?.object else { return }
    var answer: ReplayedAnswer
    var events: [JSONValue] = []
    if verb == "WATCH" {
      let during = (step["during"]?.array ?? []).compactMap(\.object).map { call($0, matcher) }
      (answer, events) = try target.watch(call(step, matcher), during: during)
    } else {
      answer = try target.send(call(step, matcher))
    }
    if let status = expected["status"]?.int, status != answer.code {
      return matcher.report(
        "\(label): expected status \(status), got \(answer.code) "
          + answer.body.text.prefix(500))
    }
    if let wanted = expected["events"]?.array {
      return compare(wanted, events, step["unordered"]?.bool ?? false, label, &matcher)
    }
    Self.sortCauses(&answer.body)
    if let reason = expected["reason"], answer.body["reason"] != reason {
      matcher.report(
        "\(label): expected reason \(reason.text), got \(answer.body.text.prefix(500))")
    }
    if var wanted = expected["body"] {
      if step["unordered"]?.bool == true {
        Self.sortItems(&wanted)
        Self.sortItems(&answer.body)
      }
      matcher.match(wanted, answer.body, label)
    }
    if let absent = expected["absent"]?.array {
      matcher.checkAbsent(absent, answer.body, label)
    }
  }

  private func call(_ step: JSONObject, _ matcher: SubsetMatcher) -> RecordedCall {
    let verb = step["verb"]?.string ?? ""
    var call = RecordedCall(
      verb == "WATCH" ? "GET" : verb, matcher.filled(step["path"]?.string ?? ""),
      body: step["body"].map { matcher.filled($0) })
    for entry in matcher.filled(step["query"] ?? [:]).object?.entries ?? [] {
      call.query[entry.key] = entry.value.string ?? entry.value.text
    }
    if let type = step["contentType"]?.string { call.contentType = type }
    if let text = step["raw"]?.string { call.body = Array(matcher.filled(text).utf8) }
    return call
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
