package import CEL

/// A request of a recorded case, as bytes.
package struct RecordedCall: Sendable {
  package var method: String
  package var path: String
  package var query: [String: String] = [:]
  package var contentType = "application/json"
  package var body: [UInt8] = []

  /// Makes a request.
  package init(_ method: String, _ path: String, body: JSONValue? = nil) {
    self.method = method
    self.path = path
    self.body = body.map { Array($0.text.utf8) } ?? []
  }
}

/// The answer to a request.
package struct ReplayedAnswer: Sendable {
  package var code: Int
  package var body: JSONValue

  /// Makes an answer.
  package init(code: Int, body: JSONValue) {
    self.code = code
    self.body = body
  }
}

/// A server that recorded cases are sent to: in process, or over HTTP.
package protocol ReplayTarget: AnyObject {
  /// Sends a request.
  func send(_ call: RecordedCall) throws -> ReplayedAnswer

  /// Opens a watch, sends requests while it is open, and reads it to its end.
  ///
  /// - Returns: the answer, and the events where it is a success.
  func watch(_ call: RecordedCall, during: [RecordedCall]) throws -> (
    ReplayedAnswer, events: [JSONValue]
  )
}
