internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// The answer to one request on a connection.
final class NIOReplyChannel: ReplyChannel {
  /// How much a stream may owe to a client that does not read, before it is let go.
  static let owedLimit = 8 << 20

  private struct State {
    var isDone = false
    var owed = 0
    var closing: [@Sendable () -> Void] = []
    var timers: [Scheduled<Void>] = []
  }

  private let channel: any Channel
  private let version: HTTPVersion
  private let closesConnection: Bool
  /// Called on the event loop when the answer has been given and the connection stays.
  private let onEnd: @Sendable () -> Void
  private let state = Mutex(State())

  init(
    _ channel: any Channel, version: HTTPVersion, closesConnection: Bool,
    onEnd: @escaping @Sendable () -> Void
  ) {
    self.channel = channel
    self.version = version
    self.closesConnection = closesConnection
    self.onEnd = onEnd
  }

  func reply(_ reply: HTTPReply) {
    guard finish() else { return }
    var headers = headers(reply.contentType)
    headers.add(name: "Content-Length", value: String(reply.body.count))
    let head = HTTPResponseHead(
      version: version, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
    onLoop { [self] in
      channel.write(HTTPServerResponsePart.head(head), promise: nil)
      if !reply.body.isEmpty {
        let buffer = channel.allocator.buffer(bytes: reply.body)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
      }
      writeEnd()
    }
  }

  func begin(contentType: String) {
    let head = HTTPResponseHead(version: version, status: .ok, headers: headers(contentType))
    onLoop { [self] in
      channel.writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
    }
  }

  func send(_ bytes: [UInt8]) -> Bool {
    let (goes, overflows) = state.withLock { state in
      if state.isDone { return (false, false) }
      state.owed += bytes.count
      return (state.owed <= Self.owedLimit, state.owed > Self.owedLimit)
    }
    if overflows {
      clientIsGone()
      channel.close(promise: nil)
    }
    guard goes else { return false }
    onLoop { [self] in
      let buffer = channel.allocator.buffer(bytes: bytes)
      channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer))).whenComplete { _ in
        self.state.withLock { $0.owed -= bytes.count }
      }
    }
    return true
  }

  func end() {
    guard finish() else { return }
    onLoop { self.writeEnd() }
  }

  func onClose(_ action: @escaping @Sendable () -> Void) {
    let isDone = state.withLock { state in
      if !state.isDone { state.closing.append(action) }
      return state.isDone
    }
    if isDone { action() }
  }

  func after(seconds: Int, _ action: @escaping @Sendable () -> Void) {
    let timer = channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { [self] in
      if !state.withLock({ $0.isDone }) { action() }
    }
    let isDone = state.withLock { state in
      if !state.isDone { state.timers.append(timer) }
      return state.isDone
    }
    if isDone { timer.cancel() }
  }

  /// Notes that nobody waits for the answer any more.
  func clientIsGone() { _ = finish() }

  /// Notes the end, once; returns whether this was the first.
  private func finish() -> Bool {
    let done: State? = state.withLock { state in
      if state.isDone { return nil }
      state.isDone = true
      let closing = state
      state.closing = []
      state.timers = []
      return closing
    }
    guard let done else { return false }
    for timer in done.timers { timer.cancel() }
    for action in done.closing { action() }
    return true
  }

  private func headers(_ contentType: String) -> HTTPHeaders {
    var headers = HTTPHeaders([
      ("Content-Type", contentType), ("Cache-Control", "no-cache, private"),
    ])
    if closesConnection { headers.add(name: "Connection", value: "close") }
    return headers
  }

  /// Writes the end of the answer; runs on the event loop.
  private func writeEnd() {
    let closes = closesConnection
    let channel = channel
    channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
      if closes { channel.close(mode: .all, promise: nil) }
    }
    if !closes { onEnd() }
  }

  private func onLoop(_ action: @escaping @Sendable () -> Void) {
    if channel.eventLoop.inEventLoop { action() } else { channel.eventLoop.execute(action) }
  }
}
