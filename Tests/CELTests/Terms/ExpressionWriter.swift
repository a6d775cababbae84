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
