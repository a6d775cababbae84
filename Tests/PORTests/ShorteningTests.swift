import Testing
import Transitions

@testable import POR

/// Runs of a reduced search, made shorter: as short as those of a full search where the world is small,
/// never longer than they were, and still violations.
@Suite struct ShorteningTests {
  private static func violations(
    _ model: RandomControllerModel, _ reduction: Reduction, _ effort: ShorteningEffort
  ) throws -> [RunGoal: Violation] {
    var options = SearchOptions()
    options.reduction = reduction
    options.shortening = effort
    let result = try Search(options: options).run(TinySystem(model))
    var violations: [RunGoal: Violation] = [:]
    for (property, finding) in result.findings.enumerated() {
      guard case .violated(let found) = finding else { continue }
      for violation in found where violation.run != nil {
        violations[RunGoal(property: property, kind: violation.kind)] = violation
      }
    }
    return violations
  }

  private static func length(_ violation: Violation?) -> Int {
    (violation?.run?.steps.count ?? 0) + (violation?.otherRun?.steps.count ?? 0)
  }

  private static func models(_ seeds: Range<UInt64>) -> [(seed: UInt64, RandomControllerModel)] {
    seeds.map { seed in
      (seed, RandomControllerModel(seed: seed, style: seed % 2 == 0 ? .plain : .grouped))
    }
  }

  @Test(arguments: 0..<4)
  func `small worlds have the runs of a full search`(_ part: UInt64) throws {
    for (seed, model) in Self.models(part * 40..<part * 40 + 40) {
      guard Oracle(model, cap: 400) != nil else { continue }
      let full = try Self.violations(model, .none, .none)
      let reduced = try Self.violations(model, .auto, .standard)
      #expect(reduced == full, "seed \(seed)")
    }
  }

  /// Without a look at the whole graph, steps can only be left out.
  @Test(arguments: [ShorteningEffort(states: 0, steps: 20_000), .init(states: 12, steps: 20_000)])
  func `no run gets longer`(_ effort: ShorteningEffort) throws {
    var shorter = 0
    var before = 0
    for (seed, model) in Self.models(0..<120) {
      guard Oracle(model, cap: 400) != nil else { continue }
      var checker = RunChecker(system: TinySystem(model))
      let plain = try Self.violations(model, .auto, .none)
      let shortened = try Self.violations(model, .auto, effort)
      #expect(Set(plain.keys) == Set(shortened.keys), "seed \(seed)")
      for (goal, violation) in shortened {
        #expect(Self.length(violation) <= Self.length(plain[goal]), "seed \(seed), \(goal)")
        #expect(try checker.check(violation, of: goal.property) == .confirmed, "seed \(seed)")
        before += Self.length(plain[goal])
        shorter += Self.length(plain[goal]) - Self.length(violation)
      }
    }
    #expect(shorter > 10, "\(shorter) of \(before) steps")
  }

  /// One of sixteen writers breaks the property; the unreduced graph has 2^16 states.
  @Test(arguments: [
    ShorteningEffort(states: 0, steps: 20_000), .init(states: 50, steps: 0), .standard,
  ])
  func `a run holds what it needs`(_ effort: ShorteningEffort) throws {
    let writers: [CellModel.Program] = (0..<16).map { object in
      let write = (object: object, value: UInt32(1))
      return .init(body: { _, _ in [write] })
    }
    let system = CellModel(
      objects: Array(repeating: 0, count: 16), programs: writers, queue: Array(0..<16),
      predicates: [[11]])
    var options = SearchOptions()
    options.reduction = .auto
    options.shortening = effort
    let result = try Search(options: options).run(system)
    guard case .violated(let violations) = result.findings[0] else {
      Issue.record("no violation")
      return
    }
    #expect(violations.map(\.run) == [Run(steps: [RunStep(action: 11)])])
    // Without, everything before it in the one order that was tried is part of the run.
    options.shortening = .none
    guard case .violated(let long) = try Search(options: options).run(system).findings[0] else {
      Issue.record("no violation")
      return
    }
    #expect((long.first?.run?.steps.count ?? 0) > 1)
  }
}
