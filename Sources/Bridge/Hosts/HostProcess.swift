internal import Foundation
internal import Synchronization

/// A host's process with everything it starts, which ends with us, whatever becomes of us.
///
/// A guardian (a shell) starts the command in a session of its own and reads a pipe that only we can
/// write to. When the pipe is closed, by us or because we are gone (kill -9 included), it kills the
/// session's processes; when the command ends, it kills what the command left behind.
final class HostProcess: Sendable {
  private static let guardian = """
    trap : INT HUP TERM
    exec 3<&0
    setsid sh -c 'ulimit -v "$0"; exec "$@"' "$@" </dev/null 3<&- &
    child=$!
    { trap '' INT HUP TERM
      read -r line <&3
      kill -9 "-$child"
      kill -9 "$child"
    } >/dev/null 2>&1 &
    watcher=$!
    while :; do
      wait "$child"
      status=$?
      kill -0 "$child" 2>/dev/null || break
    done
    kill -9 "-$child" 2>/dev/null
    kill -9 "$watcher" 2>/dev/null
    exit $status
    """

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
    let (input, output) = (Pipe(), Pipe())
    lifeline = input.fileHandleForWriting
    // No other child may hold it open.
    _ = fcntl(lifeline.fileDescriptor, F_SETFD, FD_CLOEXEC)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", Self.guardian, "guardian", String(limits.memory >> 10)] + command
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.environment = environment
    process.standardInput = input
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
      // A shell says 128 and more for a signal.
      self?.ended(
        signal || status > 128
          ? "was killed by signal \(signal ? status : status - 128)"
          : "exited with status \(status)")
    }
    // Threads of ours may block signals, and what they start inherits that: a shell that cannot hear
    // of its child's end waits for ever.
    var (none, ours) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &ours)
    defer { pthread_sigmask(SIG_SETMASK, &ours, nil) }
    do {
      try process.run()
    } catch {
      throw HostFailure("\(command.joined(separator: " ")) cannot be started", output: "")
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
