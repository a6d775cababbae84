internal import CEL
internal import Foundation
internal import Model

/// The server of one controller's hooks: started when it is first asked, asked once for each distinct
/// request, and once more to see that the answer stays the same.
///
/// The second request is a ``RequestVariant``: an answer that depends on numbers which kverify does not
/// keep is no function of what states hold.
final class HookServer: HookClient, @unchecked Sendable {
  private let connection: MetacontrollerController.Connection
  private let directory: String
  private let limits: HostLimits
  private let cache: (any RunCache)?
  /// Whether each request is made a second time.
  private let isChecking: Bool
  /// Held during a call: what follows is only used with it.
  private let turn = NSLock()
  private var answers: [HookQuestion: HookAnswer] = [:]
  /// What was asked now or by an earlier verification.
  private var records = HookRecords()
  private var isSaved = true
  private var counts = RunFigures()
  private var process: HostProcess?
  private var port = 0
  /// Once it has failed, the server is not started again.
  private var failure: HookFailure?

  init(
    _ connection: MetacontrollerController.Connection, in directory: String, _ limits: HostLimits,
    isChecking: Bool = true, cache: (any RunCache)? = nil
  ) {
    self.isChecking = isChecking
    self.cache = cache
    self.connection = connection
    self.directory = directory.isEmpty ? "." : directory
    self.limits = limits
    guard let code, let bytes = cache?.load(code) else { return }
    if let records = (try? JSONValue(parsing: bytes)).flatMap({ HookRecords(json: $0) }) {
      self.records = records
    } else {
      cache?.reject(code, because: "it is damaged")
    }
  }

  /// What the answers depend on besides the requests; nil where somebody else runs the server.
  private var code: HostedCode? {
    guard case .process(let command, let own, let files, let port) = connection else { return nil }
    let environment = Dictionary(own.map { ($0.key, $0.value) }) { _, last in last }
    return HostedCode(
      controller: "hooks",
      command: HostCommand(command, in: directory, environment: environment), files: files,
      surroundings: [
        "hooks", HostEnvironment.clock ?? "no frozen clock",
        port.map { "port \($0)" } ?? "any port",
      ])
  }

  /// Gives what is new to the cache, unless a hook failed or is no function of its request.
  func save() {
    turn.lock()
    defer { turn.unlock() }
    guard let code, !isSaved, failure == nil else { return }
    cache?.save(Array(records.json.text.utf8), for: code)
    isSaved = true
  }

  /// How often hooks were asked.
  var figures: RunFigures {
    turn.lock()
    defer { turn.unlock() }
    return counts
  }

  func answer(_ hook: MetacontrollerController.Hook, to request: JSONObject) throws -> HookAnswer {
    turn.lock()
    defer { turn.unlock() }
    let question = HookQuestion(
      path: hook.path, body: JSONValue.object(request).text, seesGenerations: hook.seesGenerations)
    if let known = answers[question] { return known }
    if let failure { throw failure }
    do {
      let entry = try record(hook, question, request)
      records[question] = entry
      answers[question] = entry.answer
      return entry.answer
    } catch {
      process?.stop()
      let failure = HookFailure(
        HostFailure("\(name) \(error.reason)", output: process?.lastOutput ?? "").description)
      self.failure = failure
      throw failure
    }
  }

  /// The answer that is known, or that the hook gives now; seen twice where that is asked for.
  private func record(
    _ hook: MetacontrollerController.Hook, _ question: HookQuestion, _ request: JSONObject
  ) throws(LoopbackPost.Failure) -> HookRecords.Entry {
    var entry: HookRecords.Entry
    if let known = records[question] {
      entry = known
      counts.recalled += 1
    } else {
      try startIfNeeded()
      entry = HookRecords.Entry(answer: try ask(question), isChecked: false)
      counts.executed += 1
      isSaved = false
    }
    if isChecking, !entry.isChecked {
      try startIfNeeded()
      try confirm(entry.answer, hook, question, request)
      entry.isChecked = true
      counts.repeated += 1
      isSaved = false
    }
    return entry
  }

  /// How many distinct requests were made.
  var requests: Int {
    turn.lock()
    defer { turn.unlock() }
    return answers.count
  }

  /// Ends the server's process.
  func shutDown() {
    turn.lock()
    defer { turn.unlock() }
    process?.stop()
    process = nil
  }

  private var name: String {
    switch connection {
    case .process(let command, _, _, _):
      "the hooks' server \(HostCommand(command, in: "").shortName)"
    case .running(let host, let port): "the hooks' server \(host):\(port)"
    }
  }

  // MARK: The process

  private func startIfNeeded() throws(LoopbackPost.Failure) {
    if let exit = process?.exit { throw LoopbackPost.Failure(reason: exit) }
    guard port == 0 else { return }
    switch connection {
    case .running(_, let port): self.port = port
    case .process(let command, let environment, _, let fixed):
      try start(command, environment, fixed)
    }
  }

  private func start(_ command: [String], _ own: [Label], _ fixed: Int?)
    throws(LoopbackPost.Failure)
  {
    if let fixed, LoopbackPost.isListening(fixed) {
      throw LoopbackPost.Failure(
        reason: "cannot be started: somebody else listens on its port \(fixed)")
    }
    guard let port = fixed ?? LoopbackPost.freePort() else {
      throw LoopbackPost.Failure(reason: "cannot be started: no port is free")
    }
    var environment = HostEnvironment.make(host: "", adding: [:])
    environment["KVERIFY_HOST"] = nil
    environment["KVERIFY_PROTOCOL"] = nil
    environment["PORT"] = String(port)
    environment["HOST"] = "127.0.0.1"
    for variable in own { environment[variable.key] = variable.value }
    do {
      process = try HostProcess(command, in: directory, environment: environment, limits) { _ in }
    } catch {
      throw LoopbackPost.Failure(reason: "cannot be started")
    }
    let deadline = Date(timeIntervalSinceNow: Double(limits.start))
    while !LoopbackPost.isListening(port) {
      if let exit = process?.exit { throw LoopbackPost.Failure(reason: exit) }
      guard Date() < deadline else {
        throw LoopbackPost.Failure(
          reason: "did not listen on port \(port) of 127.0.0.1 within \(limits.start) s")
      }
      usleep(10_000)
    }
    self.port = port
  }

  // MARK: Calls

  private func ask(_ question: HookQuestion) throws(LoopbackPost.Failure) -> HookAnswer {
    let answer: LoopbackPost.Answer
    do {
      answer = try LoopbackPost.send(
        Array(question.body.utf8), to: question.path, port: port, host: "127.0.0.1",
        within: limits.silence)
    } catch {
      // What ended it says more than that it did not answer.
      for _ in 0..<200 where process != nil && process?.exit == nil { usleep(5_000) }
      throw process?.exit.map { LoopbackPost.Failure(reason: $0) } ?? error
    }
    let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
      .split(whereSeparator: \.isNewline).joined(separator: " ")
    switch answer.status {
    case 200:
      guard let body = (try? JSONValue(parsing: answer.body))?.object else {
        throw LoopbackPost.Failure(reason: "answered nonsense on \(question.path): \(text)")
      }
      return .answered(body)
    case 429: return .tooManyRequests(seconds: Int(answer.headers["retry-after"] ?? "") ?? 0)
    case 0: throw LoopbackPost.Failure(reason: "does not speak HTTP: \(text)")
    default: return .refused(code: answer.status, text: text)
    }
  }

  /// Asks again, with other numbers, and sees that the answer is the same.
  private func confirm(
    _ answer: HookAnswer, _ hook: MetacontrollerController.Hook, _ question: HookQuestion,
    _ request: JSONObject
  ) throws(LoopbackPost.Failure) {
    let variant = RequestVariant(of: request, movesGenerations: !hook.seesGenerations)
    let second = variant.restored(try ask(variant.request, hook))
    guard second != answer else { return }
    let difference = Self.difference(answer, second)
    guard try ask(question) == answer else {
      throw LoopbackPost.Failure(
        reason: "is not deterministic: \(hook.path) answered the same request differently, "
          + difference)
    }
    let plain = RequestVariant(of: request, movesGenerations: false)
    guard try ask(plain.request, hook) == answer else {
      throw LoopbackPost.Failure(
        reason: "answers by metadata.resourceVersion, which every write changes: with another one "
          + "\(hook.path) differs, \(difference)")
    }
    throw LoopbackPost.Failure(
      reason: "answers by the numbers of generations, not only by their order: with others "
        + "\(hook.path) differs, \(difference); write generations: exact, which takes more states")
  }

  private func ask(_ request: JSONObject, _ hook: MetacontrollerController.Hook)
    throws(LoopbackPost.Failure) -> HookAnswer
  {
    try ask(HookQuestion(path: hook.path, body: JSONValue.object(request).text))
  }

  /// The first difference of two answers, in words.
  private static func difference(_ first: HookAnswer, _ second: HookAnswer) -> String {
    if case .answered(let a) = first, case .answered(let b) = second,
      let found = JSONDifference.first(.object(a), .object(b))
    {
      return found
    }
    return "first \(describe(first)), then \(describe(second))"
  }

  private static func describe(_ answer: HookAnswer) -> String {
    switch answer {
    case .answered: "200"
    case .tooManyRequests: "429"
    case .refused(let code, _): "\(code)"
    }
  }
}
