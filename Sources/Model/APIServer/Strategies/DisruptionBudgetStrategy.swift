internal import CEL

/// PodDisruptionBudgets.
///
/// Follows pkg/registry/policy/poddisruptionbudget/strategy.go and
/// pkg/apis/policy/validation/validation.go.
struct DisruptionBudgetStrategy: BuiltInStrategy {
  var typeName: String? { "PodDisruptionBudget" }
  var hasStatus: Bool { true }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  /// policy/v1 and later v1beta1 take an unconditional update; 1.20 does not.
  func allowsUnconditionalUpdate(_ version: KubernetesVersion) -> Bool { false }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    if spec["minAvailable"] != nil, spec["maxUnavailable"] != nil {
      errors.append(
        .invalid(
          "spec", .object(spec), "minAvailable and maxUnavailable cannot be both set"))
    }
    for name in ["minAvailable", "maxUnavailable"] {
      errors += WorkloadValidation.intOrPercent(spec[name], "spec.\(name)", isAtMost100: true)
    }
    if let selector = spec["selector"]?.object {
      errors += WorkloadValidation.labelSelector(selector, "spec.selector")
    }
    return errors
  }

  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    WorkloadValidation.counts(
      object["status"]?.object ?? JSONObject(),
      nonNegative: ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
      atMost: [])
  }
}
