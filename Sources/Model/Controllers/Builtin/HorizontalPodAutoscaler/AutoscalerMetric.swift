internal import CEL

/// What one metric of an autoscaler calls for.
///
/// Follows pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric) and
/// replica_calculator.go (GetResourceReplicas, calcPlainMetricReplicas,
/// GetObjectMetricReplicas, GetExternalPerPodMetricReplicas).
struct AutoscalerMetric {
  /// A number of replicas, and the entry of `status.currentMetrics`.
  struct Proposal {
    var replicas: Integer
    var status: JSONValue
  }

  /// Why nothing could be computed: the reason of the condition, and words.
  struct Failure: Error {
    var reason: String
    var message: String
  }

  let spec: JSONObject
  let currentReplicas: Integer
  let statusReplicas: Int
  let namespace: String
  let selector: String
  let hasPods: Bool
  let request: ReconcileRequest
  let options: BuiltinOptions
  let oracle: any ReconcileOracle
  let tolerance: AutoscalerTolerance

  /// Computes it; what the metric lacks is a `Failure`, an error of the oracle is thrown.
  func propose() throws -> Result<Proposal, Failure> {
    let source = spec[typeField]?.object ?? JSONObject()
    let target = source["target"]?.object ?? source
    switch type {
    case "Resource", "ContainerResource":
      if type == "ContainerResource", !options.kubernetesVersion.hasAutoscalerContainerMetrics {
        break
      }
      let reason = "FailedGet\(type)Metric"
      if let utilization = target["averageUtilization"]?.int {
        return try resource(source, target: Int(utilization), reason)
      }
      if let value = target["averageValue"].flatMap(ResourceQuantity.milli) {
        return try plain(
          source, target: value, reason: reason, isProcessor: source["name"]?.string == "cpu")
      }
    case "Pods":
      if let value = target["averageValue"].flatMap(ResourceQuantity.milli) {
        return try plain(source, target: value, reason: "FailedGetPodsMetric", isProcessor: false)
      }
    case "Object", "External":
      return try value(type, source, target)
    default: break
    }
    return .failure(
      Failure(reason: "InvalidMetricSourceType", message: "invalid metric source"))
  }

  private static func missing(_ reason: String) -> Failure {
    Failure(reason: reason, message: "no metrics returned from the metrics API")
  }

  private func pods() throws -> AutoscalerPods {
    guard hasPods else { return AutoscalerPods(assumedReady: max(currentReplicas, 1)) }
    return AutoscalerPods(
      try oracle.list(
        ListQuery(
          apiVersion: "v1", kind: "Pod", namespace: namespace,
          selection: .selectors(label: selector, field: ""))))
  }

  /// GetResourceReplicas: utilization in percent of the requests of the Pods, or of one of their
  /// containers.
  private func resource(
    _ source: JSONObject, target: Int, _ reason: String
  ) throws -> Result<Proposal, Failure> {
    let name = source["name"]?.string ?? ""
    let container = source["container"]?.string
    let pods = try pods()
    guard let utilization = try options.integer("utilization", request, oracle),
      pods.hasMeasured || pods.isEmpty
    else { return .failure(Self.missing(reason)) }
    guard !pods.isEmpty else {
      return .failure(
        Failure(
          reason: reason,
          message: "no pods returned by selector while calculating replica count"))
    }
    guard let milli = pods.averageRequest(name, container: container) else {
      return .failure(Failure(reason: reason, message: "missing request for \(name)"))
    }
    guard
      let replicas = try replicas(
        utilization, pods, isProcessor: name == "cpu",
        full: options.kubernetesVersion.autoscalerAssumesTargetOfMissing ? max(100, target) : 100,
        target: target, keepsDirection: true)
    else {
      return .failure(
        Failure(reason: reason, message: "did not receive metrics for any ready pods"))
    }
    var current: JSONObject = ["averageUtilization": utilization.json]
    if milli > 0 {
      current["averageValue"] = utilization.view(.string, named: "percent of \(milli)m") {
        .string(ResourceQuantity.text(milli: milli * $0 / 100))
      }
    }
    var entry: JSONObject = ["name": .string(name), "current": .object(current)]
    if let container { entry["container"] = .string(container) }
    return .success(
      Proposal(
        replicas: replicas,
        status: ["type": .string(type), typeField: .object(entry)]))
  }

  private var type: String { spec["type"]?.string ?? "" }

  /// The field of the metric's source.
  private var typeField: String { type.prefix(1).lowercased() + type.dropFirst() }

  /// The proposal for a measured value; nil where no Pod is ready.
  private func replicas(
    _ value: Integer, _ pods: AutoscalerPods, isProcessor: Bool, full: Int, target: Int,
    keepsDirection: Bool
  ) throws -> Integer? {
    let isNear = { (value: Int64) in tolerance.isMet(Double(value) / Double(target)) }
    // Pods that all count alike do not change the average.
    if pods.areAssumed, value.map(isNear) { return currentReplicas }
    let groups = try pods.grouped(
      isProcessor && !pods.areAssumed ? AutoscalerReadiness(options, request, oracle) : nil,
      at: [
        "replicas": currentReplicas.json, "value": value.json, "target": .int(Int64(target)),
      ])
    guard groups.ready > 0 else { return nil }
    let current = Int(currentReplicas.pinned)
    return Integer(
      value.map { value in
        ReplicaCalculation(
          currentReplicas: current, groups: groups, value: Int(value), full: full,
          target: target, keepsDirection: keepsDirection,
          countsMissingAtTarget: !keepsDirection
            && !options.kubernetesVersion.autoscalerIgnoresMissingAtTarget,
          tolerance: tolerance
        ).replicas
      })
  }

  /// calcPlainMetricReplicas: an average value per Pod, in thousandths.
  private func plain(
    _ source: JSONObject, target: Int64, reason: String, isProcessor: Bool
  ) throws -> Result<Proposal, Failure> {
    let pods = try pods()
    guard
      let value = try options.value("averageValue", request, oracle)
        .flatMap(ResourceQuantity.milli), pods.hasMeasured || pods.isEmpty
    else { return .failure(Self.missing(reason)) }
    guard !pods.isEmpty else {
      return .failure(
        Failure(
          reason: reason,
          message: "no pods returned by selector while calculating replica count"))
    }
    guard
      let replicas = try replicas(
        Integer(value), pods, isProcessor: isProcessor, full: Int(target), target: Int(target),
        keepsDirection: false)
    else {
      return .failure(
        Failure(reason: reason, message: "did not receive metrics for any ready pods"))
    }
    var entry = source
    entry["target"] = nil
    entry["current"] = ["averageValue": .string(ResourceQuantity.text(milli: value))]
    return .success(
      Proposal(
        replicas: replicas, status: ["type": .string(type), typeField: .object(entry)]))
  }

  /// A metric of an object or from outside: a value for all Pods together.
  private func value(
    _ type: String, _ source: JSONObject, _ target: JSONObject
  ) throws -> Result<Proposal, Failure> {
    let reason = "FailedGet\(type)Metric"
    guard
      let value = try options.value("value", request, oracle).flatMap(ResourceQuantity.milli)
    else { return .failure(Self.missing(reason)) }
    var replicas = currentReplicas
    let current: JSONObject
    if let perPod = target["averageValue"].flatMap(ResourceQuantity.milli) {
      // GetObjectPerPodMetricReplicas, GetExternalPerPodMetricReplicas
      replicas = Integer(statusReplicas)
      let ratio = Double(value) / (Double(perPod) * Double(statusReplicas))
      if !tolerance.isMet(ratio) {
        replicas = Integer(Int((Double(value) / Double(perPod)).rounded(.up)))
      }
      let average = statusReplicas == 0 ? value : (value - 1) / Int64(statusReplicas) + 1
      current = ["averageValue": .string(ResourceQuantity.text(milli: average))]
    } else if let total = target["value"].flatMap(ResourceQuantity.milli) {
      // getUsageRatioReplicaCount
      let ratio = Double(value) / Double(total)
      if currentReplicas == 0 {
        replicas = Integer(Int(ratio.rounded(.up)))
      } else if !tolerance.isMet(ratio) {
        let pods = try pods()
        guard !pods.isEmpty else {
          return .failure(Failure(reason: reason, message: "no pods returned by selector"))
        }
        replicas = Integer(Int((ratio * Double(pods.running)).rounded(.up)))
      }
      current = ["value": .string(ResourceQuantity.text(milli: value))]
    } else {
      return .failure(Failure(reason: reason, message: "invalid metric source"))
    }
    var entry = source
    entry["target"] = nil
    entry["current"] = .object(current)
    return .success(
      Proposal(
        replicas: replicas,
        status: ["type": .string(type), type.lowercased(): .object(entry)]))
  }
}
