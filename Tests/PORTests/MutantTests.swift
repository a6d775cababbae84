import Testing
import Transitions

@testable import POR

/// A search with a seeded fault must differ from the oracle: else the oracle tests prove nothing.
@Suite struct MutantTests {
  struct Mutant: CustomTestStringConvertible, Sendable {
    var name: String
    var faults: SeededFaults
    var testDescription: String { name }
  }

  static let mutants = [
    Mutant(name: "no second decomposition", faults: .noSecondDecomposition),
    Mutant(name: "events and crashes count as fair", faults: .allActionsFair),
    Mutant(name: "every cycle is fair", faults: .noFairness),
    Mutant(name: "settled components by all edges", faults: .settledByAllEdges),
    Mutant(name: "settled in spite of writes", faults: .settledWithWrites),
    Mutant(name: "leadsTo on the whole graph", faults: .responseOnWholeGraph),
    Mutant(name: "fair actions that leave are forgotten", faults: .leavingActionsForgotten),
    Mutant(name: "eventually looks at settled states only", faults: .eventuallySettledOnly),
    Mutant(name: "a livelock without a write", faults: .livelockWithoutWrites),
    Mutant(name: "ends are compared across groups", faults: .confluentAcrossGroups),
  ]

  @Test(arguments: mutants)
  func `is caught on random graphs`(_ mutant: Mutant) throws {
    let first = try (UInt64(0)..<2000).first { seed in
      try !Comparison.differences(
        RandomGraphModel(seed: seed), seed: seed, faults: mutant.faults
      ).isEmpty
    }
    #expect(first != nil, "\(mutant.name) survives 2000 graphs")
  }

  /// Two faults are not asked for here: where budgets end all that is not fair, no cycle has an
  /// unfair edge, and a second decomposition matters in fewer than one of a thousand such worlds.
  @Test(
    arguments: mutants.filter {
      $0.faults != .settledByAllEdges && $0.faults != .noSecondDecomposition
    })
  func `is caught on random controllers`(_ mutant: Mutant) throws {
    let first = try (UInt64(0)..<1200).first { seed in
      try !Comparison.differences(
        RandomControllerModel(seed: seed), seed: seed, faults: mutant.faults
      ).isEmpty
    }
    #expect(first != nil, "\(mutant.name) survives 1200 worlds")
  }
}
