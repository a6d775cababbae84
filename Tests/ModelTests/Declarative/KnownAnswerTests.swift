import POR
import Testing

/// Scenarios whose answers are known exactly.
@Suite struct KnownAnswerTests {
  /// A scenario file, its number of end states, and the properties that do not hold.
  struct Answer: Sendable, CustomStringConvertible {
    let path: String
    let ends: Int
    var violated: [String] = []

    var description: String { path }
  }

  /// Five replicas are 10^5 states, too many for a build without optimisation.
  #if DEBUG
  static let replicas = 1...3
  #else
  static let replicas = 1...5
  #endif

  static let answers =
    [
      Answer(path: "Tests/Scenarios/a-two-identical-controllers/scenario.yaml", ends: 1),
      Answer(path: "Tests/Scenarios/b-mode-flip/scenario.yaml", ends: 2, violated: ["one-end"]),
      Answer(
        path: "Tests/Scenarios/c-claim-an-owner/scenario.yaml", ends: 2, violated: ["one-end"]),
      Answer(path: "Tests/Scenarios/e-daemonset/scenario.yaml", ends: 6),
      Answer(path: "Tests/Scenarios/f-job/scenario.yaml", ends: 5),
      Answer(path: "Tests/Scenarios/f-job/untracked.yaml", ends: 5),
      Answer(path: "Tests/Scenarios/g-cronjob/scenario.yaml", ends: 2),
    ]
    + replicas.map { Answer(path: "Tests/Scenarios/d-deployment/n\($0).yaml", ends: 1) }

  @Test(arguments: answers)
  func endsAreKnown(_ answer: Answer) throws {
    let search = try WholeSearch(path: answer.path)
    #expect(search.result.isComplete)
    #expect(search.result.settled == answer.ends)
    #expect(search.violated == answer.violated)
  }

  /// The column "full states" of POR.md, section 6.
  @Test(arguments: [1, 2, 3, 4, 6, 8].flatMap { FamilyScenarios.all($0) })
  func familyHasItsStates(_ family: FamilyScenario) throws {
    let search = try WholeSearch(text: family.text)
    #expect(search.result.isComplete)
    #expect(search.result.states == family.states)
    #expect(search.result.settled == family.quiescent)
    #expect(search.violated == (family.hasLivelock ? ["settles"] : []))
  }
}
