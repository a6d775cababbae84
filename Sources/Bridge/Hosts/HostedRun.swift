internal import Foundation
internal import Model
internal import Synchronization

/// One run of a reconcile in a host: what comes from the host waits here for the search's thread.
///
/// When the run is over, because it ended or was cut, calls are answered with 410.
final class HostedRun: APIHandler {
  /// What a host may send next.
  enum Input: Sendable {
    case call(HTTPCall, any ReplyChannel)
    case ended(PostedEnd)
    case failed(String)
  }

  private struct State {
    var inputs: [Input] = []
    var isOver = false
  }

  private let served: ServedKinds
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)

  init(_ served: ServedKinds) { self.served = served }

  func answer(_ call: HTTPCall, on channel: any ReplyChannel) {
    do throws(APIError) {
      // What the server says of itself is no question: it is the same in all runs.
      var plain = call
      plain.path = RunQuestions.plainPath(call.path)
      if let reply = try ServerDocuments.reply(to: plain, { served }) {
        return channel.reply(reply)
      }
    } catch {
      return channel.reply(HTTPReply(error.response))
    }
    if !put(.call(call, channel)) { channel.reply(Self.over) }
  }

  /// The answer to a call that comes too late.
  static var over: HTTPReply {
    HTTPReply(APIError.runIsOver.response)
  }

  /// Adds an input; returns false where the run is over.
  @discardableResult
  func put(_ input: Input) -> Bool {
    let isTaken = state.withLock { state in
      if state.isOver { return false }
      state.inputs.append(input)
      return true
    }
    if isTaken { arrived.signal() }
    return isTaken
  }

  /// The next input; nil where none comes within some seconds.
  func next(within seconds: Int) -> Input? {
    guard arrived.wait(timeout: .now() + .seconds(seconds)) == .success else { return nil }
    return state.withLock { $0.inputs.isEmpty ? nil : $0.inputs.removeFirst() }
  }

  /// Ends the run: who still waits for an answer is told.
  func finish() {
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.inputs = [] }
      return state.inputs
    }
    for case .call(_, let channel) in waiting { channel.reply(Self.over) }
  }
}
