internal import Bridge
internal import CEL
internal import ConformanceKit
internal import Foundation
internal import Model

/// What one call of the API server over HTTP costs, from client to client, on one connection.
enum HTTPCalls {
  static let names = ["http-call"]

  /// The most that half of the calls may take.
  private static let microseconds = 200.0
  private static let calls = 10_000

  /// Measures reads and writes; returns what was not reached.
  static func run() throws -> [String] {
    let server = try HTTPServer()
    defer { server.shutDown() }
    let url = server.serve(
      LiveAPI(LiveCluster(.standard, store: LiveStore { "2026-01-01T00:00:00Z" })))
    let base = "/" + (url.split(separator: "/").last.map(String.init) ?? "") + "/api/v1/namespaces"
    let client = try LoopbackClient(port: server.port)
    let path = base + "/default/configmaps"
    func call(_ method: String, _ path: String, _ type: String, _ body: JSONValue) throws {
      let answer = try client.call(
        method, path, headers: [("Content-Type", type), ("User-Agent", "bench/1")],
        body: method == "GET" ? [] : Array(body.text.utf8))
      guard answer.status < 300 else { throw Refused(description: answer.text) }
    }
    try call("POST", base, "application/json", ["metadata": ["name": "default"]])
    try call("POST", path, "application/json", ["metadata": ["name": "a"], "data": ["x": "1"]])
    let reads = try durations { _ in try call("GET", path + "/a", "", .null) }
    let writes = try durations { number in
      try call(
        "PATCH", path + "/a", "application/merge-patch+json",
        ["data": ["x": .string(String(number))]])
    }
    var complaints: [String] = []
    print("http-call: calls=\(2 * calls)")
    for (name, sorted) in [("get", reads), ("patch", writes)] {
      let (half, most) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
      print(String(format: "  %@: p50=%.0f µs p99=%.0f µs", name, half, most))
      if half > microseconds { complaints.append("half of the calls take more than 200 µs") }
    }
    return complaints
  }

  private struct Refused: Error, CustomStringConvertible { let description: String }

  /// The microseconds of each call, sorted, after some that warm up.
  private static func durations(_ call: (Int) throws -> Void) throws -> [Double] {
    for number in 0..<500 { try call(-number) }
    return try (1...calls).map { number in
      let start = ContinuousClock.now
      try call(number)
      let elapsed = (ContinuousClock.now - start).components
      return Double(elapsed.seconds) * 1e6 + Double(elapsed.attoseconds) / 1e12
    }.sorted()
  }
}
