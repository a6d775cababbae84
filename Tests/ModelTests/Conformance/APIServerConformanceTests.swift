import CEL
import ConformanceKit
import Foundation
import Testing

@testable import Model

/// How near the server in process comes to a real one.
@Suite struct APIServerConformanceTests {
  struct Score {
    var passed = 0
    var total = 0
    var quirksPassed = 0
    var quirks = 0
    var failed: [String] = []
  }

  /// How many cases pass, area by area: a number may rise, and is then raised here.
  static let passing = [
    "binding": 5, "concurrency": 16, "crd": 25, "crud": 27, "defaulting": 23,
    "deletecollection": 4, "errors": 11, "eviction": 15, "finalizers": 9, "generatename": 4,
    "generation": 12, "namespace": 8, "ownerreferences": 7, "pagination": 8, "patch": 21,
    "pod-deletion": 8, "preconditions": 2, "propagation": 12, "scale": 10, "selectors": 11,
    "ssa": 27, "status": 9, "validation": 40, "watch": 17,
  ]

  /// The areas that need 80 % at least.
  static let goal = [
    "crud", "concurrency", "generation", "status", "finalizers", "preconditions",
    "ownerreferences", "propagation", "generatename", "selectors", "patch", "ssa", "crd",
  ]

  @Test func recordings() throws {
    let recording = try Recording.load()
    let replayer = try Replayer(InProcessTarget(), fixtures: recording.fixtures)
    let verbose = ProcessInfo.processInfo.environment["KVERIFY_VERBOSE_AREA"]
    var scores: [String: Score] = [:]
    for recorded in recording.cases {
      let differences = try replayer.differences(in: recorded)
      var score = scores[recorded.area] ?? Score()
      if recorded.isQuirk {
        score.quirks += 1
        if differences.isEmpty { score.quirksPassed += 1 }
      } else {
        score.total += 1
        if differences.isEmpty { score.passed += 1 } else { score.failed.append(recorded.name) }
      }
      scores[recorded.area] = score
      if verbose == recorded.area || verbose == "all", !differences.isEmpty {
        print("FAIL \(recorded.name)\(recorded.isQuirk ? " (quirk)" : "")")
        for difference in differences.prefix(6) { print("    \(difference.prefix(700))") }
      }
    }
    let areas = scores.sorted { $0.key < $1.key }
    for (area, score) in areas {
      print("apiserver: \(area) \(score.passed)/\(score.total)", terminator: "")
      print(score.quirks > 0 ? " quirks \(score.quirksPassed)/\(score.quirks)" : "")
    }
    let passed = areas.reduce(0) { $0 + $1.value.passed }
    let total = areas.reduce(0) { $0 + $1.value.total }
    print("apiserver: total \(passed)/\(total)")
    print("apiserver: failed \(areas.flatMap(\.value.failed).joined(separator: " "))")
    for (area, score) in areas {
      #expect(score.passed == Self.passing[area], "area \(area)")
      if Self.goal.contains(area) { #expect(score.passed * 5 >= score.total * 4, "area \(area)") }
    }
    #expect(areas.count == Self.passing.count)
    #expect(Self.goal.allSatisfy { scores[$0] != nil })
  }
}
