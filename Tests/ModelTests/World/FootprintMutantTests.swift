import Testing

@testable import Model

/// Executing both orders notices a footprint that leaves something out.
@Suite struct FootprintMutantTests {
  @Test(arguments: FootprintMutant.allCases)
  func isNoticed(_ mutant: FootprintMutant) throws {
    for path in ExampleLoadTests.modelled {
      for variant in FootprintOracleTests.Variant.allCases {
        if try !failures(mutant, path, variant).isEmpty { return }
      }
    }
    Issue.record("nothing shows it")
  }

  private func failures(
    _ mutant: FootprintMutant, _ path: String, _ variant: FootprintOracleTests.Variant
  ) throws -> [String] {
    var definition = try WorldExploration.definition(path: path)
    variant.apply(to: &definition)
    let world = World(definition)
    let component = Partition.merge(Partition.finest(world))
    var failures: [String] = []
    for seed in 0..<UInt64(3) where failures.isEmpty {
      while true {
        let composition = Composition(world, component: component)
        composition.footprintMutant = mutant
        var oracle = try CommutationOracle(composition, seed: seed)
        do {
          try oracle.walk(steps: 50, pairsPerState: 8)
        } catch is RestartNeeded {
          continue
        }
        failures = oracle.failures
        break
      }
    }
    return failures
  }
}
