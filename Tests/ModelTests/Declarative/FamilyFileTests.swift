import Foundation
import Testing

/// The files of Tests/Families are what the generator writes at k = 3.
@Suite struct FamilyFileTests {
  @Test(arguments: FamilyScenarios.all(3))
  func fileIsCurrent(_ family: FamilyScenario) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Families")
    let text = try String(
      contentsOf: folder.appending(path: "\(family.name).yaml"), encoding: .utf8)
    #expect(text == family.text)
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
