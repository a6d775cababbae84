import CEL
import Foundation
import Testing

/// What a user sees of the reduction, on the real binary: it changes no verdict.
struct ReductionTests {
  /// The examples, the families and the scenarios of the tests, but for one whose full search is too
  /// large for a debug build.
  static let scenarios: [String] =
    ExampleTests.names.map { "examples/\($0)" }
    + ["Tests/Families", "Tests/Scenarios"].flatMap { folder in
      let path = CommandRunner.root.appendingPathComponent(folder).path
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return entries.filter { !["manifests", "d-deployment"].contains($0) }.sorted()
        .map { "\(folder)/\($0)" }
    }

  private func verify(_ path: String, _ options: String...) throws -> (Int32, JSONValue) {
    let results = FileManager.default.temporaryDirectory.path + "/kverify-reduction"
    let result = try CommandRunner.run(
      ["verify", path, "--format", "json", "--results", results] + options)
    return (result.exitCode, try JSONValue(parsing: result.output))
  }

  private func verdicts(_ report: JSONValue) -> [String: String] {
    var verdicts: [String: String] = [:]
    for scenario in report["scenarios"]?.array ?? [] {
      for property in scenario["properties"]?.array ?? [] {
        let name = "\(scenario["name"]?.string ?? ""): \(property["name"]?.string ?? "")"
        verdicts[name] = property["verdict"]?.string
      }
    }
    return verdicts
  }

  @Test(arguments: scenarios)
  func `auto and none give the same verdicts`(path: String) throws {
    let (autoExit, auto) = try verify(path)
    let (fullExit, full) = try verify(path, "--reduction", "none")
    #expect(autoExit == fullExit)
    #expect(!verdicts(full).isEmpty)
    #expect(verdicts(auto) == verdicts(full))
    let pairs = zip(auto["scenarios"]?.array ?? [], full["scenarios"]?.array ?? [])
    for (reduced, all) in pairs {
      let states = try #require(reduced.at("figures", "states")?.int)
      let allStates = try #require(all.at("figures", "states")?.int)
      #expect(all.at("figures", "reduction") == "none")
      #expect(states <= allStates, "more states than a full search")
      if let estimate = reduced.at("figures", "fullStates")?.int {
        #expect(estimate >= states && estimate <= allStates, "\(estimate) of \(allStates)")
      }
    }
  }

  @Test(arguments: [
    "examples/hpa-gitops-fight", "examples/two-certificates-one-secret", "examples/stale-zookeeper",
    "Tests/Families/chains.yaml",
    "Tests/Families/fan-in.yaml", "Tests/Fixtures/reduction/chains-settled.yaml",
  ])
  func `explanations name actions and fields`(path: String) throws {
    let results = FileManager.default.temporaryDirectory.path + "/kverify-reduction"
    let result = try CommandRunner.run([
      "verify", path, "--explain-reduction", "--results", results,
    ])
    let explanation = result.output.split(separator: "\nstates=").last ?? ""
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let text = "states=\(explanation)"
    #expect(try Snapshot.matches(text, "reduction/\(name).txt"), "\(text)")
  }

  @Test func `an explanation is asked for`() throws {
    let path = "Tests/Families/last-writers.yaml"
    let (_, plain) = try verify(path)
    #expect(plain["scenarios"]?.array?.first?["explanation"] == nil)
    let (_, explained) = try verify(path, "--explain-reduction")
    #expect(explained["scenarios"]?.array?.first?["explanation"]?["advice"]?.array != nil)
  }
}
