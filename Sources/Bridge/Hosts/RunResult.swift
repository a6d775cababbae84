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
  var json: JSONValue {
    switch self {
    case .finished(.done): ["result": "done"]
    case .finished(.requeue): ["result": "requeue"]
    case .finished(.requeueAfter(let seconds)):
      ["result": "requeueAfter", "seconds": .int(Int64(seconds))]
    case .failed(let message): ["result": "error", "message": .string(message)]
    }
  }
}
