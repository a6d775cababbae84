internal import CEL

/// How many replicas the metrics of an autoscaler call for.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetrics). The metrics server
/// is the `with` of the scenario.
struct AutoscalerMetrics {
  /// What the metrics call for.
  struct Outcome {
    /// nil: nothing could be computed.
    var replicas: Integer?
    /// `status.currentMetrics`.
    var statuses: JSONValue?
    /// The first metric that failed.
    var failure: ReconcileError?
  }

  let autoscaler: JSONObject
  let scale: JSONObject
  let request: ReconcileRequest
  let options: BuiltinOptions
  let hasPods: Bool
  let oracle: any ReconcileOracle

  /// The greatest of what the metrics call for, with the condition ScalingActive.
  func compute(_ status: inout AutoscalerStatus) throws -> Outcome {
    guard let selector = scale.at("status", "selector")?.string, !selector.isEmpty else {
      status.setCondition(
        "ScalingActive", holds: false, "InvalidSelector",
        "the HPA target's scale is missing a selector")
      return Outcome(failure: ReconcileError("selector is required"))
    }
    if try sharesPods(selector) {
      let message = "pods by selector \(selector) are controlled by multiple HPAs"
      status.setCondition("ScalingActive", holds: false, "AmbiguousSelector", .string(message))
      return Outcome(failure: ReconcileError(message))
    }
    let specs = metricSpecs
    let current = scale.specNumber("replicas") ?? 0
    var best: Integer?
    var statuses: [JSONValue] = []
    var failures: [AutoscalerMetric.Failure] = []
    for spec in specs {
      let metric = AutoscalerMetric(
        spec: spec, currentReplicas: current,
        statusReplicas: scale.statusInteger("replicas"), namespace: autoscaler.namespace,
        selector: selector, hasPods: hasPods, request: request, options: options, oracle: oracle,
        tolerance: AutoscalerTolerance(autoscaler, options.kubernetesVersion))
      switch try metric.propose() {
      case .success(let proposal):
        best = max(best ?? 0, proposal.replicas)
        statuses.append(proposal.status)
      case .failure(let failure): failures.append(failure)
      }
    }
    let refusesPartly =
      options.kubernetesVersion.autoscalerRefusesPartialScaleDown && (best ?? 0) < current
    if let first = failures.first, failures.count >= specs.count || refusesPartly {
      status.setCondition(
        "ScalingActive", holds: false, first.reason,
        .string("the HPA was unable to compute the replica count: \(first.message)"))
      return Outcome(failure: ReconcileError(first.message))
    }
    status.setCondition(
      "ScalingActive", holds: true, "ValidMetricFound",
      "the HPA was able to successfully calculate a replica count from a metric")
    return Outcome(
      replicas: best, statuses: .array(statuses),
      failure: failures.first.map { ReconcileError($0.message) })
  }

  /// Whether another autoscaler that has looked at metrics selects some of the Pods
  /// (validateAndParseSelector, hpasControllingPodsUnderSelector).
  ///
  /// Upstream keeps the selectors of all autoscalers in memory. Here they are those of their targets, and what
  /// the others have done is read in their status; the message leaves their names out, which upstream tells
  /// in the order of a map.
  private func sharesPods(_ selector: String) throws -> Bool {
    guard hasPods, options.kubernetesVersion.autoscalersRefuseSharedPods else { return false }
    let pods = ListQuery(
      apiVersion: "v1", kind: "Pod", namespace: autoscaler.namespace,
      selection: .selectors(label: selector, field: ""))
    let own = try oracle.list(pods)
    guard !own.isEmpty else { return false }
    let others = ListQuery(
      apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler",
      namespace: autoscaler.namespace)
    return try oracle.list(others).contains { other in
      guard other.name != autoscaler.name,
        let reason = ConditionList(of: other).reason("ScalingActive"), reason != "ScalingDisabled"
      else { return false }
      return try selects(other, own)
    }
  }

  /// Whether another autoscaler's target has some of these Pods.
  private func selects(_ other: JSONObject, _ pods: [JSONObject]) throws -> Bool {
    let target = other.at("spec", "scaleTargetRef")?.object ?? JSONObject()
    let own = autoscaler.at("spec", "scaleTargetRef")?.object ?? JSONObject()
    if target["kind"] == own["kind"], target["name"] == own["name"] { return true }
    let answer = try ControllerClient(oracle: oracle, fieldManager: "kube-controller-manager").get(
      target.apiVersion, target.kind, namespace: other.namespace,
      name: target["name"]?.string ?? "", subresource: "scale")
    guard answer.isSuccess, let text = answer.body.at("status", "selector")?.string, !text.isEmpty
    else { return false }
    return pods.contains { ObjectSelection.selectors(label: text, field: "").matches($0) }
  }

  /// `spec.metrics`; in autoscaling/v1 the CPU target, and without either 80 % of CPU (the defaults of
  /// pkg/apis/autoscaling).
  private var metricSpecs: [JSONObject] {
    let specs = (autoscaler.at("spec", "metrics")?.array ?? []).compactMap(\.object)
    guard specs.isEmpty else { return specs }
    let target = autoscaler.at("spec", "targetCPUUtilizationPercentage")?.int ?? 80
    return [
      [
        "type": "Resource",
        "resource": [
          "name": "cpu",
          "target": ["type": "Utilization", "averageUtilization": .int(target)],
        ],
      ]
    ]
  }
}
