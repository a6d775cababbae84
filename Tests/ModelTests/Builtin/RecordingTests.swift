import CEL
import Testing

@testable import Model

/// The recordings of real controllers (Tests/Fixtures/controllers), case by case.
@Suite struct ControllerRecordingTests {
  /// Every case passes, but those that are known to differ (Tests/Fixtures/known-differences.json):
  /// they must fail, or the list is out of date.
  @Test(arguments: ControllerRecordings.areas)
  func settlesAsRecorded(area: String) throws {
    let differences = try KnownDifferences.load().of("controllers")
    let cases = try ControllerRecordings.cases(of: area)
    var passed = 0
    for recording in cases {
      let name = recording["name"]?.string ?? ""
      let problem = try RecordingReplay(recording).run()
      if problem == nil { passed += 1 }
      let isKnown = differences[name] != nil
      #expect(!(isKnown && problem == nil), "\(name) passes, and is listed as different")
      #expect(isKnown || problem == nil, "\(name): \(problem?.prefix(2000) ?? "")")
    }
    print("conformance of controllers, \(area): \(passed)/\(cases.count)")
  }

  @Test func listedCasesExist() throws {
    let names = try ControllerRecordings.areas.flatMap {
      try ControllerRecordings.cases(of: $0).compactMap { $0["name"]?.string }
    }
    #expect(names.count > 100)
    let listed = try KnownDifferences.load().of("controllers").keys
    #expect(listed.filter { !names.contains($0) } == [])
  }
}
