/// Fields and elements.
enum Access {
  /// `e.f`, `e.?f` and `has(e.f)`.
  ///
  /// As in cel-go (interpreter/attributes.go, refQualify), presence and optional selection on what
  /// has no fields, such as null, find nothing; a plain selection is an error.
  static func select(
    _ operand: Value, _ field: String, _ style: ParsedExpression.SelectStyle, _ span: SourceSpan
  ) throws(EvaluationError) -> Value {
    if case .optional(let content) = operand {
      guard let content else { return style == .presence ? .bool(false) : .optional(nil) }
      switch style {
      case .presence: return .bool(find(field, in: content) != nil)
      case .optional: return .optional(find(field, in: content))
      case .value:
        guard case .map = content else { throw missing(field, in: content, span) }
        return .optional(find(field, in: content))
      }
    }
    let found = find(field, in: operand)
    switch style {
    case .presence: return .bool(found != nil)
    case .optional: return .optional(found)
    case .value:
      guard let found else { throw missing(field, in: operand, span) }
      return found
    }
  }

  private static func find(_ field: String, in value: Value) -> Value? {
    guard case .map(let map) = value else { return nil }
    return map[field: field]
  }

  private static func missing(
    _ field: String, in value: Value, _ span: SourceSpan
  ) -> EvaluationError {
    switch value {
    case .map:
      EvaluationError(
        .noSuchKey,
        "no such key: '\(field)'; where it may be absent, ask has(….\(field)) first or read "
          + ".?\(field).orValue(…)",
        at: span)
    case .null:
      EvaluationError(
        .noSuchField,
        "no such field: '\(field)' of null; where it may be null, ask != null first or read "
          + ".?\(field).orValue(…)",
        at: span)
    default:
      EvaluationError(
        .noSuchKey, "no such key: '\(field)'; \(value.type.runtimeName) has no fields", at: span)
    }
  }

  /// `e[i]` and `e[?i]`.
  static func index(
    _ operand: Value, _ key: Value, _ style: ParsedExpression.IndexStyle, _ span: SourceSpan
  ) throws(EvaluationError) -> Value {
    if case .optional(let content) = operand {
      guard let content else { return .optional(nil) }
      return .optional(try element(content, key, span))
    }
    let found = try element(operand, key, span)
    if style == .optional { return .optional(found) }
    if let found { return found }
    switch operand {
    case .list: throw EvaluationError(.indexOutOfBounds, "index out of bounds: \(key)", at: span)
    default:
      throw EvaluationError(
        .noSuchKey,
        "no such key: \(key); where it may be absent, ask \(key) in … first or read "
          + "[?\(key)].orValue(…)",
        at: span)
    }
  }

  /// The element; nil where it is absent.
  private static func element(
    _ container: Value, _ key: Value, _ span: SourceSpan
  ) throws(EvaluationError) -> Value? {
    switch container {
    case .map(let map): return map[key]
    case .list(let items):
      guard let position = position(key) else {
        throw EvaluationError(.invalidArgument, "\(key) is no index of a list", at: span)
      }
      return items.indices.contains(position) ? items[position] : nil
    case .null: throw EvaluationError(.noSuchKey, "no such key: \(key) of null", at: span)
    default:
      throw EvaluationError.noMatchingOverload("_[_]", [container, key]).placed(at: span)
    }
  }

  /// The position a number of any kind means; nil for what is no whole number.
  ///
  /// Whole numbers that no list is long enough for are clamped.
  private static func position(_ key: Value) -> Int? {
    switch key {
    case .int(let number): Int(clamping: number)
    case .uint(let number): Int(clamping: number)
    case .double(let number):
      number.rounded(.towardZero) == number
        ? Int(exactly: number) ?? (number < 0 ? -1 : .max) : nil
    default: nil
    }
  }
}
