internal import ArgumentParser
internal import Foundation
internal import Model

/// Verifies scenarios.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify scenarios: the main job.",
    discussion: """
      EXAMPLE:
        kverify verify examples/hpa-gitops-fight

      The verdicts go to standard output, findings and progress to standard error. A violated
      property comes with a run that shows it and with the command that replays it. A limit that
      cuts the search makes a verdict inconclusive, never "holds".
      """)

  @Argument(help: "Scenario files, or folders that hold some.")
  var paths: [String]

  @OptionGroup(title: "What to decide")
  var selection: Selection

  @OptionGroup(title: "Limits")
  var limits: Limits

  @OptionGroup(title: "Output")
  var output: Output

  func validate() throws {
    if paths.isEmpty { throw ValidationError("Name a scenario's file or folder.") }
    _ = try options()
  }

  func run() throws {
    var options = try options()
    let loaded = try ScenarioLoading.result(paths, quiet: output.quiet)
    let scenarios = loaded.scenarios
    try checkNames(in: scenarios)
    Cancellation.install()
    var outcome = VerificationOutcome()
    for scenario in scenarios {
      options.progress = output.progressObserver(for: scenario.name)
      outcome.verify(scenario, options: options, resultsFolder: output.results)
      if outcome.isFinal || (selection.failFast && outcome.status != .holds) { break }
    }
    try output.write(outcome)
    if !output.quiet {
      ScenarioLoading.show(outcome.entries.flatMap(\.report.warnings), in: loaded)
    }
    outcome.writeErrors(quiet: output.quiet)
    if outcome.status != .holds { throw outcome.status }
  }

  /// The most threads where nobody says how many.
  private static let mostJobs = 8

  private func options() throws -> VerificationOptions {
    var options = VerificationOptions()
    options.properties = selection.property.isEmpty ? nil : selection.property
    options.failsFast = selection.failFast
    options.reduction = selection.reduction
    options.explainsReduction = selection.explainReduction
    if selection.explainReduction && selection.reduction == .none {
      throw ValidationError("--explain-reduction explains --reduction auto, not none.")
    }
    let processors = ProcessInfo.processInfo.activeProcessorCount
    options.jobs = min(selection.jobs ?? Self.mostJobs, processors)
    options.audits = selection.audit
    options.trusts = selection.trust
    options.cache = selection.noCache ? nil : selection.runCache
    options.withoutProjections = selection.withoutProjection
    options.seed = selection.seed
    options.maxStates = limits.maxStates
    if let text = limits.timeLimit {
      guard let seconds = Quantities.seconds(text) else {
        throw ValidationError("\"\(text)\" is no duration; write 30s, 5m or 1h.")
      }
      options.timeLimit = .seconds(seconds)
    }
    if let text = limits.memoryLimit {
      guard let bytes = Quantities.bytes(text) else {
        throw ValidationError("\"\(text)\" is no size; write 500M or 4G.")
      }
      options.memoryLimit = bytes
    }
    if let jobs = selection.jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
    if let states = limits.maxStates, states < 1 {
      throw ValidationError("--max-states must be at least 1.")
    }
    return options
  }

  private func checkNames(in scenarios: [Scenario]) throws {
    let known = scenarios.flatMap(\.properties).map(\.name)
    for name in selection.property where !known.contains(name) {
      throw ValidationError(
        "There is no property \"\(name)\": "
          + Suggestion.advice(for: name, among: Array(Set(known)), what: "properties"))
    }
  }
}

/// The options of `verify`, in the groups of its help.
extension VerifyCommand {
  /// What to decide, and how.
  struct Selection: ParsableArguments {
    @Option(help: ArgumentHelp("Decide this property only; may be repeated.", valueName: "name"))
    var property: [String] = []

    @Flag(help: "End at the first violation.")
    var failFast = false

    @Option(help: "Leave out needless interleavings: auto or none.")
    var reduction: VerificationOptions.Reduction = .auto

    @Flag(help: "Say which actions force interleaving, and through which fields.")
    var explainReduction = false

    @Option(
      help: ArgumentHelp(
        "The threads to use. (default: the processors, at most 8)", valueName: "n"))
    var jobs: Int?

    @Flag(help: "Check projections, footprints and reduction as well.")
    var audit = false

    @Flag(help: "Believe that controllers in processes are deterministic: no second runs.")
    var trust = false

    @Option(
      help: ArgumentHelp(
        "Where runs of controllers in processes are kept. (default: ~/.cache/kverify)",
        valueName: "folder"))
    var cache: String?

    @Flag(help: "Keep no runs of controllers in processes, and use none that were kept.")
    var noCache = false

    /// Where runs are kept; nil where there is no place.
    var runCache: RunCacheFolder? { cache.map { RunCacheFolder($0) } ?? .standard }

    @Option(
      help: ArgumentHelp("Switch a projection of states off; may be repeated.", valueName: "name"))
    var withoutProjection: [String] = []

    @Option(help: "The seed of what is sampled.")
    var seed: UInt64 = 0
  }

  /// Where to stop.
  struct Limits: ParsableArguments {
    @Option(help: ArgumentHelp("The states to search at most.", valueName: "n"))
    var maxStates: Int?

    @Option(help: ArgumentHelp("The time to search at most, such as 30s or 5m.", valueName: "time"))
    var timeLimit: String?

    @Option(help: ArgumentHelp("The memory to use at most, such as 4G.", valueName: "size"))
    var memoryLimit: String?
  }

  /// What to write where.
  struct Output: ParsableArguments {
    @Option(help: "The form of the report: text, json or junit.")
    var format: ReportFormat = .text

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the report here.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("The folder of recorded counterexamples.", valueName: "folder"))
    var results = "kverify-results"

    @Option(help: "Show progress: auto (on a terminal), plain (a line every 10 s) or none.")
    var progress: ProgressMode = .auto

    @Flag(name: .shortAndLong, help: "Write the report only.")
    var quiet = false

    func progressObserver(for scenario: String) -> (any ProgressObserver)? {
      if quiet { return nil }
      switch progress {
      case .none: return nil
      case .plain: return ProgressPrinter(scenario: scenario, style: .lines)
      case .auto:
        return Terminal.errorIsTerminal
          ? ProgressPrinter(scenario: scenario, style: .overwriting) : nil
      }
    }

    func write(_ outcome: VerificationOutcome) throws {
      let text = format.render(outcome)
      guard let output else { return Terminal.write(text) }
      do {
        try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
      } catch {
        throw CommandFailure(.noSuchFile, "\(output) cannot be written")
      }
    }
  }
}

extension VerificationOptions.Reduction: ExpressibleByArgument {}

/// When progress is shown.
enum ProgressMode: String, CaseIterable, ExpressibleByArgument { case auto, plain, none }
