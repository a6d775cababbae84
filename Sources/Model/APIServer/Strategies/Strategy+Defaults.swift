internal import CEL

/// What most kinds do (staging/src/k8s.io/apiserver/pkg/registry/rest/{create,update,delete}.go).
extension Strategy {
  func allowsUnconditionalUpdate(_ version: KubernetesVersion) -> Bool { true }
  func validatesVersion(_ version: KubernetesVersion) -> Bool { false }
  var createsOnUpdate: Bool { false }
  func returnsDeletedObject(_ version: KubernetesVersion) -> Bool { false }
  var defaultPropagation: DefaultPropagation { .background }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .none }
  var hasStatus: Bool { false }
  var scale: ScalePaths? { nil }

  func encode(_ object: JSONObject, apiVersion: String) -> JSONObject {
    var object = object
    object["apiVersion"] = .string(apiVersion)
    return object
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {}

  func prepareForCreate(_ object: inout JSONObject, _ context: StrategyContext) {
    clearStatus(&object)
    startGeneration(&object, context)
  }

  func prepareForUpdate(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext) {
    if hasStatus { object["status"] = old["status"] }
    countGeneration(&object, old: old, context)
  }

  /// Everything but the status and the metadata is the old object's.
  func prepareForStatusUpdate(
    _ object: inout JSONObject, old: JSONObject, _ context: StrategyContext
  ) {
    object["spec"] = old["spec"]
  }

  func validateName(_ name: String) -> [String] { NameRules.dns1123Subdomain(name) }
  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] { [] }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    validate(object, context)
  }

  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    []
  }

  func gracePeriod(_ object: JSONObject, requested: Int64?, _ version: KubernetesVersion) -> Int64?
  { nil }

  func resetFields(_ subresource: String) -> [[String]] { standardResetFields(subresource) }

  /// GetResetFields of most strategies.
  func standardResetFields(_ subresource: String) -> [[String]] {
    switch subresource {
    case "": hasStatus ? [["status"]] : []
    case "status": [["spec"]]
    default: []
    }
  }

  /// Drops what a client said about the status of a new object.
  func clearStatus(_ object: inout JSONObject) {
    if hasStatus { object["status"] = nil }
  }

  /// The generation of a new object.
  func startGeneration(_ object: inout JSONObject, _ context: StrategyContext) {
    switch generationRule(context.version) {
    case .none: break
    case .spec, .specAndAnnotations: object.generation = 1
    }
  }

  /// The generation after a change.
  func countGeneration(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext) {
    object.generation = old.generation
    let isCounted =
      switch generationRule(context.version) {
      case .none: false
      case .spec: object["spec"] != old["spec"]
      case .specAndAnnotations:
        object["spec"] != old["spec"] || object.annotations != old.annotations
      }
    if isCounted { object.generation = old.generation + 1 }
  }
}
