import Model
import Testing

/// Codes, suggestions, and how findings look.
struct DiagnosticTests {
  @Test(arguments: DiagnosticCode.allCases)
  func `every code is explained`(code: DiagnosticCode) {
    let explanation = code.explanation
    #expect(!explanation.title.isEmpty && explanation.title.hasSuffix("."))
    #expect(!explanation.explanation.isEmpty && !explanation.example.isEmpty)
    #expect(!explanation.nextStep.isEmpty)
    let same = DiagnosticCode.allCases.filter { $0.explanation == explanation }
    #expect(same == [code])
  }

  @Test func `a finding has its place, its line and a caret`() {
    var sources = SourceFiles()
    sources.add(SourceFile(path: "a.yaml", bytes: Array("é: \tx\nsecond: [1\r\n".utf8)))
    let renderer = DiagnosticRenderer(sources: sources)
    func finding(_ line: Int, _ column: Int, _ length: Int) -> Diagnostic {
      Diagnostic(
        .wrongType, at: SourceLocation(file: "a.yaml", line: line, column: column), length: length,
        "wrong", advice: "do this")
    }
    #expect(
      renderer.render(finding(2, 9, 2)) == """
        a.yaml:2:9: error[KV0302]: wrong
          |
        2 | second: [1
          |         ^^
          = do this

        """)
    #expect(renderer.render(finding(1, 5, 99)).contains("1 | é:  x\n  |     ^\n"))
    #expect(renderer.render(finding(9, 1, 1)).contains("wrong\n  = do this"))
    #expect(renderer.render(finding(1, 500, 1)).contains("^"))
  }

  @Test func `a long line is shown around its caret`() {
    let line = String(repeating: "a", count: 5_000) + "!" + String(repeating: "b", count: 5_000)
    var sources = SourceFiles()
    sources.add(SourceFile(path: "a", bytes: Array(line.utf8)))
    let text = DiagnosticRenderer(sources: sources).render(
      Diagnostic(
        .wrongType, at: SourceLocation(file: "a", line: 1, column: 5_001), "m", advice: ""))
    #expect(text.count < 400)
    let lines = text.split(separator: "\n").map(Array.init)
    #expect(lines[2].firstIndex(of: "!") == lines[3].firstIndex(of: "^"))
  }

  @Test func `control characters of a file do not reach the terminal`() {
    var sources = SourceFiles()
    sources.add(SourceFile(path: "a", bytes: Array("x\u{1B}[31my".utf8)))
    let text = DiagnosticRenderer(sources: sources).render(
      Diagnostic(
        .wrongType, at: SourceLocation(file: "a", line: 1, column: 1), "m\u{1B}[0m", advice: ""))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test(arguments: [
    ("alway", "always"), ("alwasy", "always"), ("Always", "always"), ("x", nil), ("foobar", nil),
  ])
  func `near words are suggested`(word: String, expected: String?) {
    #expect(Suggestion.nearest(to: word, among: ["never", "always", "settled"]) == expected)
  }
}
