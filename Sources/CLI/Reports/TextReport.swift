internal import CEL
internal import Model

/// A report for people.
struct TextReport {
  private let report: VerificationReport
  private let records: [String: String]
  /// The longest value that a diff shows whole, in characters.
  private static let valueLimit = 100

  init(entry: VerificationOutcome.Entry) {
    report = entry.report
    records = entry.records
  }

  /// The whole text; times are not in it, so that the same input gives the same bytes.
  var text: String {
    var lines = ["\(report.scenario) (\(report.path))", ""]
    lines += verdicts
    for property in report.properties {
      if case .violated(let counterexample) = property.verdict {
        lines += [""] + story(property, counterexample)
      }
      if case .inconclusive = property.verdict, let proof = property.proof, !proof.lines.isEmpty {
        lines += ["", "\(property.name) is not proved:"] + proof.lines.map { "  \($0)" }
      }
    }
    if !report.coverage.isEmpty || !report.notes.isEmpty { lines.append("") }
    lines += report.coverage.map { "covers: \($0)" }
    lines += report.notes.map { "note: \($0)" }
    if !report.warnings.isEmpty { lines += [""] + Self.lines(report.warnings) }
    lines += ["", report.figures.line]
    if let explanation = report.explanation { lines += [""] + ExplanationText(explanation).lines }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Warnings, one line each: the place is not quoted, since a report may be read elsewhere.
  static func lines(_ warnings: [Diagnostic]) -> [String] {
    warnings.map { "warning[\($0.code)]: \($0.location): \($0.message). \($0.advice)" }
  }

  private var verdicts: [String] {
    let width = report.properties.map(\.name.count).max() ?? 0
    return report.properties.map { property in
      let name = property.name + String(repeating: " ", count: width - property.name.count)
      switch property.verdict {
      case .holds:
        let proof = property.proof?.summary.map { " (\($0))" } ?? ""
        return "  holds         \(name)  \(property.kind)\(proof)"
      case .violated(let counterexample):
        return "  VIOLATED      \(name)  \(property.kind): \(counterexample.summary)"
      case .inconclusive(let reason):
        return "  inconclusive  \(name)  \(property.kind): \(reason)"
      }
    }
  }

  private func story(_ property: PropertyReport, _ counterexample: Counterexample) -> [String] {
    var lines = ["\(property.name) is violated: \(counterexample.summary)"]
    if let message = counterexample.message { lines.append("  message: \(message)") }
    if !counterexample.symbols.isEmpty {
      let values = counterexample.symbols.map { "\($0.name) = \($0.value.text)" }
      lines.append("  with \(values.joined(separator: ", "))")
      if let failing = property.failing {
        lines.append("  violated \(failing.isExact ? "exactly" : "at least") for: \(failing.text)")
      }
    }
    for (index, run) in counterexample.runs.enumerated() {
      if counterexample.runs.count > 1 { lines += ["", "  run \(index + 1):"] }
      lines += self.run(run)
    }
    if !counterexample.endDifference.isEmpty {
      lines += ["", "  the ends differ, from run 1 to run 2:"]
      lines += counterexample.endDifference.flatMap { difference($0, indent: "    ") }
    }
    if let path = records[property.name] {
      lines += ["", "  replay: kverify replay \(quoted(path))"]
    }
    return lines
  }

  private func run(_ run: CounterexampleRun) -> [String] {
    var lines: [String] = []
    if run.steps.isEmpty { lines.append("  in the initial state") }
    for (index, step) in run.steps.enumerated() {
      lines.append("  \(index + 1). \(step.title)")
      lines += step.reads.map { read in
        "       reads \(read.object)\(read.detail.isEmpty ? "" : ": \(read.detail)")"
      }
      for call in step.calls {
        lines.append(
          "       \(call.verb) \(call.object)\(call.answer.isEmpty ? "" : ": \(call.answer)")")
      }
      lines += step.differences.flatMap { difference($0, indent: "       ") }
      lines += step.remarks.map { "       \($0)" }
    }
    switch run.end {
    case .here: break
    case .settled: lines.append("  = settled: nobody changes an object any more")
    case .stuck(let reason): lines.append("  = stuck: \(reason)")
    case .returns(let step):
      lines.append("  = back to the state before step \(step), and so on for ever")
    }
    return lines
  }

  private func difference(_ difference: ObjectDifference, indent: String) -> [String] {
    switch difference.change {
    case .created: return ["\(indent)+ \(difference.object)"]
    case .deleted: return ["\(indent)- \(difference.object)"]
    case .changed:
      return ["\(indent)~ \(difference.object)"]
        + difference.fields.map { field in
          "\(indent)    \(field.path): \(shown(field.old)) -> \(shown(field.new))"
        }
    }
  }

  private func shown(_ value: JSONValue?) -> String {
    guard let value else { return "(absent)" }
    let text = value.text
    return text.count > Self.valueLimit ? text.prefix(Self.valueLimit) + "…" : text
  }

  /// The path as a shell takes it.
  private func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy {
      ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x2D && $0 <= 0x39) || $0 == 0x5F
    }
    return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
  }
}
