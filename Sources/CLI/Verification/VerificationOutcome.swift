internal import CEL
internal import Foundation
internal import Model

/// What came of a command: reports, failures, and the exit code of all of them together.
struct VerificationOutcome {
  /// A report, and where its counterexamples were recorded, by property.
  struct Entry {
    let report: VerificationReport
    let records: [String: String]
  }

  private(set) var entries: [Entry]
  private var failures: [(status: ExitStatus, message: String)] = []

  init(entries: [Entry] = []) { self.entries = entries }

  /// Whether it makes no sense to go on with further scenarios.
  var isFinal: Bool { Cancellation.isRequested || failures.contains { $0.status == .bug } }

  /// The exit code.
  var status: ExitStatus {
    var all = failures.map(\.status)
    for property in entries.flatMap(\.report.properties) {
      switch property.verdict {
      case .holds: break
      case .violated: all.append(property.isAboutInfinity ? .livenessViolated : .safetyViolated)
      case .inconclusive: all.append(.inconclusive)
      }
    }
    if Cancellation.isRequested { all.append(.inconclusive) }
    return ExitStatus.combined(all)
  }

  /// Verifies a scenario and records its counterexamples.
  mutating func verify(_ scenario: Scenario, options: VerificationOptions, resultsFolder: String) {
    attempt(scenario) {
      let report = try VerificationDriver.verify(scenario: scenario, options: options)
      return Entry(report: report, records: Self.record(report, in: resultsFolder))
    }
  }

  /// Replays a recorded counterexample.
  mutating func replay(
    _ scenario: Scenario, record: CounterexampleRecord, options: VerificationOptions, trace: String
  ) {
    attempt(scenario) {
      let report = try VerificationDriver.replay(
        scenario: scenario, record: record, options: options)
      return Entry(report: report, records: [record.property: trace])
    }
  }

  private mutating func attempt(_ scenario: Scenario, _ work: () throws -> Entry) {
    do {
      entries.append(try work())
    } catch let failure as VerificationFailure {
      switch failure {
      case .bug(let message):
        failures.append((.bug, "\(scenario.name): a bug in kverify: \(message)"))
      case .controller(let message):
        failures.append((.controllerFailed, "\(scenario.name): \(message)"))
      case .scenario(let message): failures.append((.invalidScenario, message))
      case .usage(let message): failures.append((.usage, message))
      }
    } catch {
      failures.append((.bug, "\(scenario.name): a bug in kverify: \(error)"))
    }
  }

  /// Writes the counterexamples to files; those that cannot be written are left out.
  private static func record(_ report: VerificationReport, in folder: String) -> [String: String] {
    var paths: [String: String] = [:]
    for property in report.properties {
      guard case .violated(let counterexample) = property.verdict,
        // What is never reached has no run to replay.
        !counterexample.record.schedules.isEmpty
      else { continue }
      let place = "\(folder)/\(report.scenario)"
      let path = "\(place)/\(property.name).json"
      var json = counterexample.record.json
      json["story"] = ReportJSON.counterexample(counterexample)
      do {
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true)
        try Data((JSONValue.object(json).prettyText + "\n").utf8)
          .write(to: URL(fileURLWithPath: path), options: .atomic)
        paths[property.name] = path
      } catch {
        Terminal.writeError("kverify: \(path) cannot be written; the run is not recorded\n")
      }
    }
    return paths
  }

  /// Writes failures and timing to standard error.
  func writeErrors(quiet: Bool) {
    for failure in failures { Terminal.writeError("kverify: \(failure.message)\n") }
    guard !quiet else { return }
    for entry in entries {
      let timing = entry.report.timing
      let memory = timing.peakMemory > 0 ? " memory=\(timing.peakMemory >> 20)MiB" : ""
      let seconds = String(format: "%.3f", timing.seconds)
      let solver = timing.solver.map { " z3=\($0)" } ?? ""
      let processes = timing.processes.map { " \($0)" } ?? ""
      Terminal.writeError(
        "\(entry.report.scenario): sec=\(seconds)\(memory)\(solver)\(processes)\n")
    }
  }
}
