import Testing

@testable import CEL

@Suite("Regular expressions")
struct RegularExpressionTests {
  @Test(
    "what matches",
    arguments: [
      ("", "", true), ("", "x", true), ("a", "bab", true), ("a", "b", false), ("^a$", "a", true),
      ("^a$", "ab", false), ("^a$", "a\n", false), ("(?m)^b$", "a\nb\nc", true), (".", "\n", false),
      ("(?s).", "\n", true), ("a.c", "a\u{1F600}c", true), ("^.$", "e\u{301}", false),
      ("[a-c]+", "xxbx", true), ("[^a-c]", "abc", false), ("[^a]", "\n", true), ("[]a]", "]", true),
      ("[^]a]", "]", false), ("[a-]", "-", true), ("[-a]", "-", true), ("[\\-x]", "-", true),
      ("[a\\]]", "]", true), ("\\d{3}", "12a345", true), ("^\\d{3}$", "1234", false),
      ("^\\w+$", "az_09", true), ("^\\w+$", "\u{E9}", false), ("\\W", "abc", false),
      ("^\\s$", "\u{B}", false), ("^[[:space:]]$", "\u{B}", true), ("[[:^digit:]]", "1", false),
      ("^[[:alpha:]_]+$", "ab_C", true), ("\\D", "12", false), ("[\\D]", "12", false),
      ("[^\\D]", "1", true), ("^\\pL+$", "a\u{E9}\u{416}", true), ("\\PL", "ab", false),
      ("\\p{Lu}", "abC", true), ("\\p{^Lu}", "ABC", false), ("\\p{Greek}", "\u{3B1}", true),
      ("\\p{Greek}", "a", false), ("\\P{Greek}", "\u{3B1}", false),
      ("[\\p{Han}x]", "\u{4E2D}", true),
      ("\\p{Any}", "\n", true), ("^\\p{N}$", "\u{BD}", true), ("(?i)ABC", "xabCx", true),
      ("(?i)k", "\u{212A}", true), ("(?i)\u{212A}", "k", true), ("(?i)s", "\u{17F}", true),
      ("(?i)[^a]", "A", false), ("(?i)[a-c]", "B", true), ("(?i)\u{3C3}", "\u{3C2}", true),
      ("(?i)stra\u{DF}e", "STRASSE", false), ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false),
      ("a(?i)b", "aB", true), ("a(?i)b", "AB", false), ("(a(?i)b)c", "aBC", false),
      ("(?i)a(?-i)b", "AB", false), ("\\bfoo\\b", "a foo b", true), ("\\bfoo\\b", "afoo", false),
      ("\\Boo\\B", "foox", true), ("\\Aa", "ba", false), ("a\\z", "ab", false),
      ("\\Q.*\\E+", "a.**", true), ("^\\Qa.b", "axb", false),
      ("\\x41\\x{1F600}", "A\u{1F600}", true),
      ("\\0101", "\u{8}1", true), ("\\101", "A", true),
      ("\\t\\n\\r\\f\\v\\a", "\t\n\r\u{C}\u{B}\u{7}", true),
      ("\\.\\*\\_", ".*_", true), ("a{2}", "aa", true), ("^a{2}$", "aaa", false),
      ("^a{2,}$", "aaaa", true), ("^a{2,3}$", "aaaa", false), ("^a{0}$", "", true),
      ("a{,2}", "a{,2}", true), ("a{", "a{", true), ("a{1", "a{1", true), ("{1}x", "{1}x", false),
      ("^(a|ab)(c|bcd)$", "abcd", true), ("^(?:a|)$", "", true), ("^(|a)*$", "aaa", true),
      ("^(a*)*$", "b", false), ("(?:)*x", "x", true), ("^*a", "a", true), ("x**?", "", false),
      ("^[\\x{100}-\\x{200}]$", "\u{150}", true), ("(?P<y>\\d)(?<m>\\d)", "12", true),
      ("^(?U)a+$", "aaa", true), ("[[:word:]]", "_", true), ("[[a]", "[", true),
      ("^a(?:bc|de)?f$", "adef", true), ("\\pZ", "\u{2003}", true), ("^\\p{Cc}$", "\u{7}", true),
    ])
  func matching(pattern: String, text: String, expected: Bool) throws {
    guard let expression = try? RegularExpression(pattern) else {
      #expect(["{1}x", "x**?"].contains(pattern), "\(pattern) should compile")
      return
    }
    #expect(expression.matches(text) == expected)
    #expect((expression.firstMatch(in: text) != nil) == expected)
  }

  @Test(
    "the groups of the first match",
    arguments: [
      ("(a+)(b+)", "xaabbb", ["aabbb", "aa", "bbb"]),
      ("(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]),
      ("a*?", "aaa", [""]), ("a+?", "aaa", ["a"]), ("(?U)a+", "aaa", ["a"]),
      ("(?U)a+?", "aaa", ["aaa"]),
      ("(a)|(b)", "b", ["b", nil, "b"]), ("(a*)*", "aab", ["aa", "aa"]),
      ("(a|b)*", "abb", ["abb", "b"]),
      ("(?:(a)|b)*", "ab", ["ab", "a"]), ("(|a)*", "aa", ["", ""]), ("(|a)+", "aa", ["", ""]),
      ("(a??)(a??)", "aa", ["", "", ""]), ("(a{1,2}?)(a*)", "aaa", ["aaa", "a", "aa"]),
      ("(\\d+)-(\\d+)", "tel 12-34", ["12-34", "12", "34"]), ("foo|foobar", "foobar", ["foo"]),
      ("(\u{E9}+)", "x\u{E9}\u{E9}", ["\u{E9}\u{E9}", "\u{E9}\u{E9}"]), ("x*", "aaa", [""]),
    ] as [(String, String, [String?])])
  func groups(pattern: String, text: String, expected: [String?]) throws {
    let found = try RegularExpression(pattern).firstMatch(in: text)
    let match = try #require(found)
    #expect((0...match.groupCount).map { match[$0] } == expected)
  }

  @Test(
    "all matches, without overlap",
    arguments: [
      ("a", "aXaa", ["a", "a", "a"]), ("a*", "baac", ["", "aa", ""]), ("x*", "ab", ["", "", ""]),
      ("\\w+", "ab cd", ["ab", "cd"]), ("^a", "aa", ["a"]), ("z", "ab", []),
      ("ab|b", "abb", ["ab", "b"]),
      ("\\b", "ab", ["", ""]),
    ])
  func allMatches(pattern: String, text: String, expected: [String]) throws {
    let expression = try RegularExpression(pattern)
    #expect(expression.allMatches(in: text).map(\.matched) == expected)
    #expect(expression.allMatches(in: text, limit: 1).map(\.matched) == Array(expected.prefix(1)))
  }

  @Test("names of groups")
  func groupNames() throws {
    let expression = try RegularExpression("(?P<year>\\d+)-(\\d+)-(?<day>\\d+)(?:x)(?<day>y)")
    #expect(expression.groupNames == ["year", nil, "day", "day"])
  }

  @Test(
    "what is no expression is refused with Go's words",
    arguments: [
      ("(", .missingParenthesis, "("), ("a)", .unexpectedParenthesis, "a)"),
      ("(a", .missingParenthesis, "(a"),
      ("[a", .missingBracket, "[a"), ("[]", .missingBracket, "[]"),
      ("*", .missingRepeatArgument, "*"),
      ("a|*", .missingRepeatArgument, "*"), ("(*)", .missingRepeatArgument, "*"),
      ("+?x", .missingRepeatArgument, "+?"),
      ("a**", .nestedRepetition, "**"), ("a*+", .nestedRepetition, "*+"),
      ("a{2}{3}", .nestedRepetition, "{2}{3}"),
      ("a??" + "?", .nestedRepetition, "???"), ("a{1001}", .invalidRepeatCount, "{1001}"),
      ("a{2,1}", .invalidRepeatCount, "{2,1}"),
      ("a{99999999999999999999}", .invalidRepeatCount, "{99999999999999999999}"),
      ("(a{100}){11}", .invalidRepeatCount, "{11}"), ("{1}", .missingRepeatArgument, "{1}"),
      ("\\", .trailingBackslash, ""), ("\\1", .invalidEscape, "\\1"),
      ("\\8", .invalidEscape, "\\8"),
      ("\\q", .invalidEscape, "\\q"), ("\\C", .invalidEscape, "\\C"),
      ("\\Z", .invalidEscape, "\\Z"),
      ("\\xZ", .invalidEscape, "\\xZ"), ("\\x{110000}", .invalidEscape, "\\x{110000"),
      ("\\\u{E9}", .invalidEscape, "\\\u{E9}"),
      ("[z-a]", .invalidClassRange, "z-a"), ("[[:foo:]]", .invalidClassRange, "[:foo:]"),
      ("[\\b]", .invalidEscape, "\\b"), ("(?=a)", .invalidPerlOperator, "(?="),
      ("(?<=a)", .invalidNamedCapture, "(?<=a)"),
      ("(?!a)", .invalidPerlOperator, "(?!"), ("(?i", .invalidPerlOperator, "(?i"),
      ("(?i-)", .invalidPerlOperator, "(?i-)"),
      ("(?P=n)", .invalidPerlOperator, "(?P"), ("(?P<n", .invalidNamedCapture, "(?P<n"),
      ("(?P<>a)", .invalidNamedCapture, "(?P<>"), ("(?P<a-b>c)", .invalidNamedCapture, "(?P<a-b>"),
      ("\\p{Foo}", .unknownUnicodeClass, "\\p{Foo}"),
      ("\\pX", .unknownUnicodeClass, "\\pX"), ("\\p{Lu", .invalidClassRange, "\\p{Lu"),
    ] as [(String, RegularExpressionError.Reason, String)])
  func errors(pattern: String, reason: RegularExpressionError.Reason, excerpt: String) {
    #expect(throws: RegularExpressionError(reason: reason, excerpt: excerpt)) {
      try RegularExpression(pattern)
    }
  }

  @Test("the sentence of an error")
  func errorText() {
    let error = RegularExpressionError(reason: .missingBracket, excerpt: "[a")
    #expect(error.description == "error parsing regexp: missing closing ]: `[a`")
  }

  @Test("patterns have a size limit")
  func sizeLimit() {
    let pattern = "(" + String(repeating: "a", count: 300) + "){1000}"
    #expect(throws: RegularExpressionError(reason: .tooLarge, excerpt: pattern)) {
      try RegularExpression(pattern)
    }
  }

  @Test("groups nest to a limit")
  func nesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
    }
    #expect(try RegularExpression(nested(1000)).matches("a"))
    let error = #expect(throws: RegularExpressionError.self) {
      try RegularExpression(nested(1001))
    }
    #expect(error?.reason == .nestsTooDeeply)
  }

  @Test(
    "patterns that hang a backtracking matcher do not",
    .timeLimit(.minutes(10)),
    arguments: ["(a+)+$", "(a*)*b", "(a|a)*b", "(a?){30}a{30}b", "(.*)(.*)(.*)x$", "(x+x+)+y"])
  func linearTime(pattern: String) throws {
    let expression = try RegularExpression(pattern)
    #expect(!expression.matches(String(repeating: "a", count: 5_000) + "!"))
  }
}
