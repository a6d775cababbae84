import CEL
import Foundation
import Testing

@testable import Solver

@Suite struct SessionTests {
  private let terms: TermTable
  private let paths: PathTable
  private let session: SolverSession

  init() {
    terms = TermTable()
    paths = PathTable(terms)
    var limits = SolverLimits()
    limits.models = 0
    limits.cases = 0
    session = SolverSession(paths, limits: limits)
  }

  private func int(_ name: String, _ range: ClosedRange<Int> = 0...100) -> TermID {
    terms.symbol(name, .int, range: Interval(Int128(range.lowerBound), Int128(range.upperBound)))
  }

  @Test func feasibilityOfLinearConditions() throws {
    let (x, y) = (int("x"), int("y"))
    let path = try #require(paths.path([terms.isLess(x, y), terms.atMost(y, 2)]))
    #expect(session.feasibility(of: terms.equals(x, 1), under: path) == .feasible)
    #expect(session.feasibility(of: terms.isAtLeast(x, 3), under: path) == .infeasible)
    #expect(session.feasibility(of: terms.isAtLeast(terms.add(x, y), 3), under: path) == .feasible)
    #expect(
      session.feasibility(of: terms.isAtLeast(terms.add(x, y), 4), under: path) == .infeasible)
  }

  @Test func oneQuestionIsAskedOnceWhateverTheOrder() throws {
    let (x, y) = (int("x"), int("y"))
    let a = terms.isLess(x, y)
    let b = terms.atMost(terms.add(x, y), 50)
    let one = try #require(paths.adding(a, to: .empty))
    let two = try #require(paths.adding(b, to: .empty))
    #expect(session.feasibility(of: b, under: one) == .feasible)
    let checks = session.figures.checks
    #expect(session.feasibility(of: a, under: two) == .feasible)
    #expect(session.figures.checks == checks)
    #expect(session.figures.memoised == 1)
  }

  @Test func boundsAreDecidedWithoutZ3() throws {
    let x = int("x")
    let path = try #require(paths.path([terms.atMost(x, 5)]))
    #expect(session.feasibility(of: terms.isAtLeast(x, 6), under: path) == .infeasible)
    let double = terms.sum([LinearPart(2, x)])
    #expect(session.feasibility(of: terms.isAtLeast(double, 12), under: path) == .infeasible)
    #expect(session.figures.checks == 0)
  }

  @Test func whatNobodyFulfilsLeavesTheOtherSide() throws {
    let (x, y) = (int("x"), int("y"))
    let path = try #require(paths.path([terms.isLess(x, y)]))
    #expect(session.feasibility(of: path) == .feasible)
    let backwards = terms.isAtMost(terms.subtract(y, x), terms.integer(0))
    #expect(session.feasibility(of: backwards, under: path) == .infeasible)
  }

  @Test func solutionsAreSmall() throws {
    let (x, y) = (int("x", -50...1000), int("y"))
    let name = terms.symbol("name", .string)
    let conditions = [
      terms.isLess(terms.integer(7), terms.add(x, y)), terms.isAtLeast(y, 3),
      terms.not(terms.stringEquals(name, terms.string(""))),
    ]
    let result = session.leastSolution(of: conditions)
    guard case .satisfiable(let model) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(model[0]?.integer == 0)
    #expect(model[1]?.integer == 8)
    #expect(model[2]?.string == "a")
  }

  @Test func divisionIsTowardsZero() {
    let (x, y) = (int("x", -20...20), int("y", -7...7))
    for (divisor, other) in [(terms.integer(3), "3"), (terms.integer(-3), "-3"), (y, "y")] {
      let quotient = terms.quotient(x, divisor)
      let remainder = terms.remainder(x, divisor)
      for a in [-20, -7, -1, 0, 1, 8, 20] {
        for b in [-7, -2, 0, 1, 5] where other == "y" || b == 5 {
          let values: Valuation = [0: .integer(Int128(a)), 1: .integer(Int128(b))]
          let pinned = [terms.equals(x, Int128(a)), terms.equals(y, Int128(b))]
          let q = terms.evaluate(quotient, values).integer ?? 99
          let r = terms.evaluate(remainder, values).integer ?? 99
          let right = terms.and(terms.equals(quotient, q), terms.equals(remainder, r))
          #expect(session.solution(of: pinned + [terms.not(right)]) == .unsatisfiable)
        }
      }
    }
  }

  /// A name built from two symbols that collides with another.
  @Test func namesThatCollide() throws {
    let (u, v) = (terms.symbol("u", .string), terms.symbol("v", .string))
    let dash = terms.string("-")
    let (w, x) = (terms.symbol("w", .string), terms.symbol("x", .string))
    let name = terms.concatenation([u, dash, v])
    let other = terms.concatenation([w, dash, x])
    let apart = terms.not(terms.stringEquals(u, w))
    guard
      case .satisfiable(let model) = session.solution(of: [terms.stringEquals(name, other), apart])
    else {
      Issue.record("no collision was found")
      return
    }
    #expect(terms.holds(terms.and(terms.stringEquals(name, other), apart), model))
  }

  /// Checks of sequences that are interrupted: the context is never used again, and the session goes on.
  @Test func interruptedSequencesLeaveTheSessionUsable() throws {
    var limits = SolverLimits()
    limits.milliseconds = 30
    limits.cases = 0
    let session = SolverSession(paths, limits: limits)
    let label = try RegularExpression("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$")
    let names = (0..<8).map { terms.symbol("s\($0)", .string) }
    let labels = names.map { terms.matches($0, label) }
    func joined(_ left: TermID, _ right: TermID) -> TermID {
      terms.concatenation([left, terms.string("-"), right])
    }
    for round in 0..<12 {
      let (a, b, c, d) = (
        names[round % 8], names[(round + 1) % 8], names[(round + 3) % 8], names[(round + 6) % 8]
      )
      let hard =
        labels + [
          terms.stringEquals(joined(a, b), joined(c, d)),
          terms.isAtLeast(terms.length(a), Int128(round)), terms.not(terms.stringEquals(a, c)),
        ]
      // Whatever the answer is, it is no proof that there is none.
      #expect(session.solution(of: hard) != .unsatisfiable)
      let easy = session.solution(of: [terms.stringEquals(a, terms.string("x-\(round)"))])
      guard case .satisfiable = easy else {
        Issue.record("\(easy)")
        return
      }
    }
    #expect(session.figures.restarts > 0)
  }

  /// Memory is bounded for the whole process, so this runs in one of its own.
  @Test func exhaustedMemoryIsUnknown() async {
    await #expect(processExitsWith: .success) {
      let terms = TermTable()
      var limits = SolverLimits()
      limits.megabytes = 24
      limits.cases = 0
      limits.milliseconds = 20_000
      let session = SolverSession(PathTable(terms), limits: limits)
      // Pigeons: no answer without a large search.
      let holes = 12
      let pigeons = (0...holes).map {
        terms.symbol("p\($0)", .int, range: Interval(1, Int128(holes)))
      }
      var conditions: [TermID] = []
      for (index, pigeon) in pigeons.enumerated() {
        for other in pigeons[..<index] {
          conditions.append(terms.not(terms.areEqual(pigeon, other)))
        }
      }
      guard case .unknown(let reason) = session.solution(of: conditions),
        reason.contains("memory")
      else { exit(1) }
      exit(0)
    }
  }

  @Test func stringsThatAreOnlyComparedAreNumbers() throws {
    let (u, v) = (terms.symbol("u", .string), terms.symbol("v", .string))
    let different = [
      terms.not(terms.stringEquals(u, v)), terms.not(terms.stringEquals(u, terms.string("a"))),
      terms.not(terms.stringEquals(v, terms.string("a"))),
    ]
    guard case .satisfiable(let model) = session.solution(of: different) else {
      Issue.record("no model")
      return
    }
    #expect(terms.holds(terms.all(different), model))
    // A new use makes sequences of them, in the middle of a session.
    let longer = different + [terms.isAtLeast(terms.length(u), 3)]
    guard case .satisfiable(let second) = session.solution(of: longer) else {
      Issue.record("no model of sequences")
      return
    }
    #expect(terms.holds(terms.all(longer), second))
  }

  @Test func patternsAreLanguages() throws {
    let name = terms.symbol("name", .string)
    let label = try RegularExpression("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    let condition = terms.matches(name, label)
    let bad = terms.all([
      condition, terms.test(.contains, name, terms.string("_")),
    ])
    #expect(session.solution(of: [bad]) == .unsatisfiable)
    let good = [condition, terms.test(.contains, name, terms.string("-"))]
    guard case .satisfiable(let model) = session.solution(of: good) else {
      Issue.record("no model")
      return
    }
    #expect(terms.holds(terms.all(good), model))
  }

  @Test func unicodeSurvives() throws {
    let name = terms.symbol("name", .string)
    let text = "ä€\u{1F600}\\u{41}\"\n"
    let condition = [
      terms.stringEquals(name, terms.string(text)), terms.isAtLeast(terms.length(name), 1),
    ]
    guard case .satisfiable(let model) = session.solution(of: condition) else {
      Issue.record("no model")
      return
    }
    #expect(model[0] == .string(text))
  }

  @Test func failingSetsHaveExactBounds() {
    let load = int("load", 0...2000)
    let fails = [terms.atMost(load, 216), terms.isAtLeast(load, 264)]
    let found = FailingSetMinimiser(session).describe(fails)
    #expect(found.text == "load < 217 || load > 263")
    #expect(found.completeness == .exact)
    let middle = FailingSetMinimiser(session).describe([
      terms.isWithin(load, Interval(3, 9)), terms.isWithin(load, Interval(10, 11)),
    ])
    #expect(middle.text == "load >= 3 && load <= 11")
  }

  @Test func failingSetsOfSeveralSymbolsAreMinimal() {
    let (x, y) = (int("x"), int("y"))
    let less = terms.isLess(x, y)
    let found = FailingSetMinimiser(session).describe([
      terms.and(less, terms.atMost(x, 50)), terms.and(less, terms.isAtLeast(x, 51)),
      terms.all([less, terms.equals(y, 7)]),
    ])
    #expect(found.text == "x < y")
    #expect(found.completeness == .exact)
    let assumed = FailingSetMinimiser(session, assumptions: [terms.isAtLeast(y, 90)])
      .describe([terms.and(terms.isAtLeast(y, 20), terms.isAtLeast(x, 5))])
    #expect(assumed.text == "x > 4")
  }

  /// Z3 4.8.12 does not look at its own limit here.
  @Test func hardQueriesEndInTime() {
    var limits = SolverLimits()
    limits.milliseconds = 400
    limits.cases = 0
    let session = SolverSession(paths, limits: limits)
    let (a, b, c) = (
      terms.symbol("a", .int, range: Interval(2, 1 << 62)),
      terms.symbol("b", .int, range: Interval(2, 1 << 62)),
      terms.symbol("c", .int, range: Interval(2, 1 << 62))
    )
    func cube(_ x: TermID) -> TermID { terms.multiply(x, terms.multiply(x, x)) }
    let hard = terms.areEqual(terms.add(cube(a), cube(b)), cube(c))
    let clock = ContinuousClock()
    for _ in 0..<3 {
      var result = SolverResult.unsatisfiable
      let time = clock.measure { result = session.solution(of: [hard]) }
      guard case .unknown = result else {
        Issue.record("\(result)")
        return
      }
      #expect(time < .milliseconds(600), "\(time)")
    }
    // The session can be used afterwards.
    #expect(session.solution(of: [terms.equals(a, 5)]) == .satisfiable([0: .integer(5)]))
  }
}
