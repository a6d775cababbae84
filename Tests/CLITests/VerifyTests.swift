import CEL
import Foundation
import Testing

/// `kverify verify` and `replay` from a folder of the user's, on the real binary.
struct VerifyTests {
  private static let fight =
    CommandRunner.root.appendingPathComponent("examples/hpa-gitops-fight").path

  /// Runs a test in a new folder.
  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func `the printed command replays the run, and all output is the same twice`() throws {
    try inFolder { folder in
      let first = try CommandRunner.run(["verify", Self.fight], in: folder)
      let second = try CommandRunner.run(["verify", Self.fight], in: folder)
      #expect(first.exitCode == 13)
      #expect(first.output == second.output)
      let line = try #require(first.output.split(separator: "\n").first { $0.contains("replay: ") })
      let command = line.split(separator: " ").drop { $0 != "replay" }.map(String.init)
      let replay = try CommandRunner.run(command, in: folder)
      #expect(replay.exitCode == 13)
      #expect(replay.output.contains("settles is violated"))
    }
  }

  @Test func `a report goes to a file, in JSON`() throws {
    try inFolder { folder in
      let result = try CommandRunner.run(
        ["verify", Self.fight, "--format", "json", "--output", "r.json", "--results", "x", "-q"],
        in: folder)
      #expect(result.exitCode == 13)
      #expect(result.output.isEmpty && result.errors.isEmpty)
      let json = try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent("r.json")))
      #expect(json["exitCode"] == 13)
      #expect(
        FileManager.default.fileExists(
          atPath: folder.appendingPathComponent("x/hpa-gitops-fight/settles.json").path))
      let unwritable = try CommandRunner.run(
        ["verify", Self.fight, "--output", "no/such/r.txt"], in: folder)
      #expect(unwritable.exitCode == 66)
    }
  }

  @Test func `one property may be asked for`() throws {
    try inFolder { folder in
      let result = try CommandRunner.run(
        ["verify", Self.fight, "--property", "within-range"], in: folder)
      #expect(result.exitCode == 0)
      #expect(!result.output.contains("settles"))
    }
  }

  @Test func `a limit makes verdicts inconclusive`() throws {
    try inFolder { folder in
      let path = CommandRunner.root.appendingPathComponent("examples/stale-zookeeper-fixed").path
      let result = try CommandRunner.run(["verify", path, "--max-states", "3"], in: folder)
      #expect(result.exitCode == 20, "\(result.transcript)")
      #expect(result.output.contains("inconclusive"))
    }
  }

  /// 2^24 states, which one property keeps in one component.
  @Test func `an interrupted search tells what it knows`() throws {
    try inFolder { folder in
      let numbers = 1...24
      let objects = numbers.map {
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c\($0)}}\n"
      }
      let names = numbers.map { "    c\($0): {apiVersion: v1, kind: ConfigMap, name: c\($0)}\n" }
      let events = numbers.map { "  - {name: e\($0), delete: c\($0)}\n" }
      let list = numbers.map { "c\($0)" }.joined(separator: ", ")
      let text =
        "apiVersion: kverify.dev/v1alpha1\nkind: Scenario\nmetadata: {name: large}\nspec:\n"
        + "  objects:\n\(objects.joined())  names:\n\(names.joined())  events:\n\(events.joined())"
        + "  properties:\n  - {name: all, always: \"size([\(list)]) == 24\"}\n"
      let file = folder.appendingPathComponent("scenario.yaml")
      try Data(text.utf8).write(to: file)
      let started = ContinuousClock.now
      let result = try CommandRunner.run(["verify", file.path], in: folder, interruptedAfter: 3)
      #expect(result.exitCode == 20, "\(result.transcript)")
      #expect(result.output.contains("inconclusive"))
      #expect(ContinuousClock.now - started < .seconds(60))
    }
  }
}
