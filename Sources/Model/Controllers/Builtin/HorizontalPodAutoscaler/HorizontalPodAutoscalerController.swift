internal import CEL

/// The horizontal pod autoscaler: which changes wake it, and one sync.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler). Upstream syncs every 15
/// seconds, and changes of its objects wait for that; here a new autoscaler or a new spec starts a
/// sync, and each sync sets the timer for the next one.
struct HorizontalPodAutoscalerController: Reconciler {
  let name = "horizontalpodautoscaler"
  let fieldManager = "kube-controller-manager"
  let options: BuiltinOptions
  /// Whether the composition has Pods at all (BuiltinControllers.make's kinds).
  let hasPods: Bool

  var watches: [WatchRule] {
    [
      WatchRule(.horizontalPodAutoscaler, .object) { old, new in
        guard let new else { return false }
        return old?["spec"] != new["spec"]
      },
      .informer(.pod),
    ]
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    guard
      let autoscaler = try oracle.get(
        "autoscaling/v2", "HorizontalPodAutoscaler", namespace: request.namespace,
        name: request.name)
    else {
      try AutoscalerMemory.forget(oracle)
      try AutoscalerReadiness.forget(oracle)
      return .done
    }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    var status = AutoscalerStatus(of: autoscaler)
    let target = autoscaler.at("spec", "scaleTargetRef")?.object ?? JSONObject()
    let answer = try client.get(
      target.apiVersion, target.kind, namespace: request.namespace,
      name: target["name"]?.string ?? "", subresource: "scale")
    guard answer.isSuccess, let scale = answer.body.object else {
      status.setCondition(
        "AbleToScale", holds: false, "FailedGetScale",
        .string(
          "the HPA controller was unable to get the target's current scale: "
            + (answer.message ?? "")))
      try status.writeIfChanged(client)
      throw answer.error("reading the target's scale")
    }
    status.setCondition(
      "AbleToScale", holds: true, "SucceededGetScale",
      "the HPA controller was able to get the target's current scale")

    let metrics = AutoscalerMetrics(
      autoscaler: autoscaler, scale: scale, request: request, options: options, hasPods: hasPods,
      oracle: oracle)
    return try sync(autoscaler, scale, &status, metrics, client)
  }

  /// From the scale on: decides, scales, and writes the status.
  private func sync(
    _ autoscaler: JSONObject, _ scale: JSONObject, _ status: inout AutoscalerStatus,
    _ metrics: AutoscalerMetrics, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let current = scale.specNumber("replicas") ?? 0
    let minimum = autoscaler.specNumber("minReplicas") ?? 1
    let maximum = autoscaler.specNumber("maxReplicas") ?? 0
    var desired: Integer = 0
    var rescale = true
    let limits = AutoscalerLimits(
      autoscaler: autoscaler, current: current, version: options.kubernetesVersion,
      downscaleStabilization: try options.integer(
        "downscaleStabilization", metrics.request, client.oracle)?.pinned
        ?? AutoscalerLimits.downscaleStabilization)
    var memory = try AutoscalerMemory(
      client.oracle, current: current, isUsed: limits.remembers)
    var metricStatuses: JSONValue?
    var failure: ReconcileError?
    if current == 0, minimum != 0 {
      rescale = false
      status.setCondition(
        "ScalingActive", holds: false, "ScalingDisabled",
        "scaling is disabled since the replica count of the target is zero")
    } else if current > maximum {
      desired = maximum
    } else if current < minimum {
      desired = minimum
    } else {
      let outcome = try metrics.compute(&status)
      guard let proposal = outcome.replicas else {
        try memory.save()
        // setCurrentReplicasInStatus
        status.setNumbers(
          current: current, desired: status.desiredReplicas, metrics: status.currentMetrics,
          rescaled: false)
        try status.writeIfChanged(client)
        throw outcome.failure ?? ReconcileError("no metrics")
      }
      failure = outcome.failure
      metricStatuses = outcome.statuses
      desired = try limits.normalize(proposal, measured: metricStatuses, &memory, &status)
      rescale = desired != current
    }

    if rescale {
      // What is recommended is remembered whether or not the target can be scaled.
      try memory.save()
      let answer = try update(scale, to: desired, autoscaler, client)
      guard answer.isSuccess else {
        status.setCondition(
          "AbleToScale", holds: false, "FailedUpdateScale",
          .string(
            "the HPA controller was unable to update the target scale: "
              + (answer.message ?? "")))
        status.setNumbers(
          current: current, desired: status.desiredReplicas, metrics: status.currentMetrics,
          rescaled: false)
        try status.writeIfChanged(client)
        throw answer.error("scaling the target")
      }
      status.setCondition(
        "AbleToScale", holds: true, "SucceededRescale",
        desired.view(.string, named: "scaled", isInjective: true) {
          .string("the HPA controller was able to update the target scale to \($0)")
        })
      limits.noteScaling(to: desired, &memory)
    } else {
      desired = current
    }
    try memory.save()
    status.setNumbers(
      current: current, desired: desired, metrics: metricStatuses, rescaled: rescale)
    try status.writeIfChanged(client)
    if let failure { throw failure }
    return .requeueAfter(seconds: AutoscalerMemory.period)
  }

  /// PUT to the target's `/scale`, on condition of the resourceVersion that was read live.
  private func update(
    _ scale: JSONObject, to replicas: Integer, _ autoscaler: JSONObject, _ client: ControllerClient
  ) throws -> APIResponse {
    var scale = scale
    scale.set(replicas.json, at: "spec", "replicas")
    let target = autoscaler.at("spec", "scaleTargetRef")?.object ?? JSONObject()
    return try client.oracle.send(
      APIRequest(
        .update, apiVersion: target.apiVersion, kind: target.kind,
        namespace: autoscaler.namespace, name: target["name"]?.string ?? "",
        subresource: "scale", body: .object(scale), fieldManager: fieldManager))
  }
}
