import CEL
import Foundation
import Model
import Testing

@testable import CLI

/// What a verification says of all values, against verifications of known ones.
@Suite struct UnknownInputTests {
  /// The examples with symbols, and how often their verdicts are compared.
  static let examples = [
    ("hpa-gitops-fight-any-load", 200), ("two-autoscalers", 200), ("hpa-gitops-fight-fixed", 3),
    ("policy-with-a-hole", 200), ("policy-with-a-hole-fixed", 50), ("tenants-collide", 200),
    ("tenants-collide-fixed", 50), ("drain-against-budget", 200),
    ("rolling-update-keeps-available", 200),
  ]

  /// The greatest value that is drawn, where the search for one of known values is too large.
  static let largest: [String: Int64] = ["rolling-update-keeps-available": 2]

  @Test(arguments: examples)
  func knownInstancesAgreeWithTheFailingSet(_ name: String, _ count: Int) throws {
    let scenario = try Self.load(name)
    let report = try VerificationDriver.verify(scenario: scenario, options: VerificationOptions())
    var generator = SeededNumbers(seed: 20_260_611)
    var failed = 0
    var verdicts: [String: WorldVerdict] = [:]
    for _ in 0..<count {
      let largest = Self.largest[name] ?? .max
      guard let values = try Self.draw(scenario, &generator, upTo: largest) else { continue }
      let key = scenario.symbols.map { values[$0.name]?.text ?? "" }.joined(separator: " ")
      let verdict = try verdicts[key] ?? Self.verify(scenario, values)
      verdicts[key] = verdict
      for (index, property) in report.properties.enumerated() {
        let isViolated = if case .violated = verdict.outcome(of: index) { true } else { false }
        if isViolated { failed += 1 }
        #expect(
          isViolated == (try Self.fails(property, scenario, values)),
          "\(property.name) with \(values.sorted { $0.key < $1.key })")
      }
    }
    // Otherwise nothing was compared.
    let holds = name.hasSuffix("-fixed") || name.hasSuffix("-keeps-available")
    #expect(holds ? failed == 0 && !verdicts.isEmpty : failed > 0 && failed < count)
  }

  /// What a search decides under one valuation it decides under all that it speaks for, so the
  /// classes of a full and of a reduced search describe the same set.
  @Test(arguments: [
    "hpa-gitops-fight-any-load", "two-autoscalers", "policy-with-a-hole", "tenants-collide",
  ])
  func theFailingSetDoesNotDependOnTheReduction(_ name: String) throws {
    let scenario = try Self.load(name)
    var options = VerificationOptions()
    let reduced = try VerificationDriver.verify(scenario: scenario, options: options)
    options.reduction = .none
    let full = try VerificationDriver.verify(scenario: scenario, options: options)
    #expect(reduced.properties.map(\.failing) == full.properties.map(\.failing))
  }

  /// What Z3 knows up to rounding only never becomes "holds for all values".
  @Test func roundedComparisonsCoverNothing() {
    for isRounded in [false, true] {
      var classes = ValueClasses(UnknownInputs(symbols: []))
      let terms = classes.inputs.terms
      let x = terms.symbol("x", .double)
      let y = terms.symbol("y", .double)
      let flag = terms.symbol("flag", .bool)
      let condition = isRounded ? terms.doubleAtMost(x, y) : flag
      for holds in [true, false] {
        let run = SymbolicRun(
          terms: terms,
          values: [0: .double(0), 1: .double(holds ? 1 : -1), 2: .bool(holds)])
        #expect(run.decide(condition) == holds)
        classes.close(run)
      }
      switch classes.next() {
      case .none: #expect(!isRounded)
      case .unknown(let reason): #expect(isRounded && reason.contains("rounding"))
      case .values(let values): Issue.record("\(values) are in no class")
      }
    }
  }

  /// A text made of a number is known value by value, and the report says where and why.
  @Test func percentagesOfUnknownNumbers() throws {
    func scenario(_ range: String) -> String {
      """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: percent}
      spec:
        objects:
        - apiVersion: apps/v1
          kind: ReplicaSet
          metadata: {name: web}
          spec:
            replicas: 2
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}}
              spec: {containers: [{name: web, image: "nginx:1.27"}]}
        - apiVersion: policy/v1
          kind: PodDisruptionBudget
          metadata: {name: web}
          spec:
            minAvailable: "${string(p) + '%'}"
            selector: {matchLabels: {app: web}}
        controllers: [{builtin: replicaset}, {builtin: disruption}, {builtin: kubelet}]
        names:
          budget: {apiVersion: policy/v1, kind: PodDisruptionBudget, name: web}
        symbols: [{name: p, type: int, \(range)}]
        properties:
        - {name: may-go, settled: budget.status.disruptionsAllowed > 0}
      """
    }
    let report = try VacuityTests.report(scenario("min: 49, max: 51"))
    #expect(report.properties[0].failing == FailingValues(text: "p > 50", isExact: true))
    let places = report.notes.filter { $0.contains("scenario.yaml:19:24: 'string(p)'") }
    #expect(places.count == 1, "\(report.notes)")
    // What the API server refuses is told with the values.
    #expect {
      try VacuityTests.report(scenario("min: 100, max: 101"))
    } throws: { error in
      guard case VerificationFailure.scenario(let message) = error else { return false }
      return message.contains("not be greater than 100%") && message.contains("(with p = 101; ")
    }
  }

  // MARK: - One valuation at a time

  private static func load(_ name: String) throws -> Scenario {
    let path = CommandRunner.root.appendingPathComponent("examples/\(name)").path
    return try #require(ScenarioLoading.load([path]).first)
  }

  /// Values that fulfil the assumptions; nil where none were found.
  static func draw(
    _ scenario: Scenario, _ generator: inout SeededNumbers, upTo largest: Int64
  ) throws -> [String: JSONValue]? {
    for _ in 0..<100 {
      var values: [String: JSONValue] = [:]
      for symbol in scenario.symbols {
        if let choices = symbol.choices {
          values[symbol.name] = choices.randomElement(using: &generator)
        } else if symbol.type == .string {
          // So few that texts which are put together meet.
          let texts = ["a", "b", "a-a", "a-b", "b-a", "x1", "a-b-a", "first"]
          values[symbol.name] = texts.randomElement(using: &generator).map(JSONValue.string)
        } else {
          let range = (symbol.minimum ?? 0)...(symbol.maximum ?? 100)
          // Small numbers are where most is decided.
          let small = Bool.random(using: &generator) ? min(range.upperBound, 12) : range.upperBound
          let upper = max(range.lowerBound, min(small, largest))
          values[symbol.name] = .int(
            Int64.random(in: range.lowerBound...upper, using: &generator))
        }
      }
      if try isLookedAt(values, scenario) { return values }
    }
    return nil
  }

  /// Whether the assumptions hold and the policies admit the objects of the start.
  private static func isLookedAt(_ values: [String: JSONValue], _ scenario: Scenario) throws -> Bool
  {
    guard try WorldBuilder(scenario, symbols: values).satisfiesAssumptions() else { return false }
    let inputs = UnknownInputs(scenario)
    var valuation: Valuation = [:]
    for (number, symbol) in scenario.symbols.enumerated() {
      valuation[number] = values[symbol.name].flatMap { TermConstant($0) }
    }
    let run = SymbolicRun(terms: inputs.terms, values: valuation)
    do {
      _ = try WorldBuilder(scenario, symbols: inputs.unknown(in: run))
        .build(projections: ProjectionSet())
      return true
    } catch is ObjectRefusedByPolicy {
      return false
    }
  }

  /// The verdict for known values: nothing symbolic is involved.
  static func verify(_ scenario: Scenario, _ values: [String: JSONValue]) throws
    -> WorldVerdict
  {
    let builder = try WorldBuilder(scenario, symbols: values)
    return try Verifier(options: Verifier.Options())
      .verify(try builder.build(projections: ProjectionSet()))
  }

  /// Whether the report says that a property fails for these values: its text is CEL.
  static func fails(
    _ property: PropertyReport, _ scenario: Scenario, _ values: [String: JSONValue]
  ) throws -> Bool {
    guard let failing = property.failing else { return false }
    #expect(failing.isExact)
    if failing.text == "every value" { return true }
    let program = try Environment.kubernetes.compileUnchecked(failing.text)
    guard case .bool(let flag) = try program.evaluate(Bindings(values.mapValues { Value($0) }))
    else { return false }
    return flag
  }
}

extension TermConstant {
  fileprivate init?(_ value: JSONValue) {
    switch value {
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .integer(Int128(number))
    case .string(let text): self = .string(text)
    default: return nil
    }
  }
}

/// Random numbers from a seed (SplitMix64), so that a failure can be repeated.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
