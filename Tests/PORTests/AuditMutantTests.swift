import Testing
import Transitions

@testable import POR

/// The audits on random worlds: they find nothing in sound searches, and each seeded bug that lies
/// in a footprint or in a chosen set.
@Suite struct AuditMutantTests {
  struct Mutant: CustomTestStringConvertible, Sendable {
    var name: String
    var reduction: ReductionFaults = []
    var footprints: FootprintFaults = []
    /// The rules that may fail.
    var rules: Set<AuditFailure.Rule>
    var testDescription: String { name }
  }

  private static let orders: Set<AuditFailure.Rule> = [
    .bothOrders, .staysEnabled, .sameFootprint, .samePredicate, .enablingSet,
  ]
  private static let closure: Set<AuditFailure.Rule> = [.conflicts, .enabledFirst, .observed]

  static let mutants = [
    Mutant(
      name: "no ignoring proviso", reduction: .noIgnoringProviso, rules: [.fairIgnored, .ignored]),
    Mutant(
      name: "the safety proviso for liveness", reduction: .safetyProvisoForLiveness,
      rules: [.cycleIgnored]),
    Mutant(
      name: "no closure at completion", reduction: .noClosureAtCompletion, rules: closure),
    Mutant(name: "no futures", reduction: .noFutures, rules: closure),
    Mutant(name: "no enabling sets", reduction: .noEnablingSets, rules: closure),
    Mutant(name: "invisible properties", reduction: .invisibleProperties, rules: closure),
    Mutant(name: "current reads only", reduction: .currentReadsOnly, rules: closure),
    Mutant(name: "no barrier", reduction: .noBarrier, rules: [.barrier]),
    Mutant(
      name: "timers left out of futures", reduction: .timersOutOfFutures, rules: closure),
    Mutant(name: "set and clear commute", footprints: .setAndClearCommute, rules: orders),
    Mutant(name: "list reads ignored", footprints: .noPredicates, rules: orders),
    Mutant(name: "lists see new versions only", footprints: .newVersionsOnly, rules: orders),
    Mutant(name: "writes commute", footprints: .writesCommute, rules: orders),
  ]

  private static func failure(
    _ seed: UInt64, _ selection: ControllerProperties.Selection, _ reduction: ReductionFaults = [],
    _ footprints: FootprintFaults = []
  ) throws -> AuditFailure? {
    let model = RandomControllerModel(seed: seed, style: seed % 2 == 0 ? .plain : .grouped)
    guard Oracle(model, cap: 400) != nil else { return nil }
    var options = SearchOptions()
    options.reduction = .auto
    options.reductionFaults = reduction
    options.choiceSeed = seed % 3 == 0 ? seed : nil
    options.audit(with: SearchAudit(every: 3))
    let system = TinySystem(model, selection: selection.properties(seed: 0), faults: footprints)
    do {
      _ = try Search(options: options).run(system)
      return nil
    } catch let failure as AuditFailure {
      return failure
    }
  }

  @Test(arguments: 0..<4)
  func `nothing is found in sound searches`(_ part: UInt64) throws {
    for seed in part * 30..<part * 30 + 30 {
      for selection in ControllerProperties.Selection.allCases {
        let failure = try Self.failure(seed, selection)
        #expect(failure == nil, "seed \(seed), \(selection)")
      }
    }
  }

  @Test(arguments: mutants)
  func `is caught`(_ mutant: Mutant) throws {
    for seed in UInt64(0)..<500 {
      for selection in ControllerProperties.Selection.allCases {
        let found = try Self.failure(seed, selection, mutant.reduction, mutant.footprints)
        guard let found else { continue }
        #expect(mutant.rules.contains(found.rule), "seed \(seed): \(found)")
        return
      }
    }
    Issue.record("\(mutant.name) survives")
  }
}
