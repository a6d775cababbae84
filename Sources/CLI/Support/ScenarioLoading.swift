internal import Model

/// Loads scenarios for a command and shows what is wrong with them.
enum ScenarioLoading {
  /// The scenarios of these paths; ends the command with 65 or 66 where an error was found.
  static func load(_ paths: [String], quiet: Bool = false) throws -> [Scenario] {
    try result(paths, quiet: quiet).scenarios
  }

  /// What ``load(_:quiet:)`` loads, with the files, for findings that come later.
  static func result(_ paths: [String], quiet: Bool = false) throws -> ScenarioLoader.Result {
    let result = ScenarioLoader(provider: FileSystemSource()).load(paths)
    show(result, warnings: !quiet)
    if let status = status(of: result) { throw status }
    return result
  }

  /// Writes the findings to standard error.
  static func show(_ result: ScenarioLoader.Result, warnings: Bool = true) {
    show(result.diagnostics.filter { warnings || $0.severity == .error }, in: result)
  }

  /// Writes findings with their lines to standard error.
  static func show(_ shown: [Diagnostic], in result: ScenarioLoader.Result) {
    let renderer = DiagnosticRenderer(
      sources: result.sources, style: Terminal.errorTakesColour ? .coloured : .plain)
    Terminal.writeError(renderer.render(shown))
  }

  /// The exit status that the findings mean; nil where the scenarios are valid.
  static func status(of result: ScenarioLoader.Result) -> ExitStatus? {
    let errors = result.diagnostics.filter { $0.severity == .error }
    if errors.isEmpty { return nil }
    return errors.allSatisfy(\.isMissingFile) ? .noSuchFile : .invalidScenario
  }
}
