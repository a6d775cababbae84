import Testing

@testable import CEL

@Suite struct TermTests {
  private let terms = TermTable()
  private var x: TermID { terms.symbol("x", .int, range: Interval(0, 100)) }
  private var y: TermID { terms.symbol("y", .int, range: Interval(0, 100)) }

  @Test func equalTermsHaveEqualIDs() {
    let left = terms.isLess(terms.add(x, terms.integer(1)), terms.add(y, terms.integer(3)))
    let right = terms.isAtMost(terms.subtract(x, y), terms.integer(1))
    #expect(left == right)
    #expect(terms.add(x, y) == terms.add(y, x))
    #expect(terms.multiply(x, y) == terms.multiply(y, x))
    #expect(
      terms.isLess(terms.multiply(terms.integer(2), x), terms.integer(7)) == terms.atMost(x, 3))
    #expect(terms.not(terms.atMost(x, 3)) == terms.isAtLeast(x, 4))
    let p = terms.symbol("p", .bool)
    let q = terms.symbol("q", .bool)
    #expect(terms.and(p, q) == terms.and(q, terms.and(p, p)))
    #expect(terms.or(p, terms.not(p)) == .always)
    #expect(terms.and(p, terms.or(terms.not(p), q)) == terms.and(p, q))
    #expect(terms.and(p, terms.or(p, q)) == p)
    #expect(terms.equivalent(p, q) == terms.equivalent(q, p))
    #expect(terms.equivalent(p, terms.not(q)) == terms.not(terms.equivalent(q, p)))
    #expect(terms.choose(terms.not(p), x, y) == terms.choose(p, y, x))
  }

  @Test func rangesDecideComparisons() {
    #expect(terms.atMost(x, 100) == .always)
    #expect(terms.isLess(x, terms.integer(0)) == .never)
    #expect(terms.overflow(terms.add(x, y)) == .never)
    #expect(terms.overflow(terms.multiply(x, y)) == .never)
    let wide = terms.symbol("wide", .int)
    #expect(terms.overflow(terms.add(wide, x)) != .never)
    #expect(terms.equals(terms.sum([LinearPart(2, x), LinearPart(4, y)]), 7) == .never)
    #expect(terms.interval(terms.quotient(x, terms.integer(-7))) == Interval(-14, 0))
    #expect(terms.interval(terms.remainder(x, terms.integer(7))) == Interval(0, 6))
  }

  @Test func boundsInAConjunctionAreOnePair() {
    let wide = terms.all([terms.atMost(x, 9), terms.atMost(x, 5), terms.isAtLeast(x, 2)])
    #expect(wide == terms.and(terms.atMost(x, 5), terms.isAtLeast(x, 2)))
    #expect(terms.and(terms.atMost(x, 5), terms.isAtLeast(x, 6)) == .never)
    #expect(terms.and(terms.atMost(x, 5), terms.isAtLeast(x, 5)) == terms.equals(x, 5))
  }

  @Test func textIsCEL() {
    let load = terms.symbol("load", .int, range: Interval(0, 2000))
    let fails = terms.or(terms.atMost(load, 216), terms.isAtLeast(load, 264))
    #expect(["load <= 216 || load > 263", "load > 263 || load <= 216"].contains(terms.text(fails)))
    #expect(
      terms.text(terms.isAtMost(terms.add(x, y), terms.add(load, terms.integer(3))))
        == "load + 3 >= x + y")
    #expect(terms.text(terms.isLess(load, terms.integer(217))) == "load <= 216")
    let name = terms.symbol("name", .string)
    #expect(terms.text(terms.not(terms.stringEquals(name, terms.string("a")))) == "name != \"a\"")
    let wait = terms.symbol("wait", .duration)
    #expect(terms.text(terms.atMost(wait, 5_000_000_000)) == "wait <= duration(\"5s\")")
  }

  /// The example of CEL.md: around 3 replicas at target 80 the loads 216…263 settle, by IEEE
  /// arithmetic; real numbers would say 266.
  @Test func thresholdsAreThoseOfDoubles() {
    let load = terms.symbol("load", .int, range: Interval(0, 2000))
    // ratio = load / (80 * 3.0); settled where |ratio - 1| <= 0.1
    let ratio = terms.operate(.divide, terms.toDouble(load), terms.double(240))
    let upper = terms.doubleAtMost(
      terms.operate(.subtract, ratio, terms.double(1)), terms.double(0.1))
    let lower = terms.doubleAtMost(
      terms.operate(.subtract, terms.double(1), ratio), terms.double(0.1))
    let settled = terms.and(upper, lower)
    for value in 0...2000 {
      let number = Double(value) / 240
      let expected = number - 1 <= 0.1 && 1 - number <= 0.1
      #expect(terms.holds(settled, [0: .integer(Int128(value))]) == expected)
    }
    #expect(!terms.isModuloRounding(settled))
  }

  @Test func quotientsOfTwoIntegersAreExact() {
    let a = terms.symbol("a", .int, range: Interval(0, 300))
    let b = terms.symbol("b", .int, range: Interval(1, 90))
    let ratio = terms.operate(.divide, terms.toDouble(a), terms.toDouble(b))
    for bound in [1.1, 0.9, 1, 0, 0.3333333333333333, 2.5, 1e-17, -1e-17, 7.000000000000001] {
      let condition = terms.doubleAtMost(ratio, terms.double(bound))
      let strict = terms.doubleLess(ratio, terms.double(bound))
      #expect(!terms.isModuloRounding(condition))
      for one in 0...300 {
        for two in stride(from: 1, through: 90, by: 1) {
          let values: Valuation = [0: .integer(Int128(one)), 1: .integer(Int128(two))]
          let number = Double(one) / Double(two)
          if terms.holds(condition, values) != (number <= bound)
            || terms.holds(strict, values) != (number < bound)
          {
            Issue.record("\(one) / \(two) against \(bound)")
          }
        }
      }
    }
  }

  @Test func ceilingOfAProductOfDoubles() {
    let load = terms.symbol("load", .int, range: Interval(0, 500))
    let ratio = terms.operate(.divide, terms.toDouble(load), terms.double(80))
    let wanted = terms.rounded(.up, terms.operate(.multiply, ratio, terms.double(3)))
    for value in 0...500 {
      let expected = Int128((Double(value) / 80 * 3).rounded(.up))
      #expect(terms.evaluate(wanted, [0: .integer(Int128(value))]).integer == expected)
    }
    #expect(!terms.isModuloRounding(wanted))
  }

  @Test func stringsAreConcatenatedInOneForm() {
    let u = terms.symbol("u", .string)
    let v = terms.symbol("v", .string)
    let name = terms.concatenation([u, terms.string("-"), v])
    #expect(terms.concatenation([terms.concatenation([u, terms.string("-")]), v]) == name)
    let other = terms.concatenation([u, terms.string("-"), terms.string("x")])
    #expect(terms.stringEquals(name, other) == terms.stringEquals(v, terms.string("x")))
    let kind = terms.symbol("kind", .string, values: ["a", "b"])
    #expect(terms.stringEquals(kind, terms.string("c")) == .never)
    #expect(
      terms.test(.startsWith, kind, terms.string("a"))
        == terms.stringEquals(kind, terms.string("a")))
  }

  @Test func pathsAreSetsOfLiterals() throws {
    let paths = PathTable(terms)
    let p = terms.symbol("p", .bool)
    let one = try #require(paths.adding(p, to: .empty))
    let both = try #require(paths.adding(terms.atMost(x, 5), to: one))
    let other = try #require(paths.path([terms.atMost(x, 5), p]))
    #expect(both == other)
    #expect(paths.adding(terms.isAtLeast(x, 6), to: both) == nil)
    #expect(paths.known(terms.atMost(x, 7), under: both) == .holds)
    #expect(paths.known(terms.isAtLeast(x, 6), under: both) == .fails)
    #expect(paths.known(terms.atMost(x, 3), under: both) == nil)
    #expect(paths.known(terms.isAtMost(terms.add(x, y), terms.integer(105)), under: both) == .holds)
    #expect(paths.known(terms.or(p, terms.atMost(y, 1)), under: both) == .holds)
  }
}
