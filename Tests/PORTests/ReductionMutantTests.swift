import Testing
import Transitions

@testable import POR

/// Every bug that POR.md section 7 names, seeded one by one: each must show in some random world, or
/// the comparison with the oracle proves little.
///
/// Three are not among them. "Subsumption by states on the stack": there is no subsumption before
/// there are symbolic states. "Timers left out of the futures", and its kin of ours, "no barrier": this
/// search chooses a set around a fair action wherever there is one. A timer waits until that action
/// was taken, so no timer comes before it in a run, and what timers do later cannot conflict with
/// what is chosen now; where nothing else fair is left every timer is enabled itself, and all that
/// ends idleness conflicts with it. Neither shows in any of 1,400 worlds; the audit, which asks for the
/// rules themselves, catches both (`AuditMutantTests`).
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
    Mutant(name: "the safety proviso for liveness", reduction: .safetyProvisoForLiveness),
    Mutant(name: "no closure at completion", reduction: .noClosureAtCompletion),
    Mutant(name: "no futures", reduction: .noFutures),
    Mutant(name: "no enabling sets", reduction: .noEnablingSets),
    Mutant(name: "invisible properties", reduction: .invisibleProperties),
    Mutant(name: "current reads of properties only", reduction: .currentReadsOnly),
    Mutant(name: "separate observers of leadsTo", reduction: .separateResponseObservers),
    Mutant(name: "no proviso for fair actions", reduction: .noFairProviso),
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
    for seed in UInt64(0)..<500 {
      for style in [ControllerShape.Style.loose, .grouped, .plain, .timed] {
        let model = RandomControllerModel(seed: seed, style: style)
        model.forgetsClosedGuards = mutant.footprints.contains(.closedGuardsUnread)
        let comparison = try ReducedComparison(model, seed: seed, bend: bend)
        if comparison?.differences.isEmpty == false { return }
      }
    }
    Issue.record("\(mutant.name) survives")
  }

  /// The one of symmetry: what looks at one child is said to respect exchanges.
  @Test func `is caught among interchangeable children`() throws {
    for seed in UInt64(0)..<400 {
      let model = SymmetricModel(seed: seed)
      model.respectsEverything = true
      let bend = ReducedComparison.Bend(isOfModel: true)
      let comparison = try ReducedComparison(model, seed: seed, bend: bend)
      if comparison?.differences.isEmpty == false { return }
    }
    Issue.record("a property of one child, taken for symmetric, survives")
  }
}
