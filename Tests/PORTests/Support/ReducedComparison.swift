import Transitions

@testable import POR

/// The reduced search and the oracle on one world.
struct ReducedComparison {
  /// What differs, in words.
  private(set) var differences: [String] = []
  /// How many states there are, and how many the search of each configuration met.
  private(set) var fullStates = 0
  private(set) var states: [Int] = []
  private var seed: UInt64
  private var configuration = ""

  /// How the search is bent.
  struct Bend {
    var reduction: ReductionFaults = []
    var footprints: FootprintFaults = []
    var search: SeededFaults = []
    /// The model itself is bent.
    var isOfModel = false

    var isEmpty: Bool {
      reduction.isEmpty && footprints.isEmpty && search.isEmpty && !isOfModel
    }
  }

  /// Compares all configurations; nil where the world has more states than the cap.
  ///
  /// On half of the seeds the chosen sets are random ones, and on most the order of actions is.
  init?(
    _ model: any ReducibleModel, seed: UInt64, cap: Int = 400, bend: Bend = Bend(),
    configurations: [ControllerProperties.Selection] = ControllerProperties.Selection
      .allCases,
    reduction: Reduction = .auto
  ) throws {
    self.seed = seed
    guard let oracle = Oracle(model, cap: cap) else { return nil }
    fullStates = oracle.states.count
    let system = TinySystem(model, faults: bend.footprints, records: true)
    for configuration in configurations {
      system.select(configuration.properties(seed: seed))
      self.configuration = "\(configuration)"
      let comparesEvents = configuration == .safety
      try compare(
        system, oracle, configuration.properties(seed: seed), comparesEvents, bend, reduction)
      if !bend.isEmpty && !differences.isEmpty { return }
    }
  }

  private mutating func check<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
    if found != expected {
      differences.append("\(configuration), \(name): \(found), expected \(expected)")
    }
  }

  /// An estimate is right up to a factor of two, or says that it is a lower bound, and is one.
  private mutating func check(_ estimate: StateEstimate) {
    let isRight =
      estimate.states <= Double(fullStates) * (estimate.isLowerBound ? 1 : 2)
      && (estimate.isLowerBound || Double(fullStates) <= estimate.states * 2)
    if !isRight {
      differences.append("\(configuration): \(estimate) for \(fullStates) states")
    }
  }

  private mutating func compare(
    _ system: TinySystem, _ oracle: Oracle, _ selection: [Int],
    _ comparesEvents: Bool,
    _ bend: Bend, _ reduction: Reduction
  ) throws {
    let model = system.model
    var options = SearchOptions()
    options.reduction = reduction
    options.symmetry = .always
    options.reductionFaults = bend.reduction
    options.faults = bend.search
    options.hashSeed = seed
    options.choiceSeed = seed % 2 == 0 ? seed : nil
    options.shuffleSeed = seed % 3 == 0 ? nil : seed
    if seed % 4 == 0 { options.cycleEffort = 0 }
    let result = try Search(options: options).run(system)
    states.append(result.states)
    check("cut", result.cut, nil)
    if bend.isEmpty {
      // A representative of an initial state that is not symmetric need not be reached in full.
      if !system.hasSymmetry {
        check("more states than there are", result.states > fullStates, false)
      }
      if let estimate = result.reduction?.full { check(estimate) }
    }
    check("ends", system.ends, Set(oracle.settled.map { model.objects(of: oracle.states[$0]) }))
    check("settled", result.settled, oracle.endCount)
    if !system.hasSymmetry {
      let strangers = system.expanded.subtracting(oracle.states)
      check("strange states", strangers, [])
    }
    if comparesEvents && !system.hasSymmetry {
      let events = Set(oracle.edges.joined().map { TinySystem.event(of: $0.step) })
      check("lost events", events.subtracting(system.seenEvents), [])
      check("strange events", system.seenEvents.subtracting(events), [])
    }
    var checker = RunChecker(system: TinySystem(model, selection: selection))
    for (index, finding) in result.findings.enumerated() {
      let property = selection[index]
      let kind = model.properties[property]
      let expected = Set(oracle.violations(of: property).keys)
      let isVacuous = oracle.settled.isEmpty && Self.speaksOfSettledStates(kind)
      switch finding {
      case .holds:
        check("\(property) \(kind)", [], expected)
        check("\(property) \(kind), vacuous", false, isVacuous)
      case .inconclusive(let reason):
        check("\(property) \(kind), \(reason)", isVacuous, reason == .noSettledState)
      case .violated(let violations):
        check("\(property) \(kind)", Set(violations.map(\.kind)), expected)
        if !bend.isEmpty || seed % 4 != 1 { continue }
        for violation in violations {
          check(
            "run of \(violation.kind)", try checker.check(violation, of: index), .confirmed)
        }
      }
    }
  }

  private static func speaksOfSettledStates(_ kind: PropertyKind) -> Bool {
    switch kind {
    case .settled, .confluent: true
    default: false
    }
  }
}
