/// A type, as declarations state it and the checker deduces it.
package indirect enum CELType: Hashable, Sendable {
  /// Known at run time only; agrees with every type.
  case dyn
  case null
  case bool
  case int
  case uint
  case double
  case string
  case bytes
  case duration
  case timestamp
  /// The type of a type.
  case type(CELType)
  case list(CELType)
  case map(CELType, CELType)
  case optional(CELType)
  /// A value of this type, or null.
  case wrapper(CELType)
  /// A library's type by its name, with parameters where it has some.
  case opaque(String, [CELType])
  /// A type parameter of a declaration, such as the T of `list(T)`.
  case parameter(String)
}

extension CELType {
  /// The name that identifies the type at run time; parameters do not count.
  package var runtimeName: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .duration: "google.protobuf.Duration"
    case .timestamp: "google.protobuf.Timestamp"
    case .type: "type"
    case .list: "list"
    case .map: "map"
    case .optional: "optional_type"
    case .wrapper(let inner): inner.runtimeName
    case .opaque(let name, _): name
    case .parameter(let name): name
    }
  }

  /// The parameters of the type.
  package var parameters: [CELType] {
    switch self {
    case .type(let inner), .list(let inner), .optional(let inner), .wrapper(let inner): [inner]
    case .map(let key, let value): [key, value]
    case .opaque(_, let parameters): parameters
    default: []
    }
  }

  /// The type with each parameter replaced.
  func mapParameters(_ transform: (CELType) -> CELType) -> CELType {
    switch self {
    case .type(let inner): .type(transform(inner))
    case .list(let inner): .list(transform(inner))
    case .optional(let inner): .optional(transform(inner))
    case .wrapper(let inner): .wrapper(transform(inner))
    case .map(let key, let value): .map(transform(key), transform(value))
    case .opaque(let name, let parameters): .opaque(name, parameters.map(transform))
    default: self
    }
  }

  /// The names of the type parameters the type mentions.
  var parameterNames: Set<String> {
    if case .parameter(let name) = self { return [name] }
    return parameters.reduce(into: []) { $0.formUnion($1.parameterNames) }
  }
}

extension CELType: CustomStringConvertible {
  /// The type as messages and the conformance suite write it, such as `map(string, list(int))`.
  package var description: String {
    switch self {
    case .duration: "duration"
    case .timestamp: "timestamp"
    case .wrapper(let inner): "wrapper(\(inner))"
    case .type(.dyn): "type"
    case .parameter(let name): name
    default:
      parameters.isEmpty
        ? runtimeName
        : "\(runtimeName)(\(parameters.map(\.description).joined(separator: ", ")))"
    }
  }
}
