import Foundation
import Model
import Testing

@testable import CLI

/// Warnings about verdicts that say nothing.
@Suite struct VacuityTests {
  private static func scenario(_ properties: String, symbols: String = "") -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: vacuous}
    spec:
      objects:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {name: c}
        data: {size: "1"}
      names:
        c: {apiVersion: v1, kind: ConfigMap, name: c}
      events:
      - {name: grow, patch: {target: c, merge: {data: {size: "2"}}}}
    \(symbols)
      properties:
    \(properties)
    """
  }

  /// The report on a scenario of this text.
  static func report(
    _ text: String, reduction: VerificationOptions.Reduction = .auto
  ) throws -> VerificationReport {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("scenario.yaml")
    try Data(text.utf8).write(to: file)
    let scenario = try #require(ScenarioLoading.load([file.path]).first)
    var options = VerificationOptions()
    options.reduction = reduction
    return try VerificationDriver.verify(scenario: scenario, options: options)
  }

  @Test(arguments: [VerificationOptions.Reduction.auto, .none])
  func aConditionThatIsNeverTrueIsTold(_ reduction: VerificationOptions.Reduction) throws {
    let report = try Self.report(
      Self.scenario(
        """
          - {name: a, when: c.data.size == '3', always: c.data.size == '9'}
          - {name: b, when: c.data.size == '2', always: c.data.size == '2'}
          - {name: d, when: c.data.size == '3', settled: c.data.size == '9'}
          - {name: e, when: c.data.size == '1', settled: c.data.size == '1'}
          - {name: f, when: old.c.data.size == '2', never: c.data.size == '1'}
          - {name: g, when: old.c.data.size == '1', never: c.data.size == '3'}
          - {name: h, leadsTo: {from: c.data.size == '3', to: "false"}}
          - {name: i, leadsTo: {from: c.data.size == '2', to: c.data.size == '2'}}
          - {name: j, when: c == null, leadsTo: {from: c.data.size == '2', to: "false"}}
          - {name: k, when: c == null, eventually: "false"}
        """), reduction: reduction)
    #expect(report.properties.allSatisfy { if case .holds = $0.verdict { true } else { false } })
    let told = report.warnings.map {
      $0.message.split(separator: " ").prefix(4).joined(separator: " ")
    }
    #expect(
      told == [
        "the `when` of a", "the `when` of d", "the `when` of f", "the `from` of h",
        "the `when` of j", "the `when` of k",
      ])
    #expect(report.warnings.allSatisfy { $0.code == "KV0602" && $0.severity == .warning })
    // The caret stands under the condition.
    #expect(report.warnings[0].location.line == 16 && report.warnings[0].location.column == 21)
  }

  @Test func someValuesAreEnough() throws {
    let symbols = "  symbols: [{name: size, type: int, min: 0, max: 9}]"
    let report = try Self.report(
      Self.scenario(
        """
          - {name: a, when: size == 7, always: size > 2}
          - {name: b, when: size == 17, always: size > 2}
        """, symbols: symbols))
    #expect(report.warnings.map(\.message).filter { $0.contains("of b") }.count == 1)
    #expect(report.warnings.count == 1)
  }

  @Test func assumptionsThatNothingFulfilsAreTold() throws {
    let symbols = """
        symbols: [{name: size, type: int, min: 0, max: 9}]
        assume: [size > 4, size < 3]
      """
    let report = try Self.report(
      Self.scenario("  - {name: a, always: size > 2}", symbols: symbols))
    #expect(report.warnings.map(\.code) == ["KV0603"])
    guard case .inconclusive = report.properties[0].verdict else {
      Issue.record("nothing was verified")
      return
    }
  }

  @Test func aViolatedPropertyIsNotVacuous() throws {
    let report = try Self.report(
      Self.scenario("  - {name: a, when: c.data.size == '2', always: c.data.size == '1'}"))
    #expect(report.warnings.isEmpty)
  }
}
