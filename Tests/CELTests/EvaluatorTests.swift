import Testing

@testable import CEL

/// Variables from a dictionary; keeps which were asked for, and stops at some.
private final class LoggingActivation: Activation {
  /// Not an evaluation error: nothing may absorb it.
  struct Interruption: Error, Equatable { let name: String }

  let values: [String: Value]
  let interrupting: Set<String>
  var log: [String] = []

  init(_ values: [String: Value], interrupting: Set<String> = []) {
    self.values = values
    self.interrupting = interrupting
  }

  func value(of name: String) throws -> Value? {
    log.append(name)
    if interrupting.contains(name) { throw Interruption(name: name) }
    return values[name]
  }

  func call(_ function: String, _ arguments: [Value]) throws -> Value {
    log.append("\(function)(\(arguments.map(\.description).joined(separator: ", ")))")
    if interrupting.contains(function) { throw Interruption(name: function) }
    return .int(Int64(arguments.count))
  }
}

private let environment = Environment.kro.adding(variables: [
  "t": .bool, "f": .bool, "e": .bool, "one": .int, "list": .list(.int), "stop": .dyn, "o": .dyn,
]).adding(functions: [
  HostFunction(name: "count", parameters: [.dyn, .dyn], result: .int),
  HostFunction(name: "count", parameters: [.dyn], result: .int),
  HostFunction(name: "halt", parameters: [], result: .bool),
  HostFunction(name: "ask", style: .member, parameters: [.string, .int], result: .int),
])

private let values: [String: Value] = [
  "t": .bool(true), "f": .bool(false), "one": .int(1), "list": .list([.int(1), .int(0), .int(2)]),
  "o": Value(["a": ["b": 1], "n": .null]),
]

@Suite("Evaluator") struct EvaluatorTests {
  @Test(
    "reads are made left to right and only when needed",
    arguments: [
      ("t && f", ["t", "f"]), ("f && t", ["f"]), ("t || f", ["t"]), ("f || t", ["f", "t"]),
      // e is not bound: an error on the left asks the right.
      ("e && t", ["e", "t"]), ("e || t", ["e", "t"]), ("f && e", ["f"]),
      ("t && f && e", ["t", "f"]), ("t ? one : e ? 1 : 2", ["t", "one"]),
      ("f ? (e ? 1 : 2) : one", ["f", "one"]),
      ("optional.of(1).orValue(one)", []), ("optional.none().orValue(one)", ["one"]),
      ("optional.of(1).or(optional.of(one))", []),
      ("list.exists(x, x == 0 && t)", ["list", "t"]), ("list.all(x, x == 1 && t)", ["list", "t"]),
      ("[one, list[0]]", ["one", "list"]), ("{'a': one, 'b': t}", ["one", "t"]),
      ("[].map(x, one)", []), ("one + one", ["one", "one"]),
      ("o.?a.optMap(v, one)", ["o", "one"]), ("o.?z.optMap(v, one)", ["o"]),
      ("t || count(one) > 0", ["t"]), ("count(one, t)", ["one", "t", "count(1, true)"]),
      ("'x'.ask(one)", ["one", "ask(\"x\", 1)"]),
    ] as [(String, [String])])
  func readOrder(source: String, expected: [String]) throws {
    let activation = LoggingActivation(values)
    _ = try? environment.compile(source).evaluate(activation)
    #expect(activation.log == expected)
  }

  @Test(
    "an error that is no evaluation error passes through everything",
    arguments: [
      "stop || t", "t && stop", "f || stop", "(stop || t) && t", "[1].all(x, stop)",
      "[1].exists(x, stop || true)", "[1].existsOne(x, stop)", "[1].map(x, stop)",
      "{'a': 1}.transformMap(k, v, stop)", "optional.of(1).optMap(x, stop).hasValue() || t",
      "has(stop.a) || t", "halt() || t", "(halt() ? t : f) || t", "[stop] == [1] || t",
      "cel.bind(x, stop, t) || t", "'a' in stop || t", "stop[0] || t",
      "optional.none().orValue(stop)",
    ])
  func foreignErrors(source: String) throws {
    let activation = LoggingActivation(values, interrupting: ["stop", "halt"])
    let program = try environment.compile(source)
    #expect(throws: LoggingActivation.Interruption.self) { try program.evaluate(activation) }
  }

  @Test(
    "errors have kinds",
    arguments: [
      ("o.z", .noSuchKey), ("o['z']", .noSuchKey), ("o.n.z", .noSuchField),
      ("e", .noSuchAttribute), ("list[3]", .indexOutOfBounds), ("list[-1]", .indexOutOfBounds),
      ("list[9223372036854775807]", .indexOutOfBounds),
      ("1 / 0", .divideByZero), ("1 % 0", .divideByZero), ("9223372036854775807 + 1", .overflow),
      ("-9223372036854775808 / -1", .overflow), ("-9223372036854775808 % -1", .overflow),
      ("dyn(1) + 'a'", .noMatchingOverload), ("int('x')", .conversion),
      ("{dyn(1.5): 1}", .invalidArgument), ("optional.none().value()", .noValue),
      ("list[dyn(1.5)]", .invalidArgument), ("duration('9999999h')", .overflow),
    ] as [(String, EvaluationError.Kind)])
  func kinds(source: String, kind: EvaluationError.Kind) throws {
    let program = try environment.compile(source)
    let error = try #require(throws: EvaluationError.self) {
      try program.evaluate(Bindings(values))
    }
    #expect(error.kind == kind, "\(error)")
    #expect(
      error.isDataPending
        == [.noSuchKey, .noSuchField, .noSuchAttribute, .indexOutOfBounds].contains(kind))
    #expect(error.span != nil)
  }

  @Test("kro finds its words in the messages of missing data") func dataPendingWords() throws {
    let words = [
      "o.z": "no such key", "o.n.z": "no such field", "e": "no such attribute",
      "list[3]": "index out of bounds",
    ]
    for (source, word) in words.sorted(by: { $0.key < $1.key }) {
      let program = try environment.compile(source)
      let error = try #require(throws: EvaluationError.self) {
        try program.evaluate(Bindings(values))
      }
      #expect(error.message.contains(word))
    }
  }

  @Test("an error tells its place") func place() throws {
    let source = "t &&\n  o.a.missing == 1"
    let program = try environment.compile(source)
    let error = try #require(throws: EvaluationError.self) {
      try program.evaluate(Bindings(values))
    }
    let span = try #require(error.span)
    #expect(span.text(in: source) == "o.a.missing")
    #expect(program.location(of: span) == span.location(in: source))
    #expect(error.message.contains("has("))
  }

  @Test("presence looks through null and absence") func presence() throws {
    func value(_ source: String) throws -> Value {
      try environment.compile(source).evaluate(Bindings(values))
    }
    #expect(try value("has(o.a.b)").isSame(as: .bool(true)))
    #expect(try value("has(o.a.z)").isSame(as: .bool(false)))
    #expect(try value("has(o.n)").isSame(as: .bool(true)))
    #expect(try value("has(o.n.z)").isSame(as: .bool(false)))
    #expect(try value("o.?z.?y.orValue(7)").isSame(as: .int(7)))
    #expect(try value("o.?n.?y.orValue(7)").isSame(as: .int(7)))
    #expect(try value("o.?a.b.orValue(7)").isSame(as: .int(1)))
    #expect(throws: EvaluationError.self) { try value("has(o.z.y)") }
  }

  @Test(
    "long and growing evaluations end in an error",
    arguments: [
      // 10 nested ranges of 10: more steps than allowed.
      "[0,1,2,3,4,5,6,7,8,9]"
        + String(repeating: ".map(x, [0,1,2,3,4,5,6,7,8,9]", count: 10)
        + String(repeating: ")", count: 10),
      // Strings that double.
      "['a']" + String(repeating: ".map(s, s + s)", count: 60),
      // A value whose parts are shared: small in memory, endless when written out or compared.
      "[[1]]" + String(repeating: ".map(s, [s, s])", count: 60),
      "cel.bind(v, [[1]]" + String(repeating: ".map(s, [s, s])", count: 60) + ", v == v)",
    ])
  func limits(source: String) throws {
    let program = try environment.compile(source)
    let error = try #require(throws: EvaluationError.self) {
      try program.evaluate(Bindings(values), stepLimit: 1_000_000)
    }
    #expect(error.kind == .limit)
  }

  @Test("an unchecked program decides by the kinds of the values") func unchecked() throws {
    func value(_ source: String) throws -> Value {
      try environment.compileUnchecked(source).evaluate(Bindings(values))
    }
    #expect(try value("undeclared || t").isSame(as: .bool(true)))
    #expect(try value("unknown(1) || t").isSame(as: .bool(true)))
    #expect(try value("size(o.a) + size('ab') + list.size()").isSame(as: .int(6)))
    #expect(try value("type(1) == int").isSame(as: .bool(true)))
    #expect(throws: EvaluationError.self) { try value("'a'.startsWith(1)") }
  }

  @Test("a duration's milliseconds are cel-go's, but in the suite") func milliseconds() throws {
    let source = "duration('1.5s').getMilliseconds()"
    #expect(try Environment.kubernetes.compile(source).evaluate().isSame(as: .int(1500)))
    #expect(try Environment.kro.compile(source).evaluate().isSame(as: .int(1500)))
    #expect(try Environment.conformance.compile(source).evaluate().isSame(as: .int(500)))
  }

  @Test("two evaluations of one program agree") func deterministic() throws {
    let program = try environment.compile("{'b': 1, 'a': 2, 'c': 3}.map(k, k)")
    let keys = Value.list([.string("b"), .string("a"), .string("c")])
    #expect(try program.evaluate().isSame(as: keys))
    let sorted = try environment.compile("o.map(k, k)").evaluate(Bindings(values))
    #expect(sorted.isSame(as: .list([.string("a"), .string("n")])))
  }
}
