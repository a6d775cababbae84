import Foundation
import Testing

@testable import CEL

@Suite("Random texts") struct RandomTextTests {
  /// Fixed unless asked for, so that a run can be repeated.
  private static let seed =
    ProcessInfo.processInfo.environment["KVERIFY_TEST_SEED"].flatMap { UInt64($0) } ?? 20_261_122

  private static let pieces = [
    "1", "0", "2u", "1.5", "-", "+", "*", "/", "%", "(", ")", "[", "]", "{", "}", ":", ",", ".",
    "?", "!", "&&", "||", "==", "!=", "<", ">=", "in", "x", "y", "o", "'a'", "\"b\"", "b'c'",
    "r'\\'", "true", "false", "null", "has(", "size(", ".map(x, ", ".all(x, ", ".exists(x, y, ",
    ".filter(x, ", "optional.of(", ".orValue(", ".?f", "[?0]", ".f", "int(", "string(", "dyn(",
    "type(", "duration('1h')", "timestamp(0)", "cel.bind(v, 1, ", ".optMap(v, ", "matches(",
    ".getHours()", "9223372036854775807", "{'a': ", "'", "\"\"\"", "\\", "`", "\u{0}", "é", "//",
    "\n", " ", "@", "#", "0x", "1e", "for", ".in", ".transformMap(k, v, ", "list", "Message{",
  ]

  /// Compiles and runs a text; whatever comes out, nothing may trap.
  private func exercise(_ source: String) -> Bool {
    let environment = Environment.kro.adding(variables: ["x": .dyn, "y": .int, "o": .dyn])
    let bindings = Bindings([
      "x": .list([.int(1), .string("a"), .null]), "y": .int(3),
      "o": Value(["f": ["f": [1, 2]], "a": "b"]),
    ])
    let unchecked = try? environment.compileUnchecked(source)
    if let value = try? unchecked?.evaluate(bindings, stepLimit: 20_000) {
      _ = try? value.json()
      _ = value.description
    }
    guard let program = try? environment.compile(source) else { return false }
    let first = try? program.evaluate(bindings, stepLimit: 20_000)
    let second = try? program.evaluate(bindings, stepLimit: 20_000)
    if let first, let second { #expect(first.isSame(as: second), "\(source)") }
    return first != nil
  }

  @Test("pieces of CEL in any order never trap") func pieces() {
    print("CEL random texts: seed \(Self.seed)")
    var generator = SeededGenerator(state: Self.seed)
    var values = 0
    for _ in 0..<6_000 {
      let count = Int.random(in: 1...12, using: &generator)
      var source = ""
      for _ in 0..<count {
        source += Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &generator)]
      }
      if exercise(source) { values += 1 }
    }
    // Texts that are all refused would test the lexer only.
    #expect(values > 50)
  }

  @Test("expressions that were damaged never trap") func damaged() {
    let sources = [
      "[1, 2, 3].map(x, x * 2).filter(x, x > 2).exists(x, x == 4) ? 'yes' : \"no\"",
      "o.?f.f.orValue([])[?0].optMap(v, v + 1).orValue(0) == 2 && has(o.a)",
      "{'a': 1, ?'b': optional.none()}.transformMap(k, v, v > 0, k + string(v))",
      "timestamp('2009-02-13T23:31:30Z').getFullYear() + duration('90s').getMinutes() > 2000",
      "cel.bind(v, [x, x], v.all(i, e, i < 2 && e == x)) || 'abc'.matches(r'^a.*c$')",
      "b'\\x00\\377' + bytes('é') == b\"\"\"q\"\"\" ? -9223372036854775808 : 0x7fffffffffffffff",
    ]
    var generator = SeededGenerator(state: Self.seed ^ 1)
    var values = 0
    for _ in 0..<3_000 {
      var bytes = Array(sources[Int.random(in: 0..<sources.count, using: &generator)].utf8)
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 2: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &generator))
        default: bytes.replaceSubrange(place..<place, with: bytes[(place / 2)..<place])
        }
      }
      if exercise(String(decoding: bytes, as: UTF8.self)) { values += 1 }
    }
    #expect(values > 50)
  }
}
