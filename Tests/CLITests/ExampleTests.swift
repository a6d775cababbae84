import Foundation
import Testing

/// The examples are documentation and tests: each gives its expected text, twice the same bytes, and
/// every counterexample replays.
@Suite struct ExampleTests {
  static let names: [String] = {
    let folder = CommandRunner.root.appendingPathComponent("examples").path
    let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    // Those with the code of others are run by .ci/example, where that code is installed; so is a
    // proof that takes ten seconds.
    return all.filter { name in
      name != "deployment-keeps-available"
        && !FileManager.default.fileExists(atPath: "\(folder)/\(name)/requirements.txt")
    }
  }()

  @Test func thereAreBrokenAndFixedOnes() {
    #expect(Self.names.count { $0.hasSuffix("-fixed") } >= 8)
    for name in Self.names where name.hasSuffix("-fixed") {
      #expect(Self.names.contains(String(name.dropLast(6))))
    }
  }

  @Test(arguments: names)
  func givesItsExpectedText(_ name: String) throws {
    let results = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-results-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: results) }
    let arguments = ["verify", "examples/\(name)", "--results", results.path]
    let first = try CommandRunner.run(arguments)
    let second = try CommandRunner.run(arguments)
    #expect(first.output == second.output)
    let file = CommandRunner.root.appendingPathComponent("examples/\(name)/expected.txt")
    let text = first.output.replacing(results.path, with: "kverify-results")
    #expect(
      text + "exit code \(first.exitCode)\n" == (try String(contentsOf: file, encoding: .utf8)))
    let holds = ["-fixed", "-fresh", "-keeps-available"].contains { name.hasSuffix($0) }
    #expect((first.exitCode == 0) == holds)
    try replays(name, results)
  }

  /// Where the runs of hooks and processes are kept for the tests that do not count them.
  private static let cache = [
    "XDG_CACHE_HOME": FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-examples-\(UUID().uuidString)").path
  ]

  /// The reduced search tells the same verdicts with the same runs, step by step, as the full one.
  @Test(arguments: names)
  func fullSearchTellsTheSame(_ name: String) throws {
    let results = FileManager.default.temporaryDirectory.path + "/kverify-full"
    let full = try CommandRunner.run(
      ["verify", "examples/\(name)", "--reduction", "none", "--results", results],
      environment: Self.cache)
    let file = CommandRunner.root.appendingPathComponent("examples/\(name)/expected.txt")
    let expected = try String(contentsOf: file, encoding: .utf8)
    let text = full.output.replacing(results, with: "kverify-results")
    #expect(
      Self.withoutFigures(text + "exit code \(full.exitCode)\n") == Self.withoutFigures(expected))
  }

  private static func withoutFigures(_ report: String) -> [Substring] {
    report.split(separator: "\n").filter { !$0.hasPrefix("states=") }
  }

  private func replays(_ name: String, _ results: URL) throws {
    let folder = results.appendingPathComponent(name)
    let traces = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for trace in traces.sorted() {
      let replay = try CommandRunner.run(["replay", folder.appendingPathComponent(trace).path])
      #expect([12, 13].contains(replay.exitCode), "\(trace): \(replay.errors)")
      #expect(replay.output.contains("VIOLATED"))
    }
  }

  /// With the audit, and with each projection off where it still ends: the same verdicts.
  @Test(arguments: names)
  func verdictsDoNotDependOnProjections(_ name: String) throws {
    let file = CommandRunner.root.appendingPathComponent("examples/\(name)/expected.txt")
    let expected = Self.verdicts(try String(contentsOf: file, encoding: .utf8))
    let results = FileManager.default.temporaryDirectory.path + "/kverify-projections"
    let audited = try CommandRunner.run(
      ["verify", "examples/\(name)", "--audit", "--results", results], environment: Self.cache)
    #expect(Self.verdicts(audited.output) == expected, "\(audited.errors)")
    for projection in [
      "ownership", "creationRank", "freshNames", "components", "memo", "symmetry",
    ] {
      let result = try CommandRunner.run(
        [
          "verify", "examples/\(name)", "--without-projection", projection, "--max-states", "5000",
          "--results", results,
        ], environment: Self.cache)
      #expect(Self.verdicts(result.output) == expected, "\(projection): \(result.errors)")
    }
    // Without these two an endless run has endlessly many states, so only the part that ends counts.
    for projection in ["identity", "ordinals"] {
      let result = try CommandRunner.run(
        [
          "verify", "examples/\(name)", "--without-projection", projection, "--max-states", "800",
          "--results", results,
        ], environment: Self.cache)
      let verdicts = Self.verdicts(result.output)
      for (property, verdict) in verdicts where verdict != "inconclusive" {
        #expect(verdict == expected[property], "\(projection): \(property)")
      }
    }
  }

  private static func verdicts(_ report: String) -> [String: String] {
    var verdicts: [String: String] = [:]
    for line in report.split(separator: "\n") where line.hasPrefix("  ") {
      let words = line.split(separator: " ")
      guard words.count > 1, ["holds", "VIOLATED", "inconclusive"].contains(words[0]) else {
        continue
      }
      verdicts[String(words[1])] = String(words[0])
    }
    return verdicts
  }
}
