import Foundation
import Testing

/// Runs the real binary, from the package's root, as a user would.
struct CommandRunner {
  /// What a run gave.
  struct Result {
    let exitCode: Int32
    let output: String
    let errors: String

    /// All of it, for snapshots.
    var transcript: String {
      "exit \(exitCode)\n" + (output.isEmpty ? "" : "--- stdout\n\(output)")
        + (errors.isEmpty ? "" : "--- stderr\n\(errors)")
    }

    /// The verdicts with all figures before `reconciles=`, and that figure.
    func figures() throws -> (verdict: Substring, reconciles: Int) {
      let match = try #require(output.firstMatch(of: /reconciles=(\d+)/))
      return (output[..<match.range.lowerBound], try #require(Int(match.1)))
    }
  }

  /// A folder that does not exist yet, for `--cache`.
  static var newCache: URL {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-cache-\(UUID().uuidString)")
  }

  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The binary beside the running test bundle.
  private static let binary: URL = {
    let bundle = CommandLine.arguments.first { $0.contains("/.build/") && $0.hasSuffix(".xctest") }
    let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    return (folder ?? root.appendingPathComponent(".build/debug")).appendingPathComponent("kverify")
  }()

  /// Starts a command whose output nobody reads.
  ///
  /// `hearsHangUps`: also where who runs the tests ignores SIGHUP, as `nohup` does.
  static func start(_ arguments: [String], hearsHangUps: Bool = false) throws -> Process {
    let process = Process()
    process.executableURL = hearsHangUps ? URL(fileURLWithPath: "/usr/bin/env") : binary
    process.arguments = (hearsHangUps ? ["--default-signal=HUP", binary.path] : []) + arguments
    process.currentDirectoryURL = root
    process.environment = ["PATH": "/usr/bin:/bin"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs a command; output goes to files, so that no pipe can fill up.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: URL = root,
    interruptedAfter seconds: Double? = nil, openFiles: Int? = nil
  ) throws -> Result {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let outputFile = scratch.appendingPathComponent("out")
    let errorFile = scratch.appendingPathComponent("err")
    try Data().write(to: outputFile)
    try Data().write(to: errorFile)
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    if let openFiles {
      // Tests that run beside this one have files open, which their children may inherit.
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments =
        [
          "-c",
          #"for f in /proc/self/fd/*; do f=${f##*/}; [ "$f" -gt 2 ] && eval "exec $f>&-"; done; "#
            + #"ulimit -n \#(openFiles); exec "$0" "$@""#, binary.path,
        ] + arguments
    }
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/usr/bin:/bin", "COLUMNS": "100"]
      .merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    if let seconds {
      Thread.sleep(forTimeInterval: seconds)
      process.interrupt()
      let deadline = Date(timeIntervalSinceNow: 60)
      while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    process.waitUntilExit()
    return Result(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }
}

/// Texts that are compared with files; `KVERIFY_UPDATE_SNAPSHOTS=1` writes the files instead.
enum Snapshot {
  /// Whether a text is that of a file below Tests/Fixtures.
  static func matches(_ text: String, _ path: String) throws -> Bool {
    let file = CommandRunner.root.appendingPathComponent("Tests/Fixtures/\(path)")
    if ProcessInfo.processInfo.environment["KVERIFY_UPDATE_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      return true
    }
    return (try? String(contentsOf: file, encoding: .utf8)) == text
  }
}
