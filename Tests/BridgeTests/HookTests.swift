import CEL
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// Servers of Metacontroller hooks: real processes, killed and misbehaving at every kind of moment.
struct HookTests {
  /// A server in Python that does what its argument says; the standard library is all it needs.
  private static let script = #"""
    import json, os, signal, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    mode, calls = sys.argv[1], 0
    if mode == "no-start": print("I do not start", flush=True); sys.exit(3)
    if mode == "never-listens": signal.pause()
    class Hooks(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if mode == "chunked" else "HTTP/1.0"
        def do_POST(self):
            global calls
            calls += 1
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            version = request["parent"]["metadata"]["resourceVersion"]
            if mode == "dies": print("last words", flush=True); os._exit(7)
            if mode == "killed": os.kill(os.getpid(), 9)
            if mode == "hangs": signal.pause()
            if mode == "raises": raise ValueError("no such key")
            body = json.dumps({"status": {"path": self.path, "port": os.environ["PORT"], "n": 1}})
            if mode == "random": body = json.dumps({"status": {"n": calls}})
            if mode == "by-version": body = json.dumps({"status": {"v": version}})
            seen = request["parent"]["metadata"]["generation"]
            if mode == "by-number": body = json.dumps({"status": {"n": seen}})
            if mode == "parity": body = json.dumps({"status": {"even": seen % 2 == 0}})
            if mode == "by-order":
                old = request["parent"]["status"]["observedGeneration"]
                body = json.dumps({"status": {"observedGeneration": seen, "late": old < seen,
                    "conditions": [{"type": "Ready", "observedGeneration": seen}]}})
            if mode == "counts": print("call", calls, flush=True)
            if mode == "no-json": body = "<html>well\nwell</html>"
            if mode == "list": body = "[]"
            code = {"refuses": 500, "busy": 429}.get(mode, 200)
            self.send_response(code)
            if mode == "busy": self.send_header("Retry-After", "12")
            if mode == "chunked": self.send_header("Transfer-Encoding", "chunked")
            if mode == "short": self.send_header("Content-Length", "1000")
            self.end_headers()
            if mode == "chunked":
                for part in (body[:10], body[10:], ""):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part.encode()))
            else:
                self.wfile.write(body.encode())
        def log_message(self, *arguments): pass
    class Server(HTTPServer):
        allow_reuse_address = True
    Server(("127.0.0.1", int(sys.argv[2] if len(sys.argv) > 2 else os.environ["PORT"])), Hooks).serve_forever()
    """#

  private static let hook = MetacontrollerController.Hook(
    path: "/sync?x=1", version: .v1, isStrict: false)

  private static func request(_ name: String) -> JSONObject {
    [
      "parent": [
        "metadata": ["name": .string(name), "resourceVersion": "1", "generation": 2],
        "status": ["observedGeneration": 1],
      ]
    ]
  }

  private func server(_ mode: String, port: Int? = nil) -> HookServer {
    var limits = HostLimits()
    limits.start = mode == "never-listens" ? 1 : 10
    // The others end by themselves, on a busy machine late.
    limits.silence = ["hangs", "short"].contains(mode) ? 1 : 20
    limits.output = 1 << 20
    let arguments = port.map { [String($0)] } ?? []
    return HookServer(
      .process(
        command: ["python3", "-c", Self.script, mode] + arguments, environment: [], port: port),
      in: "/tmp", limits)
  }

  private func failure(_ server: HookServer) -> String {
    do {
      return "\(try server.answer(Self.hook, to: Self.request("a")))"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: ["works", "chunked"])
  func `a hook is asked on the port that it was given, on the path of its URL`(mode: String) throws
  {
    let server = server(mode)
    defer { server.shutDown() }
    guard case .answered(let body) = try server.answer(Self.hook, to: Self.request("a")) else {
      Issue.record("no answer")
      return
    }
    #expect(body.at("status", "path") == "/sync?x=1")
  }

  @Test func `each distinct request is made once, and once more to see that it is pure`() throws {
    let server = server("counts")
    defer { server.shutDown() }
    for name in ["a", "b", "a", "a"] { _ = try server.answer(Self.hook, to: Self.request(name)) }
    #expect(server.requests == 2)
    server.shutDown()
    // Nothing is asked of a server that has gone, for what is known.
    _ = try server.answer(Self.hook, to: Self.request("b"))
  }

  @Test func `a hook that is trusted is asked once`() throws {
    let server = HookServer(
      .process(command: ["python3", "-c", Self.script, "random"], environment: [], port: nil),
      in: "/tmp", HostLimits(), isChecking: false)
    defer { server.shutDown() }
    #expect(try server.answer(Self.hook, to: Self.request("a")) == .answered(["status": ["n": 1]]))
    #expect(try server.answer(Self.hook, to: Self.request("b")) == .answered(["status": ["n": 2]]))
  }

  @Test func `codes other than 200 are answers`() throws {
    let (refusing, busy) = (server("refuses"), server("busy"))
    defer {
      refusing.shutDown()
      busy.shutDown()
    }
    guard case .refused(let code, _) = try refusing.answer(Self.hook, to: Self.request("a")) else {
      Issue.record("it did not refuse")
      return
    }
    #expect(code == 500)
    #expect(try busy.answer(Self.hook, to: Self.request("a")) == .tooManyRequests(seconds: 12))
  }

  @Test(arguments: [
    ("no-start", "exited with status 3", "| I do not start"),
    ("never-listens", "did not listen on port", ""),
    ("dies", "exited with status 7", "| last words"),
    ("killed", "was killed by signal 9", ""),
    ("hangs", "was silent for 1 s", ""),
    ("raises", "closed the connection without an answer", "| ValueError: no such key"),
    ("no-json", "answered nonsense on /sync?x=1: <html>well well</html>", ""),
    ("list", "answered nonsense on /sync?x=1: []", ""),
    ("short", "did not finish its answer", ""),
    (
      "random", "is not deterministic: /sync?x=1 answered the same request differently, status.n:",
      ""
    ),
    ("by-version", "answers by metadata.resourceVersion", ""),
    ("by-number", "answers by the numbers of generations", ""),
    ("parity", "differs, status.even: true, then false; write generations: exact", ""),
  ])
  func `a hook that misbehaves is a failure with its last lines`(
    mode: String, what: String, line: String
  ) {
    let server = server(mode)
    defer { server.shutDown() }
    let failure = failure(server)
    #expect(failure.hasPrefix("the hooks' server python3 "), "\(failure)")
    #expect(failure.contains(what), "\(failure)")
    #expect(line.isEmpty || failure.contains(line), "\(failure)")
    // It does not come to life again.
    #expect(self.failure(server) == failure)
  }

  @Test func `generations may be compared and copied, and more where that is said`() throws {
    let server = server("by-order")
    defer { server.shutDown() }
    guard case .answered(let body) = try server.answer(Self.hook, to: Self.request("a")) else {
      Issue.record("no answer")
      return
    }
    #expect(body.at("status", "observedGeneration") == 2)
    let exact = MetacontrollerController.Hook(
      path: "/sync", version: .v1, isStrict: false, seesGenerations: true)
    let counting = self.server("by-number")
    defer { counting.shutDown() }
    #expect(
      try counting.answer(exact, to: Self.request("a")) == .answered(["status": ["n": 2]]))
  }

  @Test func `each object's generations are moved by a number of their own`() throws {
    let request: JSONObject = [
      "children": [
        "Set.example.com/v1": [
          "a": [
            "metadata": ["generation": 3, "resourceVersion": "1"],
            "status": ["observedGeneration": 2, "conditions": [["observedGeneration": 1]]],
            "spec": ["template": ["metadata": ["labels": [:]]], "observedGeneration": 5],
          ]
        ]
      ],
      "parent": ["metadata": ["generation": 1]],
    ]
    let variant = RequestVariant(of: request, movesGenerations: true).request
    #expect(variant.at("parent", "metadata", "generation") == 8)
    let child = try #require(variant.at("children", "Set.example.com/v1", "a")?.object)
    #expect(child["metadata"] == ["generation": 22, "resourceVersion": "2"])
    #expect(
      child["status"] == ["observedGeneration": 21, "conditions": [["observedGeneration": 20]]])
    #expect(child["spec"] == request.at("children", "Set.example.com/v1", "a", "spec"))
    let plain = RequestVariant(of: request, movesGenerations: false).request
    #expect(plain.at("parent", "metadata", "generation") == 1)
  }

  @Test func `a server may listen on a port of its own, if nobody else does`() throws {
    let port = try #require(LoopbackPost.freePort())
    let first = server("works", port: port)
    defer { first.shutDown() }
    _ = try first.answer(Self.hook, to: Self.request("a"))
    let second = server("works", port: port)
    #expect(failure(second).contains("somebody else listens on its port \(port)"))
    // A server that runs already is asked where it is.
    let third = HookServer(.running(host: "127.0.0.1", port: port), in: "", HostLimits())
    _ = try third.answer(Self.hook, to: Self.request("a"))
    third.shutDown()
    #expect(LoopbackPost.isListening(port))
  }

  @Test func `a server that runs nowhere is a failure`() throws {
    let port = try #require(LoopbackPost.freePort())
    let server = HookServer(.running(host: "127.0.0.1", port: port), in: "", HostLimits())
    #expect(
      failure(server) == "the hooks' server 127.0.0.1:\(port) takes no connections")
  }
}
