import CEL
import Foundation
import Testing

@testable import Solver

/// Questions that are answered without Z3, against Z3.
@Suite struct CaseAnalysisTests {
  /// Linear conditions in all shapes that verifications ask: disjunctions, choices, differences,
  /// quotients, flags and texts.
  @Test func casesDecideWhatZ3Decides() throws {
    let seed =
      ProcessInfo.processInfo.environment["KVERIFY_TEST_SEED"].flatMap { UInt64($0) } ?? 11
    print("case analysis: seed \(seed)")
    var random = Conditions(seed: seed)
    var (decided, infeasible) = (0, 0)
    let rounds = 600
    for round in 0..<rounds {
      let terms = random.terms
      let condition = terms.all((0..<(3 + round % 6)).map { _ in random.condition(2) })
      guard let found = CaseAnalysis.decide(condition, in: terms, limit: 300) else { continue }
      decided += 1
      var limits = SolverLimits()
      limits.cases = 0
      let answer = SolverSession(PathTable(terms), limits: limits).solution(of: [condition])
      switch found {
      case .unsatisfiable:
        infeasible += 1
        #expect(answer == .unsatisfiable, "round \(round): \(terms.text(condition))")
      case .satisfiable(let model):
        #expect(terms.holds(condition, model), "round \(round): \(terms.text(condition))")
        #expect(answer != .unsatisfiable, "round \(round): \(terms.text(condition))")
      case .unknown: Issue.record("cases never say unknown")
      }
      if round % 40 == 39 { random.startAgain() }
    }
    print("case analysis: \(decided) of \(rounds) decided, \(infeasible) infeasible")
    #expect(decided * 10 > rounds * 9)
    #expect(infeasible * 10 > rounds && infeasible * 10 < rounds * 9)
  }

  /// A chain of inequalities that leads back: no bound shows it, elimination does.
  @Test func circlesAreInfeasible() {
    let terms = TermTable()
    let range = Interval(-(1 << 53), 1 << 53)
    let (x, y, z) = (
      terms.symbol("x", .int, range: range), terms.symbol("y", .int, range: range),
      terms.symbol("z", .int, range: range)
    )
    let circle = terms.all([terms.isLess(x, y), terms.isLess(y, z), terms.isLess(z, x)])
    #expect(CaseAnalysis.decide(circle, in: terms, limit: 10) == .unsatisfiable)
    let weaker = terms.all([terms.isAtMost(x, y), terms.isAtMost(y, z), terms.isAtMost(z, x)])
    #expect(
      CaseAnalysis.decide(weaker, in: terms, limit: 10)
        == .satisfiable([0: .integer(0), 1: .integer(0), 2: .integer(0)]))
  }

  /// Numbers past what is calculated with: no answer is right, a wrong one is not.
  @Test func largeNumbersAreNotMistaken() {
    let terms = TermTable()
    for exponent in [60, 64, 66, 90, 92, 95, 100, 119] {
      let end = Int128(1) << Int128(exponent)
      let quantity = terms.symbol("q\(exponent)", .quantity, range: Interval(-end, end))
      let other = terms.symbol("r\(exponent)", .quantity, range: Interval(end / 2, end))
      for (condition, values) in [
        (terms.atMost(quantity, 1 - end), [Int128(1) - end]),
        (terms.isAtLeast(quantity, end - 1), [end - 1]),
        (
          terms.all([
            terms.isLess(quantity, terms.sum([LinearPart(-3, other)])),
            terms.isAtLeast(quantity, 1 - end),
          ]), []
        ),
        (terms.equals(terms.add(quantity, other), end / 2), [0, end / 2]),
      ] {
        let found = CaseAnalysis.decide(condition, in: terms, limit: 50)
        if case .satisfiable(let model)? = found { #expect(terms.holds(condition, model)) }
        if case .unsatisfiable? = found { #expect(values.isEmpty, "\(terms.text(condition))") }
      }
    }
  }

  /// Rational numbers fulfil it, integers do not: no answer, rather than a wrong one.
  @Test func rationalSolutionsAreNoAnswer() {
    let terms = TermTable()
    let (x, y) = (
      terms.symbol("x", .int, range: Interval(0, 1000)),
      terms.symbol("y", .int, range: Interval(0, 1000))
    )
    let odd = terms.areEqual(
      terms.sum([LinearPart(3, x), LinearPart(-6, y)]), terms.integer(2))
    #expect(CaseAnalysis.decide(odd, in: terms, limit: 10) == .unsatisfiable)
    let middle = terms.all([
      terms.isWithin(terms.sum([LinearPart(3, x), LinearPart(-7, y)]), Interval(1, 2)),
      terms.isWithin(terms.sum([LinearPart(3, x), LinearPart(7, y)]), Interval(11, 12)),
    ])
    if let found = CaseAnalysis.decide(middle, in: terms, limit: 50),
      case .satisfiable(let model) = found
    {
      #expect(terms.holds(middle, model))
    }
  }

  /// Of a function that no formula looks into equal arguments have equal results, and values are tried.
  @Test func functionsAreNotLookedInto() throws {
    let context = SymbolicContext(TermTable())
    context.abstracts = true
    let terms = context.terms
    let names = ["s", "t"].map { terms.symbol($0, .string) }
    let environment = Environment.kubernetes.adding(variables: ["s": .string, "t": .string])
    func condition(_ source: String) throws -> TermID {
      let values = Bindings(["s": context.value(names[0]), "t": context.value(names[1])])
      return try environment.compile(source).condition(values, in: context).holds
    }
    for cases in [0, 300] {
      var limits = SolverLimits()
      limits.cases = cases
      let session = SolverSession(PathTable(terms), limits: limits)
      // What no function does.
      for source in [
        "s.lowerAscii() == 'a' && s.lowerAscii() == 'b'",
        "s == t && s.lowerAscii() == 'a' && t.lowerAscii() != 'a'",
        "s == 'ABC' && s.lowerAscii() != 'abc'", "s == '10.0.0.1' && !isIP(s)",
      ] {
        #expect(session.solution(of: [try condition(source)]) == .unsatisfiable, "\(source)")
      }
      for source in [
        "s.lowerAscii() == 'a' && t.lowerAscii() != 'a'", "s != t && s.trim() == t",
        "isIP(s) && (s == 'x' || s == '10.0.0.1')",
      ] {
        let wanted = try condition(source)
        guard case .satisfiable(let model) = session.solution(of: [wanted]) else {
          if source.contains("trim") { continue }
          Issue.record("\(source), \(cases) cases")
          continue
        }
        #expect(terms.holds(wanted, model), "\(source)")
      }
      // A function could, this one does not: no answer is right, "yes" is not.
      for source in ["s.lowerAscii() == 'A'", "isIP(s) && s.startsWith('x')"] {
        let answer = session.solution(of: [try condition(source)])
        guard case .unknown = answer else {
          Issue.record("\(source): \(answer)")
          continue
        }
      }
    }
  }

  /// A whole verification's questions: most need no Z3.
  @Test func mostOfAProofNeedsNoZ3() {
    let terms = TermTable()
    let session = SolverSession(PathTable(terms))
    let (x, y) = (
      terms.symbol("x", .int, range: Interval(0, 1000)),
      terms.symbol("y", .int, range: Interval(0, 1000))
    )
    let least = terms.minimum(x, y)
    #expect(session.prove(terms.isAtMost(least, x), from: []) == .valid)
    #expect(
      session.prove(terms.isAtMost(terms.add(least, least), terms.add(x, y)), from: []) == .valid)
    #expect(session.figures.checks == 0)
    #expect(session.figures.hits == session.figures.questions)
  }
}

/// Random conditions over a few symbols.
private struct Conditions {
  private(set) var terms = TermTable()
  private var random: SeededGenerator
  private var integers: [TermID] = []
  private var flags: [TermID] = []
  private var texts: [TermID] = []

  init(seed: UInt64) {
    random = SeededGenerator(state: seed)
    startAgain()
  }

  mutating func startAgain() {
    let table = TermTable()
    terms = table
    integers = (0..<5).map {
      table.symbol("x\($0)", .int, range: Interval($0 == 0 ? -9 : 0, $0 < 3 ? 12 : 1 << 53))
    }
    flags = (0..<2).map { table.symbol("b\($0)", .bool) }
    texts = [
      table.symbol("s", .string), table.symbol("t", .string, values: ["one", "two", "three"]),
    ]
  }

  private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  private mutating func integer(_ depth: Int) -> TermID {
    switch depth > 0 ? number(6) : number(2) {
    case 0, 1: return integers[number(integers.count)]
    case 2: return terms.add(integer(depth - 1), integer(depth - 1))
    case 3:
      return terms.sum([
        LinearPart(Int128(number(7) - 3), integer(depth - 1)),
        LinearPart(Int128(number(7) - 3), integer(depth - 1)),
      ])
    case 4: return terms.choose(condition(depth - 1), integer(depth - 1), integer(depth - 1))
    default: return terms.quotient(integers[number(5)], terms.integer(Int128(2 + number(3))))
    }
  }

  mutating func condition(_ depth: Int) -> TermID {
    switch depth > 0 ? number(9) : number(4) {
    case 0: return terms.atMost(integer(depth), Int128(number(20) - 4))
    case 1: return terms.isAtMost(integer(depth), integer(depth))
    case 2: return flags[number(2)]
    case 3:
      let text = texts[number(2)]
      return terms.stringEquals(text, terms.string(["one", "two", "four"][number(3)]))
    case 4: return terms.areEqual(integer(depth - 1), integer(depth - 1))
    case 5: return terms.not(condition(depth - 1))
    case 6: return terms.or(condition(depth - 1), condition(depth - 1))
    case 7: return terms.choose(condition(depth - 1), condition(depth - 1), condition(depth - 1))
    default: return terms.isLess(integer(depth), integer(depth))
    }
  }
}
