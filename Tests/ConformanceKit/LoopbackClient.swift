internal import Foundation

/// A blocking HTTP/1.1 client on one connection to 127.0.0.1, which also sends what no good client
/// does.
package final class LoopbackClient {
  /// An answer, read whole.
  package struct Answer: Sendable {
    package let status: Int
    /// By lower-case name.
    package let headers: [String: String]
    package let body: [UInt8]

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The connection broke, or nothing came for ten seconds.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0

  /// Connects.
  package init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "no socket") }
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(4))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      close(descriptor)
      throw Failure(description: "cannot connect")
    }
  }

  deinit { close(descriptor) }

  /// Sends bytes as they are.
  package func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Foundation.send(
          descriptor, raw.baseAddress.map { $0 + sent }, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "the connection is closed") }
      sent += count
    }
  }

  /// Sends a request.
  package func request(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []
  ) throws {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
      text += "Content-Length: \(body.count)\r\n"
    }
    try send(Array((text + "\r\n").utf8) + body)
  }

  /// Sends a request and reads the answer.
  package func call(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []
  ) throws -> Answer {
    try request(method, target, headers: headers, body: body)
    return try answer()
  }

  /// Reads an answer.
  package func answer() throws -> Answer {
    let (status, headers) = try head()
    return Answer(status: status, headers: headers, body: try body(after: headers))
  }

  /// Reads the body that follows headers.
  package func body(after headers: [String: String]) throws -> [UInt8] {
    guard headers["transfer-encoding"] == "chunked" else {
      return try take(headers["content-length"].flatMap { Int($0) } ?? 0)
    }
    var body: [UInt8] = []
    while let part = try chunk() { body += part }
    return body
  }

  /// Reads the status line and the headers.
  package func head() throws -> (status: Int, headers: [String: String]) {
    let first = try line().split(separator: " ")
    guard first.count >= 2, let status = Int(first[1]) else {
      throw Failure(description: "no status line")
    }
    var headers: [String: String] = [:]
    while case let line = try line(), !line.isEmpty {
      let sides = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if sides.count == 2 { headers[sides[0].lowercased()] = sides[1] }
    }
    return (status, headers)
  }

  /// Reads the next part of a stream; nil at its end.
  package func chunk() throws -> [UInt8]? {
    guard let size = Int(try line(), radix: 16) else { throw Failure(description: "no chunk") }
    let part = try take(size)
    _ = try line()
    return size == 0 ? nil : part
  }

  /// Whether the server has closed the connection.
  package func isClosed() -> Bool {
    if position < buffer.count { return false }
    return (try? fill()) == nil
  }

  private func line() throws -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try take(1)[0]
      if byte == UInt8(ascii: "\n") { break }
      bytes.append(byte)
    }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while buffer.count - position < count { try fill() }
    defer { position += count }
    return Array(buffer[position..<position + count])
  }

  private func fill() throws {
    buffer.removeFirst(position)
    position = 0
    var part = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &part, part.count, 0)
    guard count > 0 else {
      throw Failure(description: count == 0 ? "the connection is closed" : "nothing came")
    }
    buffer += part.prefix(count)
  }
}
