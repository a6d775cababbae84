import CEL
import ConformanceKit

@testable import Model

/// A live cluster in process, asked as over HTTP but for the bytes on the wire.
final class InProcessTarget: ReplayTarget {
  private let cluster = LiveCluster(.recorded, store: .forTests())

  func send(_ call: RecordedCall) -> ReplayedAnswer {
    let response = cluster.answer(raw(call))
    return ReplayedAnswer(code: response.code, body: response.body)
  }

  func watch(_ call: RecordedCall, during: [RecordedCall]) -> (ReplayedAnswer, events: [JSONValue])
  {
    do throws(APIError) {
      let list = try raw(call).request(cluster.server.resources)
      var (session, events) = try WatchSession.open(list, in: cluster)
      let opened = cluster.store.revision
      for other in during { _ = send(other) }
      for write in cluster.store.writes(after: opened) ?? [] where !session.hasFailed {
        if let event = session.event(of: write) { events.append(event) }
      }
      if let bookmark = session.dueBookmark() { events.append(bookmark) }
      return (ReplayedAnswer(code: 200, body: .null), events)
    } catch {
      return (ReplayedAnswer(code: error.response.code, body: error.response.body), [])
    }
  }

  private func raw(_ call: RecordedCall) -> RawRequest {
    RawRequest(
      method: call.method, path: call.path, query: call.query, contentType: call.contentType,
      body: RequestBody.decode(call.body, contentType: call.contentType), agent: "golden")
  }
}

extension LiveStore {
  /// A store whose uids and times are the same in each run.
  static func forTests() -> LiveStore {
    LiveStore(generator: CountingGenerator()) { "2021-02-03T04:05:06Z" }
  }
}

/// Numbers that are all different and the same in each run (splitmix64).
struct CountingGenerator: RandomNumberGenerator {
  private var state: UInt64 = 0

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
