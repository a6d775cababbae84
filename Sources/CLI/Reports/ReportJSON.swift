internal import CEL
internal import Model

/// A report for programs; only `timing` differs from run to run.
enum ReportJSON {
  /// The reports of an outcome.
  static func document(_ outcome: VerificationOutcome) -> JSONValue {
    .object([
      "format": "kverify.dev/report/v1alpha1",
      "exitCode": .int(Int64(outcome.status.rawValue)),
      "scenarios": .array(outcome.entries.map(scenario)),
    ])
  }

  private static func scenario(_ entry: VerificationOutcome.Entry) -> JSONValue {
    let report = entry.report
    var object: JSONObject = [
      "name": .string(report.scenario), "path": .string(report.path),
      "properties": .array(report.properties.map { property($0, records: entry.records) }),
      "coverage": .array(report.coverage.map(JSONValue.string)),
      "notes": .array(report.notes.map(JSONValue.string)),
      "figures": figures(report.figures),
      "timing": .object([
        "seconds": .double(report.timing.seconds), "peakMemory": number(report.timing.peakMemory),
      ]),
    ]
    if !report.warnings.isEmpty { object["warnings"] = .array(report.warnings.map(warning)) }
    object["explanation"] = report.explanation.map(explanation)
    return .object(object)
  }

  private static func warning(_ warning: Diagnostic) -> JSONValue {
    .object([
      "code": .string(warning.code), "file": .string(warning.location.file),
      "line": number(warning.location.line), "column": number(warning.location.column),
      "message": .string(warning.message), "advice": .string(warning.advice),
    ])
  }

  private static func figures(_ figures: SearchFigures) -> JSONValue {
    var object: JSONObject = [
      "states": number(figures.states), "transitions": number(figures.transitions),
      "settled": number(figures.settled), "reduction": .string(figures.reduction),
      "reconciles": number(figures.reconciles), "memo": number(figures.memo),
      "solver": number(figures.solver),
    ]
    if let full = figures.fullStates {
      object["fullStates"] = full < 1e15 ? number(Int(full)) : .double(full)
    }
    return .object(object)
  }

  private static func explanation(_ explanation: ReductionExplanation) -> JSONValue {
    .object([
      "states": number(explanation.states), "choices": number(explanation.choices),
      "branching": number(explanation.branching), "barriers": number(explanation.barriers),
      "postponed": number(explanation.postponed),
      "couplings": .array(
        explanation.couplings.map { coupling in
          .object([
            "between": .array([.string(coupling.first), .string(coupling.second)]),
            "through": .string(coupling.place), "states": number(coupling.states),
            "percent": number(explanation.percent(of: coupling)),
          ])
        }),
      "otherCouplings": number(explanation.otherCouplings),
      "advice": .array(explanation.advice.map(JSONValue.string)),
    ])
  }

  private static func property(_ property: PropertyReport, records: [String: String]) -> JSONValue {
    var object: JSONObject = ["name": .string(property.name), "kind": .string(property.kind)]
    if let proof = property.proof {
      object["proof"] = [
        "summary": proof.summary.map(JSONValue.string) ?? .null,
        "lines": .array(proof.lines.map(JSONValue.string)),
      ]
    }
    switch property.verdict {
    case .holds: object["verdict"] = "holds"
    case .inconclusive(let reason):
      object["verdict"] = "inconclusive"
      object["reason"] = .string(reason)
    case .violated(let counterexample):
      object["verdict"] = "violated"
      object["counterexample"] = self.counterexample(counterexample)
      if let failing = property.failing {
        object["failing"] = ["values": .string(failing.text), "exact": .bool(failing.isExact)]
      }
      if let path = records[property.name] {
        object["replay"] = .array(["kverify", "replay", .string(path)])
      }
    }
    return .object(object)
  }

  /// A counterexample as a story.
  static func counterexample(_ counterexample: Counterexample) -> JSONValue {
    var object: JSONObject = [
      "summary": .string(counterexample.summary),
      "isEvaluationError": .bool(counterexample.isEvaluationError),
      "symbols": .object(JSONObject(counterexample.symbols.map { ($0.name, $0.value) })),
      "runs": .array(counterexample.runs.map(run)),
    ]
    if let message = counterexample.message { object["message"] = .string(message) }
    if !counterexample.endDifference.isEmpty {
      object["endDifference"] = .array(counterexample.endDifference.map(difference))
    }
    return .object(object)
  }

  private static func run(_ run: CounterexampleRun) -> JSONValue {
    var object: JSONObject = ["steps": .array(run.steps.map(step))]
    switch run.end {
    case .here: object["end"] = "here"
    case .settled: object["end"] = "settled"
    case .stuck(let reason):
      object["end"] = "stuck"
      object["reason"] = .string(reason)
    case .returns(let step):
      object["end"] = "returns"
      object["returnsToStep"] = number(step)
    }
    return .object(object)
  }

  private static func step(_ step: CounterexampleStep) -> JSONValue {
    .object([
      "title": .string(step.title),
      "reads": .array(
        step.reads.map { .object(["object": .string($0.object), "detail": .string($0.detail)]) }),
      "calls": .array(
        step.calls.map {
          .object([
            "verb": .string($0.verb), "object": .string($0.object), "answer": .string($0.answer),
          ])
        }),
      "differences": .array(step.differences.map(difference)),
      "remarks": .array(step.remarks.map(JSONValue.string)),
    ])
  }

  private static func difference(_ difference: ObjectDifference) -> JSONValue {
    .object([
      "object": .string(difference.object), "change": .string(difference.change.rawValue),
      "fields": .array(
        difference.fields.map { field in
          var object: JSONObject = ["path": .string(field.path)]
          if let old = field.old { object["old"] = old }
          if let new = field.new { object["new"] = new }
          return .object(object)
        }),
    ])
  }

  private static func number(_ value: Int) -> JSONValue { .int(Int64(value)) }
}
