import Testing

@testable import CEL

@Suite("Parser") struct ParserTests {
  /// The issues of a text that does not compile, as `line:column: message`.
  private func issues(_ source: String, in environment: Environment = .kro) -> String {
    do {
      _ = try environment.compile(source)
      return "compiles"
    } catch {
      return error.description
    }
  }

  @Test(
    "a syntax error has a line and a column",
    arguments: [
      ("", "1:1: the expression is empty"),
      ("1 +", "1:4: expected an expression, found the end of the text"),
      ("1 +\n  * 2", "2:3: expected an expression, found '*'"),
      ("(1", "1:3: expected ')' to close the parenthesis, found the end of the text"),
      ("[1, 2", "1:6: expected ']' or ',' in the list, found the end of the text"),
      ("{'a' 1}", "1:6: expected ':' after the map key, found a number"),
      ("a ? b", "1:6: expected ':' of the conditional, found the end of the text"),
      ("1 2", "1:3: unexpected a number after the expression"),
      ("'ä' + 'abc", "1:7: the text is not closed"),
      ("'a\nb'", "1:1: the text is not closed in its line"),
      ("a & b", "1:3: unexpected character \"&\"; and is &&"),
      ("a = b", "1:3: unexpected character \"=\"; equality is =="),
      ("'\\q'", "1:2: unknown escape; for a backslash write \\\\, or use a raw text: r'…'"),
      ("'\\ud800'", "1:2: the escape is no Unicode code point"),
      ("9223372036854775808", "1:1: the number does not fit an int (64 bits)"),
      ("1e999", "1:1: the number does not fit a double"),
      ("for + 1", "1:1: 'for' is a reserved word and cannot be a name here"),
      ("{}.in", "1:4: 'in' is a keyword; as a field write it as an index: [\"in\"]"),
      ("{}.`a-b`", "1:4: names in backquotes are not supported here; write [\"a-b\"]"),
      ("[1].map(1, 2)", "1:9: argument 1 must be a simple name"),
      ("[1].all(x, x, true)", "1:12: the two variables must have different names"),
    ])
  func syntaxErrors(source: String, expected: String) {
    #expect(issues(source) == expected)
  }

  @Test(
    "has() on what is no field selection says what to write",
    arguments: [
      ("has({'a': 1}['b'])", "write: \"b\" in map"),
      ("has([1][0])", "key in map"),
      ("has(x)", "x != null"),
      ("has(1 + 1)", "it takes a field selection such as has(x.f)"),
    ])
  func hasMisuse(source: String, hint: String) {
    #expect(issues(source).contains(hint))
  }

  @Test(
    "deep nesting is an error, not a crash",
    arguments: [
      String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000),
      String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000),
      String(repeating: "{1:", count: 10_000) + "1" + String(repeating: "}", count: 10_000),
      String(repeating: "-!", count: 10_000) + "x",
      String(repeating: "size(", count: 10_000),
      String(repeating: "true ? 1 : ", count: 10_000) + "1",
      "1" + String(repeating: " + 1", count: 10_000),
      "x" + String(repeating: ".f", count: 10_000),
      "x" + String(repeating: "[0]", count: 10_000),
      "[0]" + String(repeating: ".map(x, x)", count: 10_000),
    ])
  func deepNesting(source: String) {
    #expect(issues(source).contains("nested too deeply"))
  }

  @Test("what users write is not too deep") func reasonableDepth() throws {
    let parentheses =
      String(repeating: "(", count: 150) + "1" + String(repeating: ")", count: 150)
    #expect(try Environment.kro.compile(parentheses).evaluate().isSame(as: .int(1)))
    let sum = "1" + String(repeating: " + 1", count: 300)
    #expect(try Environment.kro.compile(sum).evaluate().isSame(as: .int(301)))
    let and = "true" + String(repeating: " && true", count: 5000)
    #expect(try Environment.kro.compile(and).evaluate().isSame(as: .bool(true)))
  }

  @Test(
    "operators bind as CEL says",
    arguments: [
      ("1 + 2 * 3 == 7 && !false || false", Value.bool(true)),
      ("10 - 3 - 2", .int(5)),
      ("true ? 1 : false ? 2 : 3", .int(1)),
      ("1 < 2 == true", .bool(true)),
      ("-9223372036854775808", .int(.min)), ("!!!false", .bool(true)), ("--dyn('a')", .string("a")),
      ("1 -1", .int(0)),
      (".5 + 1e1", .double(10.5)),
      ("0x1F", .int(31)),
      ("r'\\n' + R\"\\\"", .string("\\n\\")),
      ("'a' // a comment\n + 'b'", .string("ab")),
      ("[1, 2,][1]", .int(2)),
      ("{'a': 1,}.a", .int(1)),
    ])
  func precedence(source: String, expected: Value) throws {
    let value = try Environment.kro.compile(source).evaluate()
    #expect(value.isSame(as: expected), "\(value)")
  }

  @Test("a message literal parses and is a type error") func messages() throws {
    _ = try Environment.kro.parse("a.b.Message{field: 1, ?other: 2}")
    #expect(issues("a.b.Message{field: 1}").contains("there is no message type 'a.b.Message'"))
  }

  @Test("columns count Unicode scalars, spans bytes") func columns() throws {
    let source = "'äöü' +\n  '€' + unknown"
    let error = try #require(throws: CompileError.self) { try Environment.kro.compile(source) }
    let span = try #require(error.issues.first).span
    #expect(span.text(in: source) == "unknown")
    #expect(span.location(in: source).line == 2)
    #expect(span.location(in: source).column == 9)
  }
}
