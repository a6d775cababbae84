import CEL
import ConformanceKit
import Foundation
import Testing

@testable import Model

/// How near the server in process comes to a real one: every recorded case passes, but those that are
/// known to differ (Tests/Fixtures/known-differences.json), which must fail.
///
/// Cases that the recorder marked as accidents of that version (quirks) count apart.
@Suite struct APIServerConformanceTests {
  private struct Score {
    var passed = 0
    var total = 0

    mutating func add(isPassed: Bool) {
      total += 1
      if isPassed { passed += 1 }
    }
  }

  @Test func recordings() throws {
    let known = try KnownDifferences.load().of("apiserver")
    let recording = try Recording.load()
    let replayer = try Replayer(InProcessTarget(), fixtures: recording.fixtures)
    let verbose = ProcessInfo.processInfo.environment["KVERIFY_VERBOSE_AREA"]
    var areas: [String: Score] = [:]
    var quirks = Score()
    for recorded in recording.cases {
      let differences = try replayer.differences(in: recorded)
      if recorded.isQuirk {
        quirks.add(isPassed: differences.isEmpty)
      } else {
        areas[recorded.area, default: Score()].add(isPassed: differences.isEmpty)
      }
      let isKnown = known[recorded.name] != nil
      #expect(
        !(isKnown && differences.isEmpty), "\(recorded.name) passes, and is listed as different")
      #expect(
        isKnown || differences.isEmpty, "\(recorded.name): \(differences.first?.prefix(700) ?? "")")
      if verbose == recorded.area || verbose == "all", !differences.isEmpty {
        print("FAIL \(recorded.name)\(recorded.isQuirk ? " (quirk)" : "")")
        for difference in differences.prefix(6) { print("    \(difference.prefix(700))") }
      }
    }
    for (area, score) in areas.sorted(by: { $0.key < $1.key }) {
      print("conformance of apiserver, \(area): \(score.passed)/\(score.total)")
    }
    print("conformance of quirks: \(quirks.passed)/\(quirks.total)")
    // A suite that is cut short must not look like a pass.
    #expect(areas.count == 24)
    #expect(areas.values.reduce(0) { $0 + $1.total } == 331)
    #expect(quirks.total == 13)
    let names = recording.cases.map(\.name)
    #expect(known.keys.filter { !names.contains($0) } == [])
  }

  @Test func knownDifferencesAreTold() throws { try KnownDifferences.load().tell() }
}
