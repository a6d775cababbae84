import CEL
import ConformanceKit
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// What no good client sends: refused, and the next client is served.
struct BadRequestTests {
  private func isAlive(_ cluster: ServedCluster) throws -> Bool {
    try cluster.call("GET", "/version").status == 200
  }

  @Test func `who does not know the token is not served`() throws {
    let cluster = try ServedCluster()
    let client = try cluster.client()
    for target in ["/", "/version", "/00000000000000000000000000000000/version", "/%zz"] {
      let answer = try client.call("GET", target)
      #expect([400, 404].contains(answer.status), "\(target)")
    }
    #expect(try isAlive(cluster))
    cluster.server.stop(cluster.url)
    #expect(try cluster.call("GET", "/version").status == 404)
  }

  @Test func `each base URL has objects of its own`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("only-here")
    let other = cluster.server.serve(
      LiveAPI(LiveCluster(.standard, store: LiveStore { "2026-01-01T00:00:00Z" })))
    #expect(other != cluster.url)
    let token = other.split(separator: "/").last ?? ""
    let client = try cluster.client()
    #expect(try client.call("GET", "/\(token)/api/v1/namespaces/only-here").status == 404)
    #expect(try client.call("GET", cluster.base + "/api/v1/namespaces/only-here").status == 200)
  }

  @Test func `a body that is too large is refused, announced or not`() throws {
    let cluster = try ServedCluster()
    let target = cluster.base + "/api/v1/namespaces"
    let announced = try cluster.client()
    try announced.send(
      Array("POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n".utf8))
    let answer = try announced.answer()
    #expect(answer.status == 413)
    #expect(announced.isClosed())
    let chunked = try cluster.client()
    try chunked.send(
      Array("POST \(target) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
    let part = Array("100000\r\n".utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + [13, 10]
    // The server may close while we still send.
    for _ in 0..<5 { try? chunked.send(part) }
    #expect((try? chunked.answer().status) ?? 413 == 413)
    #expect(try isAlive(cluster))
  }

  @Test func `a client may ask whether to send its body`() throws {
    let cluster = try ServedCluster()
    let client = try cluster.client()
    let body = Array(#"{"metadata":{"name":"x"}}"#.utf8)
    try client.send(
      Array(
        ("POST \(cluster.base)/api/v1/namespaces HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
          + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n").utf8))
    #expect(try client.head().status == 100)
    try client.send(body)
    #expect(try client.answer().status == 201)
  }

  @Test func `requests may be sent ahead, answers come in order`() throws {
    let cluster = try ServedCluster()
    let client = try cluster.client()
    for path in ["/version", "/api", "/healthz"] {
      try client.request("GET", cluster.base + path)
    }
    #expect(try client.answer().text.contains("gitVersion"))
    #expect(try client.answer().text.contains("APIVersions"))
    #expect(try client.answer().text == "ok")
  }

  @Test func `random bytes do no harm`() throws {
    let cluster = try ServedCluster()
    let seconds = ProcessInfo.processInfo.environment["KVERIFY_FUZZ_SECONDS"].flatMap { Double($0) }
    let seed = UInt64.random(in: 1...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(state: seed)
    let deadline = Date(timeIntervalSinceNow: seconds ?? 1)
    let seeds = [
      "GET \(cluster.base)/api/v1/pods?watch=true&timeoutSeconds=1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST \(cluster.base)/api/v1/namespaces HTTP/1.1\r\nContent-Length: 25\r\n\r\n"
        + #"{"metadata":{"name":"a"}}"#,
      "PATCH \(cluster.base)/apis/apps/v1/namespaces/default/deployments/a?force=%74rue HTTP/1.1"
        + "\r\nContent-Type: application/apply-patch+yaml\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "5\r\na: 1\n\r\n0\r\n\r\n",
      "GET \(cluster.base)/openapi/v3/apis/apps/v1 HTTP/1.1\r\nAccept: a;b=c,*/*;q=0\r\n\r\n",
    ].map { Array($0.utf8) }
    var tries = 0
    repeat {
      let client = try cluster.client()
      var bytes = seeds[Int(random.next() % UInt64(seeds.count))]
      for _ in 0...(random.next() % 4) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
      }
      try? client.send(bytes)
      tries += 1
    } while Date() < deadline
    #expect(tries > 10)
    #expect(try isAlive(cluster))
  }

  @Test func `random targets are read or refused`() {
    var random = SeededGenerator(state: 7)
    let alphabet = Array("/%?&=+;aA0 ~\u{7F}é".unicodeScalars)
    for _ in 0..<20_000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<(random.next() % 24) {
        text.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
      }
      guard let target = RequestTarget(String(text)) else { continue }
      #expect(target.path.utf8.first == UInt8(ascii: "/"))
      _ = RequestPath(target.path)
    }
  }

  @Test func `targets are decoded as upstream does`() throws {
    let target = try #require(RequestTarget("/t/api/v1/x%2Dy?a=1+2&b=%3D&a=9&c&d=%zz&e=a=b"))
    #expect(target.token == "t")
    #expect(target.path == "/api/v1/x-y")
    #expect(target.query == ["a": "1 2", "b": "=", "c": "", "e": "a=b"])
    #expect(RequestTarget("http://x/") == nil)
    #expect(RequestTarget("/t/%ff") == nil)
  }
}

/// A generator that a test can begin again (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
