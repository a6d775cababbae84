internal import CEL

/// DaemonSets.
///
/// Follows pkg/registry/apps/daemonset/strategy.go, pkg/apis/apps/v1/{defaults,conversion}.go and
/// pkg/apis/apps/validation/validation.go.
struct DaemonSetStrategy: BuiltInStrategy {
  /// Where apps/v1 keeps the template generation of older versions.
  private static let templateGeneration = "deprecated.daemonset.template.generation"

  var typeName: String? { "DaemonSet" }
  var hasStatus: Bool { true }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.edit("updateStrategy") { strategy in
        strategy.setDefault("type", "RollingUpdate")
        if strategy["type"] == "RollingUpdate" {
          var rolling = strategy["rollingUpdate"]?.object ?? JSONObject()
          rolling.setDefault("maxUnavailable", 1)
          if context.version.hasDaemonSetSurge { rolling.setDefault("maxSurge", 0) }
          strategy["rollingUpdate"] = .object(rolling)
        }
      }
      spec.setDefault("revisionHistoryLimit", 10)
      spec.edit("template", "spec") { PodSpecDefaults.apply(to: &$0) }
    }
  }

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    clearStatus(&object)
    startGeneration(&object, context)
    object.annotations[Self.templateGeneration] = "1"
  }

  func prepareForUpdate(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext) {
    object["status"] = old["status"]
    let before = old.annotations[Self.templateGeneration]?.string.flatMap { Int64($0) } ?? 0
    let isNew = object.at("spec", "template") != old.at("spec", "template")
    object.annotations[Self.templateGeneration] = .string(String(isNew ? before + 1 : before))
    countGeneration(&object, old: old, context)
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors = WorkloadValidation.selector(spec, "daemonset")
    errors += WorkloadValidation.template(spec, restartPolicy: "Always")
    errors += WorkloadValidation.nonNegative(spec["minReadySeconds"], "spec.minReadySeconds")
    errors += WorkloadValidation.nonNegative(
      spec["revisionHistoryLimit"], "spec.revisionHistoryLimit")
    errors += Self.updateStrategy(
      spec["updateStrategy"]?.object ?? JSONObject(), hasSurge: context.version.hasDaemonSetSurge)
    return errors
  }

  /// ValidateDaemonSetUpdateStrategy, ValidateRollingUpdateDaemonSet: an update has to be able to go
  /// on, and takes or adds Pods, not both.
  private static func updateStrategy(_ strategy: JSONObject, hasSurge: Bool) -> [FieldError] {
    let path = "spec.updateStrategy"
    switch strategy["type"]?.string {
    case "OnDelete": return []
    case "RollingUpdate": break
    default:
      return [.notSupported("\(path).type", strategy["type"], ["RollingUpdate", "OnDelete"])]
    }
    guard let rolling = strategy["rollingUpdate"]?.object else {
      return [.required("\(path).rollingUpdate")]
    }
    let unavailable = "\(path).rollingUpdate.maxUnavailable"
    let surge = "\(path).rollingUpdate.maxSurge"
    var errors = WorkloadValidation.intOrPercent(
      rolling["maxUnavailable"], unavailable, isAtMost100: true)
    let takesNone = WorkloadValidation.isZero(rolling["maxUnavailable"])
    guard hasSurge else {
      if takesNone {
        errors.append(.invalid(unavailable, rolling["maxUnavailable"], "cannot be 0"))
      }
      return errors
    }
    errors += WorkloadValidation.intOrPercent(rolling["maxSurge"], surge, isAtMost100: true)
    let addsNone = rolling["maxSurge"].map(WorkloadValidation.isZero) ?? true
    if !takesNone, !addsNone {
      errors.append(
        .invalid(surge, rolling["maxSurge"], "may not be set when maxUnavailable is non-zero"))
    } else if takesNone, addsNone {
      errors.append(.required(unavailable, "cannot be 0 when maxSurge is 0"))
    }
    return errors
  }

  /// ValidateDaemonSetStatusUpdate: no negative count.
  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    WorkloadValidation.counts(
      object["status"]?.object ?? JSONObject(),
      nonNegative: [
        "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
        "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable",
      ], atMost: [])
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    validate(object, context) + WorkloadValidation.immutableSelector(object, old)
  }
}
