internal import ArgumentParser
internal import Model

/// Checks documents without running anything.
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Check scenarios without running them.",
    discussion: """
      EXAMPLE:
        kverify lint examples

      All findings are shown, on standard error. Exit codes: 0 valid, 65 invalid, 66 no such file.
      """)

  @Argument(help: "Scenario files, or folders that hold some.")
  var paths: [String]

  func run() throws {
    let result = ScenarioLoader(provider: FileSystemSource()).load(paths)
    ScenarioLoading.show(result)
    if let status = ScenarioLoading.status(of: result) { throw status }
    for scenario in result.scenarios {
      Terminal.write("\(scenario.location.file): \(scenario.name) is valid\n")
    }
  }
}
