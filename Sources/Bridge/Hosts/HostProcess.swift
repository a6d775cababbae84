internal import Foundation
internal import Synchronization

/// A host's process with everything it starts, which ends with us, whatever becomes of us.
///
/// It runs below a guardian (Sources/Guardian) that reads a pipe which only we can write to. When the pipe is
/// closed, by us or because we are gone (kill -9 included), the guardian kills all that descends from it.
final class HostProcess: Sendable {
  private struct State {
    var output: [UInt8] = []
    var outputHasEnded = false
    var written = 0
    var exit: String?
    var isStopped = false
  }

  /// How much of the output is kept.
  private static let kept = 64 << 10

  private let state = Mutex(State())
  /// Its end is the end of the host.
  private let lifeline: FileHandle
  private let outputLimit: Int
  private let onExit: @Sendable (String) -> Void

  /// Starts a command with the environment given and no other.
  ///
  /// `onExit` is called once, from any thread, when the process has ended without being stopped.
  init(
    _ command: [String], in directory: String, environment: [String: String], _ limits: HostLimits,
    onExit: @escaping @Sendable (String) -> Void
  ) throws {
    self.onExit = onExit
    outputLimit = limits.output
    guard let guardian = Self.guardian else {
      throw HostFailure(
        "kverify-guardian is not beside kverify: build that product too", output: "")
    }
    let (input, output) = (try Lifeline(), Pipe())
    lifeline = input.ours
    let process = Process()
    process.executableURL = guardian
    process.arguments = [String(limits.memory >> 10)] + command
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.environment = environment
    process.standardInput = input.theirs
    process.standardOutput = output
    process.standardError = output
    output.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let data = handle.availableData
      guard data.isEmpty else {
        self?.took(Array(data))
        return
      }
      handle.readabilityHandler = nil
      self?.state.withLock { $0.outputHasEnded = true }
    }
    process.terminationHandler = { [weak self] process in
      let signal = process.terminationReason == .uncaughtSignal
      let status = process.terminationStatus
      // The guardian says 128 and more for a signal.
      self?.ended(
        signal || status > 128
          ? "was killed by signal \(signal ? status : status - 128)"
          : "exited with status \(status)")
    }
    do {
      try process.run()
    } catch {
      throw HostFailure("\(command.joined(separator: " ")) cannot be started", output: "")
    }
    // The end that is the guardian's now.
    try? input.theirs.close()
  }

  /// The program that runs beside ours.
  private static var guardian: URL? {
    let place = HostEnvironment.folder.appendingPathComponent("kverify-guardian")
    return FileManager.default.isExecutableFile(atPath: place.path) ? place : nil
  }

  /// A pipe of which no other child gets an end, whenever it is started.
  ///
  /// Sockets, since those can be made with that property at once.
  private struct Lifeline {
    let ours: FileHandle
    let theirs: FileHandle

    init() throws {
      var ends: [Int32] = [0, 0]
      let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
        throw HostFailure("no host can be started: too many files are open", output: "")
      }
      ours = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
      theirs = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    }
  }

  deinit { stop() }

  /// What the process wrote last, on both of its outputs.
  ///
  /// Of one that has ended all is waited for, but not long: something it left may hold the pipe.
  var lastOutput: String {
    for _ in 0..<50 {
      if state.withLock({ $0.outputHasEnded || $0.exit == nil }) { break }
      usleep(10_000)
    }
    return String(decoding: state.withLock { $0.output }, as: UTF8.self)
  }

  /// How the process ended; nil while it runs.
  var exit: String? { state.withLock { $0.exit } }

  /// Waits until the process and all that it started are gone, for some seconds at most.
  func waitForEnd() {
    for _ in 0..<500 where exit == nil { usleep(10_000) }
  }

  /// Ends the process and all that it started.
  func stop() {
    let isFirst = state.withLock { state in
      defer { state.isStopped = true }
      return !state.isStopped
    }
    if isFirst { try? lifeline.close() }
  }

  private func took(_ bytes: [UInt8]) {
    let floods = state.withLock { state in
      state.written += bytes.count
      state.output += bytes
      if state.output.count > Self.kept {
        state.output.removeFirst(state.output.count - Self.kept)
      }
      return state.written > outputLimit
    }
    guard floods else { return }
    ended("wrote more than \(outputLimit >> 20) MB")
    stop()
  }

  private func ended(_ how: String) {
    let isNews = state.withLock { state in
      if state.exit != nil { return false }
      state.exit = how
      return !state.isStopped
    }
    if isNews { onExit(how) }
  }
}
