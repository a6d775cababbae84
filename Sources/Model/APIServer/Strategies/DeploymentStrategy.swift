internal import CEL

/// Deployments.
///
/// Follows pkg/registry/apps/deployment/strategy.go, pkg/apis/apps/v1/defaults.go and
/// pkg/apis/apps/validation/validation.go.
struct DeploymentStrategy: BuiltInStrategy {
  var typeName: String? { "Deployment" }
  var hasStatus: Bool { true }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .specAndAnnotations }

  var scale: ScalePaths? {
    ScalePaths(
      specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"],
      selector: ["spec", "selector"])
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.setDefault("replicas", 1)
      spec.edit("strategy") { strategy in
        strategy.setDefault("type", "RollingUpdate")
        if strategy["type"] == "RollingUpdate" {
          var rolling = strategy["rollingUpdate"]?.object ?? JSONObject()
          rolling.setDefault("maxUnavailable", "25%")
          rolling.setDefault("maxSurge", "25%")
          strategy["rollingUpdate"] = .object(rolling)
        }
      }
      spec.setDefault("revisionHistoryLimit", 10)
      spec.setDefault("progressDeadlineSeconds", 600)
      spec.edit("template", "spec") { PodSpecDefaults.apply(to: &$0) }
    }
  }

  func resetFields(_ subresource: String) -> [[String]] {
    subresource == "status"
      ? [["spec"], ["metadata", "labels"]] : standardResetFields(subresource)
  }

  func prepareForStatusUpdate(
    _ object: inout JSONObject, old: JSONObject, _ context: StrategyContext
  ) {
    object["spec"] = old["spec"]
    object.labels = old.labels
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors = WorkloadValidation.nonNegative(spec["replicas"], "spec.replicas")
    errors += WorkloadValidation.selector(spec, "deployment")
    errors += WorkloadValidation.template(spec, restartPolicy: "Always")
    errors += strategy(spec["strategy"]?.object ?? JSONObject())
    for name in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
      errors += WorkloadValidation.nonNegative(spec[name], "spec.\(name)")
    }
    if let deadline = spec["progressDeadlineSeconds"]?.int,
      deadline <= spec["minReadySeconds"]?.int ?? 0
    {
      errors.append(
        .invalid(
          "spec.progressDeadlineSeconds", .int(deadline), "must be greater than minReadySeconds"))
    }
    return errors
  }

  /// ValidateDeploymentStrategy, ValidateRollingUpdateDeployment.
  private func strategy(_ strategy: JSONObject) -> [FieldError] {
    let field = "spec.strategy"
    switch strategy["type"]?.string {
    case "Recreate":
      guard strategy["rollingUpdate"] != nil else { return [] }
      return [
        .forbidden(
          "\(field).rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
      ]
    case "RollingUpdate":
      guard let rolling = strategy["rollingUpdate"]?.object else {
        return [.required("\(field).rollingUpdate", "this should be defaulted and never be nil")]
      }
      let path = "\(field).rollingUpdate"
      var errors = WorkloadValidation.intOrPercent(
        rolling["maxUnavailable"], "\(path).maxUnavailable", isAtMost100: true)
      errors += WorkloadValidation.intOrPercent(rolling["maxSurge"], "\(path).maxSurge")
      if WorkloadValidation.isZero(rolling["maxUnavailable"]),
        WorkloadValidation.isZero(rolling["maxSurge"])
      {
        errors.append(
          .invalid(
            "\(path).maxUnavailable", rolling["maxUnavailable"],
            "may not be 0 when `maxSurge` is 0"))
      }
      return errors
    default:
      return [
        .notSupported("\(field).type", strategy["type"], ["Recreate", "RollingUpdate"])
      ]
    }
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    validate(object, context) + WorkloadValidation.immutableSelector(object, old)
  }

  /// ValidateDeploymentStatusUpdate.
  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    let status = object["status"]?.object ?? JSONObject()
    var errors = WorkloadValidation.counts(
      status,
      nonNegative: [
        "observedGeneration", "replicas", "updatedReplicas", "readyReplicas",
        "availableReplicas", "unavailableReplicas", "collisionCount",
      ],
      atMost: [
        ("updatedReplicas", "replicas", "status.replicas"),
        ("readyReplicas", "replicas", "status.replicas"),
        ("availableReplicas", "replicas", "status.replicas"),
        ("availableReplicas", "readyReplicas", "readyReplicas"),
      ])
    if let before = old.at("status", "collisionCount")?.int,
      status["collisionCount"]?.int ?? 0 < before
    {
      errors.append(
        .invalid(
          "status.collisionCount", status["collisionCount"] ?? 0, "cannot be decremented"))
    }
    return errors
  }
}
