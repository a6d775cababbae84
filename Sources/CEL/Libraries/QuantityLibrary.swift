extension Quantity: OpaqueValue {
  /// The type's name as the API server has it.
  package static let celType = CELType.opaque("kubernetes.Quantity", [])

  package var type: CELType { Self.celType }

  package func isEqual(to other: any OpaqueValue) -> Bool { (other as? Quantity) == self }

  package var text: String { description }
}

extension Library {
  /// The quantity library of the Kubernetes API server.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/quantity.go. There `sign` is declared as a global
  /// function though its documentation shows it as a member; here it is both.
  package static let quantity = Library(
    name: "kubernetes.quantity", functions: conversions + comparisons + arithmetic,
    types: ["kubernetes.Quantity": Quantity.celType])

  private static let type = Quantity.celType

  private static let conversions: [Overload] = [
    .global(
      "quantity", id: "string_to_quantity", [.string], to: type,
      preparation: { constants throws(EvaluationError) in
        guard case .string(let text) = constants[0] else { return nil }
        let value = Value.opaque(try parsed(text))
        return { _ throws(EvaluationError) in value }
      }
    ) { arguments throws(EvaluationError) in .opaque(try parsed(arguments.string(0))) },
    .global("isQuantity", id: "is_quantity_string", [.string], to: .bool) {
      arguments throws(EvaluationError) in
      .bool((try? Quantity(arguments.string(0))) != nil)
    },
    .member("isInteger", id: "quantity_is_integer", on: type, to: .bool) {
      arguments throws(EvaluationError) in .bool(try quantity(arguments, 0).integer != nil)
    },
    .member("asInteger", id: "quantity_get_int", on: type, to: .int) {
      arguments throws(EvaluationError) in
      guard let integer = try quantity(arguments, 0).integer else {
        throw EvaluationError(.conversion, "cannot convert value to integer")
      }
      return .int(integer)
    },
    .member("asApproximateFloat", id: "quantity_get_float", on: type, to: .double) {
      arguments throws(EvaluationError) in
      .double(try quantity(arguments, 0).approximateDouble)
    },
    .global("sign", id: "quantity_sign", [type], to: .int) {
      arguments throws(EvaluationError) in .int(Int64(try quantity(arguments, 0).sign))
    },
    .member("sign", id: "quantity_sign_member", on: type, to: .int) {
      arguments throws(EvaluationError) in .int(Int64(try quantity(arguments, 0).sign))
    },
  ]

  private static let comparisons: [Overload] = [
    comparison("isGreaterThan", "quantity_is_greater_than", to: .bool) { .bool($0 > 0) },
    comparison("isLessThan", "quantity_is_less_than", to: .bool) { .bool($0 < 0) },
    comparison("compareTo", "quantity_compare_to", to: .int) { .int(Int64($0)) },
  ]

  private static func comparison(
    _ name: String, _ id: String, to result: CELType,
    _ answer: @escaping @Sendable (Int) -> Value
  ) -> Overload {
    .member(name, id: id, on: type, [type], to: result) { arguments throws(EvaluationError) in
      answer(try quantity(arguments, 0).compare(quantity(arguments, 1)))
    }
  }

  private static let arithmetic: [Overload] = [
    operation("add", "quantity_add") { left, right throws(QuantityError) in
      try left.adding(right)
    },
    operation("sub", "quantity_sub") { left, right throws(QuantityError) in
      try left.subtracting(right)
    },
  ].flatMap { $0 }

  /// An operation with a quantity or an integer on the right.
  private static func operation(
    _ name: String, _ id: String,
    _ apply: @escaping @Sendable (Quantity, Quantity) throws(QuantityError) -> Quantity
  ) -> [Overload] {
    @Sendable func result(
      _ left: Quantity, _ right: Quantity
    ) throws(EvaluationError) -> Value {
      do {
        return .opaque(try apply(left, right))
      } catch {
        throw EvaluationError(.overflow, error.description)
      }
    }
    return [
      .member(name, id: id, on: type, [type], to: type) { arguments throws(EvaluationError) in
        try result(quantity(arguments, 0), quantity(arguments, 1))
      },
      .member(name, id: id + "_int", on: type, [.int], to: type) {
        arguments throws(EvaluationError) in
        try result(
          quantity(arguments, 0), Quantity(arguments.int(1), format: .decimalExponent))
      },
    ]
  }

  private static func quantity(
    _ arguments: [Value], _ index: Int
  ) throws(EvaluationError) -> Quantity {
    try arguments.opaque(index, as: Quantity.self)
  }

  private static func parsed(_ text: String) throws(EvaluationError) -> Quantity {
    do {
      return try Quantity(text)
    } catch {
      throw EvaluationError(.conversion, error.description)
    }
  }
}
