@testable import CEL

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
