internal import Bridge
internal import CEL
internal import ConformanceKit
internal import Foundation
internal import Model
internal import Synchronization

/// What one call of the API server over HTTP costs, from client to client, on one connection.
enum HTTPCalls {
  static let names = ["http-call", "http-call-of-a-run"]

  /// The most that half of the calls may take.
  private static let microseconds = 200.0
  private static let calls = 10_000

  /// Measures one of them; returns what was not reached.
  static func run(_ name: String) throws -> [String] {
    name == names[0] ? try live() : try ofARun()
  }

  /// Reads and writes of a live cluster.
  private static func live() throws -> [String] {
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

  /// Reads of a run: each goes to the thread that searches, and is a question of its oracle.
  ///
  /// The process only says where its host is to be; this program is the host.
  private static func ofARun() throws -> [String] {
    let server = try HTTPServer()
    let oracle = BenchmarkOracle()
    var limits = HostLimits()
    limits.calls = 2 * calls
    let served = oracle.cluster.served
    let host = ControllerHost(
      HostCommand(["sh", "-c", "echo $KVERIFY_HOST; exec sleep 600"], in: "/"), limits: limits,
      server: server, served: served)
    defer {
      host.shutDown()
      server.shutDown()
    }
    let client = HostClient(host: host, port: server.port)
    let thread = Thread { client.serve() }
    thread.start()
    _ = try ProcessReconciler(
      "bench", watches: [], runs: RecordedRuns(host, served: served, isChecking: false)
    ).reconcile(ReconcileRequest(namespace: "default", name: "a"), oracle: oracle)
    let sorted = client.durations.withLock { $0.sorted() }
    guard !sorted.isEmpty else { throw Refused(description: "the run made no calls") }
    let (half, most) = (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
    print("http-call-of-a-run: calls=\(sorted.count)")
    print(String(format: "  get: p50=%.0f µs p99=%.0f µs", half, most))
    return half > microseconds ? ["half of the calls take more than 200 µs"] : []
  }

  /// A host whose only reconcile reads one object again and again.
  private final class HostClient: Sendable {
    let durations = Mutex<[Double]>([])
    private let host: ControllerHost
    private let port: Int

    init(host: ControllerHost, port: Int) {
      self.host = host
      self.port = port
    }

    func serve() {
      do {
        var url = ""
        while !url.hasPrefix("http") {
          usleep(20_000)
          url = host.lastOutput.split(separator: "\n").first.map(String.init) ?? ""
        }
        let base = URLComponents(string: url)?.path ?? ""
        let client = try LoopbackClient(port: port)
        let work = try JSONValue(parsing: Array(client.call("GET", base + "/next").text.utf8))
        let api = URLComponents(string: work["apiServer"]?.string ?? "")?.path ?? ""
        let path = api + "/api/v1/namespaces/default/configmaps/a"
        let times = try HTTPCalls.durations { _ in
          guard try client.call("GET", path).status == 200 else {
            throw Refused(description: "a read failed")
          }
        }
        durations.withLock { $0 = times }
        _ = try client.call(
          "POST", "\(base)/runs/\(work["run"]?.string ?? "")/result",
          body: Array(#"{"result": "done"}"#.utf8))
      } catch {
        print("  \(error)")
        exit(1)
      }
    }
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
