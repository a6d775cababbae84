/// One way a function may be called, as far as types go.
struct Signature: Sendable {
  /// What answers a call.
  enum Action: Sendable {
    /// A part of the language.
    case none
    case library(Overload)
    case host
  }

  let style: Overload.Style
  let parameters: [CELType]
  let result: CELType
  let action: Action
  /// The names of its type parameters, sorted.
  let typeParameters: [String]

  init(
    _ parameters: [CELType], _ result: CELType, style: Overload.Style = .global,
    action: Action = .none
  ) {
    self.style = style
    self.parameters = parameters
    self.result = result
    self.action = action
    typeParameters = (parameters + [result]).reduce(into: Set<String>()) {
      $0.formUnion($1.parameterNames)
    }.sorted()
  }
}

/// The signatures of the language's operators (cel-go: common/stdlib).
enum OperatorSignatures {
  private static let a = CELType.parameter("A")
  private static let b = CELType.parameter("B")

  static let conditional = [Signature([.bool, a, a], a)]
  private static let equality = [Signature([a, a], .bool)]
  private static let membership = [
    Signature([a, .list(a)], .bool), Signature([a, .map(a, b)], .bool),
  ]
  private static let homogeneousOrder = [
    CELType.bool, .bytes, .double, .duration, .int, .string, .timestamp, .uint,
  ].map { Signature([$0, $0], .bool) }
  private static let crossTypeOrder = [CELType.int, .uint, .double].flatMap { left in
    [CELType.int, .uint, .double].filter { $0 != left }.map { Signature([left, $0], .bool) }
  }

  static let index = [
    Signature([.list(a), .int], a),
    Signature([.map(a, b), a], b),
    Signature([.optional(.list(a)), .int], .optional(a)),
    Signature([.optional(.map(a, b)), a], .optional(b)),
  ]

  static let optionalIndex = [
    Signature([.list(a), .int], .optional(a)),
    Signature([.optional(.list(a)), .int], .optional(a)),
    Signature([.map(a, b), a], .optional(b)),
    Signature([.optional(.map(a, b)), a], .optional(b)),
  ]

  static func signatures(of operation: UnaryOperator) -> [Signature] {
    switch operation {
    case .not: [Signature([.bool], .bool)]
    case .negate: [Signature([.double], .double), Signature([.int], .int)]
    }
  }

  static func signatures(of operation: BinaryOperator, comparesAcrossTypes: Bool) -> [Signature] {
    switch operation {
    case .add: sums
    case .subtract: differences
    case .multiply, .divide: [CELType.double, .int, .uint].map { Signature([$0, $0], $0) }
    case .remainder: [CELType.int, .uint].map { Signature([$0, $0], $0) }
    case .equal, .notEqual: equality
    case .isIn: membership
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      homogeneousOrder + (comparesAcrossTypes ? crossTypeOrder : [])
    }
  }

  private static let sums = [
    Signature([.bytes, .bytes], .bytes), Signature([.double, .double], .double),
    Signature([.duration, .duration], .duration), Signature([.duration, .timestamp], .timestamp),
    Signature([.timestamp, .duration], .timestamp), Signature([.int, .int], .int),
    Signature([.list(a), .list(a)], .list(a)), Signature([.string, .string], .string),
    Signature([.uint, .uint], .uint),
  ]

  private static let differences = [
    Signature([.double, .double], .double), Signature([.duration, .duration], .duration),
    Signature([.int, .int], .int), Signature([.timestamp, .duration], .timestamp),
    Signature([.timestamp, .timestamp], .duration), Signature([.uint, .uint], .uint),
  ]
}
