import CEL
import Foundation
import Model
import Testing

@testable import CLI

/// Pods as numbers against Pods as objects, and what is refused.
@Suite struct CountedPodsTests {
  /// Replicas, surge, unavailability; the others up to 3, 2, 0 agree too, and take minutes.
  private static let sizes = [
    (1, 1, 0), (1, 0, 1), (1, 2, 2), (2, 0, 1), (2, 0, 2), (2, 2, 2),
  ]

  /// The least number of ready Pods and the greatest number of Pods that a rolling update can come to
  /// are the same: each bound is tried in both worlds.
  @Test(arguments: sizes)
  func aRollingUpdateIsTheSame(_ replicas: Int, _ surge: Int, _ unavailable: Int) throws {
    var verdicts: [[Bool]] = []
    for isCounted in [true, false] {
      let report = try VacuityTests.report(
        Self.rollout(replicas, surge, unavailable, isCounted: isCounted))
      verdicts.append(
        report.properties.map { if case .holds = $0.verdict { true } else { false } })
    }
    #expect(verdicts[0] == verdicts[1])
    // The bounds are met, and not only in one of the worlds.
    #expect(Set(verdicts[0]).count == 2)
  }

  /// A Deployment with an old ReplicaSet of which all Pods run.
  private static func rollout(
    _ replicas: Int, _ surge: Int, _ unavailable: Int, isCounted: Bool
  ) -> String {
    let labels = "{app: web, pod-template-hash: \"1\"}"
    func owner(_ kind: String, _ name: String) -> String {
      "ownerReferences: [{apiVersion: apps/v1, kind: \(kind), name: \(name), controller: true}]"
    }
    let counted = """
        - apiVersion: kverify.dev/v1alpha1
          kind: CountedPods
          metadata: {name: web-1, labels: \(labels), \(owner("ReplicaSet", "web-1"))}
          ready: \(replicas)

      """
    let objects = (0..<replicas).map { number in
      """
        - apiVersion: v1
          kind: Pod
          metadata: {name: web-1-\(number), labels: \(labels), \(owner("ReplicaSet", "web-1"))}
          spec: {containers: [{name: web, image: "nginx:1"}]}
          status:
            phase: Running
            conditions: [{type: Ready, status: "True"}]

      """
    }.joined()
    let isReady = "c.type == 'Ready' && c.status == 'True'"
    let (ready, total) =
      isCounted
      ? ("pods.map(p, p.ready).sum()", "pods.map(p, p.ready + p.pending).sum()")
      : (
        "size(pods.filter(p, has(p.status.conditions) && p.status.conditions.exists(c, \(isReady))))",
        "size(pods)"
      )
    let bounds = (0...replicas + surge).flatMap { bound in
      [
        "  - {name: ready-\(bound), always: \"\(ready) >= \(bound)\"}",
        "  - {name: total-\(bound), always: \"\(total) <= \(bound)\"}",
        "  - {name: end-\(bound), settled: \"\(ready) == \(bound)\"}",
      ]
    }.joined(separator: "\n")
    let with = isCounted ? ", with: {pods: counted}" : ""
    return """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: rollout}
      spec:
        interleaving: reconcile
        objects:
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web}
          spec:
            replicas: \(replicas)
            progressDeadlineSeconds: 2147483647
            selector: {matchLabels: {app: web}}
            strategy: {rollingUpdate: {maxSurge: \(surge), maxUnavailable: \(unavailable)}}
            template:
              metadata: {labels: {app: web}}
              spec: {containers: [{name: web, image: "nginx:2"}]}
        - apiVersion: apps/v1
          kind: ReplicaSet
          metadata: {name: web-1, labels: \(labels), \(owner("Deployment", "web"))}
          spec:
            replicas: \(replicas)
            selector: {matchLabels: \(labels)}
            template:
              metadata: {labels: \(labels)}
              spec: {containers: [{name: web, image: "nginx:1"}]}
          status:
            replicas: \(replicas)
            fullyLabeledReplicas: \(replicas)
            readyReplicas: \(replicas)
            availableReplicas: \(replicas)
            observedGeneration: 1
      \(isCounted ? counted : objects)
        controllers:
        - {builtin: deployment}
        - {builtin: replicaset\(with)}
        - {builtin: kubelet\(with)}
        names:
          pods:
            apiVersion: \(isCounted ? "kverify.dev/v1alpha1" : "v1")
            kind: \(isCounted ? "CountedPods" : "Pod")
            list: true
        properties:
      \(bounds)
      """
  }

  // MARK: Proofs over the built-in controllers

  /// The ReplicaSet controller and the kubelet, for all sizes; what is wrong is not proved.
  @Test func boundsOfOneReplicaSetAreProved() throws {
    let report = try VacuityTests.report(Self.replicaSet)
    let isProved = report.properties.map { $0.proof?.summary != nil }
    #expect(isProved == [true, true, true, false], "\(report.properties)")
    guard case .violated(let found) = report.properties[3].verdict else {
      Issue.record("\(report.properties[3])")
      return
    }
    // The shortest run: one Pod is missing.
    #expect(found.symbols.map { "\($0.name)=\($0.value.text)" } == ["replicas=2", "running=1"])
  }

  private static let replicaSet = """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: one}
    spec:
      interleaving: reconcile
      objects:
      - apiVersion: apps/v1
        kind: ReplicaSet
        metadata: {name: web}
        spec:
          replicas: "${replicas}"
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "nginx:1"}]}
      - apiVersion: kverify.dev/v1alpha1
        kind: CountedPods
        metadata:
          name: web
          labels: {app: web}
          ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, controller: true}]
        ready: "${running}"
      controllers:
      - {builtin: replicaset, with: {pods: counted}}
      - {builtin: kubelet, with: {pods: counted}}
      names:
        web: {apiVersion: apps/v1, kind: ReplicaSet, name: web}
        pods: {apiVersion: kverify.dev/v1alpha1, kind: CountedPods, name: web}
      symbols:
      - {name: replicas, type: int, min: 0, max: 100000}
      - {name: running, type: int, min: 0, max: 100000}
      variables:
      - {name: total, expression: pods.pending + pods.ready}
      properties:
      - {name: few, always: variables.total <= replicas || variables.total <= running, prove: true}
      - {name: enough, always: variables.total >= replicas || variables.total >= running, prove: true}
      - name: known
        always: "!has(web.status.readyReplicas) || web.status.readyReplicas <= running + pods.ready"
        prove: true
      - {name: one, always: pods.ready <= 1 || pods.ready <= running, prove: true}
    """

  private static func deployment(
    _ change: (String) -> String = { $0 }
  ) throws -> VerificationReport {
    let file = CommandRunner.root
      .appendingPathComponent("examples/deployment-keeps-available/scenario.yaml")
    return try VacuityTests.report(change(try String(contentsOf: file, encoding: .utf8)))
  }

  /// Where the controller overlooks that a status is older than the size, the floor is lost.
  @Test func withoutTheGuardTheFloorIsViolated() throws {
    for isMutant in [true, false] {
      let report = try DeploymentMutant.$overlooksStaleStatus.withValue(isMutant) {
        try Self.deployment(Self.searched)
      }
      guard case .violated(let found) = report.properties[0].verdict else {
        #expect(!isMutant, "\(report.properties[0])")
        continue
      }
      #expect(isMutant)
      #expect(
        found.symbols.map { "\($0.name)=\($0.value.text)" } == [
          "replicas=3", "maxSurge=0", "maxUnavailable=1",
        ])
      // One step more than in the small model (`ProofTests`): down, up, a Pod is made, ready, status of
      // the new ReplicaSet, down, kill.
      #expect(found.runs.first?.steps.count == 7)
    }
  }

  /// Few values and no proof.
  private static func searched(_ text: String) -> String {
    var text = text
    for (name, range) in [
      ("replicas", "min: 1, max: 3"), ("maxSurge", "min: 0, max: 0"),
      ("maxUnavailable", "min: 1, max: 1"),
    ] {
      text.replace(
        "name: \(name), type: int, min: 0, max: 1000", with: "name: \(name), type: int, \(range)")
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      !["prove: true", "lemmas:"].contains { line.contains($0) } && !line.hasPrefix("    - ")
    }.joined(separator: "\n")
  }

  // MARK: What is refused

  /// Whoever would look for single Pods would see none, so it is refused.
  @Test(arguments: [
    ("{builtin: scheduler}", "", "scheduler does not know counted Pods"),
    ("{builtin: kubelet}", "", "Pods are counted elsewhere"),
    ("{builtin: kubelet, with: {pods: counted, unready: 1}}", "", "unready tells Pods apart"),
    ("{builtin: kubelet, with: {pods: \"2\"}}", "", "takes the word counted"),
    ("{builtin: deployment}", "  faults: {crash: {times: 1}}", "not modelled with crash"),
    ("{builtin: deployment}", "  interleaving: calls", "made and deleted in one step"),
    (
      "{builtin: deployment}",
      "  names: {pod: {apiVersion: v1, kind: Pod, name: a}}", "there are no Pods"
    ),
    (
      "{builtin: deployment}",
      "  properties: [{name: p, never: {by: replicaset, verb: delete, on: Pod}}]",
      "single Pods"
    ),
    (
      "{builtin: deployment}",
      "  events: [{name: e, create: {apiVersion: v1, kind: Pod, metadata: {name: a}}}]",
      "counted Pods do not know"
    ),
  ])
  func doesNotGoWith(_ controller: String, _ rest: String, _ message: String) throws {
    let mode = rest.contains("interleaving") ? "" : "  interleaving: reconcile\n"
    let properties =
      rest.contains("properties") ? "" : "  properties: [{name: settles, converges: true}]\n"
    let text = """
      apiVersion: kverify.dev/v1alpha1
      kind: Scenario
      metadata: {name: refused}
      spec:
      \(mode)  controllers:
        - {builtin: replicaset, with: {pods: counted}}
        - \(controller)
      \(properties)\(rest)
      """
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("kverify-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let diagnostics = ScenarioLoader(provider: FileSystemSource()).load([file.path]).diagnostics
    #expect(
      diagnostics.contains { $0.message.contains(message) },
      "\(diagnostics.map(\.message))")
  }
}
