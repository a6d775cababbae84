internal import Model

/// The texts of `kverify explain`.
enum Explanations {
  /// What can be explained.
  static var overview: String {
    """
    kverify verifies compositions of Kubernetes controllers. A scenario (scenario.yaml) names the
    objects at the start, the controllers that run, what may happen (events, faults), and the
    properties that must hold; kverify verify tries every interleaving.

    Built-in controllers (kverify explain builtin NAME):
    \(builtins)
    Codes of findings (kverify explain code KV0301): kverify explain code lists them.

    """
  }

  /// The built-in controllers.
  static var builtins: String {
    list(
      BuiltinControllers.names.map { name in
        (name, BuiltinControllers.documentation(name)?.summary ?? "")
      })
  }

  /// A built-in controller; nil where there is none of this name.
  static func builtin(_ name: String) -> String? {
    BuiltinControllers.documentation(name)?.text
  }

  /// All codes with their titles.
  static var codes: String {
    list(DiagnosticCode.allCases.map { ($0.rawValue, $0.explanation.title) })
  }

  /// One code.
  static func code(_ code: DiagnosticCode) -> String {
    let explanation = code.explanation
    let example = explanation.example.split(separator: "\n").map { "    \($0)\n" }.joined()
    return """
      \(code.rawValue) (\(code.severity.rawValue)): \(explanation.title)

      \(explanation.explanation)

      For example:
      \(example)
      What to do: \(explanation.nextStep)

      """
  }

  private static func list(_ entries: [(String, String)]) -> String {
    let width = entries.map(\.0.count).max() ?? 0
    return entries.map { name, text in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(text)\n"
    }.joined()
  }
}
