internal import ArgumentParser
internal import CEL

/// The forms of a report.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json, junit

  /// The report of an outcome, whole.
  func render(_ outcome: VerificationOutcome) -> String {
    switch self {
    case .text: outcome.entries.map { TextReport(entry: $0).text }.joined(separator: "\n")
    case .json: ReportJSON.document(outcome).prettyText + "\n"
    case .junit: JUnitReport.document(outcome)
    }
  }
}
