import CEL
import POR
import Testing

@testable import Model

/// Calls that upstream makes in parallel: whoever can see their order sees all orders, and for nobody else
/// are there more states.
@Suite struct CallOrderTests {
  /// A scenario of a built-in controller with properties that say which objects were reached.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let controllers: [String]
    let objects: String
    var events = "[]"
    /// Conditions, each of which some state must meet.
    let reached: [String]
    /// Names that are generated with one prefix tell in which order they were made.
    var tellsOrder = false
    var names = "    pods: {apiVersion: v1, kind: Pod, list: true}"

    func text(_ interleaving: String, crashes: Bool) -> String {
      """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: calls}
      spec:
        interleaving: \(interleaving)
        objects:
      \(objects)
        controllers:
      \(controllers.map { "  - builtin: \($0)" }.joined(separator: "\n"))
        names:
      \(names)
        faults: \(crashes ? "{crash: {times: 1, controllers: [\(controllers[0])]}}" : "{}")
        events: \(events)
        properties:
        - {name: settles, converges: true}
      \(reached.enumerated().map { "  - {name: r\($0.offset), sometimes: \"\($0.element)\"}" }
        .joined(separator: "\n"))
      """
    }
  }

  /// All subsets of some conditions, each as one condition.
  private static func subsets(_ parts: [String]) -> [String] {
    (0..<(1 << parts.count)).map { bits in
      parts.enumerated().map { (bits >> $0.offset & 1 == 1 ? "" : "!") + "(\($0.element))" }
        .joined(separator: " && ")
    }
  }

  private static let daemons = Case(
    description: "Pods of a DaemonSet on three nodes", controllers: ["daemonset"],
    objects: """
      \((1...3).map { "  - {apiVersion: v1, kind: Node, metadata: {name: n\($0)}}" }
        .joined(separator: "\n"))
        - apiVersion: apps/v1
          kind: DaemonSet
          metadata: {name: agent}
          spec:
            selector: {matchLabels: {app: agent}}
            template:
              metadata: {labels: {app: agent}}
              spec: {containers: [{name: agent, image: agent}]}
      """,
    reached: subsets(
      (1...3).map { node in
        "pods.exists(p, p.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
          + ".nodeSelectorTerms[0].matchFields[0].values[0] == 'n\(node)')"
      }), tellsOrder: true)

  private static func job(_ status: String) -> String {
    """
      - apiVersion: batch/v1
        kind: Job
        metadata: {name: work}
        spec:
          completions: 3
          parallelism: 3
          completionMode: Indexed
          template:
            metadata: {labels: {app: work}}
            spec: {restartPolicy: Never, containers: [{name: work, image: work}]}
    """
  }

  /// After index 0 the others come in one batch.
  private static let indexes = Case(
    description: "Pods of an Indexed Job", controllers: ["job"], objects: job(""),
    reached: ["size(pods) == 0"]
      + subsets(
        (1...2).map {
          "pods.exists(p, p.metadata.labels['batch.kubernetes.io/job-completion-index'] == '\($0)')"
        }
      ).map { "size(pods) > 0 && \($0)" })

  private static let ordinals = Case(
    description: "Pods of a parallel StatefulSet", controllers: ["statefulset"],
    objects: """
        - apiVersion: apps/v1
          kind: StatefulSet
          metadata: {name: db}
          spec:
            replicas: 3
            serviceName: db
            podManagementPolicy: Parallel
            selector: {matchLabels: {app: db}}
            template:
              metadata: {labels: {app: db}}
              spec: {containers: [{name: db, image: db}]}
      """,
    reached: ["size(pods) == 0"]
      + subsets((1...2).map { "pods.exists(p, p.metadata.name == 'db-\($0)')" })
      .map { "pods.exists(p, p.metadata.name == 'db-0') && \($0)" })

  /// Two Pods that differ, and two that differ in their names only.
  private static let victims = Case(
    description: "Pods that a ReplicaSet deletes", controllers: ["replicaset"],
    objects: """
        - apiVersion: apps/v1
          kind: ReplicaSet
          metadata: {name: web}
          spec:
            replicas: 0
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}}
              spec: {containers: [{name: web, image: web}]}
      \([("a", "a"), ("b", "b"), ("c", "c"), ("d", "c")].map { name, zone in
        """
          - apiVersion: v1
            kind: Pod
            metadata:
              name: web-\(name)
              generateName: web-
              labels: {app: web, zone: \(zone)}
            spec: {containers: [{name: web, image: web}]}
        """
      }.joined(separator: "\n"))
      """,
    reached: subsets(["'a' in zones(pods)", "'b' in zones(pods)"]).flatMap { both in
      (0...2).map { "\(both) && pods.filter(p, p.metadata.labels.zone == 'c').size() == \($0)" }
    }.map { condition in
      ["a", "b"].reduce(condition) {
        $0.replacing(
          "'\($1)' in zones(pods)", with: "pods.exists(p, p.metadata.labels.zone == '\($1)')")
      }
    })

  static let cases = [daemons, indexes, ordinals, victims]

  private func search(
    _ scenario: Case, _ interleaving: String, crashes: Bool, inOrder: Bool = false,
    without projection: Projection? = nil
  ) throws -> (states: Int, unreached: Int, settles: String?) {
    var projections = ProjectionSet()
    if let projection { projections = projections.without(projection) }
    let world = World(
      try WorldExploration.definition(
        text: scenario.text(interleaving, crashes: crashes), projections))
    world.makesCallsInOrder = inOrder
    let (composition, result, _) = try WorldExploration.explore(world)
    #expect(result.isComplete)
    let verdicts = WorldExploration.verdicts(composition, result)
    let missed = verdicts.filter { $0.key.hasPrefix("r") && $0.value != "holds" }
    return (result.states, missed.count, verdicts["settles"])
  }

  @Test(arguments: cases)
  func everySubsetIsSeenBetweenCalls(_ scenario: Case) throws {
    let all = try search(scenario, "calls", crashes: false)
    #expect(all.unreached == 0)
    #expect(all.settles == "holds")
    let plain = try search(scenario, "calls", crashes: false, without: .callOrder)
    #expect(plain.unreached == 0)
    #expect(plain.settles == "holds")
    #expect(scenario.tellsOrder ? all.states == plain.states : all.states < plain.states)
    #expect(try search(scenario, "calls", crashes: false, inOrder: true).unreached > 0)
  }

  @Test(arguments: cases)
  func everySubsetIsLeftByACrash(_ scenario: Case) throws {
    let all = try search(scenario, "reconcile", crashes: true)
    #expect(all.unreached == 0)
    #expect(try search(scenario, "reconcile", crashes: true, inOrder: true).unreached > 0)
  }

  @Test(arguments: cases)
  func nobodySeesAnOrderInOneStep(_ scenario: Case) throws {
    let all = try search(scenario, "reconcile", crashes: false)
    let inOrder = try search(scenario, "reconcile", crashes: false, inOrder: true)
    #expect(all.states == inOrder.states)
    #expect(all.unreached == inOrder.unreached)
  }

  /// Where others look at the calls, and where a crash cuts them off.
  @Test(arguments: cases, ["calls", "reconcile"])
  func aReducedSearchFindsTheSame(_ scenario: Case, _ interleaving: String) throws {
    let world = World(
      try WorldExploration.definition(text: scenario.text(interleaving, crashes: true)))
    let component = Partition.merge(Partition.finest(world))
    func search(_ reduction: Reduction) throws -> (verdicts: [String: String], settled: Int) {
      var options = SearchOptions()
      options.reduction = reduction
      while true {
        let composition = Composition(world, component: component)
        do {
          let result = try Search(options: options).run(composition)
          return (WorldExploration.verdicts(composition, result), result.settled)
        } catch is RestartNeeded {
          continue
        }
      }
    }
    let (full, reduced) = (try search(.none), try search(.auto))
    #expect(full.verdicts == reduced.verdicts)
    #expect(full.settled == reduced.settled)
  }
}
