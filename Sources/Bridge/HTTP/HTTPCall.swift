/// One call of a client, after the token was taken off its path.
package struct HTTPCall: Hashable, Sendable {
  /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, or what else the client wrote.
  package var method: String
  /// Decoded; begins with a slash.
  package var path: String
  /// Decoded; of several values of one name the first.
  package var query: [String: String]
  package var accept: String
  /// With its parameters.
  package var contentType: String
  package var userAgent: String
  package var body: [UInt8]

  /// Makes a call.
  package init(
    method: String, path: String, query: [String: String] = [:], accept: String = "",
    contentType: String = "", userAgent: String = "", body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.accept = accept
    self.contentType = contentType
    self.userAgent = userAgent
    self.body = body
  }
}

/// A whole answer to a call.
package struct HTTPReply: Hashable, Sendable {
  package var status: Int
  package var contentType: String
  package var body: [UInt8]

  /// Makes an answer.
  package init(status: Int, contentType: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }
}

/// What answers the calls to one base URL: a live store, or the oracle of a run.
package protocol APIHandler: Sendable {
  /// Answers a call, now or later, from any thread.
  ///
  /// Must not block: it runs on the thread that reads the network.
  func answer(_ call: HTTPCall, on channel: any ReplyChannel)
}

/// Where the answer to one call goes: a whole reply, or a stream.
///
/// May be used from any thread. What comes after the end, or after the client is gone, is dropped.
package protocol ReplyChannel: AnyObject, Sendable {
  /// Sends a whole answer.
  func reply(_ reply: HTTPReply)
  /// Begins a stream with status 200.
  func begin(contentType: String)
  /// Sends the next part of a stream.
  ///
  /// - Returns: false where the client is gone, or reads so slowly that it was let go.
  func send(_ bytes: [UInt8]) -> Bool
  /// Ends a stream.
  func end()
  /// Calls back once, when the client is gone or the answer has ended.
  func onClose(_ action: @escaping @Sendable () -> Void)
  /// Calls back after some seconds, unless the client is gone or the answer has ended by then.
  func after(seconds: Int, _ action: @escaping @Sendable () -> Void)
}
