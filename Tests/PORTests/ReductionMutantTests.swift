import Testing
import Transitions

@testable import POR

/// Every bug that POR.md section 7 names, seeded one by one: each must show in some random world, or
/// the comparison with the oracle proves little.
///
/// Not among them is "subsumption by states on the stack": there is no subsumption before there are
/// symbolic states.
@Suite struct ReductionMutantTests {
  struct Mutant: CustomTestStringConvertible, Sendable {
    var name: String
    var reduction: ReductionFaults = []
    var footprints: FootprintFaults = []
    var search: SeededFaults = []
    var testDescription: String { name }
  }

  static let mutants = [
    Mutant(name: "no ignoring proviso", reduction: .noIgnoringProviso),
    Mutant(name: "no closure at completion", reduction: .noClosureAtCompletion),
    Mutant(name: "no futures", reduction: .noFutures),
    Mutant(name: "no enabling sets", reduction: .noEnablingSets),
    Mutant(name: "invisible properties", reduction: .invisibleProperties),
    Mutant(name: "set and clear commute", footprints: .setAndClearCommute),
    Mutant(name: "list reads ignored", footprints: .noPredicates),
    Mutant(name: "lists see new versions only", footprints: .newVersionsOnly),
    Mutant(name: "writes commute", footprints: .writesCommute),
    Mutant(name: "reads of closed guards dropped", footprints: .closedGuardsUnread),
    Mutant(name: "crashes count as fair", search: .allActionsFair),
  ]

  @Test(arguments: mutants)
  func `is caught`(_ mutant: Mutant) throws {
    let bend = ReducedComparison.Bend(
      reduction: mutant.reduction, footprints: mutant.footprints, search: mutant.search)
    for seed in UInt64(0)..<400 {
      for style in [ControllerShape.Style.grouped, .plain] {
        let model = RandomControllerModel(seed: seed, style: style)
        model.forgetsClosedGuards = mutant.footprints.contains(.closedGuardsUnread)
        let comparison = try ReducedComparison(model, seed: seed, bend: bend)
        if comparison?.differences.isEmpty == false { return }
      }
    }
    Issue.record("\(mutant.name) survives")
  }
}
