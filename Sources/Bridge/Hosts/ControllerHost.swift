internal import CEL
internal import Foundation
package import Model
internal import Synchronization

/// What is needed to start a host.
package struct HostCommand: Hashable, Sendable {
  package var command: [String]
  /// Where it is started.
  package var directory: String
  /// What its environment has besides what every host's has.
  package var environment: [String: String]
  /// What its requests name: `for` of the scenario.
  package var apiVersion = ""
  package var kind = ""

  /// The command, without what would fill a screen.
  var shortName: String {
    let words = command.map { $0.contains("\n") ? "…" : $0 }
    return words.joined(separator: " ")
  }

  /// Makes a command.
  package init(_ command: [String], in directory: String, environment: [String: String] = [:]) {
    self.command = command
    self.directory = directory
    self.environment = environment
  }
}

/// A controller that runs in a process of its own, behind a host that speaks Adapters/PROTOCOL.md.
///
/// One run is under way at a time. Each has its own base URL, so that every call of the controller's
/// client is a question of that run. A run that is cut is over at once: its
/// host hears of it with its next call. Whoever made a host shuts it down.
package final class ControllerHost: APIHandler {
  private struct State {
    var process: HostProcess?
    /// Where it finds us.
    var url: String?
    /// Once it has failed, the host is not started again.
    var failure: HostFailure?
    var wasAsked = false
    /// Those that wait for work.
    var idle: [(id: Int, channel: any ReplyChannel)] = []
    var lastIdle = 0
    /// Work that nobody has taken yet.
    var work: JSONValue?
    var run: HostedRun?
    var number = 0
    var retired: [String] = []
  }

  private let command: HostCommand
  private let limits: HostLimits
  private let server: HTTPServer
  private let served: ServedKinds
  private let state = Mutex(State())
  /// Held during a run: several threads may search, and the host does one run at a time.
  private let turn = NSLock()

  /// Makes a host that is started for its first run.
  package init(
    _ command: HostCommand, limits: HostLimits = HostLimits(), server: HTTPServer,
    served: ServedKinds
  ) {
    self.command = command
    self.limits = limits
    self.server = server
    self.served = served
  }

  /// Runs one reconcile to its end; each of its calls is answered by the closure.
  ///
  /// - Throws: `HostFailure`, and what the closure throws: the run is cut there.
  func run(
    _ controller: String, _ request: ReconcileRequest, answer: (HTTPCall) throws -> HTTPReply
  ) throws -> PostedEnd {
    turn.lock()
    defer { turn.unlock() }
    try startIfNeeded()
    let run = HostedRun(served)
    let url = server.serve(run)
    begin(run, controller, request, url)
    defer { end(run, url) }
    var calls = 0
    while true {
      switch run.next(within: calls == 0 ? limits.start : limits.silence) {
      case .call(let call, let channel)?:
        calls += 1
        if calls > limits.calls { throw failure("made more than \(limits.calls) calls in one run") }
        do {
          channel.reply(try answer(call))
        } catch {
          channel.reply(HostedRun.over)
          throw error
        }
      case .ended(let end)?: return end
      case .failed(let what)?: throw failure(what)
      case nil: throw silenceFailure(request)
      }
    }
  }

  /// Ends the host's process.
  package func shutDown() {
    let (process, urls) = state.withLock { state in
      defer { (state.process, state.url, state.retired) = (nil, nil, []) }
      return (state.process, state.retired + [state.url].compactMap(\.self))
    }
    process?.stop()
    for url in urls { server.stop(url) }
  }

  /// Ends the host's process, and waits for its end: another one takes its place.
  func retire() {
    let process = state.withLock { $0.process }
    shutDown()
    process?.waitForEnd()
  }

  /// What the host wrote last.
  package var lastOutput: String { state.withLock { $0.process }?.lastOutput ?? "" }

  // MARK: The process

  private func startIfNeeded() throws {
    let (running, failed) = state.withLock { ($0.process, $0.failure) }
    if let failed { throw failed }
    if let running {
      if let exit = running.exit { throw failure(exit) }
      return
    }
    let url = server.serve(self)
    let process = try HostProcess(
      command.command, in: command.directory,
      environment: HostEnvironment.make(host: url, adding: command.environment), limits
    ) { [weak self] how in
      self?.state.withLock { $0.run }?.put(.failed(how))
    }
    state.withLock { ($0.process, $0.url) = (process, url) }
  }

  private func failure(_ what: String) -> HostFailure {
    let process = state.withLock { $0.process }
    process?.stop()
    let failure = HostFailure(
      "the host \(command.shortName) \(what)", output: process?.lastOutput ?? "")
    state.withLock { $0.failure = failure }
    return failure
  }

  private func silenceFailure(_ request: ReconcileRequest) -> HostFailure {
    let (wasAsked, waits) = state.withLock { ($0.wasAsked, $0.work != nil) }
    if !wasAsked { return failure("did not ask for work within \(limits.start) s") }
    return waits
      ? failure("did not ask for more work within \(limits.start) s")
      : failure("was silent for \(limits.silence) s in a reconcile of \(request)")
  }

  // MARK: Runs

  private func begin(
    _ run: HostedRun, _ controller: String, _ request: ReconcileRequest, _ url: String
  ) {
    let taker = state.withLock { state in
      state.number += 1
      state.run = run
      state.work = [
        "run": .string(String(state.number)), "controller": .string(controller),
        "request": [
          "apiVersion": .string(command.apiVersion), "kind": .string(command.kind),
          "namespace": .string(request.namespace), "name": .string(request.name),
        ],
        "apiServer": .string(url), "cachedApiServer": .string(url + "/cached"),
      ]
      return Self.handOut(&state)
    }
    taker?()
    // The process may have ended before it could be told.
    if let exit = state.withLock({ $0.process?.exit }) { run.put(.failed(exit)) }
  }

  /// Gives the work to one that waits for it, if there are both.
  private static func handOut(_ state: inout State) -> (() -> Void)? {
    guard let work = state.work, !state.idle.isEmpty else { return nil }
    let channel = state.idle.removeFirst().channel
    state.work = nil
    return { channel.reply(HTTPReply(json: work)) }
  }

  private func end(_ run: HostedRun, _ url: String) {
    run.finish()
    let forgotten = state.withLock { state in
      state.run = nil
      state.work = nil
      // A client that is late is told that its run is over, as long as it is not very late.
      state.retired.append(url)
      return state.retired.count > 32 ? state.retired.removeFirst() : nil
    }
    if let forgotten { server.stop(forgotten) }
  }

  // MARK: The protocol

  package func answer(_ call: HTTPCall, on channel: any ReplyChannel) {
    let parts = call.path.split(separator: "/")
    switch (call.method, parts.count) {
    case ("GET", 1) where parts[0] == "next": wait(call, channel)
    case ("POST", 3) where parts[0] == "runs" && parts[2] == "result":
      channel.reply(take(call.body, of: String(parts[1])))
    default: channel.reply(HTTPReply(APIError.noSuchPath.response))
    }
  }

  /// Seconds after which one that waits for work is sent to ask again.
  private static let patience = 30

  private func wait(_ call: HTTPCall, _ channel: any ReplyChannel) {
    let version = call.query["protocol"] ?? "1"
    guard version == "1" else {
      return channel.reply(
        HTTPReply(APIError.badRequest("protocol \(version) is not spoken here, 1 is").response))
    }
    let (id, taker) = state.withLock { state in
      state.wasAsked = true
      state.lastIdle += 1
      state.idle.append((state.lastIdle, channel))
      return (state.lastIdle, Self.handOut(&state))
    }
    channel.onClose { [weak self] in
      self?.state.withLock { state in state.idle.removeAll { $0.id == id } }
    }
    channel.after(seconds: Self.patience) {
      channel.reply(HTTPReply(status: 204, contentType: "application/json", body: ""))
    }
    taker?()
  }

  private func take(_ body: [UInt8], of number: String) -> HTTPReply {
    let run = state.withLock { String($0.number) == number ? $0.run : nil }
    guard let run else { return HostedRun.over }
    guard let end = (try? JSONValue(parsing: body)).flatMap({ PostedEnd(json: $0) }) else {
      let text = String(decoding: body.prefix(500), as: UTF8.self)
      run.put(.failed("posted a result that is none: \(text)"))
      return HTTPReply(APIError.badRequest("this is no result").response)
    }
    return run.put(.ended(end)) ? HTTPReply(json: [:]) : HostedRun.over
  }
}
