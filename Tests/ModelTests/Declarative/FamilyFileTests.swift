import Foundation
import Testing

/// The files of Tests/Families are what the generator writes at k = 3, those of the benchmarks at k = 6.
@Suite struct FamilyFileTests {
  @Test(arguments: FamilyScenarios.all(3))
  func fileIsCurrent(_ family: FamilyScenario) throws { try check(family, in: "Tests/Families") }

  @Test(arguments: FamilyScenarios.all(6))
  func benchmarkIsCurrent(_ family: FamilyScenario) throws {
    try check(family, in: "benchmarks/scenarios/families")
  }

  private func check(_ family: FamilyScenario, in folder: String) throws {
    let file = ExampleLoadTests.root.appending(path: "\(folder)/\(family.name).yaml")
    #expect(try String(contentsOf: file, encoding: .utf8) == family.text)
  }

  /// The closed forms against the counts that POR.md's reference printed.
  @Test func countsAreTheReferences() {
    let counts = FamilyScenarios.all(6).reduce(into: [:]) { $0[$1.name] = $1.states }
    #expect(counts["writers"] == 64)
    #expect(counts["last-writers"] == 193)
    #expect(counts["readers"] == 793)
    #expect(counts["creators-lister"] == 320)
    #expect(counts["creators-blind-lister"] == 128)
    #expect(counts["fight"] == 320)
    #expect(counts["fan-out"] == 730)
    #expect(counts["fan-in"] == 256)
    #expect(counts["user-events"] == 729)
  }
}
