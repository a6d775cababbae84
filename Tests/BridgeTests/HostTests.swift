import CEL
import ConformanceKit
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// Hosts: real processes, killed and misbehaving at every kind of moment.
struct HostTests {
  /// A host in Python that does what its argument says.
  static let script = opening + reconciles

  /// How a host in Python begins: with its mode, and a way to call; the standard library is all it needs.
  static let opening = #"""
    import json, os, subprocess, sys, time, urllib.error, urllib.request
    host, mode = os.environ["KVERIFY_HOST"], sys.argv[1]
    def call(method, url, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    """#

  private static let reconciles = #"""
    if mode == "no-start": print("I do not start"); sys.exit(3)
    if mode == "never-asks": time.sleep(60)
    if mode == "child":
        child = subprocess.Popen(["sleep", "1000"])
        print("child", child.pid, flush=True)
    runs = 0
    while True:
        status, work = call("GET", host + "/next")
        if status != 200: continue
        runs += 1
        api, run = work["apiServer"], host + "/runs/" + work["run"] + "/result"
        if mode == "dies": print("last words", flush=True); os._exit(7)
        if mode == "killed": os.kill(os.getpid(), 9)
        if mode == "hangs": time.sleep(60)
        if mode == "half-line": os.write(1, b"half a li"); os.kill(os.getpid(), 9)
        if mode in ("half-request", "asks", "half-result"):
            import socket
            from urllib.parse import urlsplit
            place = urlsplit(run if mode == "half-result" else api + "/api/v1/nodes")
            wire = socket.create_connection((place.hostname, place.port))
            head = ("POST" if mode == "half-result" else "GET") + " " + place.path + " HTTP/1.1\r\nHost: a"
            if mode != "half-request": head += "\r\nContent-Length: " + ("0" if mode == "asks" else "99") + "\r\n\r\n"
            wire.sendall(head.encode() + (b'{"result":' if mode == "half-result" else b""))
            os.kill(os.getpid(), 9)
        if mode == "result-and-end": call("POST", run, {"result": "done"}); os._exit(8)
        if mode == "floods-and-dies": os.write(1, b"y" * 900000 + b"\nthe end\n"); os._exit(9)
        if mode == "dies-with-child":
            subprocess.Popen(["sleep", "1000"]); os._exit(6)
        if mode == "floods":
            while True: print("x" * 100000)
        if mode == "nonsense": call("POST", run, {"result": "maybe"}); time.sleep(60)
        if mode == "loops":
            while True: call("GET", api + "/api/v1/namespaces/default")
        if mode == "fails": call("POST", run, {"result": "error", "message": "no such luck"}); continue
        if mode == "clock":
            first, start = time.time(), time.monotonic()
            time.sleep(0.05)
            times = [first, time.time(), time.monotonic() - start > 0.04, time.gmtime()[:3]]
            call("POST", run, {"result": "error", "message": json.dumps(times)}); continue
        if mode == "environment":
            call("POST", run, {"result": "error", "message": json.dumps(sorted(os.environ))}); continue
        if mode == "kverify":
            own = ["fresh", "passed?deadline=end", "passed"]
            answers = [call("GET", api + "/kverify/" + path) for path in own]
            said = [str(status) + str(body.get("value", body.get("passed", ""))) for status, body in answers]
            call("POST", run, {"result": "error", "message": " ".join(said + [work["request"]["kind"]])}); continue
        path = "/api/v1/namespaces/default/configmaps"
        status, found = call("GET", work["cachedApiServer"] + path + "/" + work["request"]["name"])
        if status == 410: continue
        if mode == "stops" and runs == 2: call("POST", run, {"result": "done"}); continue
        data = {"run": str(runs)} if mode == "counts" else {"of": found["metadata"]["name"]}
        status, answer = call("POST", api + path, {"metadata": {"name": "child"}, "data": data})
        if mode == "tires" and runs == 2: call("POST", run, {"result": "error", "message": "tired"}); continue
        code, answer = call("POST", run, {"result": "requeueAfter", "seconds": 30})
    """#

  /// One run, whose calls an oracle answers.
  private static func run(
    _ host: ControllerHost, _ request: ReconcileRequest, oracle: LiveOracle
  ) throws -> ReconcileResult {
    let questions = RunQuestions(served: oracle.cluster.served)
    let result = try host.run("test", request) { try questions.reply(to: $0, asking: oracle) }
    switch result.result {
    case .finished(let result): return result
    case .failed(let message): throw ReconcileError(message)
    }
  }

  /// A host in a mode, with short patience, and what it is asked with.
  private final class Bench {
    let server: HTTPServer
    let host: ControllerHost
    let oracle = LiveOracle()
    /// What all processes of this host have in their environment, the guardians too.
    let marker = "MARKER=\(UUID().uuidString)"

    init(_ mode: String, limits change: (inout HostLimits) -> Void = { _ in }) throws {
      var limits = HostLimits()
      limits.start = 10
      // The others end by themselves, on a busy machine late.
      limits.silence = mode == "hangs" ? 2 : 20
      change(&limits)
      server = try HTTPServer()
      var command = HostCommand(["python3", "-c", HostTests.script, mode], in: "/tmp")
      command.environment = ["MARKER": String(marker.dropFirst("MARKER=".count))]
      command.kind = "ConfigMap"
      host = ControllerHost(
        command, limits: limits, server: server, served: oracle.cluster.served)
    }

    deinit {
      host.shutDown()
      server.shutDown()
    }

    func run() throws -> ReconcileResult {
      try HostTests.run(
        host, ReconcileRequest(namespace: "default", name: "a"), oracle: oracle)
    }

    /// Whether all processes of the host are gone within some seconds.
    func leavesNothing() -> Bool {
      for _ in 0..<500 {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let isLeft = all.contains { name in
          guard pid_t(name) != nil,
            let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ")
          else { return false }
          return environment.range(of: Data(marker.utf8)) != nil
        }
        if !isLeft { return true }
        usleep(10_000)
      }
      return false
    }

    /// What the failure of a run says.
    func failure() -> String {
      do {
        return "\(try run())"
      } catch {
        return "\(error)"
      }
    }
  }

  @Test func `every call is a question, and the result is the host's`() throws {
    let bench = try Bench("works")
    #expect(try bench.run() == .requeueAfter(seconds: 30))
    #expect(bench.oracle.questions == ["cached ConfigMap a", "create ConfigMap"])
    // The same process serves the next run.
    #expect(try bench.run() == .requeueAfter(seconds: 30))
    #expect(bench.oracle.questions.count == 4)
  }

  @Test func `a run that is cut is over, and the host takes the next one`() throws {
    let bench = try Bench("works")
    for limit in [0, 1] {
      bench.oracle.limit = limit
      bench.oracle.questions = []
      #expect(throws: LiveOracle.Cut.self) { try bench.run() }
    }
    bench.oracle.limit = .max
    #expect(try bench.run() == .requeueAfter(seconds: 30))
  }

  @Test func `the controller's error is an error of the reconcile`() throws {
    let bench = try Bench("fails")
    #expect(throws: ReconcileError("no such luck")) { try bench.run() }
  }

  @Test func `new values and deadlines are questions too`() throws {
    let bench = try Bench("kverify")
    #expect(throws: ReconcileError("200new 200True 400 ConfigMap")) { try bench.run() }
  }

  @Test(arguments: [
    ("no-start", "exited with status 3", "| I do not start"),
    ("never-asks", "did not ask for work within", ""),
    ("dies", "exited with status 7", "| last words"),
    ("killed", "was killed by signal 9", ""),
    ("hangs", "was silent for 2 s in a reconcile of a", ""),
    ("floods", "wrote more than 1 MB", "| xxx"),
    ("nonsense", "posted a result that is none: {\"result\": \"maybe\"}", ""),
    ("loops", "made more than 50 calls in one run", ""),
    ("half-line", "was killed by signal 9", "| half a li"),
    ("half-request", "was killed by signal 9", ""),
    ("asks", "was killed by signal 9", ""),
    ("half-result", "was killed by signal 9", ""),
    ("floods-and-dies", "exited with status 9", "| the end"),
    ("dies-with-child", "exited with status 6", ""),
  ])
  func `a host that misbehaves is a failure with its last lines`(
    mode: String, what: String, line: String
  ) throws {
    let bench = try Bench(mode) { limits in
      limits.output = 1 << 20
      limits.calls = 50
      if mode == "never-asks" { limits.start = 1 }
    }
    let failure = bench.failure()
    #expect(failure.hasPrefix("the host python3 "))
    #expect(failure.contains(what), "\(failure)")
    #expect(line.isEmpty || failure.contains(line), "\(failure)")
    // It does not come to life again.
    #expect(bench.failure().hasPrefix("the host python3 "))
    #expect(bench.leavesNothing())
  }

  @Test func `a result counts, though the host ends with it`() throws {
    let bench = try Bench("result-and-end")
    #expect(try bench.run() == .done)
    #expect(bench.failure().contains("exited with status 8"))
  }

  @Test func `a command that does not exist is a failure`() throws {
    let server = try HTTPServer()
    defer { server.shutDown() }
    let oracle = LiveOracle()
    let host = ControllerHost(
      HostCommand(["/no/such/command"], in: "/tmp"), server: server, served: oracle.cluster.served)
    #expect(throws: HostFailure.self) {
      try Self.run(host, ReconcileRequest(namespace: "", name: "a"), oracle: oracle)
    }
  }

  @Test func `nothing of the user's environment reaches a host`() throws {
    setenv("KVERIFY_SECRET_OF_THE_USER", "x", 1)
    let bench = try Bench("environment")
    let failure = bench.failure()
    #expect(failure.contains("KVERIFY_HOST"))
    #expect(!failure.contains("SECRET_OF_THE_USER"))
  }

  @Test func `the time of day stands still, and sleep does not`() throws {
    #expect(
      try Bench("clock").failure()
        == #"ReconcileError(message: "[1577836800.0, 1577836800.0, true, [2020, 1, 1]]", code: nil)"#
    )
  }

  @Test func `what a host started ends with it`() throws {
    let bench = try Bench("child")
    _ = try bench.run()
    let pid = try #require(childOf(bench))
    #expect(isAlive(pid))
    bench.host.shutDown()
    let deadline = Date(timeIntervalSinceNow: 5)
    while isAlive(pid), Date() < deadline { usleep(10_000) }
    #expect(!isAlive(pid))
  }

  private func childOf(_ bench: Bench) -> pid_t? {
    let line = bench.host.lastOutput.split(separator: "\n").first { $0.hasPrefix("child ") }
    return line.flatMap { Int32($0.dropFirst(6)) }
  }

  /// Whether a process runs; one that has ended and that nobody has waited for does not.
  private func isAlive(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
      return false
    }
    return !status.contains(") Z ")
  }

  @Test func `calls that are no questions are answered at once`() throws {
    let server = try HTTPServer()
    defer { server.shutDown() }
    let run = HostedRun(LiveOracle().cluster.served)
    let url = server.serve(run)
    let base = "/" + (url.split(separator: "/").last.map(String.init) ?? "")
    let client = try LoopbackClient(port: server.port)
    #expect(try client.call("GET", base + "/version").status == 200)
    #expect(try client.call("GET", base + "/cached/apis").status == 200)
    run.finish()
    #expect(try client.call("GET", base + "/api/v1/pods").status == 410)
  }
}
