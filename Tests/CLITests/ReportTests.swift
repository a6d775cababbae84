import CEL
import Foundation
import Model
import Testing

@testable import CLI

/// The three forms of a report, as snapshots of one report that has everything.
struct ReportTests {
  private let outcome: VerificationOutcome = {
    let web = ObjectKey(
      GroupKind(group: "apps", kind: "Deployment"), namespace: "default", name: "web")
    func deployment(_ replicas: Int64, _ condition: String) -> JSONObject {
      [
        "metadata": .object([
          "generation": .int(replicas), "labels": .object(["a.b/c": .string(condition)]),
        ]),
        "spec": .object(["replicas": .int(replicas)]),
        "status": .object([
          "conditions": .array([.object(["type": "Ready", "status": .string(condition)])])
        ]),
      ]
    }
    let record = CounterexampleRecord(
      path: "a/scenario.yaml", scenario: "fight", property: "settles",
      symbols: [SymbolValue(name: "load", value: 400)], part: ["gitops/web"],
      violation: "livelock",
      schedules: [
        CounterexampleRecord.Schedule(
          steps: [CounterexampleRecord.Step(action: "gitops/web", outcome: 1)], returnsToStep: 1)
      ])
    let run = CounterexampleRun(
      steps: [
        CounterexampleStep(
          title: "gitops reconciles web",
          reads: [CounterexampleStep.Read(object: "Deployment/web", detail: "spec.replicas = 5")],
          calls: [
            CounterexampleStep.Call(verb: "apply", object: "Deployment/web"),
            CounterexampleStep.Call(
              verb: "update", object: "Deployment/web", answer: "409 Conflict"),
          ],
          differences: [
            ObjectDifference(web, old: deployment(5, "True"), new: deployment(3, "False")),
            ObjectDifference(web, old: nil, new: deployment(3, "False")),
            ObjectDifference(web, old: deployment(3, "False"), new: nil),
          ].compactMap { $0 },
          remarks: ["crash after call 1"])
      ], end: .returns(toStep: 1))
    let lasso = Counterexample(
      summary: "<gitops> & hpa fight", message: "replicas is 5",
      symbols: [SymbolValue(name: "load", value: 400)], runs: [run], record: record)
    var confluence = Counterexample(
      summary: "two ends",
      runs: [
        CounterexampleRun(steps: [], end: .settled),
        CounterexampleRun(steps: run.steps, end: .stuck(reason: "409 again and again")),
      ], record: record)
    confluence.endDifference =
      [ObjectDifference(web, old: deployment(5, "True"), new: deployment(3, "True"))]
      .compactMap { $0 }
    let report = VerificationReport(
      scenario: "fight", path: "a/scenario.yaml",
      properties: [
        PropertyReport(name: "in-range", kind: "always", verdict: .holds),
        PropertyReport(name: "settles", kind: "converges", verdict: .violated(lasso)),
        PropertyReport(name: "same-end", kind: "confluent", verdict: .violated(confluence)),
        PropertyReport(
          name: "later", kind: "eventually", verdict: .inconclusive("--max-states 10")),
      ],
      coverage: ["interleaving calls"], notes: ["a note"],
      figures: SearchFigures(
        states: 12, transitions: 20, settled: 1, reduction: "2.7x (full about 32)", fullStates: 32,
        reconciles: 5, memo: 15),
      explanation: ReductionExplanation(
        states: 12, choices: 11, branching: 6, barriers: 2, postponed: 1,
        couplings: [
          ReductionExplanation.Coupling(
            first: "reconcile gitops web", second: "reconcile horizontalpodautoscaler web",
            place: "Deployment/web spec.replicas", states: 4),
          ReductionExplanation.Coupling(
            first: "reconcile gitops web", second: "property in-range",
            place: "Deployment/web spec.replicas", states: 1),
        ], otherCouplings: 3, advice: ["property in-range <may> be written as `settled`"]),
      timing: SearchTiming(seconds: 0.25, peakMemory: 1 << 20))
    return VerificationOutcome(
      entries: [
        VerificationOutcome.Entry(
          report: report, records: ["settles": "kverify-results/fight/settles.json"])
      ])
  }()

  @Test(arguments: ReportFormat.allCases)
  func `a report in each form`(format: ReportFormat) throws {
    let text = format.render(outcome)
    #expect(try Snapshot.matches(text, "reports/report.\(format.rawValue)"), "\(text)")
    #expect(format.render(outcome) == text)
  }

  @Test func `a search in which no order mattered has no table`() {
    let lines = ExplanationText(ReductionExplanation(states: 3, choices: 2, branching: 0)).lines
    #expect(lines.count == 3 && lines.last?.contains("no order mattered") == true)
    let full = ReductionExplainer([]).explanation(nil)
    #expect(
      ExplanationText(full).lines.last
        == "  advice: nothing was left out: the search was a full one")
  }

  @Test func `text and JUnit hold no times`() {
    #expect(!ReportFormat.text.render(outcome).contains("0.25"))
    #expect(!ReportFormat.junit.render(outcome).contains("0.25"))
  }

  @Test func `JSON can be read back`() throws {
    let json = try JSONValue(parsing: ReportFormat.json.render(outcome))
    #expect(json["exitCode"] == 13)
    #expect(json["scenarios"]?.array?.first?["properties"]?.array?.count == 4)
  }

  @Test(arguments: [
    ([CLI.ExitStatus.holds, .inconclusive], CLI.ExitStatus.inconclusive),
    ([.inconclusive, .livenessViolated], .livenessViolated),
    ([.livenessViolated, .safetyViolated], .safetyViolated),
    ([.safetyViolated, .controllerFailed], .controllerFailed),
    ([.controllerFailed, .noSuchFile], .noSuchFile), ([.usage, .bug], .bug), ([], .holds),
  ])
  func `exit codes have a precedence`(all: [CLI.ExitStatus], expected: CLI.ExitStatus) {
    #expect(CLI.ExitStatus.combined(all) == expected)
    #expect(CLI.ExitStatus.allCases.allSatisfy { $0.rawValue != 1 })
  }

  @Test(arguments: [
    ("always", false, CLI.ExitStatus.safetyViolated), ("sometimes", false, .safetyViolated),
    ("settled", false, .safetyViolated), ("converges", false, .livenessViolated),
    ("confluent", false, .livenessViolated), ("eventually", true, .safetyViolated),
  ])
  func `violations have the exit code of their kind`(
    kind: String, isEvaluationError: Bool, expected: CLI.ExitStatus
  ) {
    let counterexample = Counterexample(
      summary: "", isEvaluationError: isEvaluationError, runs: [],
      record: CounterexampleRecord(
        path: "", scenario: "", property: "", part: [], violation: "", schedules: []))
    let report = VerificationReport(
      scenario: "s", path: "p",
      properties: [PropertyReport(name: "x", kind: kind, verdict: .violated(counterexample))])
    let outcome = VerificationOutcome(
      entries: [VerificationOutcome.Entry(report: report, records: [:])])
    #expect(outcome.status == expected)
  }

  @Test func `a record survives its file`() throws {
    let record = CounterexampleRecord(
      path: "a b/c.yaml", scenario: "s", property: "p",
      symbols: [SymbolValue(name: "x", value: ["y": 1])], withoutProjections: ["rank"],
      part: ["x"], violation: "v",
      schedules: [
        CounterexampleRecord.Schedule(
          steps: [CounterexampleRecord.Step(action: "a", outcome: 2)], returnsToStep: 1),
        CounterexampleRecord.Schedule(steps: []),
      ])
    let text = JSONValue.object(record.json).prettyText
    #expect(try CounterexampleRecord(json: JSONValue(parsing: text)) == record)
  }

  @Test(arguments: [
    "{}", "[]", "{\"format\": \"kverify.dev/counterexample/v1alpha1\"}",
    """
    {"format": "kverify.dev/counterexample/v1alpha1", "path": "p", "scenario": "s", "property": "p",
     "symbols": [], "withoutProjections": [],
     "part": [], "violation": "", "schedules": [{"steps": [], "returnsToStep": 3}]}
    """,
  ])
  func `what is no record is refused`(text: String) throws {
    let json = try JSONValue(parsing: text)
    #expect(throws: CounterexampleRecord.FormatError.self) { try CounterexampleRecord(json: json) }
  }
}
