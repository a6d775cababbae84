internal import CEL

/// The CEL rules of a CustomResourceDefinition.
///
/// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go:
/// rules are evaluated where the schema has them, from the root down; a rule that mentions
/// `oldSelf` only where there is an old value that can be told to be the same.
extension APICall {
  func customRuleErrors(_ object: JSONObject, old: JSONObject?) -> [FieldError] {
    guard let custom = resource.strategy as? CustomResourceStrategy, custom.schema.hasRules else {
      return []
    }
    return ruleErrors(.object(object), old.map(JSONValue.object), custom.schema, "")
  }

  private func ruleErrors(
    _ value: JSONValue, _ old: JSONValue?, _ schema: StructuralSchema, _ field: String
  ) -> [FieldError] {
    guard schema.hasRules, value != .null else { return [] }
    var errors: [FieldError] = []
    if !schema.rules.isEmpty {
      let found = server.rules.violations(
        of: schema.rules, value: value, oldValue: old, schema: schema.source)
      errors += found.map { violation in
        let path = violation.rule["fieldPath"]?.string.map { field + $0 } ?? field
        switch violation.rule["reason"]?.string {
        case "FieldValueForbidden": return .forbidden(path, violation.message)
        case "FieldValueRequired": return .required(path, violation.message)
        case "FieldValueDuplicate": return .duplicate(path, value)
        default: return .invalid(path, .string(kindName(value)), violation.message)
        }
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
        errors += ruleErrors(
          item, correlated(item, old?.array, schema), inner, "\(field)[\(index)]")
      }
    default: break
    }
    return errors
  }

  /// The item of the old list that is the same one; only lists of type map have such.
  private func correlated(_ item: JSONValue, _ old: [JSONValue]?, _ schema: StructuralSchema)
    -> JSONValue?
  {
    guard case .map(let keys) = schema.listKind else { return nil }
    return old?.first { candidate in keys.allSatisfy { candidate[$0] == item[$0] } }
  }

  private func kindName(_ value: JSONValue) -> String {
    switch value {
    case .object: "object"
    case .array: "array"
    default: value.string ?? value.text
    }
  }
}
