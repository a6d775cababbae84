internal import CEL

/// StatefulSets.
///
/// Follows pkg/registry/apps/statefulset/strategy.go, pkg/apis/apps/v1/defaults.go and
/// pkg/apis/apps/validation/validation.go.
struct StatefulSetStrategy: BuiltInStrategy {
  var typeName: String? { "StatefulSet" }
  var hasStatus: Bool { true }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  var scale: ScalePaths? {
    ScalePaths(
      specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"],
      selector: ["spec", "selector"])
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.setDefault("podManagementPolicy", "OrderedReady")
      spec.edit("updateStrategy") { strategy in
        if strategy["type"] == nil {
          strategy["type"] = "RollingUpdate"
          // UpdateStrategy.RollingUpdate takes default values below.
          var rolling = strategy["rollingUpdate"]?.object ?? JSONObject()
          rolling.setDefault("partition", 0)
          strategy["rollingUpdate"] = .object(rolling)
        } else if strategy["type"] == "RollingUpdate" {
          strategy.edit("rollingUpdate") { $0.setDefault("partition", 0) }
        }
      }
      if context.version.deletesStatefulClaims {
        spec.setDefault(
          "persistentVolumeClaimRetentionPolicy",
          ["whenDeleted": "Retain", "whenScaled": "Retain"])
      }
      spec.setDefault("replicas", 1)
      spec.setDefault("revisionHistoryLimit", 10)
      spec.edit("template", "spec") { PodSpecDefaults.apply(to: &$0) }
      spec.editItems("volumeClaimTemplates") { claim in
        var claim = claim
        claim.edit("spec") { $0.setDefault("volumeMode", "Filesystem") }
        claim.edit("status") { $0.setDefault("phase", "Pending") }
        claim.setDefault("apiVersion", "v1")
        claim.setDefault("kind", "PersistentVolumeClaim")
        return claim
      }
    }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    if let policy = spec["podManagementPolicy"]?.string,
      !["OrderedReady", "Parallel"].contains(policy)
    {
      errors.append(
        .invalid(
          "spec.podManagementPolicy", .string(policy),
          "must be 'OrderedReady' or 'Parallel'"))
    }
    let strategy = spec["updateStrategy"]?.object ?? JSONObject()
    switch strategy["type"]?.string {
    case "OnDelete":
      if strategy["rollingUpdate"] != nil {
        errors.append(
          .invalid(
            "spec.updateStrategy.rollingUpdate", strategy["rollingUpdate"],
            "only allowed for updateStrategy 'RollingUpdate'"))
      }
    case "RollingUpdate":
      errors += Self.rollingUpdate(
        strategy["rollingUpdate"]?.object ?? JSONObject(), context.version)
    default:
      errors.append(
        .invalid(
          "spec.updateStrategy", .object(strategy), "must be 'RollingUpdate' or 'OnDelete'"))
    }
    if context.version.deletesStatefulClaims {
      errors += Self.retention(spec["persistentVolumeClaimRetentionPolicy"])
    }
    errors += WorkloadValidation.nonNegative(spec["replicas"], "spec.replicas")
    errors += WorkloadValidation.nonNegative(spec["minReadySeconds"], "spec.minReadySeconds")
    errors += WorkloadValidation.nonNegative(
      spec.at("ordinals", "start"), "spec.ordinals.start")
    errors += WorkloadValidation.selector(spec, "statefulset")
    errors += WorkloadValidation.template(
      spec, restartPolicy: "Always", validatesPod: false)
    return errors
  }

  /// validateRollingUpdateStatefulSet.
  private static func rollingUpdate(_ rolling: JSONObject, _ version: KubernetesVersion)
    -> [FieldError]
  {
    let path = "spec.updateStrategy.rollingUpdate"
    var errors = WorkloadValidation.nonNegative(rolling["partition"], "\(path).partition")
    let unavailable = rolling["maxUnavailable"]
    guard version.hasStatefulSetMaxUnavailable, unavailable != nil else { return errors }
    errors += WorkloadValidation.intOrPercent(
      unavailable, "\(path).maxUnavailable", isAtMost100: true)
    if WorkloadValidation.isZero(unavailable) {
      errors.append(.invalid("\(path).maxUnavailable", unavailable, "cannot be 0"))
    }
    return errors
  }

  /// ValidatePersistentVolumeClaimRetentionPolicy.
  private static func retention(_ policy: JSONValue?) -> [FieldError] {
    guard let policy = policy?.object else { return [] }
    return ["whenDeleted", "whenScaled"].compactMap { name in
      let value = policy[name] ?? "Retain"
      return value == "Retain" || value == "Delete"
        ? nil
        : .notSupported(
          "spec.persistentVolumeClaimRetentionPolicy.\(name)", value, ["Retain", "Delete"])
    }
  }

  /// ValidateStatefulSetUpdate: only a few fields of the spec may change.
  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    var errors = validate(object, context)
    let names = context.version.mutableStatefulSetFields
    var spec = object["spec"]?.object ?? JSONObject()
    let previous = old["spec"]?.object ?? JSONObject()
    for name in names { spec[name] = previous[name] }
    if spec != previous {
      let list = names.dropLast().map { "'\($0)'" }.joined(separator: ", ")
      errors.append(
        .forbidden(
          "spec",
          "updates to statefulset spec for fields other than \(list), and "
            + "'\(names.last ?? "")' are forbidden"))
    }
    return errors
  }

  /// ValidateStatefulSetStatus.
  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    WorkloadValidation.counts(
      object["status"]?.object ?? JSONObject(),
      nonNegative: [
        "replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "observedGeneration",
        "collisionCount", "availableReplicas",
      ],
      atMost: [
        ("readyReplicas", "replicas", "status.replicas"),
        ("currentReplicas", "replicas", "status.replicas"),
        ("updatedReplicas", "replicas", "status.replicas"),
        ("availableReplicas", "replicas", "status.replicas"),
        ("availableReplicas", "readyReplicas", "status.readyReplicas"),
      ])
  }
}
