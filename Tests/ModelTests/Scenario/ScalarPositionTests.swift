import Model
import Testing

/// Carets inside scalars stand at their characters, however the scalar is written.
struct ScalarPositionTests {
  /// Every `@` in the value must be found at an `@` in the source, in order.
  @Test(arguments: [
    "a: one @ two @", "a: 'it''s @ and ''@'''", #"a: "tab\t@ \u00e9@ \x41 @""#,
    "a: |\n  first @\n    second @\n\n  third @\n", "a: >-\n  x @ y\n  z @\n\n  w @\n",
    "a: plain @\n  goes @ on\n\n  here @\n", "a: \"double @\n  folded @ \\\n  escaped @\"",
    "a: 'single @\n\n  broken @'", "a: &anchor !!str x @ y", "é: ü @ ö @", "- - k: |+\n      @ x\n",
    "a: |2\n    x @\n   y @\n", "a: \"\\n@\\n  @\"", "{k: [x @, 'y @']}", "a: >\n\n\n  late @\n",
  ])
  func `characters are found`(text: String) throws {
    let source = SourceFile(path: "a.yaml", bytes: Array((text + "\n").utf8))
    let findings = Findings()
    let document = try #require(YAMLReader.documents(of: source, findings: findings).first)
    #expect(findings.diagnostics.isEmpty)
    var found: [String] = []
    visit(document) { node in
      let positions = ScalarPositions(of: node, in: source)
      for (offset, scalar) in node.text.unicodeScalars.enumerated() where scalar == "@" {
        found.append(positions.location(at: offset).description)
      }
    }
    var expected: [String] = []
    for line in 1...source.lineCount {
      for (column, scalar) in source.line(line).unicodeScalars.enumerated() where scalar == "@" {
        expected.append("a.yaml:\(line):\(column + 1)")
      }
    }
    #expect(found == expected)
    #expect(!found.isEmpty)
  }

  private func visit(_ node: YAMLNode, _ each: (YAMLNode) -> Void) {
    switch node.content {
    case .mapping(let members): for member in members { visit(member.value, each) }
    case .sequence(let items): for item in items { visit(item, each) }
    default: each(node)
    }
  }
}
