import Foundation
import Testing

@testable import CEL
@testable import Solver

/// The formulas say what the terms say, and the terms what CEL says.
@Suite struct TermTranslationTests {
  /// Every conformance case with its constants as constrained symbols: the expected result follows,
  /// and its negation is unsatisfiable.
  @Test func conformanceCasesInBothDirections() throws {
    guard ConformanceSuite.folder != nil else {
      #expect(ProcessInfo.processInfo.environment["CI"] != "true")
      print("not run: the CEL conformance suite is not beside the package")
      return
    }
    var counts: [Outcome: Int] = [:]
    var reasons: [String: Int] = [:]
    for file in try ConformanceSuite.files() where file != "math_ext" {
      for item in try ConformanceSuite.cases(of: file) {
        let (outcome, reason) = try translate(item)
        counts[outcome, default: 0] += 1
        if let reason { reasons[reason, default: 0] += 1 }
        if outcome == .wrong {
          Issue.record("\(file) \(item.name): \(item.expression): \(reason ?? "")")
        }
      }
    }
    for (outcome, count) in counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      print("CEL translation, \(outcome.rawValue): \(count)")
    }
    for (reason, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      print("CEL translation, outside: \(count) x \(reason)")
    }
    #expect(counts[.inside, default: 0] + counts[.insideButStrings, default: 0] >= 707)
  }

  enum Outcome: String {
    case inside = "a term for all constants"
    case insideButStrings = "a term where strings are known"
    case nothing = "no constant that can be a symbol"
    case outside
    case wrong
  }

  private func translate(_ item: ConformanceCase) throws -> (Outcome, String?) {
    let environment = try item.environment()
    let json = item.json
    if json["check_only"]?.bool == true { return (.nothing, nil) }
    let isUnchecked = json["disable_check"]?.bool == true
    guard
      let program = try? isUnchecked
        ? environment.compileUnchecked(item.expression) : environment.compile(item.expression)
    else { return (.nothing, nil) }
    let expected = try json.at("expect", "value").map(ConformanceCase.value)
    var reason: String?
    for reach in LiftedProgram.Reach.allCases {
      let lifted = LiftedProgram(program, bindings: try item.bindings(), reach: reach)
      if lifted.valuation.isEmpty { return reason == nil ? (.nothing, nil) : (.outside, reason) }
      do {
        if let problem = try check(lifted, expected) { return (.wrong, problem) }
        return (reach == .all ? .inside : .insideButStrings, reason)
      } catch let error as OutsideFragment {
        reason = reason ?? error.reason
      }
    }
    return (.outside, reason)
  }

  /// Nil if both directions hold.
  private func check(_ lifted: LiftedProgram, _ expected: Value?) throws -> String? {
    let (context, terms) = (lifted.symbols, lifted.symbols.terms)
    let outcome: SymbolicOutcome
    do {
      outcome = try lifted.program.evaluate(Bindings(lifted.values), in: context)
    } catch let error as EvaluationError {
      return expected == nil ? nil : "error: \(error)"
    }
    var right = outcome.error
    if let expected {
      let plain = terms.value(outcome.value, under: lifted.valuation)
      guard let plain, plain.isSame(as: expected) else {
        return "the term is \(plain.map(String.init(describing:)) ?? "no value")"
      }
      let hasNaN = !expected.isEqual(to: expected)
      var evaluator = Evaluator(
        activation: Bindings(), slotCount: 0, stepLimit: 1_000_000, symbolic: context)
      let equal =
        hasNaN ? TermID.always : try evaluator.equality(context, outcome.value, expected)
      right = terms.and(terms.not(outcome.error), equal)
    }
    if terms.isModuloRounding(right) {
      throw OutsideFragment("a double known up to rounding", SourceSpan(start: 0, end: 0))
    }
    let session = Self.session(terms)
    guard case .satisfiable = session.solution(of: lifted.constraints + [right]) else {
      return "the result is no solution"
    }
    let other = session.solution(of: lifted.constraints + [terms.not(right)])
    return other == .unsatisfiable ? nil : "another result is possible: \(other)"
  }

  /// Z3 alone answers.
  private static func session(_ terms: TermTable) -> SolverSession {
    var limits = SolverLimits()
    limits.cases = 0
    limits.models = 0
    return SolverSession(PathTable(terms), limits: limits)
  }

  /// Random conditions: at random values the formula has the truth of the term, and so in a model.
  @Test func randomTermsMeanTheSameToZ3() throws {
    let seed =
      ProcessInfo.processInfo.environment["KVERIFY_TEST_SEED"].flatMap { UInt64($0) } ?? 7
    print("term translation fuzz: seed \(seed)")
    var random = SeededGenerator(state: seed)
    var (checked, models, unknown, outside, analysed) = (0, 0, 0, 0, 0)
    for round in 0..<150 {
      let world = SymbolicVariables()
      let terms = world.terms
      var writer = ExpressionWriter(random: random)
      let source = writer.bool(3)
      random = writer.random
      let program = try SymbolicVariables.environment.compile(source)
      guard let condition = try? program.condition(Bindings(world.values), in: world.context)
      else {
        outside += 1
        continue
      }
      let session = Self.session(terms)
      let goals = [
        condition.error, terms.and(terms.not(condition.error), condition.holds),
        terms.and(terms.not(condition.error), terms.not(condition.holds)),
      ].filter { $0 != .never && $0 != .always && !terms.isModuloRounding($0) }
      for goal in goals {
        let valuation = world.valuation(&random)
        let pinned = terms.symbols(in: [goal]).compactMap { number in
          valuation[number].map { world.context.term(terms.term(ofSymbol: number), is: $0) }
        }
        let truth = terms.holds(goal, valuation)
        checked += 1
        switch session.solution(of: pinned + [truth ? terms.not(goal) : goal]) {
        case .unsatisfiable: break
        case .unknown: unknown += 1
        case .satisfiable(let model):
          Issue.record("round \(round): \(source): \(terms.text(goal)) at \(valuation): \(model)")
          return
        }
        let answer = session.solution(of: [goal])
        // What cases decide Z3 decides alike.
        switch (CaseAnalysis.decide(goal, in: terms, limit: 300), answer) {
        case (.unsatisfiable?, .satisfiable), (.satisfiable?, .unsatisfiable):
          Issue.record("round \(round): \(terms.text(goal)): by cases not \(answer)")
        case (.satisfiable(let model)?, _):
          analysed += 1
          #expect(terms.holds(goal, model), "\(terms.text(goal))")
        case (.unsatisfiable?, _): analysed += 1
        default: break
        }
        switch answer {
        case .satisfiable(let model):
          models += 1
          if !terms.holds(goal, model) {
            Issue.record("round \(round): \(source): \(terms.text(goal)): no model: \(model)")
            return
          }
        case .unsatisfiable:
          if truth { Issue.record("round \(round): \(source): has a model: \(valuation)") }
        case .unknown: unknown += 1
        }
      }
    }
    print(
      "term translation fuzz: \(checked) conditions, \(models) models, \(unknown) unknown, "
        + "\(outside) outside, \(analysed) by cases")
    #expect(checked > 100)
    #expect(analysed * 4 > checked)
    #expect(unknown * 20 < checked)
  }
}
