/// Which names expressions can use.
enum Identifier {
  /// The words that CEL keeps for itself (cel-spec, "Syntax").
  private static let celWords: Set<String> = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
  ]

  /// The names that kverify binds in scenarios.
  static let scenarioVariables: Set<String> = ["old", "variables", "request", "fresh", "list"]

  /// The names that kverify binds in controllers.
  static let controllerVariables: Set<String> = [
    "object", "children", "ready", "owned", "list", "fresh", "variables", "request",
  ]

  /// Whether a text is a name that CEL can read and that nobody else has; a finding otherwise.
  static func check(
    _ text: String, at node: YAMLNode, reserved: Set<String>, findings: Findings
  ) -> Bool {
    let bytes = Array(text.utf8)
    func isLetter(_ byte: UInt8) -> Bool {
      (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_")
    }
    let isWord =
      bytes.first.map(isLetter) ?? false
      && bytes.allSatisfy { isLetter($0) || ($0 >= 0x30 && $0 <= 0x39) }
    guard isWord else {
      findings.add(
        .badName, at: node.location, length: node.length,
        "\"\(text)\" cannot be a name in CEL",
        advice: "use letters, digits and _, such as \(text.replacing("-", with: "_"))")
      return false
    }
    guard !celWords.contains(text), !reserved.contains(text) else {
      findings.add(
        .badName, at: node.location, length: node.length,
        "\"\(text)\" has a meaning of its own in expressions", advice: "choose another name")
      return false
    }
    return true
  }
}
