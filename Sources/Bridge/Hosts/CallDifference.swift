internal import CEL
internal import Model

/// What two runs did after the same answers, for people.
struct CallDifference: CustomStringConvertible {
  /// What a run did next.
  enum Act: Hashable {
    case call(HTTPCall)
    case ended(PostedEnd)
  }

  /// The number of the question, from 1.
  let number: Int
  let first: Act
  let second: Act

  /// The difference; nil where the two are the same.
  init?(_ number: Int, _ first: Act, _ second: Act) {
    if Self.areSame(first, second) { return nil }
    self.number = number
    self.first = first
    self.second = second
  }

  /// Whether two acts are the same but for the order of keys in a body.
  private static func areSame(_ first: Act, _ second: Act) -> Bool {
    guard case .call(var a) = first, case .call(var b) = second else { return first == second }
    if let one = try? JSONValue(parsing: a.body), let other = try? JSONValue(parsing: b.body) {
      if one != other { return false }
      (a.body, b.body) = ([], [])
    }
    return a == b
  }

  var description: String {
    var text = """
      after the same answers two runs differ at question \(number)
        one run    \(Self.text(first))
        the other  \(Self.text(second))
      """
    if case .call(let a) = first, case .call(let b) = second {
      for line in Self.differences(a, b) { text += "\n  \(line)" }
    }
    return text
  }

  private static func text(_ act: Act) -> String {
    switch act {
    case .call(let call):
      let query = call.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      return "asked \(call.method) \(call.path)"
        + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    case .ended(let end):
      return text(end.result) + (end.memoryHash.map { ", with the memoryHash \"\($0)\"" } ?? "")
    }
  }

  private static func text(_ result: RunResult) -> String {
    switch result {
    case .failed(let message): "ended with the error \"\(message)\""
    case .finished(.done): "was done"
    case .finished(.requeue): "asked to be called again"
    case .finished(.requeueAfter(let seconds)): "asked to be called again after \(seconds) s"
    }
  }

  /// How many differing fields are shown.
  private static let shown = 10

  private static func differences(_ a: HTTPCall, _ b: HTTPCall) -> [String] {
    var lines: [String] = []
    if a.contentType != b.contentType {
      lines.append("content type: \(a.contentType) or \(b.contentType)")
    }
    if a.accept != b.accept { lines.append("accept: \(a.accept) or \(b.accept)") }
    if a.userAgent != b.userAgent {
      lines.append("user agent: \(a.userAgent) or \(b.userAgent)")
    }
    if a.body == b.body { return lines }
    guard let one = try? JSONValue(parsing: a.body), let other = try? JSONValue(parsing: b.body)
    else { return lines + ["the bodies differ"] }
    collect(one, other, "", into: &lines)
    return lines.count > shown ? lines.prefix(shown) + ["…"] : lines
  }

  private static func collect(
    _ a: JSONValue?, _ b: JSONValue?, _ path: String, into lines: inout [String]
  ) {
    if a == b { return }
    if let one = a?.object, let other = b?.object {
      for key in Set(one.keys + other.keys).sorted() {
        collect(one[key], other[key], path.isEmpty ? key : "\(path).\(key)", into: &lines)
      }
    } else if let one = a?.array, let other = b?.array {
      for index in 0..<max(one.count, other.count) {
        collect(
          index < one.count ? one[index] : nil, index < other.count ? other[index] : nil,
          "\(path)[\(index)]", into: &lines)
      }
    } else {
      lines.append("\(path.isEmpty ? "body" : path): \(shortened(a)) or \(shortened(b))")
    }
  }

  private static func shortened(_ value: JSONValue?) -> String {
    guard let text = value?.text else { return "nothing" }
    return text.count > 100 ? text.prefix(100) + "…" : text
  }
}
