import POR
import Testing

@testable import Model

/// Scenarios and families whose answers are known.
@Suite struct KnownAnswerTests {
  /// The column "full states" of POR.md, section 6.
  @Test(arguments: FamilyScenario.all(3) + FamilyScenario.all(4) + FamilyScenario.all(6))
  func family(_ family: FamilyScenario) throws {
    let world = World(try WorldExploration.definition(text: family.text))
    let (composition, result, _) = try WorldExploration.explore(world)
    #expect(result.states == family.states)
    #expect(result.settled == (family.hasLivelock ? 0 : family.quiescent))
    let settles = WorldExploration.verdicts(composition, result)["settles"]
    #expect(settles == (family.hasLivelock ? "cannotConverge" : "holds"))
  }

  @Test func twoIdenticalControllersHaveOneEnd() throws {
    try check(
      "Tests/Scenarios/a-two-identical-controllers/scenario.yaml", ends: 1,
      ["settles": "holds", "one-end": "holds", "final": "holds"])
  }

  @Test func aFlippedModeHasTwoEnds() throws {
    try check(
      "Tests/Scenarios/b-mode-flip/scenario.yaml", ends: 2,
      [
        "settles": "holds", "one-end": "differentEnds", "final": "holds", "ends-in-a": "holds",
        "ends-in-b": "holds",
      ])
  }

  @Test func anOwnerIsClaimedByEither() throws {
    try check(
      "Tests/Scenarios/c-claim-an-owner/scenario.yaml", ends: 2,
      [
        "settles": "holds", "one-end": "differentEnds", "claimed": "holds",
        "left-may-win": "holds", "right-may-win": "holds", "never-taken-away": "holds",
      ])
  }

  /// n = 4 and 5 are examined by `.ci/run` with the release build.
  @Test(arguments: 1...3)
  func aDeploymentHasOneEnd(_ replicas: Int) throws {
    try check(
      "Tests/Scenarios/d-deployment/scenario-n\(replicas).yaml", ends: 1,
      ["settles": "holds", "one-end": "holds", "ready": "holds"])
  }

  private func check(_ path: String, ends: Int, _ expected: [String: String]) throws {
    let world = World(try WorldExploration.definition(path: path))
    let (composition, result, finding) = try WorldExploration.explore(world, audit: 7)
    #expect(result.settled == ends)
    #expect(WorldExploration.verdicts(composition, result) == expected)
    #expect(finding == nil)
  }
}
