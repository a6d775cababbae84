internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Why the server cannot listen.
package struct HTTPServerError: Error, CustomStringConvertible {
  package let description: String
}

/// An HTTP/1.1 server on the loopback interface that hands each call to the handler of its token.
///
/// One server serves many base URLs, `http://127.0.0.1:PORT/TOKEN`: each run of a process has its
/// own, and so each call says by its URL whose question it is.
package final class HTTPServer: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let routes: RouteTable

  /// The port that is listened on.
  package let port: Int

  /// Listens on a port of 127.0.0.1; 0 takes a free one.
  package init(port: Int = 0, threads: Int = 1) throws {
    // A client that went away is an error of that write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    let routes = RouteTable()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 16)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: true)
          try pipeline.addHandler(HTTPConnection(routes: routes))
        }
      }
    do {
      channel = try bootstrap.bind(host: "127.0.0.1", port: port).wait()
    } catch {
      try? group.syncShutdownGracefully()
      throw HTTPServerError(description: "port \(port) of 127.0.0.1 cannot be listened on")
    }
    self.group = group
    self.routes = routes
    self.port = channel.localAddress?.port ?? port
  }

  /// Serves a handler under a token of its own.
  ///
  /// - Returns: the base URL, without a slash at its end.
  package func serve(_ handler: any APIHandler) -> String {
    let token = AccessToken.make()
    routes.insert(handler, for: token)
    return "http://127.0.0.1:\(port)/\(token)"
  }

  /// Serves a base URL no longer; calls that are being answered go on.
  package func stop(_ baseURL: String) {
    guard let token = baseURL.split(separator: "/").last else { return }
    routes.remove(String(token))
  }

  /// Closes all connections and stops listening.
  package func shutDown() {
    routes.removeAll()
    try? channel.close().wait()
    try? group.syncShutdownGracefully()
  }
}

/// The handlers by their tokens.
final class RouteTable: Sendable {
  private let handlers = Mutex<[String: any APIHandler]>([:])

  func insert(_ handler: any APIHandler, for token: String) {
    handlers.withLock { $0[token] = handler }
  }

  func remove(_ token: String) { handlers.withLock { $0[token] = nil } }

  func removeAll() { handlers.withLock { $0 = [:] } }

  func handler(for token: String) -> (any APIHandler)? { handlers.withLock { $0[token] } }
}
