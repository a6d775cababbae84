import POR
import Testing

@testable import Model

/// Small scenarios of built-in controllers, explored whole: their counts, and the audit of what makes
/// two of their states the same (`FootprintAuditTests` audits their footprints).
@Suite struct BuiltinScenarioTests {
  /// What a full search of a scenario finds.
  struct Counts: Sendable, CustomStringConvertible {
    let name: String
    let states: Int
    let transitions: Int
    let settled: Int

    var description: String { name }
  }

  @Test(arguments: [
    Counts(name: "f-endpoints", states: 923, transitions: 2632, settled: 4),
    Counts(name: "g-disruption", states: 344, transitions: 1324, settled: 3),
    Counts(name: "h-namespace", states: 55, transitions: 81, settled: 2),
    Counts(name: "i-replicationcontroller", states: 31, transitions: 52, settled: 2),
    Counts(name: "j-scheduler", states: 147, transitions: 382, settled: 5),
    Counts(name: "k-autoscaler", states: 100, transitions: 126, settled: 2),
  ])
  func everythingHolds(_ expected: Counts) throws {
    let path = "Tests/Scenarios/\(expected.name)/scenario.yaml"
    let world = World(try WorldExploration.definition(path: path))
    let (composition, result, finding) = try WorldExploration.explore(world, audit: 1)
    #expect(finding == nil)
    let broken = WorldExploration.verdicts(composition, result).filter { $0.value != "holds" }
    #expect(broken.isEmpty, "\(broken)")
    #expect(result.states == expected.states)
    #expect(result.transitions == expected.transitions)
    #expect(result.settled == expected.settled)
  }
}
