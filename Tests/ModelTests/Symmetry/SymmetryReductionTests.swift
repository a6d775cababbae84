import POR
import Testing

@testable import Model

/// The reduced search by representatives against the full search of all states.
@Suite struct SymmetryReductionTests {
  /// The reduced search with its symmetric passes; its figures and findings.
  private func reduced(_ definition: WorldDefinition) throws -> (Composition, SearchResult) {
    let world = World(definition)
    let component = Partition.merge(Partition.finest(world))
    var options = SearchOptions()
    options.reduction = .auto
    options.symmetry = .always
    while true {
      let composition = Composition(world, component: component)
      do {
        return (composition, try Search(options: options).run(composition))
      } catch is RestartNeeded {
        continue
      }
    }
  }

  private func compare(_ definition: WorldDefinition, _ name: String) throws {
    let plain = try WorldExploration.explore(World(definition))
    let (composition, result) = try reduced(definition)
    #expect(
      WorldExploration.verdicts(plain.composition, plain.result)
        == WorldExploration.verdicts(composition, result))
    print(name, plain.result.states, result.states, result.settled)
  }

  @Test(arguments: [2, 3, 4, 6].flatMap { FamilyScenarios.all($0) })
  func familiesHaveTheirVerdicts(_ family: FamilyScenario) throws {
    try compare(try WorldExploration.definition(text: family.text), "reduced \(family)")
  }

  @Test(arguments: ["reconcile", "calls"], [2, 3, 4])
  func locksHaveTheirVerdicts(_ interleaving: String, _ k: Int) throws {
    let text = SymmetryScenarios.lock(k, interleaving: interleaving)
    try compare(try WorldExploration.definition(text: text), "reduced lock \(interleaving) \(k)")
  }

  /// The audits of projections, footprints and the reduction, over passes with symmetry and without.
  @Test func passesAreAudited() throws {
    for definition in [
      try WorldExploration.definition(text: SymmetryScenarios.lock(3)),
      try WorldExploration.definition(text: FamilyScenarios.fanIn(3).text),
      try WorldExploration.definition(path: "Tests/Scenarios/d-deployment/n2.yaml"),
      try WorldExploration.definition(text: FreshScenarios.text(FreshScenarios.Shape())),
    ] {
      let world = World(definition)
      let component = Partition.merge(Partition.finest(world))
      var options = SearchOptions()
      options.reduction = .auto
      options.symmetry = .always
      let passes = SearchAudit(every: 3)
      options.audit(with: passes)
      var finding: String?
      var composition = Composition(world, component: component)
      while true {
        let audit = ProjectionAudit(composition, every: 3)
        do {
          _ = try Search(options: options).run(composition)
          finding = try audit.run()
          break
        } catch is RestartNeeded {
          composition = Composition(world, component: component)
        }
      }
      #expect(composition.hasUsedSymmetry)
      #expect(finding == nil)
      #expect(passes.figures.states > 0)
    }
  }

  @Test(arguments: [1, 2, 4, 8, 16, 64])
  func fanInIsQuadratic(_ k: Int) throws {
    let definition = try WorldExploration.definition(text: FamilyScenarios.fanIn(k).text)
    let start = ContinuousClock.now
    let (_, result) = try reduced(definition)
    print("reduced fan-in", k, result.states, ContinuousClock.now - start)
    #expect(result.states <= (k + 1) * (k + 2) / 2)
  }
}
