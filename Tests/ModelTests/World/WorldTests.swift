import CEL
import Foundation
import POR
import Synchronization
import Testing

@testable import Model

/// The world as a transition system: reconciles run once, parts are independent, faults happen.
@Suite struct WorldTests {
  static let crash = "examples/crash-between-writes/scenario.yaml"

  /// Each distinct reconcile is executed once: its own count of completed runs is the figure, with
  /// crashes too.
  @Test(arguments: [
    crash, "examples/random-name-stale-cache/scenario.yaml",
    "Tests/Scenarios/b-mode-flip/scenario.yaml", "Tests/Families/counters.yaml",
  ])
  func eachDistinctReconcileRunsOnce(_ path: String) throws {
    var definition = try WorldExploration.definition(path: path)
    let counter = Counter()
    definition.participants = definition.participants.map {
      var participant = $0
      participant.reconciler = Counting(inner: $0.reconciler, counter: counter)
      return participant
    }
    let world = World(definition)
    _ = try WorldExploration.explore(world)
    #expect(world.tree.completed > 2)
    #expect(counter.completed == world.tree.completed)
    #expect(world.tree.leafCount == world.tree.completed)
  }

  /// Copies in m namespaces: the same verdicts, m times the states; tied together it is one part.
  @Test func copiesAreSeparateParts() throws {
    func count(_ copies: Int, tied: Bool) throws -> (parts: Int, states: Int) {
      let world = World(
        try WorldExploration.definition(text: Self.copies(copies, tied: tied)))
      var parts = try Partition.finest(world).map { try explore(world, $0) }
      while case let groups = Partition.coupled(parts.map(\.0)), !groups.isEmpty {
        let gone = Set(groups.flatMap { $0 })
        let merged = try groups.map { group in
          try explore(world, Partition.merge(group.map { parts[$0].0.component }))
        }
        parts = parts.indices.filter { !gone.contains($0) }.map { parts[$0] } + merged
      }
      return (parts.count, parts.map(\.1.states).reduce(0, +))
    }
    let one = try count(1, tied: false)
    #expect(one.parts == 1)
    #expect(try count(5, tied: false) == (5, 5 * one.states))
    let tied = try count(3, tied: true)
    #expect(tied.parts == 1)
    #expect(tied.states > 3 * one.states)
  }

  private func explore(_ world: World, _ part: Component) throws -> (Composition, SearchResult) {
    let composition = Composition(world, component: part)
    return (composition, try Search().run(composition))
  }

  private static func copies(_ count: Int, tied: Bool) -> String {
    let objects = (1...count).map {
      "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c\($0)}, data: {count: \"0\"}}"
    }
    let names = (1...count).map { "    c\($0): {apiVersion: v1, kind: ConfigMap, name: c\($0)}" }
    let all = (1...count).map { "c\($0).data.count != '9'" }.joined(separator: " && ")
    return """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: copies}
      spec:
        objects:
      \(objects.map { "  " + $0 }.joined(separator: "\n"))
        controllers:
        - name: counter
        names:
      \(names.map { "  " + $0 }.joined(separator: "\n"))
        properties:
        - {name: settles, converges: true}
        - {name: tie, always: "\(tied ? all : "c1.data.count != '9'")"}
      ---
      apiVersion: kverify.dev/v1alpha1
      kind: Controller
      metadata: {name: counter}
      spec:
        for: {apiVersion: v1, kind: ConfigMap}
        steps:
        - id: count
          when: int(object.data.count) < 3
          patch: {target: object, merge: {data: {count: "${string(int(object.data.count) + 1)}"}}}
      """
  }

  /// Without the split the same verdicts, and more states.
  @Test(arguments: ["examples/owner-lost/scenario.yaml", "examples/hpa-gitops-fight/scenario.yaml"])
  func verdictsDoNotDependOnTheSplit(_ path: String) throws {
    let world = World(try WorldExploration.definition(path: path))
    let (composition, result, _) = try WorldExploration.explore(world)
    let verdicts = WorldExploration.verdicts(composition, result)
    #expect(verdicts["settles"] == "cannotConverge")
  }

  /// Steps that are looked up lead where steps that are computed lead: the same counts without the memo.
  @Test(arguments: [
    crash, "examples/random-name-stale-cache/scenario.yaml",
    "examples/stale-zookeeper/scenario.yaml", "examples/two-certificates-one-secret/scenario.yaml",
    "Tests/Scenarios/b-mode-flip/scenario.yaml", "Tests/Scenarios/d-deployment/n2.yaml",
    "Tests/Families/fan-in.yaml", "Tests/Families/user-events.yaml",
  ])
  func theMemoChangesNothing(_ path: String) throws {
    func explore(_ projections: ProjectionSet) throws -> (SearchResult, [String: String]) {
      let world = World(try WorldExploration.definition(path: path, projections))
      let (composition, result, _) = try WorldExploration.explore(world)
      return (result, WorldExploration.verdicts(composition, result))
    }
    let (with, verdicts) = try explore(ProjectionSet())
    let (without, others) = try explore(ProjectionSet().without(.memo))
    #expect(with.states == without.states)
    #expect(with.transitions == without.transitions)
    #expect(with.settled == without.settled)
    #expect(verdicts == others)
  }

  /// Behind a write another step may come before the next read: `a` then sees the flag that `b` set when
  /// it saw what `a` had written.
  @Test func readsBehindAWriteMayChange() throws {
    let world = World(
      try WorldExploration.definition(
        text: """
          apiVersion: kverify.dev/v1alpha1
          kind: Scenario
          metadata: {name: cut}
          spec:
            objects:
            - {apiVersion: v1, kind: ConfigMap, metadata: {name: go}}
            - {apiVersion: v1, kind: Secret, metadata: {name: flag}, data: {mode: "MA=="}}
            controllers:
            - name: a
            - name: b
            names:
              second: {apiVersion: v1, kind: ServiceAccount, name: second}
            properties:
            - {name: seen, sometimes: second != null}
          ---
          apiVersion: kverify.dev/v1alpha1
          kind: Controller
          metadata: {name: a}
          spec:
            for: {apiVersion: v1, kind: ConfigMap, name: go}
            steps:
            - id: one
              when: list('v1', 'ServiceAccount', 'default', {}).size() == 0
              create: {apiVersion: v1, kind: ServiceAccount, metadata: {name: first}}
            - id: two
              when: list('v1', 'Secret', 'default', {}).exists(s, s.data.mode == 'MQ==')
              create: {apiVersion: v1, kind: ServiceAccount, metadata: {name: second}}
          ---
          apiVersion: kverify.dev/v1alpha1
          kind: Controller
          metadata: {name: b}
          spec:
            for: {apiVersion: v1, kind: ServiceAccount, name: first}
            steps:
            - id: set
              patch:
                target: {apiVersion: v1, kind: Secret, name: flag, namespace: default}
                merge: {data: {mode: "MQ=="}}
          """))
    let (composition, result, finding) = try WorldExploration.explore(world, audit: 1)
    #expect(WorldExploration.verdicts(composition, result)["seen"] == "holds")
    #expect(finding == nil)
  }

  /// Ranks cannot answer arithmetic with an ordinal: ranking is off then.
  @Test func arithmeticWithAnOrdinalSwitchesRankingOff() throws {
    func ranks(_ property: String) throws -> Bool {
      try WorldExploration.definition(
        text: """
          apiVersion: kverify.dev/v1alpha1
          kind: Scenario
          metadata: {name: ordinals}
          spec:
            objects: []
            names:
              web: {apiVersion: apps/v1, kind: Deployment, name: web}
            properties:
            - {name: claim, always: "\(property)"}
          """
      ).projections.contains(.ordinals)
    }
    #expect(try ranks("web == null || web.metadata.generation >= web.status.observedGeneration"))
    #expect(try !ranks("web == null || web.metadata.generation < 5"))
    #expect(
      try !ranks("web == null || web.metadata.generation - web.status.observedGeneration < web.x"))
  }

  /// A crash between two writes of one reconcile: without it the property holds.
  @Test func theCrashIsWhatBreaksIt() throws {
    let definition = try WorldExploration.definition(path: Self.crash)
    let (broken, result, _) = try WorldExploration.explore(World(definition))
    #expect(WorldExploration.verdicts(broken, result)["claim-gets-the-size"] == "settledWithout")
    var without = definition
    without.participants = definition.participants.map {
      var participant = $0
      participant.budgets = [:]
      return participant
    }
    let (whole, other, _) = try WorldExploration.explore(World(without))
    #expect(WorldExploration.verdicts(whole, other)["claim-gets-the-size"] == "holds")
  }
}

/// A count that controllers on any thread may raise.
private final class Counter: Sendable {
  private let count = Mutex(0)
  var completed: Int { count.withLock { $0 } }
  func raise() { count.withLock { $0 += 1 } }
}

/// Counts the runs that come to their end, with a result or an error of their own.
private struct Counting: Reconciler {
  let inner: any Reconciler
  let counter: Counter

  var name: String { inner.name }
  var fieldManager: String { inner.fieldManager }
  var watches: [WatchRule] { inner.watches }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    do {
      let result = try inner.reconcile(request, oracle: oracle)
      counter.raise()
      return result
    } catch let error as ReconcileError {
      counter.raise()
      throw error
    }
  }
}
