import POR
import Testing

@testable import Model

/// States that differ in a permutation of generated names: one, where nobody can tell their order.
@Suite struct FreshSymmetryTests {
  private static func deployment(_ n: Int) throws -> WorldDefinition {
    try WorldExploration.definition(path: "Tests/Scenarios/d-deployment/n\(n).yaml")
  }

  /// The reduced search, with states merged or not.
  private func reduced(
    _ definition: WorldDefinition, _ symmetry: SymmetryUse
  ) throws -> (Composition, SearchResult) {
    let world = World(definition)
    let component = Partition.merge(Partition.finest(world))
    var options = SearchOptions()
    options.reduction = .auto
    options.symmetry = symmetry
    while true {
      let composition = Composition(world, component: component)
      do {
        return (composition, try Search(options: options).run(composition))
      } catch is RestartNeeded {
        continue
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func replicasInDifferentPhasesAreMerged(_ n: Int) throws {
    try SymmetryExploration.compare(try Self.deployment(n), audit: 7)
  }

  /// Random worlds: the same verdicts with and without, by representatives of exactly all states, and
  /// what is merged behaves alike.
  @Test(arguments: Array(0..<14) + [47, 55])
  func randomWorldsAgree(_ seed: Int) throws {
    let text = FreshScenarios.text(FreshScenarios.Shape(seed: UInt64(seed)))
    let definition = try WorldExploration.definition(text: text)
    #expect(definition.freshOrder != nil)
    try SymmetryExploration.compare(definition, audit: 5)
    let plain = try WorldExploration.explore(World(definition))
    for symmetry in [SymmetryUse.always, .never] {
      let (composition, result) = try reduced(definition, symmetry)
      #expect(
        WorldExploration.verdicts(plain.composition, plain.result)
          == WorldExploration.verdicts(composition, result), "\(symmetry)")
    }
  }

  /// Prints the gain: five times as many states for each further replica without, three with.
  @Test func deploymentsGain() throws {
    for n in 1...4 {
      let definition = try Self.deployment(n)
      let (merged, other) = try reduced(definition, .always)
      #expect(other.states == [125, 461, 1428, 3992][n - 1])
      // Without, four replicas are 18,614 states: too many for a test.
      guard n < 4 else { continue }
      let (plain, result) = try reduced(definition, .never)
      print("deployment", n, result.states, "merged", other.states, merged.hasUsedSymmetry)
      #expect(
        WorldExploration.verdicts(plain, result) == WorldExploration.verdicts(merged, other))
    }
  }
}
