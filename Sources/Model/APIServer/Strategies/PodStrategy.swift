internal import CEL

/// Pods.
///
/// Follows pkg/registry/core/pod/strategy.go and pkg/apis/core/validation/validation.go
/// (ValidatePodUpdate).
struct PodStrategy: BuiltInStrategy {
  var typeName: String? { "Pod" }
  var hasStatus: Bool { true }

  func returnsDeletedObject(_ version: KubernetesVersion) -> Bool { true }

  func generationRule(_ version: KubernetesVersion) -> GenerationRule {
    version.podsHaveGeneration ? .spec : .none
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      PodSpecDefaults.apply(to: &spec)
      PodSpecDefaults.applyPodOnly(to: &spec)
    }
  }

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    object["status"] = ["phase": "Pending", "qosClass": .string(Self.qualityOfService(object))]
    startGeneration(&object, context)
  }

  /// GetPodQOS: Guaranteed where all containers limit cpu and memory and request as much.
  static func qualityOfService(_ pod: JSONObject) -> String {
    var isGuaranteed = true
    var hasAny = false
    let containers =
      (pod.at("spec", "containers")?.array ?? []) + (pod.at("spec", "initContainers")?.array ?? [])
    for container in containers {
      let limits = container.at("resources", "limits")?.object ?? JSONObject()
      let requests = container.at("resources", "requests")?.object ?? JSONObject()
      for name in ["cpu", "memory"] {
        let limit = limits[name].flatMap { $0 == "0" ? nil : $0 }
        let request = requests[name].flatMap { $0 == "0" ? nil : $0 }
        if limit != nil || request != nil { hasAny = true }
        if limit == nil || request != limit { isGuaranteed = false }
      }
    }
    return !hasAny ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
  }

  func resetFields(_ subresource: String) -> [[String]] {
    subresource == "status"
      ? [["spec"], ["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"]]
      : standardResetFields(subresource)
  }

  func prepareForStatusUpdate(
    _ object: inout JSONObject, old: JSONObject, _ context: StrategyContext
  ) {
    object["spec"] = old["spec"]
    // Old kubelets corrupted owner references; the status endpoint may not touch them.
    object.metadata["ownerReferences"] = old.metadata["ownerReferences"]
    if object["status"]?.object?["qosClass"] == nil {
      object.set(old.at("status", "qosClass"), at: "status", "qosClass")
    }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    PodSpecValidation.validate(object["spec"]?.object ?? JSONObject(), "spec")
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    var errors = validate(object, context)
    var munged = object["spec"]?.object ?? JSONObject()
    let previous = old["spec"]?.object ?? JSONObject()
    for list in ["containers", "initContainers"] {
      let before = previous[list]?.array ?? []
      let after = munged[list]?.array ?? []
      if before.count != after.count {
        errors.append(.forbidden("spec.\(list)", "pod updates may not add or remove containers"))
        return errors
      }
      munged[list] = munged[list].map { _ in
        .array(
          zip(after, before).map { new, old in
            guard var container = new.object else { return new }
            container["image"] = old["image"]
            return .object(container)
          })
      }
    }
    munged["activeDeadlineSeconds"] = previous["activeDeadlineSeconds"]
    if context.version.podsHaveSchedulingGates {
      // Gates may be removed, never added.
      let gates = previous["schedulingGates"]?.array ?? []
      if (munged["schedulingGates"]?.array ?? []).allSatisfy({ gates.contains($0) }) {
        munged["schedulingGates"] = previous["schedulingGates"]
      }
    }
    let tolerations = munged["tolerations"]?.array ?? []
    if (previous["tolerations"]?.array ?? []).allSatisfy({ tolerations.contains($0) }) {
      munged["tolerations"] = previous["tolerations"]
    }
    if munged != previous {
      errors.append(
        .forbidden(
          "spec",
          "pod updates may not change fields other than `spec.containers[*].image`, "
            + "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or "
            + "`spec.tolerations` (only additions to existing tolerations)"))
    }
    return errors
  }

  /// ValidatePodStatusUpdate: the node name is set by binding only.
  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    []
  }

  /// CheckGracefulDelete.
  func gracePeriod(_ object: JSONObject, requested: Int64?, _ version: KubernetesVersion) -> Int64?
  {
    if (object.at("spec", "nodeName")?.string ?? "").isEmpty { return 0 }
    if let phase = object.at("status", "phase")?.string, phase == "Failed" || phase == "Succeeded" {
      return 0
    }
    let period = requested ?? object.at("spec", "terminationGracePeriodSeconds")?.int ?? 0
    return period < 0 && version.hasNoNegativeGrace ? 1 : period
  }
}
