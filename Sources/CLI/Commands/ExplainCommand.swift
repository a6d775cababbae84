internal import ArgumentParser
internal import Model

/// Explains built-in controllers and the codes of findings.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain a controller or the code of a finding.",
    discussion: """
      EXAMPLES:
        kverify explain
        kverify explain builtin deployment
        kverify explain metacontroller
        kverify explain code KV0301
      """)

  @Argument(help: "builtin, metacontroller or code; without it, an overview.")
  var topic: String?

  @Argument(help: "The name of a built-in controller, or a code; without it, all of them.")
  var name: String?

  func run() throws {
    switch (topic, name) {
    case (nil, _): Terminal.write(Explanations.overview)
    case ("builtin", nil): Terminal.write(Explanations.builtins)
    case ("builtin", .some(let name)):
      guard let text = Explanations.builtin(name) else {
        throw ValidationError(
          "There is no built-in controller \"\(name)\": "
            + Suggestion.advice(
              for: name, among: BuiltinControllers.names, what: "built-in controllers"))
      }
      Terminal.write(text)
    case ("metacontroller", nil): Terminal.write(Explanations.metacontroller)
    case ("code", nil): Terminal.write(Explanations.codes)
    case ("code", .some(let name)):
      guard let code = DiagnosticCode(rawValue: name.uppercased()) else {
        throw ValidationError("There is no code \"\(name)\"; kverify explain code lists all.")
      }
      Terminal.write(Explanations.code(code))
    case (.some(let topic), nil) where DiagnosticCode(rawValue: topic.uppercased()) != nil:
      guard let code = DiagnosticCode(rawValue: topic.uppercased()) else { return }
      Terminal.write(Explanations.code(code))
    case (.some(let topic), _):
      throw ValidationError(
        "There is nothing to explain under \"\(topic)\": use builtin, metacontroller or code.")
    }
  }
}
