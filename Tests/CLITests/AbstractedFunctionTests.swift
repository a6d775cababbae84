import CEL
import Foundation
import Model
import Testing

@testable import CLI

/// Functions that no formula looks into, of texts that may be anything.
@Suite struct AbstractedFunctionTests {
  /// Z3 knows of `lowerAscii` only that one text has one result: enough for two classes that cover all
  /// texts, and for the exact set.
  @Test func twoClassesCoverAllTexts() throws {
    let report = try VacuityTests.report(
      Self.scenario(
        when: "object.data.tier.lowerAscii() == 'prod'",
        """
          - {name: small, always: "app.data.size != 'large'"}
          - {name: settles, converges: true}
          - name: not-both
            always: "!(app.data.size == 'large' && app.data.tier.lowerAscii() == 'dev')"
        """))
    #expect(
      report.properties[0].failing
        == FailingValues(text: "tier.lowerAscii() == \"prod\"", isExact: true))
    for property in report.properties.dropFirst() {
      guard case .holds = property.verdict else {
        Issue.record("\(property)")
        continue
      }
    }
    guard case .violated(let found) = report.properties[0].verdict else { return }
    #expect(found.symbols.map(\.value.text) == ["\"prod\""])
    let told = report.notes.filter {
      $0.hasPrefix("not looked into by Z3, its values tried") && $0.contains("lowerAscii()")
    }
    #expect(!told.isEmpty, "\(report.notes)")
    #expect(report.figures.valueClasses ?? 0 <= 3)
  }

  /// No text that is an address is found, and none is ruled out: nothing holds for all texts.
  @Test func whatIsNotFoundIsNotRuledOut() throws {
    let report = try VacuityTests.report(
      Self.scenario(
        when: "isIP(object.data.tier)", "  - {name: small, always: \"app.data.size != 'large'\"}"))
    guard case .inconclusive(let reason) = report.properties[0].verdict else {
      Issue.record("\(report.properties[0])")
      return
    }
    #expect(reason.contains("isIP(tier)"), "\(reason)")
  }

  private static func scenario(when condition: String, _ properties: String) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: tiers}
    spec:
      objects:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {name: app}
        data: {tier: "${tier}", size: small}
      controllers: [{name: sizes}]
      names:
        app: {apiVersion: v1, kind: ConfigMap, name: app}
      symbols: [{name: tier, type: string}]
      properties:
    \(properties)
    ---
    apiVersion: kverify.dev/v1alpha1
    kind: Controller
    metadata: {name: sizes}
    spec:
      for: {apiVersion: v1, kind: ConfigMap, name: app}
      steps:
      - id: size
        when: "\(condition)"
        patch: {target: object, merge: {data: {size: large}}}
    """
  }
}
