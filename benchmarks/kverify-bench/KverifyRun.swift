internal import Foundation

/// A run of `kverify verify`, the binary beside this one, as a user would run it.
struct KverifyRun {
  private(set) var counts: Baseline.Counts
  /// By property.
  private(set) var verdicts: [String: String] = [:]

  /// Why there is nothing to read.
  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Verifies a scenario.
  init(of text: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-bench-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("scenario.yaml")
    try Data(text.utf8).write(to: file)
    let output = try Self.output([
      "verify", file.path, "--results", folder.appendingPathComponent("results").path,
    ])
    guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("states=") }) else {
      throw Failed(description: "kverify gives no figures: \(output.prefix(2000))")
    }
    var figures: [Substring: Int] = [:]
    for word in line.split(separator: " ") {
      let parts = word.split(separator: "=")
      if parts.count == 2 { figures[parts[0]] = Int(parts[1]) }
    }
    counts = Baseline.Counts(
      states: figures["states"] ?? 0, transitions: figures["transitions"] ?? 0,
      settled: figures["settled"] ?? 0)
    for line in output.split(separator: "\n") where line.hasPrefix("  ") {
      let words = line.split(separator: " ")
      guard words.count > 2, ["holds", "VIOLATED", "inconclusive"].contains(words[0]) else {
        continue
      }
      // With what follows: the kind, and how it is violated, without names.
      let rest = words[2...].joined(separator: " ")
      verdicts[String(words[1])] = words[0] + " " + rest.prefix { $0 != ":" }
    }
  }

  static func output(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("kverify")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw Failed(description: "kverify is not built: swift build -c release --product kverify")
    }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
