import POR
import Testing
import Transitions

@testable import Model

/// The families of POR.md, section 6, under symmetry.
@Suite struct SymmetryFamilyTests {
  /// Equal verdicts, and the states found are exactly the representatives of all states.
  @Test(arguments: [2, 3, 4, 6].flatMap { FamilyScenarios.all($0) })
  func representativesAreFound(_ family: FamilyScenario) throws {
    let definition = try WorldExploration.definition(text: family.text)
    try SymmetryExploration.compare(definition, audit: family.k <= 3 ? 1 : nil)
  }

  /// The numbers of POR.md for fan-in and counters, and of others whose blocks have few states each.
  @Test(arguments: 1...6)
  func statesGrowWithK(_ k: Int) throws {
    func states(_ family: FamilyScenario) throws -> Int {
      let definition = try WorldExploration.definition(text: family.text)
      let exploration = try SymmetryExploration(definition)
      return (exploration.merged?.result ?? exploration.plain.result).states
    }
    #expect(try states(FamilyScenarios.counters(k)) == k + 1)
    #expect(try states(FamilyScenarios.fanIn(k)) == (k + 1) * (k + 2) / 2)
    #expect(try states(FamilyScenarios.writers(k)) == k + 1)
    #expect(try states(FamilyScenarios.wokenWriters(k)) == (k + 1) * (k + 2) / 2)
    #expect(try states(FamilyScenarios.creatorsAndLister(k)) == (k + 1) * (k + 4) / 2)
    #expect(try states(FamilyScenarios.userEvents(k)) == (k + 1) * (k + 2) / 2)
    #expect(try states(FamilyScenarios.fight(k)) == 5 * (k + 1))
  }

  /// Blocks without objects of their own end alike, whatever is left of their events.
  @Test func endsAreCountedUpToExchanges() throws {
    let definition = try WorldExploration.definition(text: FamilyScenarios.userEvents(4).text)
    #expect(try SymmetryExploration(definition).merged?.result.settled == 5)
  }

  /// The lock names its holder: what others say of a block is renamed with it.
  @Test(arguments: ["reconcile", "calls"], [2, 3, 4])
  func whoHoldsTheLockDoesNotMatter(_ interleaving: String, _ k: Int) throws {
    let definition = try WorldExploration.definition(
      text: SymmetryScenarios.lock(k, interleaving: interleaving))
    try SymmetryExploration.compare(definition, audit: 1)
  }
}
