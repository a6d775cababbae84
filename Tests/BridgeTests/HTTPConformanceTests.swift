import CEL
import ConformanceKit
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// The recordings of a real API server, over real sockets.
struct HTTPConformanceTests {
  static let areas = (try? Recording.load().cases.map(\.area)).map { Array(Set($0)).sorted() } ?? []

  @Test func `there are recordings`() throws {
    #expect(try Recording.load().cases.count == 344)
    #expect(Self.areas.count == 24)
  }

  @Test(arguments: areas)
  func `every case passes over HTTP`(area: String) throws {
    let recording = try Recording.load()
    let replayer = try Replayer(
      HTTPTarget(try ServedCluster(.recorded)), fixtures: recording.fixtures)
    var passed = 0
    let cases = recording.cases.filter { $0.area == area }
    for recorded in cases {
      let differences = try replayer.differences(in: recorded)
      #expect(differences.isEmpty, "\(recorded.name): \(differences)")
      if differences.isEmpty { passed += 1 }
    }
    print("apiserver over HTTP: \(area) \(passed)/\(cases.count)")
  }
}

/// A served cluster as the replayer asks it: one connection for calls, one a watch.
private final class HTTPTarget: ReplayTarget {
  private let cluster: ServedCluster
  private let client: LoopbackClient

  init(_ cluster: ServedCluster) throws {
    self.cluster = cluster
    client = try cluster.client()
  }

  private func target(_ call: RecordedCall) -> String {
    func escaped(_ text: String) -> String {
      text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
    let path = call.path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
    let query = call.query.sorted { $0.key < $1.key }.map {
      "\(escaped($0.key))=\(escaped($0.value))"
    }
    return cluster.base + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
  }

  private func headers(_ call: RecordedCall) -> [(String, String)] {
    [
      ("Content-Type", call.contentType), ("Accept", "application/json"),
      ("User-Agent", "golden/1"),
    ]
  }

  func send(_ call: RecordedCall) throws -> ReplayedAnswer {
    let answer = try client.call(
      call.method, target(call), headers: headers(call), body: call.body)
    return ReplayedAnswer(
      code: answer.status, body: (try? JSONValue(parsing: answer.body)) ?? .string(answer.text))
  }

  func watch(_ call: RecordedCall, during: [RecordedCall]) throws -> (
    ReplayedAnswer, events: [JSONValue]
  ) {
    // What is sent while the watch is open is sent as soon as it is.
    var call = call
    call.query["timeoutSeconds"] = "1"
    let watching = try cluster.client()
    try watching.request("GET", target(call), headers: headers(call))
    let (status, headers) = try watching.head()
    for other in during { _ = try send(other) }
    let text = try watching.body(after: headers)
    guard headers["transfer-encoding"] == "chunked" else {
      return (ReplayedAnswer(code: status, body: try JSONValue(parsing: text)), [])
    }
    let events = try text.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
    return (ReplayedAnswer(code: status, body: .null), events)
  }
}
