extension Library {
  /// Optional values (cel-go: cel/library.go, OptionalTypes), without the list functions of its
  /// later versions.
  package static let optionals = Library(
    name: "optionals", functions: OptionalFunctions.all, macros: Macro.optionals,
    types: ["optional_type": .optional(.dyn)])

  /// `first`, `last`, `optional.unwrap` and `unwrapOpt` (version 2 of cel-go's OptionalTypes).
  package static let optionalLists = Library(
    name: "optionalLists", functions: OptionalFunctions.lists)
}

/// The functions on optionals; their syntax is the language's.
private enum OptionalFunctions {
  private static let element = CELType.parameter("V")
  private static let optional = CELType.optional(.parameter("V"))

  static let all: [Overload] = [
    .global("optional.of", id: "optional_of", [element], to: optional) { arguments in
      .optional(arguments[0])
    },
    .global("optional.ofNonZeroValue", id: "optional_ofNonZeroValue", [element], to: optional) {
      arguments in
      .optional(arguments[0].isZero ? nil : arguments[0])
    },
    .global("optional.none", id: "optional_none", [], to: optional) { _ in .optional(nil) },
    .member("hasValue", id: "optional_hasValue", on: optional, to: .bool) {
      arguments throws(EvaluationError) in
      .bool(try content(of: arguments, "hasValue") != nil)
    },
    .member("value", id: "optional_value", on: optional, to: element) {
      arguments throws(EvaluationError) in
      guard let value = try content(of: arguments, "value") else {
        throw EvaluationError(
          .noValue, "optional.none() dereference; ask hasValue() first or use orValue(…)")
      }
      return value
    },
    .member("or", id: "optional_or_optional", on: optional, [optional], to: optional) {
      arguments throws(EvaluationError) in
      try content(of: arguments, "or") != nil ? arguments[0] : arguments[1]
    },
    .member("orValue", id: "optional_orValue_value", on: optional, [element], to: element) {
      arguments throws(EvaluationError) in
      try content(of: arguments, "orValue") ?? arguments[1]
    },
  ]

  static let lists: [Overload] = [
    .member("first", id: "list_first", on: .list(element), to: optional) {
      arguments throws(EvaluationError) in
      .optional(try items(of: arguments, "first").first)
    },
    .member("last", id: "list_last", on: .list(element), to: optional) {
      arguments throws(EvaluationError) in
      .optional(try items(of: arguments, "last").last)
    },
    .global(
      "optional.unwrap", id: "optional_unwrap", [.list(optional)], to: .list(element), unwrap),
    .member("unwrapOpt", id: "optional_unwrapOpt", on: .list(optional), to: .list(element), unwrap),
  ]

  private static let unwrap: Implementation = { arguments throws(EvaluationError) in
    var values: [Value] = []
    for item in try items(of: arguments, "unwrap") {
      guard case .optional(let content) = item else {
        throw EvaluationError.noMatchingOverload("unwrap", [item])
      }
      if let content { values.append(content) }
    }
    return .list(values)
  }

  private static func content(
    of arguments: [Value], _ function: String
  ) throws(EvaluationError) -> Value? {
    guard case .optional(let content) = arguments[0] else {
      throw EvaluationError.noMatchingOverload(function, arguments)
    }
    return content
  }

  private static func items(
    of arguments: [Value], _ function: String
  ) throws(EvaluationError) -> [Value] {
    guard case .list(let items) = arguments[0] else {
      throw EvaluationError.noMatchingOverload(function, arguments)
    }
    return items
  }
}

extension Value {
  /// Whether the value is its kind's zero: what `optional.ofNonZeroValue` takes for absent.
  fileprivate var isZero: Bool {
    switch self {
    case .null, .bool(false), .int(0), .uint(0): true
    case .double(let number): number == 0
    case .string(let text): text.isEmpty
    case .bytes(let bytes): bytes.isEmpty
    case .list(let items): items.isEmpty
    case .map(let map): map.isEmpty
    case .duration(let duration): duration == .zero
    // Go's zero time is the first instant of the year 1.
    case .timestamp(let timestamp):
      timestamp.seconds == CELTimestamp.leastSecond && timestamp.nanoseconds == 0
    case .bool, .int, .uint, .optional, .type, .opaque, .symbolic: false
    }
  }
}
