internal import Foundation

/// One POST of JSON to a server on this machine, on a connection of its own, waited for.
struct LoopbackPost {
  /// An answer, read whole.
  struct Answer {
    let status: Int
    /// By lower-case name.
    let headers: [String: String]
    let body: [UInt8]
  }

  /// Why there is no answer, as the rest of a sentence about the server.
  struct Failure: Error {
    let reason: String
  }

  /// More is no answer of a hook.
  private static let mostBytes = 64 << 20

  private let descriptor: Int32
  private let deadline: Date

  /// Whether somebody listens on a port of 127.0.0.1.
  static func isListening(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return connects(descriptor, port)
  }

  /// A port of 127.0.0.1 on which nobody listens; nil where there is none.
  static func freePort() -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var place = address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    return isBound ? Int(UInt16(bigEndian: place.sin_port)) : nil
  }

  /// Sends a body and reads the answer.
  static func send(
    _ body: [UInt8], to path: String, port: Int, host: String, within seconds: Int
  ) throws(Failure) -> Answer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    guard connects(descriptor, port) else { throw Failure(reason: "takes no connections") }
    let post = LoopbackPost(
      descriptor: descriptor, deadline: Date(timeIntervalSinceNow: Double(seconds)))
    let head =
      "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nContent-Type: application/json\r\n"
      + "Accept: application/json\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    try post.write(Array(head.utf8) + body, within: seconds)
    return try post.read(within: seconds)
  }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  private static func connects(_ descriptor: Int32, _ port: Int) -> Bool {
    var place = address(port)
    return withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  /// Lets calls wait until the deadline; false where it has passed.
  private func wait(for option: Int32) -> Bool {
    let left = deadline.timeIntervalSinceNow
    guard left > 0 else { return false }
    var patience = timeval(
      tv_sec: Int(left), tv_usec: Int(left.truncatingRemainder(dividingBy: 1) * 1e6))
    if patience.tv_sec == 0, patience.tv_usec == 0 { patience.tv_usec = 1 }
    setsockopt(
      descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    return true
  }

  private func write(_ bytes: [UInt8], within seconds: Int) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      guard wait(for: SO_SNDTIMEO) else { throw Failure(reason: "was silent for \(seconds) s") }
      let count = bytes.withUnsafeBytes { raw in
        Foundation.send(
          descriptor, raw.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        // It may have answered without reading all; what it said is read.
        return
      }
    }
  }

  private func read(within seconds: Int) throws(Failure) -> Answer {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      if let answer = Self.answer(bytes, isWhole: false) { return answer }
      guard bytes.count <= Self.mostBytes else {
        throw Failure(reason: "answered with more than \(Self.mostBytes >> 20) MB")
      }
      guard wait(for: SO_RCVTIMEO) else { throw Failure(reason: "was silent for \(seconds) s") }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 {
        bytes += buffer[0..<count]
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        break
      }
    }
    if let answer = Self.answer(bytes, isWhole: true) { return answer }
    throw Failure(
      reason: bytes.isEmpty
        ? "closed the connection without an answer" : "did not finish its answer")
  }

  /// The answer that bytes hold; nil where it is not complete.
  private static func answer(_ bytes: [UInt8], isWhole: Bool) -> Answer? {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count > 1, lines[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      return isWhole ? Answer(status: 0, headers: [:], body: bytes) : nil
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let rest = bytes[end.upperBound...]
    if headers["transfer-encoding"]?.lowercased() == "chunked" {
      return chunks(rest).map { Answer(status: status, headers: headers, body: $0) }
    }
    if let length = headers["content-length"].flatMap({ Int($0) }) {
      guard length >= 0, rest.count >= length else { return nil }
      return Answer(status: status, headers: headers, body: Array(rest.prefix(length)))
    }
    return isWhole ? Answer(status: status, headers: headers, body: Array(rest)) : nil
  }

  /// The body of a chunked answer; nil where it is not complete.
  private static func chunks(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var body: [UInt8] = []
    var rest = bytes
    while let line = rest.firstRange(of: Array("\r\n".utf8)) {
      let size = String(decoding: rest[..<line.lowerBound], as: UTF8.self)
        .prefix { $0 != ";" }
      guard let count = Int(size.trimmingCharacters(in: .whitespaces), radix: 16), count >= 0,
        rest[line.upperBound...].count >= count + 2
      else { return nil }
      rest = rest[line.upperBound...]
      if count == 0 { return body }
      body += rest.prefix(count)
      rest = rest.dropFirst(count + 2)
    }
    return nil
  }
}
