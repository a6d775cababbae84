internal import CEL
internal import Model
internal import NIOCore
internal import NIOHTTP1

/// Collects the requests of one connection and hands them to their handlers.
///
/// Lives on its event loop. A request that is too large, or too slow to arrive, ends the connection.
final class HTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// As upstream: MaxRequestBodyBytes of staging/src/k8s.io/apiserver/pkg/server/config.go.
  static let bodyLimit = 3 << 20
  /// How long a request may take to arrive, and a connection may be idle.
  static let patience = TimeAmount.seconds(300)

  private enum State {
    case idle
    case receiving(HTTPRequestHead, ByteBuffer)
    /// The rest of a request that was answered before its end.
    case refusing
  }

  private let routes: RouteTable
  private var state = State.idle
  private var deadline: Scheduled<Void>?
  private var current: NIOReplyChannel?

  init(routes: RouteTable) { self.routes = routes }

  func channelActive(context: ChannelHandlerContext) {
    expectRequest(context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    current?.clientIsGone()
    current = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), _): begin(head, context)
    case (.body(var part), .receiving(let head, var body)):
      state = .idle  // Lets the buffer grow in place.
      body.writeBuffer(&part)
      state = .receiving(head, body)
      if body.readableBytes > Self.bodyLimit { refuse(context) }
    case (.end, .receiving(let head, let body)):
      state = .idle
      deadline?.cancel()
      finish(head, body, context)
    case (.body, _), (.end, _): break
    }
  }

  /// Closes the connection where no request has come by the deadline.
  private func expectRequest(_ context: ChannelHandlerContext) {
    deadline?.cancel()
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    state = .receiving(head, context.channel.allocator.buffer(capacity: 0))
    if length > Self.bodyLimit { return refuse(context) }
    if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
    {
      let proceed = HTTPResponseHead(version: head.version, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(proceed)), promise: nil)
    }
  }

  private func refuse(_ context: ChannelHandlerContext) {
    guard case .receiving(let head, _) = state else { return }
    state = .refusing
    let response = APIError.requestTooLarge(limit: Self.bodyLimit).response
    channel(for: head, context, closes: true).reply(HTTPReply(response))
  }

  private func finish(
    _ head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext
  ) {
    let channel = channel(for: head, context, closes: !head.isKeepAlive)
    guard let target = RequestTarget(head.uri) else {
      return channel.reply(HTTPReply(APIError.badRequest("the URL cannot be read").response))
    }
    guard let handler = routes.handler(for: target.token) else {
      return channel.reply(HTTPReply(APIError.noSuchBaseURL.response))
    }
    let headers = head.headers
    handler.answer(
      HTTPCall(
        method: head.method.rawValue, path: target.path, query: target.query,
        accept: headers["accept"].joined(separator: ","),
        contentType: headers.first(name: "content-type") ?? "",
        userAgent: headers.first(name: "user-agent") ?? "", body: Array(body.readableBytesView)),
      on: channel)
  }

  private func channel(
    for head: HTTPRequestHead, _ context: ChannelHandlerContext, closes: Bool
  ) -> NIOReplyChannel {
    let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    let channel = NIOReplyChannel(
      context.channel, version: head.version, closesConnection: closes
    ) {
      loopBound.value.current = nil
      loopBound.value.expectRequest(bound.value)
    }
    current = channel
    return channel
  }
}

extension APIError {
  /// 404: the first segment of the path is no token.
  static var noSuchBaseURL: APIError {
    .notServed("there is nothing under this URL: its path begins with a token that kverify prints")
  }
}
