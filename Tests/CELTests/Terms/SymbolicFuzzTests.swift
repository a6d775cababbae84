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

/// The variables of random expressions, symbolic ones of each sort and shape.
struct SymbolicVariables {
  static let environment = Environment(
    libraries: Environment.kubernetesLibraries,
    variables: [
      "a": .int, "b": .int, "w": .int, "n": .uint, "p": .bool, "q": .bool, "s": .string,
      "t": .string, "m": .map(.string, .int), "l": .list(.int), "z": .dyn, "e": .duration,
      "d": .timestamp,
    ],
    options: Environment.conformance.options)

  let terms = TermTable()
  let context: SymbolicContext
  let values: [String: Value]

  init() {
    context = SymbolicContext(terms)
    let context = context
    let terms = terms
    func leaf(_ name: String, _ sort: TermSort, _ range: Interval? = nil) -> Value {
      context.value(terms.symbol(name, sort, range: range))
    }
    let present = terms.symbol("m.g?", .bool)
    let second = terms.symbol("l.1?", .bool)
    let tag = terms.symbol("z?", .bool)
    values = [
      "a": leaf("a", .int, Interval(-6, 6)), "b": leaf("b", .int, Interval(0, 9)),
      "w": leaf("w", .int), "n": leaf("n", .uint), "p": leaf("p", .bool), "q": leaf("q", .bool),
      "s": leaf("s", .string),
      "t": context.value(terms.symbol("t", .string, values: ["", "a", "xy"])),
      "m": context.map([
        GuardedEntry(.always, .string("f"), leaf("m.f", .int, Interval(-3, 3))),
        GuardedEntry(present, .string("g"), leaf("m.g", .int, Interval(-3, 3))),
      ]),
      "l": context.list([
        GuardedElement(.always, leaf("l.0", .int, Interval(-3, 3))),
        GuardedElement(second, leaf("l.1", .int, Interval(-3, 3))),
        GuardedElement(.always, leaf("l.2", .int, Interval(-3, 3))),
      ]),
      "z": context.choice([
        GuardedElement(tag, leaf("z.int", .int, Interval(-3, 3))),
        GuardedElement(
          terms.not(tag), context.value(terms.symbol("z.string", .string, values: ["a", "50%"]))),
      ]),
      "e": leaf("e", .duration), "d": leaf("d", .timestamp),
    ]
  }

  /// Random values of all symbols, often at the edges.
  func valuation(_ random: inout SeededGenerator) -> Valuation {
    var result: Valuation = [:]
    for (number, symbol) in terms.symbols.enumerated() {
      switch symbol.sort {
      case .bool: result[number] = .bool(.random(using: &random))
      case .double: result[number] = .double(Double(Int.random(in: -9...9, using: &random)) / 4)
      case .string:
        let all = symbol.values ?? ["", "a", "b", "xy", "xyx", "ä€😀", "a-b"]
        result[number] = .string(all.randomElement(using: &random) ?? "")
      default:
        let range = symbol.range ?? Interval(-1000, 1000)
        let near = Int128(Int.random(in: -4...4, using: &random))
        let choices = [range.lower, range.upper, near, range.lower + abs(near)]
        let pick = choices.randomElement(using: &random) ?? 0
        result[number] = .integer(max(range.lower, min(range.upper, pick)))
      }
    }
    return result
  }

  func plainValues(_ valuation: Valuation) -> [String: Value]? {
    var result: [String: Value] = [:]
    for (name, value) in values {
      guard let plain = terms.value(value, under: valuation) else { return nil }
      result[name] = plain
    }
    return result
  }
}

/// Writes random expressions of a type.
struct ExpressionWriter {
  var random: SeededGenerator
  private var names = 0

  init(random: SeededGenerator) { self.random = random }

  private mutating func pick(_ options: [String]) -> String {
    options.randomElement(using: &random) ?? "true"
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  mutating func bool(_ depth: Int) -> String {
    if depth == 0 { return pick(["p", "q", "a < b", "s == t", "true", "has(m.g)", "z == 'a'"]) }
    let d = depth - 1
    switch number(0...21) {
    case 0, 1: return "(\(bool(d)) && \(bool(d)))"
    case 2, 3: return "(\(bool(d)) || \(bool(d)))"
    case 4: return "!(\(bool(d)))"
    case 5: return "(\(bool(d)) ? \(bool(d)) : \(bool(d)))"
    case 6, 7: return "(\(int(d)) \(pick(["<", "<=", ">", ">=", "==", "!="])) \(int(d)))"
    case 8: return "(\(string(d)) \(pick(["==", "!=", "<", "<="])) \(string(d)))"
    case 9: return "(\(double(d)) \(pick(["<", "<=", ">", "==", "!="])) \(double(d)))"
    case 10: return "(\(int(d)) in \(list(d)))"
    case 11: return "\(list(d)).\(pick(["exists", "all", "exists_one"]))(x, \(boolOfX(d)))"
    case 12: return "\(string(d)).\(pick(["startsWith", "endsWith", "contains"]))(\(string(d)))"
    case 13: return "(\(list(d)) == \(list(d)))"
    case 14: return "(dyn(\(int(d))) == dyn(\(double(d))))"
    case 15: return "(\(int(d)) < \(double(d)))"
    case 16: return "\(string(d)).matches('^[a-x]+(-|y)?')"
    case 17: return "(\(pick(["'g'", "'f'", string(d)])) in m)"
    case 18: return "(\(duration(d)) <= \(duration(d)))"
    case 19: return "(\(uint(d)) \(pick(["<", "==", ">="])) \(uint(d)))"
    case 20: return "(z == \(pick(["'50%'", "dyn(\(int(d)))"])))"
    default: return "(d \(pick(["+", "-"])) \(duration(d)) \(pick(["<", "=="])) d)"
    }
  }

  private mutating func boolOfX(_ depth: Int) -> String {
    pick([
      "x > \(int(depth))", "x == \(int(0))", "\(bool(depth)) && x != 0", "10 / x > \(int(0))",
      "\(bool(depth))",
    ])
  }

  mutating func int(_ depth: Int) -> String {
    if depth == 0 {
      return pick(["a", "b", "w", "m.f", "\(number(-3...7))", "0", "9223372036854775807", "m.g"])
    }
    let d = depth - 1
    switch number(0...15) {
    case 0...3: return "(\(int(d)) \(pick(["+", "-", "*"])) \(int(d)))"
    case 4: return "(\(int(d)) / \(int(d)))"
    case 5: return "(\(int(d)) % \(int(d)))"
    case 6: return "(\(bool(d)) ? \(int(d)) : \(int(d)))"
    case 7: return "size(\(list(d)))"
    case 8: return "size(\(string(d)))"
    case 9: return "\(list(d))[\(int(0))]"
    case 10: return "m.?g.orValue(\(int(d)))"
    case 11: return "\(list(d)).\(pick(["sum()", "min()", "max()", "indexOf(\(int(0)))"]))"
    case 12: return "-(\(int(d)))"
    case 13: return "int(\(double(d)))"
    case 14: return pick(["int(n)", "m[\(string(0))]", "e.getMinutes()", "d.getHours()", "int(d)"])
    default: return "(type(z) == int ? z : \(int(d)))"
    }
  }

  private mutating func uint(_ depth: Int) -> String {
    pick(["n", "3u", "uint(\(int(depth)))", "(n + 1u)", "(n - 2u)", "(n / 2u)"])
  }

  mutating func double(_ depth: Int) -> String {
    if depth == 0 { return pick(["double(a)", "double(b)", "0.1", "2.5", "1.0", "-0.75"]) }
    let d = depth - 1
    switch number(0...4) {
    case 0: return "(double(\(int(d))) / 3.0)"
    case 1: return "(double(b) / double(b + 1))"
    case 2: return "(\(double(d)) * \(pick(["0.1", "-2.0", "1.1"])))"
    case 3: return "(\(double(d)) \(pick(["+", "-"])) \(pick(["0.3", "double(a)"])))"
    default: return "(\(bool(d)) ? \(double(0)) : \(double(0)))"
    }
  }

  mutating func string(_ depth: Int) -> String {
    if depth == 0 { return pick(["s", "t", "'a'", "''", "'xy'", "'g'"]) }
    let d = depth - 1
    switch number(0...5) {
    case 0, 1: return "(\(string(d)) + \(string(d)))"
    case 2: return "(\(bool(d)) ? \(string(d)) : \(string(d)))"
    case 3: return "\(string(d)).substring(\(int(0)))"
    case 4: return "t.upperAscii()"
    default: return "['a', \(string(d))].join('-')"
    }
  }

  mutating func list(_ depth: Int) -> String {
    if depth == 0 { return pick(["l", "[a, b]", "[1, 2, 3]", "l", "[a, 0, m.f]"]) }
    let d = depth - 1
    switch number(0...7) {
    case 0, 1: return "\(list(d)).filter(x, \(boolOfX(d)))"
    case 2: return "\(list(d)).map(x, x + \(int(d)))"
    case 3: return "(\(list(d)) + \(list(d)))"
    case 4: return "(\(bool(d)) ? \(list(d)) : \(list(d)))"
    case 5: return "[\(int(d)), \(int(d))]"
    case 6: return "\(list(d)).\(pick(["distinct()", "reverse()"]))"
    default: return "[?m.?g, \(int(d))]"
    }
  }

  private mutating func duration(_ depth: Int) -> String {
    pick(["e", "duration('5s')", "(e + duration('1h'))", "(e - duration('2ms'))", "(d - d)"])
  }
}
