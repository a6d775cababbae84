import Testing

@testable import CEL

/// What a run records of values that are not known: enough that every valuation which fulfils the
/// record would have given the same results.
@Suite struct SymbolicRunTests {
  /// A run with x = 7 in 0...100 and s = "a".
  private struct Inputs {
    let terms = TermTable()
    let run: SymbolicRun
    let x: JSONValue
    let s: JSONValue

    init(x value: Int128 = 7) {
      let number = terms.symbol("x", .int, range: Interval(0, 100))
      let text = terms.symbol("s", .string)
      run = SymbolicRun(terms: terms, values: [0: .integer(value), 1: .string("a")])
      x = JSONValue(number, in: run)
      s = JSONValue(text, in: run)
    }

    var record: [String] { run.decisions.map { terms.text($0) } }
  }

  @Test func passingOnRecordsNothing() {
    let inputs = Inputs()
    var object: JSONObject = ["spec": ["replicas": inputs.x]]
    object["status"] = ["copy": object.at("spec", "replicas") ?? .null]
    #expect(object.at("status", "copy")?.isInteger == true)
    #expect(object.isIdentical(to: object))
    #expect(inputs.record.isEmpty)
  }

  @Test func lookingPins() {
    let inputs = Inputs()
    #expect(inputs.x.int == 7)
    #expect(inputs.s.string == "a")
    #expect(inputs.x.string == nil)
    #expect(inputs.record == ["x == 7", "s == \"a\""])
    #expect(inputs.run.pins.count == 2)
  }

  @Test func textPins() {
    let inputs = Inputs()
    #expect(JSONValue.array([inputs.x]).text == "[7]")
    #expect(inputs.record == ["x == 7"])
  }

  @Test func equalityIsDecidedOnce() {
    let inputs = Inputs()
    #expect(inputs.x == 7)
    #expect(inputs.x != 8)
    #expect(inputs.x == inputs.x)
    #expect(JSONValue.object(["a": inputs.x]) != .object(["a": 9]))
    #expect(inputs.record == ["x == 7", "x != 8", "x != 9"])
    #expect(inputs.x != "7")
    #expect(inputs.record.count == 3)
  }

  @Test func tablesTellTermsApartWithoutARecord() {
    let inputs = Inputs()
    let table: [IdenticalJSON: Int] = [IdenticalJSON(inputs.x): 1, IdenticalJSON(7): 2]
    #expect(table.count == 2)
    #expect(table[IdenticalJSON(inputs.x)] == 1)
    #expect(inputs.record.isEmpty)
  }

  @Test func integersCompareAsTerms() throws {
    let inputs = Inputs()
    let x = try #require(inputs.x.integer)
    #expect(x + 1 > 3)
    #expect(!(x * 2 < x))
    #expect(max(x, 5).json.isIdentical(to: inputs.x))
    #expect(inputs.record.first == "x > 2")
    #expect(!inputs.record.contains("x == 7"))
  }

  /// The set of numbers with the same result is exact, whatever the arithmetic.
  @Test func tabulationRecordsAllThatLeadToTheSame() throws {
    for start in [0, 40, 71, 72, 80, 88, 89, 100] as [Int128] {
      let inputs = Inputs(x: start)
      func isNear(_ value: Int64) -> Bool { abs(1 - Double(value) / 80) <= 0.1 }
      let x = try #require(inputs.x.integer)
      #expect(x.map(isNear) == isNear(Int64(start)))
      for value in 0...100 {
        let holds = inputs.run.decisions.allSatisfy {
          inputs.terms.holds($0, [0: .integer(Int128(value)), 1: .string("a")])
        }
        #expect(holds == (isNear(Int64(value)) == isNear(Int64(start))), "\(value) from \(start)")
      }
    }
  }

  @Test func viewsAreComputedWhenSomebodyLooks() throws {
    let inputs = Inputs()
    let x = try #require(inputs.x.integer)
    let half = x.view(.int, named: "half") { .int($0 / 2) }
    #expect(inputs.record.isEmpty)
    #expect(half.int == 3)
    let alike = (0...100).filter { value in
      inputs.run.decisions.allSatisfy { inputs.terms.holds($0, [0: .integer(Int128(value))]) }
    }
    #expect(alike == [6, 7])
  }

  @Test func conditionsOfExpressionsAreDecidedAsAWhole() throws {
    let inputs = Inputs()
    let program = try Environment.kubernetes.compileUnchecked("o.spec.n > 3 && o.spec.n < 50")
    let variables = ["o": Value(.object(["spec": ["n": .int(0)]]))]
    #expect(try program.evaluate(Bindings(variables)).isSame(as: .bool(false)))
    let object = JSONObject([("spec", .object(["n": inputs.x]))])
    let bindings = Bindings(["o": .map(MapValue(object))], in: inputs.run)
    #expect(try program.evaluate(bindings).isSame(as: .bool(true)))
    #expect(inputs.run.decisions.count == 1)
    #expect(inputs.run.pins.isEmpty)
  }

  /// Without a run nothing may stay unknown: the value is pinned where it is read.
  @Test func expressionsThatKnowNoRunPin() throws {
    let inputs = Inputs()
    let program = try Environment.kubernetes.compileUnchecked("o.n > 3")
    let object = JSONObject([("n", inputs.x)])
    #expect(
      try program.evaluate(Bindings(["o": .map(MapValue(object))])).isSame(as: .bool(true)))
    #expect(inputs.record == ["x == 7"])
  }

  @Test func textsAreJoinedAsTerms() {
    let inputs = Inputs()
    let joined = JSONValue.string("web-").appending(inputs.s)
    #expect(joined.isString)
    #expect(inputs.record.isEmpty)
    #expect(joined == "web-a")
    #expect(inputs.run.pins.isEmpty)
  }
}
