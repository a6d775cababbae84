import CEL
import Foundation
import Model
import Testing

@testable import CLI

/// Steps of a proof that are no reconciles in peace: events and faults.
///
/// Each claim holds, and is proved, without the fault or event; what is violated with it is violated
/// by it alone. So a proof that forgets such steps proves a claim here that it must not.
@Suite struct ProofStepTests {
  /// What is added to a composition that raises a and then b.
  enum Addition: String, CaseIterable {
    case nothing
    case event
    case crash
    case conflict
    case lostResponse

    /// Part of the scenario's `spec`.
    var text: String {
      switch self {
      case .nothing: ""
      case .event: "  events:\n  - {name: jump, patch: {target: b, merge: {spec: {count: 7}}}}\n"
      case .crash: "  faults: {crash: {times: 1}}\n"
      // A conflict needs somebody else who might have written.
      case .conflict:
        """
          faults: {conflict: {times: 1}}
          events:
          - {name: touch, patch: {target: b, merge: {metadata: {labels: {touched: "yes"}}}}}

        """
      case .lostResponse: "  faults: {lostResponse: {times: 1}}\n"
      }
    }
  }

  @Test(arguments: Addition.allCases)
  func equalCountsAreViolatedByTheStepAlone(_ addition: Addition) throws {
    let report = try Self.verify(addition, "a.spec.count == b.spec.count")
    #expect(
      ProofTests.verdict(report.properties[0]) == (addition == .nothing ? "proved" : "violated"),
      "\(report.properties[0])")
  }

  @Test(arguments: Addition.allCases)
  func whatTheStepKeepsIsProved(_ addition: Addition) throws {
    let report = try Self.verify(addition, "b.spec.count <= a.spec.count || b.spec.count == 7")
    #expect(ProofTests.verdict(report.properties[0]) == "proved", "\(report.properties[0])")
  }

  /// One controller that raises both counters.
  private static func verify(_ addition: Addition, _ claim: String) throws -> VerificationReport {
    try ProofTests.verify(
      ProofTests.pair(addition.text, claim: claim, secondHas: true))
  }
}
