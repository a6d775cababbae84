internal import CEL

/// Namespaces.
///
/// Follows pkg/registry/core/namespace/strategy.go; their deletion is the server's business.
struct NamespaceStrategy: BuiltInStrategy {
  var typeName: String? { "Namespace" }
  var hasStatus: Bool { true }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    // SetDefaults_Namespace: every namespace carries its name as a label.
    if context.version.namespacesHaveNameLabel, !object.name.isEmpty {
      object.labels["kubernetes.io/metadata.name"] = .string(object.name)
    }
    object.edit("status") { $0.setDefault("phase", "Active") }
  }

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    object["status"] = ["phase": "Active"]
    let finalizers = object.at("spec", "finalizers")?.array ?? []
    if !finalizers.contains("kubernetes") {
      object.set(.array(finalizers + ["kubernetes"]), at: "spec", "finalizers")
    }
  }

  func prepareForUpdate(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext) {
    object.set(old.at("spec", "finalizers"), at: "spec", "finalizers")
    object["status"] = old["status"]
    object.generation = old.generation
  }

  func validateName(_ name: String) -> [String] { NameRules.dns1123Label(name) }
}

/// Nodes.
///
/// Follows pkg/registry/core/node/strategy.go.
struct NodeStrategy: BuiltInStrategy {
  var typeName: String? { "Node" }
  var hasStatus: Bool { true }

  /// A kubelet registers its node with its status: creation keeps it.
  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {}

  func prepareForStatusUpdate(
    _ object: inout JSONObject, old: JSONObject, _ context: StrategyContext
  ) {
    object["spec"] = old["spec"]
  }
}

/// PersistentVolumeClaims.
///
/// Follows pkg/registry/core/persistentvolumeclaim/strategy.go, pkg/apis/core/v1/defaults.go and
/// pkg/apis/core/validation/validation.go. The finalizer of the admission plugin
/// StorageObjectInUseProtection is left out: nothing here would work it off.
struct VolumeClaimStrategy: BuiltInStrategy {
  var typeName: String? { "PersistentVolumeClaim" }
  var hasStatus: Bool { true }

  func returnsDeletedObject(_ version: KubernetesVersion) -> Bool { true }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.edit("spec") { $0.setDefault("volumeMode", "Filesystem") }
    object.edit("status") { $0.setDefault("phase", "Pending") }
  }

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    object["status"] = ["phase": "Pending"]
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    var errors: [FieldError] = []
    if (object.at("spec", "accessModes")?.array ?? []).isEmpty {
      errors.append(
        .required("spec.accessModes", "at least 1 access mode is required"))
    }
    if object.at("spec", "resources", "requests", "storage") == nil {
      errors.append(.required("spec.resources[storage]"))
    }
    return errors
  }

  /// ValidatePersistentVolumeClaimUpdate: only the requests may grow, and a volume may be bound.
  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    var spec = object["spec"]?.object ?? JSONObject()
    let previous = old["spec"]?.object ?? JSONObject()
    if previous["volumeName"] == nil { spec["volumeName"] = nil }
    spec.set(previous.at("resources", "requests"), at: "resources", "requests")
    spec["volumeAttributesClassName"] = previous["volumeAttributesClassName"]
    guard spec != previous else { return [] }
    return [
      .forbidden(
        "spec",
        "spec is immutable after creation except resources.requests and "
          + "volumeAttributesClassName for bound claims")
    ]
  }
}

/// ControllerRevisions: their data never change.
///
/// Follows pkg/registry/apps/controllerrevision/strategy.go and
/// pkg/apis/apps/validation/validation.go.
struct ControllerRevisionStrategy: BuiltInStrategy {
  var typeName: String? { "ControllerRevision" }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    WorkloadValidation.nonNegative(object["revision"], "revision")
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    validate(object, context) + WorkloadValidation.immutable(object["data"], old["data"], "data")
  }
}

/// Endpoints.
///
/// Follows pkg/registry/core/endpoint/strategy.go, pkg/apis/core/v1/defaults.go and
/// pkg/apis/core/validation/validation.go.
struct EndpointsStrategy: BuiltInStrategy {
  var typeName: String? { "Endpoints" }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    object.editItems("subsets") { subset in
      var subset = subset
      subset.editItems("ports") { port in
        var port = port
        port.setDefault("protocol", "TCP")
        return port
      }
      return subset
    }
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    var errors: [FieldError] = []
    for (index, subset) in (object["subsets"]?.array ?? []).enumerated() {
      let addresses = subset["addresses"]?.array ?? []
      let notReady = subset["notReadyAddresses"]?.array ?? []
      if addresses.isEmpty, notReady.isEmpty {
        errors.append(
          .required("subsets[\(index)]", "must specify `addresses` or `notReadyAddresses`"))
      }
      for (list, items) in [("addresses", addresses), ("notReadyAddresses", notReady)] {
        for (position, address) in items.enumerated() {
          let path = "subsets[\(index)].\(list)[\(position)]"
          if address["ip"]?.string?.split(separator: ".").count != 4 {
            errors.append(
              .invalid("\(path).ip", address["ip"], "must be a valid IP address"))
          }
          if address["nodeName"]?.string == "" {
            errors.append(
              .invalid("\(path).nodeName", "", "a lowercase RFC 1123 subdomain is needed"))
          }
        }
      }
    }
    return errors
  }
}
