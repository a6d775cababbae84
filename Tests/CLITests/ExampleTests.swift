import Foundation
import Testing

/// The examples are documentation and tests: each gives the bytes of its expected text, and every
/// counterexample replays.
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

  /// With the audit, and without the projections: the same verdicts.
  @Test(arguments: names)
  func verdictsDoNotDependOnProjections(_ name: String) throws {
    let file = CommandRunner.root.appendingPathComponent("examples/\(name)/expected.txt")
    let expected = Self.verdicts(try String(contentsOf: file, encoding: .utf8))
    let audited = try Self.verdicts(name, ["--audit"])
    #expect(audited.verdicts == expected, "\(audited.errors)")
    let ending = ["ownership", "creationRank", "freshNames", "components", "memo", "symmetry"]
    let unprojected = try Self.verdicts(name, Self.without(ending) + ["--max-states", "5000"])
    #expect(unprojected.verdicts == expected, "\(unprojected.errors)")
    // Without these two an endless run has endlessly many states, so only the part that ends counts.
    let endless = try Self.verdicts(
      name, Self.without(["identity", "ordinals"]) + ["--max-states", "800"])
    for (property, verdict) in endless.verdicts where verdict != "inconclusive" {
      #expect(verdict == expected[property], "\(property): \(endless.errors)")
    }
  }

  private static func without(_ projections: [String]) -> [String] {
    projections.flatMap { ["--without-projection", $0] }
  }

  private static func verdicts(
    _ name: String, _ options: [String]
  ) throws -> (verdicts: [String: String], errors: String) {
    let results = FileManager.default.temporaryDirectory.path + "/kverify-projections"
    let run = try CommandRunner.run(
      ["verify", "examples/\(name)", "--results", results] + options, environment: cache)
    return (verdicts(run.output), run.errors)
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
