internal import CEL

/// ReplicaSets.
///
/// Follows pkg/registry/apps/replicaset/strategy.go, pkg/apis/apps/v1/defaults.go and
/// pkg/apis/apps/validation/validation.go.
struct ReplicaSetStrategy: BuiltInStrategy {
  var typeName: String? { "ReplicaSet" }
  var hasStatus: Bool { true }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  var scale: ScalePaths? {
    ScalePaths(
      specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"],
      selector: ["spec", "selector"])
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { spec in
      spec.setDefault("replicas", 1)
      spec.edit("template", "spec") { PodSpecDefaults.apply(to: &$0) }
    }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors = WorkloadValidation.nonNegative(spec["replicas"], "spec.replicas")
    errors += WorkloadValidation.nonNegative(spec["minReadySeconds"], "spec.minReadySeconds")
    errors += WorkloadValidation.selector(spec, "replicaset")
    errors += WorkloadValidation.template(spec, restartPolicy: "Always")
    return errors
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    validate(object, context) + WorkloadValidation.immutableSelector(object, old)
  }

  /// ValidateReplicaSetStatus.
  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    WorkloadValidation.counts(
      object["status"]?.object ?? JSONObject(),
      nonNegative: [
        "replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
        "observedGeneration",
      ],
      atMost: [
        ("fullyLabeledReplicas", "replicas", "status.replicas"),
        ("readyReplicas", "replicas", "status.replicas"),
        ("availableReplicas", "replicas", "status.replicas"),
        ("availableReplicas", "readyReplicas", "readyReplicas"),
      ])
  }
}
