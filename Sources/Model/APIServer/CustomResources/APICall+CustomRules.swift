internal import CEL

/// The CEL rules of a CustomResourceDefinition.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go:
/// rules are evaluated where the schema has them, from the root down. A rule about a value that
/// did not change is not held against an update, if that version ratchets.
extension APICall {
  /// What the rules find wrong with an object.
  ///
  /// They are not asked about an object whose structure is wrong already (hasBlockingErr).
  func customRuleErrors(_ object: JSONObject, old: JSONObject?, after found: [FieldError])
    -> [FieldError]
  {
    let blocking: [FieldError.ErrorType] = [.required, .tooLong, .tooMany, .typeInvalid]
    if found.contains(where: { blocking.contains($0.type) }) { return [] }
    guard let custom = resource.strategy as? CustomResourceStrategy, custom.schema.hasRules,
      version.hasSchemaRules
    else { return [] }
    return ruleErrors(.object(object), old.map(JSONValue.object), custom.schema, "")
  }

  private func ruleErrors(
    _ value: JSONValue, _ old: JSONValue?, _ schema: StructuralSchema, _ field: String
  ) -> [FieldError] {
    guard schema.hasRules, value != .null else { return [] }
    let isSame = version.ratchetsSchemas && old == value
    var errors: [FieldError] = []
    for rule in schema.rules where !isSame || rule.isTransition {
      if let message = rule.violation(value, old: old, schema) {
        errors.append(error(rule, message, value, field))
      }
    }
    switch value {
    case .object(let object):
      for entry in object.entries {
        guard let inner = schema.property(entry.key) ?? schema.additional else { continue }
        let path = field.isEmpty ? entry.key : "\(field).\(entry.key)"
        errors += ruleErrors(entry.value, old?[entry.key], inner, path)
      }
    case .array(let items):
      guard let inner = schema.items else { break }
      for (index, item) in items.enumerated() {
        let before = schema.correlated(item, in: old?.array)
        errors += ruleErrors(item, before, inner, "\(field)[\(index)]")
      }
    default: break
    }
    return errors
  }

  private func error(
    _ rule: SchemaRule, _ message: String, _ value: JSONValue, _ field: String
  ) -> FieldError {
    let path = rule.source["fieldPath"]?.string.map { field + $0 } ?? field
    switch rule.source["reason"]?.string {
    case "FieldValueForbidden": return .forbidden(path, message)
    case "FieldValueRequired": return .required(path, message)
    case "FieldValueDuplicate": return .duplicate(path, value)
    default:
      let shown: JSONValue =
        switch value {
        case .object: "object"
        case .array: "array"
        default: value
        }
      return .invalid(path, shown, message)
    }
  }
}
