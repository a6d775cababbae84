import CEL
import POR
import Testing

@testable import Model

/// What Pods use in their first minutes does not count, and whether those have passed is a choice.
@Suite struct AutoscalerReadinessTests {
  /// Two Pods of which one is ready and one was never, at twice the target.
  private static func text(_ options: String) -> String {
    """
    apiVersion: kverify.dev/v1alpha1
    kind: Scenario
    metadata: {name: start}
    spec:
      interleaving: reconcile
      objects:
      - apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: web}]}
      - apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: web}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          maxReplicas: 10
          metrics:
          - type: Resource
            resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
    \(["a", "b"].map { name in
      """
        - apiVersion: v1
          kind: Pod
          metadata: {name: \(name), labels: {app: web}}
          spec: {nodeName: node, containers: [{name: web, image: web, resources: {requests: {cpu: 100m}}}]}
          status:
            phase: Running
            startTime: "\(ModelInstant.now)"
            conditions: [{type: Ready, status: "\(name == "a" ? "True" : "False")", lastTransitionTime: "\(name == "a" ? ModelInstant.later : ModelInstant.now)"}]
      """
    }.joined(separator: "\n"))
      controllers:
      - builtin: horizontalpodautoscaler
        with: {utilization: 200 / web.spec.replicas\(options)}
      names:
        web: {apiVersion: apps/v1, kind: Deployment, name: web}
        hpa: {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: web}
      properties:
      - {name: settles, converges: true}
      - name: fails
        sometimes: >-
          hpa.?status.?conditions.orValue([]).exists(c, c.reason == 'FailedGetResourceMetric')
      - {name: scales, eventually: "hpa.?status.?currentMetrics.hasValue()"}
    """
  }

  private func explore(_ options: String) throws -> (
    states: Int, settled: Int, verdicts: [String: String]
  ) {
    let world = World(try WorldExploration.definition(text: Self.text(options)))
    let (composition, result, finding) = try WorldExploration.explore(world, audit: 1)
    #expect(finding == nil)
    return (result.states, result.settled, WorldExploration.verdicts(composition, result))
  }

  /// Before a Pod has been measured there are no metrics of any; where nothing more happens it has been.
  @Test func nothingIsMeasuredAtFirst() throws {
    let found = try explore("")
    #expect(found.verdicts["settles"] == "holds")
    #expect(found.verdicts["fails"] == "holds")
    #expect(found.verdicts["scales"] == "holds")
  }

  /// Without the period all is as if it had passed.
  @Test func withoutThePeriodNobodyAsks() throws {
    let found = try explore(", cpuInitializationPeriod: 0")
    #expect(found.verdicts["fails"] != "holds")
    #expect(found.verdicts["scales"] == "holds")
    #expect(found.states < (try explore("")).states)
  }

  /// A Pod as the kubelet leaves it, and whether it counts.
  private func isUnready(
    ready: String?, changed: String = ModelInstant.now, passes: Bool,
    _ options: [String: JSONValue] = [:]
  ) throws -> Bool {
    var pod: JSONObject = [
      "metadata": ["namespace": "default", "name": "p"],
      "status": ["phase": "Running", "startTime": .string(ModelInstant.now)],
    ]
    if let ready {
      pod.set(
        [["type": "Ready", "status": .string(ready), "lastTransitionTime": .string(changed)]],
        at: "status", "conditions")
    }
    let cluster = TestCluster()
    cluster.usualChoice = passes ? 1 : 0
    let readiness = try AutoscalerReadiness(
      BuiltinOptions(values: options.mapValues { value in { _, _ in value } }),
      ReconcileRequest(namespace: "default", name: "h"), TestOracle(cluster, author: "test"))
    return try readiness.unready(of: [PodStatus(pod)], at: JSONObject()) == 1
  }

  @Test func countsAsUpstreamDoes() throws {
    for passes in [false, true] {
      #expect(try isUnready(ready: nil, passes: passes))
      #expect(try isUnready(ready: "True", passes: passes) == !passes)
      // It was ready, and is no more.
      #expect(try isUnready(ready: "False", changed: ModelInstant.later, passes: passes) == !passes)
      // It never was.
      #expect(try isUnready(ready: "False", passes: passes))
      #expect(
        try isUnready(ready: "False", passes: passes, ["initialReadinessDelay": 0]) == !passes)
    }
    let none: [String: JSONValue] = ["cpuInitializationPeriod": 0]
    #expect(try !isUnready(ready: "True", passes: false, none))
    #expect(try isUnready(ready: "False", passes: false, none))
  }
}
