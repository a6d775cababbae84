internal import CEL

/// What is wrong with a CustomResourceDefinition.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/
/// validation.go and pkg/apiserver/schema/defaulting/validation.go.
enum DefinitionValidation {
  static func validate(_ definition: JSONObject) -> [FieldError] {
    let spec = definition["spec"]?.object ?? JSONObject()
    let names = spec["names"]?.object ?? JSONObject()
    var errors: [FieldError] = []
    let group = spec["group"]?.string ?? ""
    let plural = names["plural"]?.string ?? ""
    if definition.name != "\(plural).\(group)" {
      errors.append(
        .invalid(
          "metadata.name", .string(definition.name), "must be spec.names.plural+\".\"+spec.group"))
    }
    if group.isEmpty { errors.append(.required("spec.group")) }
    let scope = spec["scope"]?.string ?? ""
    if scope != "Namespaced", scope != "Cluster" {
      errors.append(.notSupported("spec.scope", .string(scope), ["Cluster", "Namespaced"]))
    }
    if plural.isEmpty { errors.append(.required("spec.names.plural")) }
    if (names["kind"]?.string ?? "").isEmpty { errors.append(.required("spec.names.kind")) }
    return errors + validateVersions((spec["versions"]?.array ?? []).compactMap(\.object))
  }

  private static func validateVersions(_ versions: [JSONObject]) -> [FieldError] {
    var errors: [FieldError] = []
    if versions.filter({ $0["storage"]?.bool == true }).count != 1 {
      errors.append(
        .invalid(
          "spec.versions", .array(versions.map { .object($0) }),
          "must have exactly one version marked as storage version"))
    }
    for (index, version) in versions.enumerated() {
      let path = "spec.versions[\(index)].schema.openAPIV3Schema"
      guard let schema = version.at("schema", "openAPIV3Schema")?.object else {
        errors.append(.required(path, "schemas are required"))
        continue
      }
      // One version: the schema is validated as the common one.
      let field = versions.count == 1 ? "spec.validation.openAPIV3Schema" : path
      if schema["type"] != "object" {
        errors.append(.invalid("\(field).type", schema["type"], "must be object at the root"))
      }
      errors += structure(schema, field, isRoot: true)
      errors += defaults(schema, field)
      errors += rules(StructuralSchema(schema), field)
    }
    return errors
  }

  /// Structural schemas: a type everywhere but for the known exceptions
  /// (pkg/apiserver/schema/validation.go).
  private static func structure(_ schema: JSONObject, _ field: String, isRoot: Bool = false)
    -> [FieldError]
  {
    var errors: [FieldError] = []
    let isUntyped =
      schema["x-kubernetes-int-or-string"]?.bool == true
      || schema["x-kubernetes-preserve-unknown-fields"]?.bool == true
    if (schema["type"]?.string ?? "").isEmpty, !isUntyped {
      errors.append(.required("\(field).type", "must not be empty for specified object fields"))
    }
    for entry in schema["properties"]?.object?.entries ?? [] {
      guard let inner = entry.value.object else { continue }
      if isRoot, entry.key == "metadata" { continue }
      errors += structure(inner, "\(field).properties[\(entry.key)]")
    }
    if let items = schema["items"]?.object { errors += structure(items, "\(field).items") }
    if let values = schema["additionalProperties"]?.object {
      errors += structure(values, "\(field).additionalProperties")
    }
    if schema["type"] == "array", schema["items"]?.object == nil {
      errors.append(.required("\(field).items", "must be specified"))
    }
    return errors
  }

  /// Defaults satisfy the schema that they stand in.
  private static func defaults(_ schema: JSONObject, _ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    if let value = schema["default"] {
      let compiled = StructuralSchema(schema)
      errors += SchemaValidation(.standard).validate(compiled.pruned(value), compiled, "").map {
        FieldError($0.type, "\(field).default", $0.text, "")
      }
    }
    for entry in schema["properties"]?.object?.entries ?? [] {
      if let inner = entry.value.object {
        errors += defaults(inner, "\(field).properties[\(entry.key)]")
      }
    }
    if let items = schema["items"]?.object { errors += defaults(items, "\(field).items") }
    if let values = schema["additionalProperties"]?.object {
      errors += defaults(values, "\(field).additionalProperties")
    }
    return errors
  }

  /// CEL rules compile.
  private static func rules(_ schema: StructuralSchema, _ field: String) -> [FieldError] {
    guard schema.hasRules else { return [] }
    var errors: [FieldError] = []
    for (index, rule) in schema.rules.enumerated() {
      guard let problem = rule.problem else { continue }
      errors.append(
        .invalid(
          "\(field).x-kubernetes-validations[\(index)].rule", rule.source["rule"], problem))
    }
    for property in schema.properties {
      errors += rules(property.schema, "\(field).properties[\(property.key)]")
    }
    if let items = schema.items { errors += rules(items, "\(field).items") }
    if let values = schema.additional {
      errors += rules(values, "\(field).additionalProperties")
    }
    return errors
  }
}
