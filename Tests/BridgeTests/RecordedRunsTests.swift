import CEL
import Foundation
import Testing

@testable import Bridge
@testable import Model

/// Each distinct reconcile of a process is run once, and once more to see whether it is deterministic.
struct RecordedRunsTests {
  private static let request = ReconcileRequest(namespace: "default", name: "a")

  /// A host in a mode of `HostTests.script`, and the record of its runs.
  private final class Bench {
    let server: HTTPServer
    let runs: RecordedRuns

    init(_ mode: String, isChecking: Bool = true) throws {
      server = try HTTPServer()
      let served = LiveOracle().cluster.served
      let host = ControllerHost(
        HostCommand(["python3", "-c", HostTests.script, mode], in: "/tmp"), server: server,
        served: served)
      runs = RecordedRuns(host, served: served, isChecking: isChecking)
    }

    deinit {
      runs.shutDown()
      server.shutDown()
    }

    func run(_ oracle: LiveOracle) throws -> ReconcileResult {
      try runs.reconcile("test", RecordedRunsTests.request, oracle: oracle)
    }
  }

  @Test func `the same answers are not asked for twice`() throws {
    let bench = try Bench("works")
    for _ in 0..<3 {
      let oracle = LiveOracle()
      #expect(try bench.run(oracle) == .requeueAfter(seconds: 30))
      // The oracle is asked, though no code runs.
      #expect(oracle.questions == ["cached ConfigMap a", "create ConfigMap"])
    }
    #expect(bench.runs.figures == RunFigures(executed: 1, repeated: 1))
    // Another answer to the last question is another run.
    let other = LiveOracle()
    _ = try other.send(
      APIRequest(
        .create, apiVersion: "v1", kind: "ConfigMap", namespace: "default",
        body: ["metadata": ["name": "child", "namespace": "default"]]))
    #expect(try bench.run(other) == .requeueAfter(seconds: 30))
    #expect(bench.runs.figures == RunFigures(executed: 2, repeated: 2))
  }

  @Test func `a run that is cut goes on to its end, and its end is known`() throws {
    let bench = try Bench("works")
    let cut = LiveOracle()
    cut.looksAhead = true
    cut.limit = 1
    #expect(throws: LiveOracle.Cut.self) { try bench.run(cut) }
    #expect(bench.runs.figures == RunFigures(executed: 1, repeated: 1))
    #expect(try bench.run(LiveOracle()) == .requeueAfter(seconds: 30))
    #expect(bench.runs.figures == RunFigures(executed: 1, repeated: 1))
  }

  @Test func `where nobody looks ahead a run that is cut is run again`() throws {
    let bench = try Bench("works", isChecking: false)
    let cut = LiveOracle()
    cut.limit = 1
    #expect(throws: LiveOracle.Cut.self) { try bench.run(cut) }
    #expect(bench.runs.figures == RunFigures())
    #expect(try bench.run(LiveOracle()) == .requeueAfter(seconds: 30))
    #expect(bench.runs.figures == RunFigures(executed: 1))
  }

  @Test(arguments: [
    (
      "counts",
      """
      after the same answers two runs differ at question 2
        one run    asked POST /api/v1/namespaces/default/configmaps
        the other  asked POST /api/v1/namespaces/default/configmaps
        data.run: "1" or "2"
      """
    ),
    (
      "stops",
      """
      after the same answers two runs differ at question 2
        one run    asked POST /api/v1/namespaces/default/configmaps
        the other  was done
      """
    ),
    (
      "tires",
      """
      after the same answers two runs differ at question 3
        one run    asked to be called again after 30 s
        the other  ended with the error "tired"
      """
    ),
  ])
  func `a second run that differs is a finding`(mode: String, difference: String) throws {
    let bench = try Bench(mode)
    do {
      _ = try bench.run(LiveOracle())
      Issue.record("no finding")
    } catch let finding as NotDeterministic {
      #expect(finding.controller == "test")
      #expect(finding.request == Self.request)
      let advice =
        "\n  if it keeps state in memory between reconciles, write memory: kept beside process"
      #expect(finding.difference == difference + advice)
    }
    // Who trusts it does not see it here.
    #expect(throws: Never.self) { try Bench(mode, isChecking: false).run(LiveOracle()) }
  }
}
