internal import CEL

/// Objects of a kind that a CustomResourceDefinition defines.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/{strategy,
/// status_strategy,validator}.go.
struct CustomResourceStrategy: Strategy {
  let schema: StructuralSchema
  let hasStatus: Bool
  let scale: ScalePaths?

  init(schema: JSONObject, hasStatus: Bool, scale: ScalePaths?) {
    self.schema = StructuralSchema(schema)
    self.hasStatus = hasStatus
    self.scale = scale
  }

  func allowsUnconditionalUpdate(_ version: KubernetesVersion) -> Bool { false }
  func generationRule(_ version: KubernetesVersion) -> GenerationRule { .spec }

  func decode(_ object: JSONObject, _ context: StrategyContext) throws(APIError) -> JSONObject {
    guard var pruned = schema.pruned(.object(object)).object else { return object }
    for key in ["apiVersion", "kind", "metadata"] { pruned[key] = object[key] }
    return pruned
  }

  func setDefaults(_ object: inout JSONObject, _ context: StrategyContext) {
    guard var defaulted = schema.defaulted(.object(object)).object else { return }
    for key in ["apiVersion", "kind", "metadata"] { defaulted[key] = object[key] }
    object = defaulted
  }

  func prepareForUpdate(_ object: inout JSONObject, old: JSONObject, _ context: StrategyContext) {
    if hasStatus { object["status"] = old["status"] }
    object.generation = old.generation
    var new = object
    var before = old
    for key in ["apiVersion", "kind", "metadata"] {
      new[key] = nil
      before[key] = nil
    }
    if new != before { object.generation = old.generation + 1 }
  }

  /// Only the status is taken; of the metadata nothing.
  func prepareForStatusUpdate(
    _ object: inout JSONObject, old: JSONObject, _ context: StrategyContext
  ) {
    var updated = old
    updated["status"] = object["status"]
    updated.metadata["managedFields"] = object.metadata["managedFields"]
    object = updated
  }

  func validate(_ object: JSONObject, _ context: StrategyContext) -> [FieldError] {
    schemaErrors(object, old: nil, context) + scaleErrors(object)
  }

  func validateUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    schemaErrors(object, old: context.version.ratchetsSchemas ? old : nil, context)
      + scaleErrors(object)
  }

  func validateStatusUpdate(_ object: JSONObject, old: JSONObject, _ context: StrategyContext)
    -> [FieldError]
  {
    validateUpdate(object, old: old, context)
  }

  private func schemaErrors(
    _ object: JSONObject, old: JSONObject?, _ context: StrategyContext
  ) -> [FieldError] {
    SchemaValidation(context.version).validate(
      content(object), old: old.map(content), schema, "", ignoring: ["metadata"])
  }

  /// The object without what every object has.
  private func content(_ object: JSONObject) -> JSONValue {
    var content = object
    for key in ["apiVersion", "kind", "metadata"] { content[key] = nil }
    return .object(content)
  }

  /// ValidateScaleSpec, ValidateScaleStatus: replicas are counts.
  private func scaleErrors(_ object: JSONObject) -> [FieldError] {
    guard let scale else { return [] }
    var errors: [FieldError] = []
    for path in [scale.specReplicas, scale.statusReplicas] {
      let field = "." + path.joined(separator: ".")
      guard let value = object.value(at: path[...]), value != .null else { continue }
      guard let number = value.integer else {
        errors.append(
          .invalid(field, 0, "\(field) accessor error: \(value.text) is not of the type int64"))
        continue
      }
      if number < 0 { errors.append(.invalid(field, value, "should be a non-negative integer")) }
    }
    return errors
  }
}
