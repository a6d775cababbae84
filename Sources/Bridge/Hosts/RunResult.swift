internal import CEL
internal import Model

/// How a run ended, as its host says.
enum RunResult: Hashable, Sendable {
  case finished(ReconcileResult)
  case failed(String)

  /// The result that a host posted; nil where it is none.
  init?(json: JSONValue) {
    switch json["result"]?.string {
    case "done": self = .finished(.done)
    case "requeue": self = .finished(.requeue)
    case "requeueAfter":
      guard let seconds = json["seconds"]?.int, (1...1_000_000_000).contains(seconds) else {
        return nil
      }
      self = .finished(.requeueAfter(seconds: Int(seconds)))
    case "error":
      guard let message = json["message"]?.string else { return nil }
      self = .failed(message)
    default: return nil
    }
  }

  /// The result as a host posts it.
  var json: JSONObject {
    switch self {
    case .finished(.done): ["result": "done"]
    case .finished(.requeue): ["result": "requeue"]
    case .finished(.requeueAfter(let seconds)):
      ["result": "requeueAfter", "seconds": .int(Int64(seconds))]
    case .failed(let message): ["result": "error", "message": .string(message)]
    }
  }
}

/// All that a host says at the end of a run.
struct PostedEnd: Hashable, Sendable {
  let result: RunResult
  /// What stands for the state in memory of the process: equal texts, the same behaviour from now on.
  var memoryHash: String?

  /// Makes an end.
  init(_ result: RunResult, memoryHash: String? = nil) {
    self.result = result
    self.memoryHash = memoryHash
  }

  /// More is no hash.
  private static let longest = 1024

  /// What a host posted; nil where it is no end of a run.
  init?(json: JSONValue) {
    guard let result = RunResult(json: json) else { return nil }
    self.result = result
    guard let hash = json["memoryHash"], hash != .null else { return }
    guard let text = hash.string, text.utf8.count <= Self.longest else { return nil }
    memoryHash = text
  }

  /// The end as a host posts it.
  var json: JSONValue {
    var json = result.json
    if let memoryHash { json["memoryHash"] = .string(memoryHash) }
    return .object(json)
  }
}
