internal import Model

/// A report as JUnit XML, for systems that collect test results: a suite a scenario, a case a
/// property, `failure` for violated, `error` for inconclusive.
enum JUnitReport {
  /// The reports of an outcome.
  static func document(_ outcome: VerificationOutcome) -> String {
    let suites = outcome.entries.map(suite).joined()
    return
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kverify\">\n\(suites)</testsuites>\n"
  }

  private static func suite(_ entry: VerificationOutcome.Entry) -> String {
    let report = entry.report
    var failures = 0
    var errors = 0
    for property in report.properties {
      switch property.verdict {
      case .holds: break
      case .violated: failures += 1
      case .inconclusive: errors += 1
      }
    }
    var text =
      "  <testsuite name=\"\(escape(report.scenario))\" tests=\"\(report.properties.count)\" "
      + "failures=\"\(failures)\" errors=\"\(errors)\">\n"
    for property in report.properties { text += testCase(property, entry) }
    let explanation = report.explanation.map { ExplanationText($0).lines } ?? []
    let output = (TextReport.lines(report.warnings) + [report.figures.line] + explanation).joined(
      separator: "\n")
    text += "    <system-out>\(escape(output))</system-out>\n"
    return text + "  </testsuite>\n"
  }

  private static func testCase(
    _ property: PropertyReport, _ entry: VerificationOutcome.Entry
  ) -> String {
    let head =
      "    <testcase classname=\"\(escape(entry.report.scenario))\" name=\"\(escape(property.name))\""
    switch property.verdict {
    case .holds: return head + "/>\n"
    case .inconclusive(let reason):
      return head
        + ">\n      <error type=\"inconclusive\" message=\"\(escape(reason))\"/>\n    </testcase>\n"
    case .violated(let counterexample):
      let only = VerificationReport(
        scenario: entry.report.scenario, path: entry.report.path, properties: [property],
        figures: entry.report.figures)
      let story = TextReport(
        entry: VerificationOutcome.Entry(report: only, records: entry.records)
      ).text
      return head
        + ">\n      <failure type=\"\(escape(property.kind))\" message=\"\(escape(counterexample.summary))\">"
        + escape(story) + "</failure>\n    </testcase>\n"
    }
  }

  /// Text as XML 1.0 takes it; characters that it does not have become U+FFFD.
  private static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
