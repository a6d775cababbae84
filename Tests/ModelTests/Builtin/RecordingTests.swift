import CEL
import Testing

@testable import Model

/// The recordings of real controllers (Tests/Fixtures/controllers), case by case.
@Suite struct ControllerRecordingTests {
  /// How many cases pass, exactly: the number goes up with the models, never down unnoticed.
  ///
  /// The one that does not (deployment/proportional-scale-three-replicasets) reaches the recorded
  /// sizes in one step of scaling less: none of the orders that are tried is the recorded one.
  @Test(arguments: [
    ("deployment", 40), ("replicaset", 16), ("statefulset", 16), ("hpa", 13), ("gc", 15),
    ("daemonset", 4), ("job", 8), ("endpoints", 8), ("namespace", 5), ("pdb", 4),
    ("replicationcontroller", 1),
  ])
  func settlesAsRecorded(area: String, passing: Int) throws {
    let cases = try ControllerRecordings.cases(of: area)
    var passed = 0
    var failures: [String] = []
    for recording in cases {
      if let problem = try RecordingReplay(recording).run() {
        failures.append("\(recording["name"]?.string ?? ""): \(problem)")
      } else {
        passed += 1
      }
    }
    print("controller recordings, \(area): \(passed)/\(cases.count)")
    for failure in failures { print("  \(failure)") }
    #expect(passed == passing)
  }
}
