import Testing

@testable import CEL

@Suite("Values") struct ValueTests {
  @Test("numbers are equal across kinds, as keys too") func numericKeys() throws {
    let map = try MapValue([(.int(1), .string("i")), (.uint(2), .string("u"))])
    #expect(map[.uint(1)]?.isSame(as: .string("i")) == true)
    #expect(map[.double(2)]?.isSame(as: .string("u")) == true)
    #expect(map[.double(1.5)] == nil)
    #expect(map[.double(.nan)] == nil)
    #expect(map[.string("1")] == nil)
    #expect(throws: EvaluationError.self) {
      try MapValue([(.int(1), .null), (.uint(1), .null)])
    }
    let same = try MapValue([(.uint(2), .string("u")), (.int(1), .string("i"))])
    #expect(Value.map(map).isEqual(to: .map(same)))
    #expect(!Value.list([.int(1)]).isEqual(to: .list([.string("1")])))
    #expect(Value.int(1).isEqual(to: .double(1)))
    #expect(!Value.int(1).isSame(as: .double(1)))
    #expect(!Value.double(.nan).isEqual(to: .double(.nan)))
    #expect(Value.double(.nan).isSame(as: .double(.nan)))
  }

  @Test("strings are equal by code points") func exactStrings() throws {
    let composed = Value.string("\u{E9}")
    let decomposed = Value.string("e\u{301}")
    #expect(!composed.isEqual(to: decomposed))
    let map = try MapValue([(composed, .int(1)), (decomposed, .int(2))])
    #expect(map[decomposed]?.isSame(as: .int(2)) == true)
    let program = try Environment.kro.compile("'\\u00e9' < 'e\\u0301' || '\\u00e9' == 'e\\u0301'")
    #expect(try program.evaluate().isSame(as: .bool(false)))
  }

  @Test("JSON becomes values and back") func json() throws {
    let json: JSONValue = ["a": [1, "x", .double(1.5), true, .null], "b": ["c": [:]]]
    #expect(try Value(json).json() == json)
    #expect(try Value.uint(7).json() == .int(7))
    #expect(throws: EvaluationError.self) { try Value.uint(.max).json() }
    #expect(try Value.bytes(Array("hello".utf8)).json() == "aGVsbG8=")
    #expect(try Value.bytes([0xFF, 0xFE]).json() == "//4=")
    #expect(try Value.duration(try CELDuration("90s")).json() == "90s")
    #expect(try Value.optional(nil).json() == .null)
    #expect(try Value.optional(.int(1)).json() == 1)
    #expect(throws: EvaluationError.self) {
      try Value.map(try MapValue([(.int(1), .int(2))])).json()
    }
    #expect(throws: EvaluationError.self) { try Value.double(.infinity).json() }
  }

  @Test("a value shows as a literal") func description() throws {
    let source = "[1, 2u, 1.5, 'a\"b', b'\\xff', null, {'k': optional.of(int)}, optional.none()]"
    let value = try Environment.kro.compile(source).evaluate()
    #expect(
      value.description
        == "[1, 2u, 1.5, \"a\\\"b\", b\"\\xff\", null, {\"k\": optional.of(int)}, optional.none()]")
  }

  @Test("a library adds functions, macros and types") func library() throws {
    struct Money: OpaqueValue {
      let cents: Int64
      var type: CELType { .opaque("Money", []) }
      var text: String { "\(cents)c" }
      func isEqual(to other: any OpaqueValue) -> Bool { (other as? Money)?.cents == cents }
    }
    let money = CELType.opaque("Money", [])
    let library = Library(
      name: "money",
      functions: [
        .global("money", id: "money_int", [.int], to: money) { arguments in
          guard case .int(let cents) = arguments[0] else { return .null }
          return .opaque(Money(cents: cents))
        },
        .member("cents", id: "cents_money", on: money, to: .int) { arguments in
          guard case .opaque(let value) = arguments[0], let money = value as? Money else {
            return .null
          }
          return .int(money.cents)
        },
      ],
      macros: [
        Macro("twice", .global, argumentCount: 1) { call in
          call.expression(.binary(.add, call.arguments[0], call.arguments[0]))
        }
      ],
      types: ["Money": money])
    let environment = Environment(libraries: [.standard, library])
    func value(_ source: String) throws -> Value {
      try environment.compile(source).evaluate()
    }
    #expect(try value("money(3) == money(3) && money(3) != money(4)").isSame(as: .bool(true)))
    #expect(try value("twice(money(3).cents())").isSame(as: .int(6)))
    #expect(try value("type(money(1)) == Money").isSame(as: .bool(true)))
    #expect(try value("dyn(money(1)) == 1").isSame(as: .bool(false)))
    #expect(throws: CompileError.self) { try value("money('a')") }
    #expect(throws: CompileError.self) { try value("money(1) + money(2)") }
    #expect(throws: EvaluationError.self) { try value("dyn(1).cents()") }
    #expect(try environment.compile("[money(1)]").resultType.description == "list(Money)")
  }
}
