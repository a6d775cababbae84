import Transitions

@testable import POR

/// The search and the oracle on one world.
enum Comparison {
  /// What differs, in words; empty where they agree (or the world is too large).
  static func differences(
    _ model: any TinyModel, seed: UInt64, faults: SeededFaults = []
  ) throws -> [String] {
    guard let oracle = Oracle(model, cap: 600) else { return [] }
    var options = SearchOptions()
    options.faults = faults
    options.hashSeed = seed
    if seed % 2 == 0 { options.cycleEffort = 0 }
    options.shuffleSeed = seed % 3 == 0 ? nil : seed
    options.batchSize = [4_096, 1, 7, 40][Int(seed / 3 % 4)]
    options.jobs = 1 + Int(seed / 12 % 3)
    options.helperThreshold = 2
    let system = TinySystem(model)
    let result = try Search(options: options).run(system)
    var differences: [String] = []
    func compare<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
      if found != expected { differences.append("\(name): \(found), expected \(expected)") }
    }
    compare("states", result.states, oracle.states.count)
    compare("transitions", result.transitions, oracle.transitions)
    compare("settled", result.settled, oracle.endCount)
    compare("cut", result.cut, nil)
    var checker = RunChecker(system: TinySystem(model))
    for (property, finding) in result.findings.enumerated() {
      let expected = oracle.violations(of: property)
      let kind = model.properties[property]
      switch finding {
      case .holds:
        compare("\(kind)", [:], expected)
        if isVacuous(kind) && oracle.settled.isEmpty { differences.append("\(kind): vacuous") }
      case .inconclusive(let reason):
        compare("\(kind)", reason, .noSettledState)
        compare("\(kind)", isVacuous(kind) && oracle.settled.isEmpty, true)
      case .violated(let violations):
        guard faults.isEmpty else {
          compare("\(kind)", Set(violations.map(\.kind)), Set(expected.keys))
          continue
        }
        let found = Dictionary(
          uniqueKeysWithValues: violations.map {
            ($0.kind, $0.run?.loopStart ?? $0.run?.steps.count ?? 0)
          })
        compare("\(kind)", found, expected)
        for violation in violations {
          compare(
            "\(kind), \(violation.kind)", try checker.check(violation, of: property), .confirmed)
        }
      }
    }
    return differences
  }

  private static func isVacuous(_ kind: PropertyKind) -> Bool {
    switch kind {
    case .settled, .confluent: true
    default: false
    }
  }
}
