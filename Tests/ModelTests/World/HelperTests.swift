import POR
import Synchronization
import Testing

@testable import Model

/// Scenarios searched by several threads: the same figures, findings and bytes as by one.
///
/// A composition's tables (steps, versions, lists, cells) grow while helpers read; its ids are given in
/// the same order, so even the runs are told in the same words.
@Suite struct HelperTests {
  private struct Outcome: Equatable {
    var states: Int
    var transitions: Int
    var settled: Int
    var bytes: Int
    var findings: [Finding]
    var lookedUp: Int
    var computed: Int
    var width: Int
    var actions: [String]
  }

  static let paths =
    [
      "cascades", "chains", "counters", "creators-blind-lister", "creators-lister", "fan-in",
      "fan-out", "fight", "last-writers", "readers", "user-events", "woken-writers", "writers",
    ].map { "Tests/Families/\($0).yaml" }
    + [
      "a-two-identical-controllers/scenario", "b-mode-flip/scenario", "c-claim-an-owner/scenario",
      "d-deployment/n1", "d-deployment/n2",
    ].map { "Tests/Scenarios/\($0).yaml" }
    + [
      "crash-between-writes", "finalizer-order", "hpa-gitops-fight", "owner-lost",
      "random-name-stale-cache", "stale-zookeeper", "status-writers",
      "two-certificates-one-secret",
    ].map { "examples/\($0)/scenario.yaml" }

  @Test(arguments: paths)
  func `finds the same with helpers`(_ path: String) throws {
    let alone = try outcome(path, jobs: 1)
    for jobs in 2...3 { #expect(try outcome(path, jobs: jobs) == alone, "\(jobs) jobs") }
  }

  /// What is compared above would be equal too if helpers never knew anything.
  @Test func `helpers know the steps of a composition`() throws {
    let world = World(
      try WorldExploration.definition(path: "benchmarks/scenarios/counters.yaml"))
    var options = SearchOptions()
    options.limits.states = 30_000
    let alone = try Search(options: options).run(
      Composition(world, component: Partition.merge(Partition.finest(world))))
    let helped = Atomic<Int>(0)
    options.jobs = 2
    options.helpReport = { helped.store($1, ordering: .relaxed) }
    let result = try Search(options: options).run(
      Composition(world, component: Partition.merge(Partition.finest(world))))
    #expect(result.states == alone.states)
    #expect(result.transitions == alone.transitions)
    #expect(helped.load(ordering: .relaxed) > 100)
  }

  private func outcome(_ path: String, jobs: Int) throws -> Outcome {
    let world = World(try WorldExploration.definition(path: path))
    let component = Partition.merge(Partition.finest(world))
    var options = SearchOptions()
    options.jobs = jobs
    options.helperThreshold = 1
    options.limits.states = 4_000
    while true {
      let composition = Composition(world, component: component)
      do {
        let result = try Search(options: options).run(composition)
        return Outcome(
          states: result.states, transitions: result.transitions, settled: result.settled,
          bytes: result.bytes, findings: result.findings, lookedUp: composition.lookedUpSteps,
          computed: composition.computedSteps, width: composition.width,
          actions: composition.actions.indices.map { composition.describe(action: UInt32($0)) })
      } catch is RestartNeeded {
        continue
      }
    }
  }
}
