internal import ArgumentParser
internal import CEL
internal import Model

/// Runs a recorded counterexample again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Run a recorded counterexample again, step by step.",
    discussion: """
      EXAMPLE:
        kverify replay kverify-results/hpa-gitops-fight/settles.json

      Exit codes: 12 or 13 as verify gave; 70 if the run does not show the violation any more.
      """)

  @Argument(help: "A counterexample that kverify verify has written.")
  var trace: String

  @Option(help: "The form of the report: text, json or junit.")
  var format: ReportFormat = .text

  func run() throws {
    let record = try record()
    let scenarios = try ScenarioLoading.load([record.path], quiet: true)
    guard let scenario = scenarios.first(where: { $0.name == record.scenario }),
      scenario.properties.contains(where: { $0.name == record.property })
    else {
      throw CommandFailure(
        .invalidScenario,
        "\(record.path) has no scenario \"\(record.scenario)\" with a property "
          + "\"\(record.property)\" any more; run kverify verify again")
    }
    Cancellation.install()
    var options = VerificationOptions()
    options.withoutProjections = record.withoutProjections
    var outcome = VerificationOutcome()
    outcome.replay(scenario, record: record, options: options, trace: trace)
    Terminal.write(format.render(outcome))
    outcome.writeErrors(quiet: false)
    if outcome.status != .holds { throw outcome.status }
  }

  private func record() throws -> CounterexampleRecord {
    let place = SourceLocation(file: trace, line: 1, column: 1)
    let bytes: [UInt8]
    do {
      bytes = try FileSystemSource().read(trace)
    } catch {
      throw fail(
        Diagnostic(
          .noSuchFile, at: SourceLocation(file: trace, line: 0, column: 0),
          "there is no such file", advice: "kverify verify prints the command that replays"),
        SourceFile(path: trace, bytes: []), .noSuchFile)
    }
    let source = SourceFile(path: trace, bytes: bytes)
    do {
      return try CounterexampleRecord(json: try JSONValue(parsing: bytes))
    } catch let error as JSONSyntaxError {
      throw fail(
        Diagnostic(
          .badTrace, at: source.location(ofByte: error.offset), "not JSON: \(error.reason)",
          advice: "kverify replay reads what kverify verify wrote under kverify-results"), source)
    } catch let error as CounterexampleRecord.FormatError {
      throw fail(
        Diagnostic(
          .badTrace, at: place, "not a recorded counterexample: \(error.reason)",
          advice: "kverify replay reads what kverify verify wrote under kverify-results"), source)
    }
  }

  private func fail(
    _ finding: Diagnostic, _ source: SourceFile, _ status: ExitStatus = .invalidScenario
  ) -> ExitStatus {
    var sources = SourceFiles()
    sources.add(source)
    let renderer = DiagnosticRenderer(
      sources: sources, style: Terminal.errorTakesColour ? .coloured : .plain)
    Terminal.writeError(renderer.render([finding]))
    return status
  }
}
