import CEL
import ConformanceKit
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// Watches over HTTP.
struct WatchTests {
  private static let path = "/api/v1/namespaces/default/configmaps"

  /// A watch that was opened, and its events as they come.
  private final class Watch {
    private let client: LoopbackClient
    private var waiting: [JSONValue] = []

    init(_ cluster: ServedCluster, _ query: String, accept: String = "application/json") throws {
      client = try cluster.client()
      try client.request(
        "GET", cluster.base + WatchTests.path + "?watch=true" + query,
        headers: [("Accept", accept)])
      #expect(try client.head().status == 200)
    }

    func next() throws -> JSONValue? {
      while waiting.isEmpty {
        guard let part = try client.chunk() else { return nil }
        waiting = try part.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
      }
      return waiting.removeFirst()
    }
  }

  private func name(_ event: JSONValue?) -> String {
    let object = event?.at("object", "metadata", "name")?.string ?? ""
    return "\(event?["type"]?.string ?? "") \(object)"
  }

  @Test func `events come as they happen`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("default")
    _ = try cluster.makeConfigMap("a")
    let watch = try Watch(cluster, "&timeoutSeconds=30")
    #expect(name(try watch.next()) == "ADDED a")
    _ = try cluster.makeConfigMap("b")
    #expect(name(try watch.next()) == "ADDED b")
    _ = try cluster.call("DELETE", Self.path + "/a")
    #expect(name(try watch.next()) == "DELETED a")
  }

  @Test func `a watch list ends with the bookmark of its initial events`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("default")
    _ = try cluster.makeConfigMap("a")
    let watch = try Watch(
      cluster,
      "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
    #expect(name(try watch.next()) == "ADDED a")
    let bookmark = try watch.next()
    #expect(bookmark?["type"] == "BOOKMARK")
    let mark = bookmark?.at("object", "metadata", "annotations", "k8s.io/initial-events-end")
    #expect(mark == "true")
    let refused = try cluster.call("GET", Self.path + "?watch=true&sendInitialEvents=true")
    #expect(refused.status == 422)
    let old = try ServedCluster(.recorded)
    #expect(
      try old.call(
        "GET",
        Self.path + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
      ).status == 422)
  }

  @Test func `a forgotten version is told as an error`() throws {
    let cluster = try ServedCluster()
    let watch = try Watch(cluster, "&resourceVersion=7")
    let event = try watch.next()
    #expect(event?["type"] == "ERROR")
    #expect(event?.at("object", "code") == 410)
    #expect(try watch.next() == nil)
  }

  @Test func `a watch of tables tells rows`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("default")
    let watch = try Watch(cluster, "&timeoutSeconds=30", accept: ClientTests.table)
    _ = try cluster.makeConfigMap("a")
    let event = try watch.next()
    #expect(event?.at("object", "kind") == "Table")
    #expect(event?.at("object", "rows")?.array?.first?["cells"]?.array?.first == "a")
  }

  @Test func `watches whose clients went are forgotten`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("default")
    do {
      let watches = try (0..<20).map { _ in try Watch(cluster, "&timeoutSeconds=60") }
      #expect(watches.count == 20)
      #expect(cluster.api.openWatches == 20)
    }
    let deadline = Date(timeIntervalSinceNow: 5)
    while cluster.api.openWatches > 0, Date() < deadline { usleep(10_000) }
    #expect(cluster.api.openWatches == 0)
    _ = try cluster.makeConfigMap("a")
  }

  @Test func `a client that does not read is let go`() throws {
    let cluster = try ServedCluster()
    try cluster.makeNamespace("default")
    let watch = try Watch(cluster, "&timeoutSeconds=60")
    let data = String(repeating: "x", count: 900_000)
    for number in 0..<30 where cluster.api.openWatches > 0 {
      _ = try cluster.makeConfigMap("big-\(number)", ["x": .string(data)])
    }
    #expect(cluster.api.openWatches == 0)
    withExtendedLifetime(watch) {}
  }
}
