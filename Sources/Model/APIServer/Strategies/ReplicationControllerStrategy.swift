internal import CEL

/// ReplicationControllers.
///
/// Follows pkg/registry/core/replicationcontroller/strategy.go and pkg/apis/core/v1/defaults.go.
struct ReplicationControllerStrategy: BuiltInStrategy {
  var typeName: String? { "ReplicationController" }
  var hasStatus: Bool { true }
  /// Its dependents stay where DELETE does not say (DefaultGarbageCollectionPolicy).
  var defaultPropagation: DefaultPropagation { .orphan }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  var scale: ScalePaths? {
    ScalePaths(
      specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"],
      selector: ["spec", "selector"])
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    let labels = object.at("spec", "template", "metadata", "labels")?.object ?? JSONObject()
    if !labels.isEmpty {
      if (object.at("spec", "selector")?.object ?? JSONObject()).isEmpty {
        object.set(.object(labels), at: "spec", "selector")
      }
      if object.labels.isEmpty { object.labels = labels }
    }
    object.edit("spec") { spec in
      spec.setDefault("replicas", 1)
      spec.edit("template", "spec") { PodSpecDefaults.apply(to: &$0) }
    }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    let spec = object["spec"]?.object ?? JSONObject()
    var errors = WorkloadValidation.nonNegative(spec["replicas"], "spec.replicas")
    if (spec["selector"]?.object ?? JSONObject()).isEmpty {
      errors.append(.required("spec.selector"))
    }
    if spec["template"] == nil {
      errors.append(.required("spec.template"))
    } else {
      errors += WorkloadValidation.template(spec, restartPolicy: "Always")
    }
    return errors
  }
}
