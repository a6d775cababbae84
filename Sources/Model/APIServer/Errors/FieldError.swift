package import CEL

/// One finding of validation: what is wrong with which field.
///
/// Follows staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go.
package struct FieldError: Hashable, Sendable, CustomStringConvertible {
  /// The kind of finding; the raw value is the `reason` of the Status' cause.
  package enum ErrorType: String, Hashable, Sendable {
    case invalid = "FieldValueInvalid"
    case required = "FieldValueRequired"
    case notSupported = "FieldValueNotSupported"
    case forbidden = "FieldValueForbidden"
    case duplicate = "FieldValueDuplicate"
    case tooLong = "FieldValueTooLong"
    case tooMany = "FieldValueTooMany"
    case typeInvalid = "FieldValueTypeInvalid"
    case notFound = "FieldValueNotFound"
  }

  package let type: ErrorType
  /// The path, in upstream's notation: `spec.containers[0].name`.
  package let field: String
  /// The finding without the field.
  package let text: String

  /// `spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
  package var description: String { "\(field): \(text)" }

  init(_ type: ErrorType, _ field: String, _ head: String, _ detail: String) {
    self.type = type
    self.field = field
    self.text = detail.isEmpty ? head : "\(head): \(detail)"
  }

  /// A value that breaks a rule.
  package static func invalid(_ field: String, _ value: JSONValue?, _ detail: String)
    -> FieldError
  {
    FieldError(.invalid, field, "Invalid value: \((value ?? .null).text)", detail)
  }

  /// A value that is missing.
  package static func required(_ field: String, _ detail: String = "") -> FieldError {
    FieldError(.required, field, "Required value", detail)
  }

  /// A value that is none of those allowed.
  package static func notSupported(_ field: String, _ value: JSONValue?, _ supported: [String])
    -> FieldError
  {
    let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
    return FieldError(
      .notSupported, field, "Unsupported value: \((value ?? "").text)",
      "supported values: \(list)")
  }

  /// A value that may not be there, or not change.
  package static func forbidden(_ field: String, _ detail: String) -> FieldError {
    FieldError(.forbidden, field, "Forbidden", detail)
  }

  /// A value that must be unique and is not.
  package static func duplicate(_ field: String, _ value: JSONValue?) -> FieldError {
    FieldError(.duplicate, field, "Duplicate value: \((value ?? .null).text)", "")
  }

  /// A text that is too long.
  package static func tooLong(_ field: String, _ limit: Int) -> FieldError {
    FieldError(.tooLong, field, "Too long", "must have at most \(limit) bytes")
  }

  /// A list that is too long.
  package static func tooMany(_ field: String, _ count: Int, _ limit: Int) -> FieldError {
    FieldError(.tooMany, field, "Too many: \(count)", "must have at most \(limit) items")
  }

  /// A value of another type.
  package static func typeInvalid(_ field: String, _ value: JSONValue?, _ detail: String)
    -> FieldError
  {
    FieldError(.typeInvalid, field, "Invalid value: \((value ?? .null).text)", detail)
  }
}
