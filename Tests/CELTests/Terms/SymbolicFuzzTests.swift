import Foundation
import Testing

@testable import CEL

/// Random expressions: what they evaluate to with known variables is what their term evaluates to.
@Suite struct SymbolicFuzzTests {
  @Test func termsSayWhatTheEvaluatorSays() throws {
    let seed =
      ProcessInfo.processInfo.environment["KVERIFY_TEST_SEED"].flatMap { UInt64($0) } ?? 20_261
    print("symbolic fuzz: seed \(seed)")
    var random = SeededGenerator(state: seed)
    var outside = 0
    var failures = 0
    var total = 0
    for round in 0..<3000 {
      let world = SymbolicVariables()
      var writer = ExpressionWriter(random: random)
      let source = writer.bool(4)
      random = writer.random
      let program = try SymbolicVariables.environment.compile(source)
      let outcome: SymbolicOutcome
      do {
        outcome = try program.evaluate(Bindings(world.values), in: world.context)
      } catch is OutsideFragment {
        outside += 1
        continue
      } catch let error as EvaluationError {
        outcome = SymbolicOutcome(value: .null, error: .always, failure: error)
      }
      for _ in 0..<8 {
        total += 1
        let valuation = world.valuation(&random)
        let plain = try #require(world.plainValues(valuation))
        let failed = world.terms.holds(outcome.error, valuation)
        let expected = try? program.evaluate(Bindings(plain))
        if failed { failures += 1 }
        let actual = failed ? nil : world.terms.value(outcome.value, under: valuation)
        let agrees =
          switch (expected, actual) {
          case (nil, nil): true
          case (.some(let one), .some(let two)): one.isSame(as: two)
          default: false
          }
        if !agrees {
          Issue.record(
            """
            round \(round): \(source)
            with \(plain.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
            is \(expected.map(String.init(describing:)) ?? "an error"), \
            the term says \(actual.map(String.init(describing:)) ?? "an error")
            """)
          return
        }
      }
    }
    print("symbolic fuzz: \(total) evaluations, \(failures) errors, \(outside) outside")
    #expect(outside < 300)
    #expect(failures > 100)
  }
}
