import Testing

@testable import Model

/// What footprints call independent really is, on every example, with all faults and both
/// interleavings.
@Suite struct FootprintOracleTests {
  /// A composition with more that may go wrong than its scenario says.
  enum Variant: String, CaseIterable {
    case asWritten, otherInterleaving, faults, faultsOtherInterleaving, stale, staleAnytime, all

    func apply(to definition: inout WorldDefinition) {
      switch self {
      case .asWritten: break
      case .otherInterleaving: definition.interleaving = definition.interleaving.other
      case .faults: addFaults(&definition)
      case .faultsOtherInterleaving:
        addFaults(&definition)
        definition.interleaving = definition.interleaving.other
      case .stale: addLag(&definition)
      case .staleAnytime:
        addLag(&definition)
        definition.interleaving = definition.interleaving.other
        definition.time = .anytime
      case .all:
        addFaults(&definition)
        addLag(&definition)
        definition.time = .anytime
      }
    }

    private func addFaults(_ definition: inout WorldDefinition) {
      for index in definition.participants.indices {
        definition.participants[index].budgets = [.crash: 1, .conflict: 1, .lostResponse: 1]
      }
    }

    private func addLag(_ definition: inout WorldDefinition) {
      for index in definition.participants.indices { definition.participants[index].lag = 2 }
    }
  }

  @Test(arguments: ExampleLoadTests.modelled)
  func independentStepsCommute(_ path: String) throws {
    for variant in Variant.allCases {
      var pairs = 0
      for seed in 0..<UInt64(3) {
        var definition = try WorldExploration.definition(path: path)
        variant.apply(to: &definition)
        let world = World(definition)
        let component = Partition.merge(Partition.finest(world))
        while true {
          var oracle = try CommutationOracle(Composition(world, component: component), seed: seed)
          do {
            try oracle.walk(steps: 40, pairsPerState: 5)
          } catch is RestartNeeded {
            continue
          }
          pairs += oracle.pairs
          #expect(oracle.failures == [], "\(path), \(variant), seed \(seed)")
          break
        }
      }
    }
  }
}

extension Scenario.Interleaving {
  /// The other one of the two.
  var other: Self { self == .calls ? .reconcile : .calls }
}
