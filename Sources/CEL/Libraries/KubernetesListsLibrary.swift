extension Library {
  /// The lists library of the Kubernetes API server.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/lists.go.
  package static let kubernetesLists = Library(
    name: "kubernetes.lists", functions: extremes + sums + positions)

  private static let extremes: [Overload] = comparableTypes.flatMap { type -> [Overload] in
    let name = type.runtimeName
    return [
      .member("isSorted", id: "list_\(name)_is_sorted_bool", on: .list(type), to: .bool) {
        arguments throws(EvaluationError) in
        let items = try arguments.list(0)
        for (first, second) in zip(items, items.dropFirst())
        where try order(first, second, "isSorted") == .greater {
          return .bool(false)
        }
        return .bool(true)
      },
      .member("min", id: "list_\(name)_min_\(name)", on: .list(type), to: type) {
        arguments throws(EvaluationError) in
        try extreme(arguments.list(0), "min", .less)
      },
      .member("max", id: "list_\(name)_max_\(name)", on: .list(type), to: type) {
        arguments throws(EvaluationError) in
        try extreme(arguments.list(0), "max", .greater)
      },
    ]
  }

  private static let sums: [Overload] = [
    sum(.int, .int(0)), sum(.uint, .uint(0)), sum(.double, .double(0)),
    sum(.duration, .duration(.zero)),
  ]

  private static func sum(_ type: CELType, _ zero: Value) -> Overload {
    let name = type.runtimeName
    return .member("sum", id: "list_\(name)_sum_\(name)", on: .list(type), to: type) {
      arguments throws(EvaluationError) in
      var total = zero
      for item in try arguments.list(0) { total = try Operators.apply(.add, total, item) }
      return total
    }
  }

  private static let positions: [Overload] = [
    .member(
      "indexOf", id: "list_a_index_of_int", on: .list(.parameter("T")), [.parameter("T")], to: .int
    ) { arguments throws(EvaluationError) in
      var budget = callBudget
      let index = try arguments.list(0).firstIndex(equalTo: arguments[1], budget: &budget)
      return .int(Int64(index ?? -1))
    },
    .member(
      "lastIndexOf", id: "list_a_last_index_of_int", on: .list(.parameter("T")), [.parameter("T")],
      to: .int
    ) { arguments throws(EvaluationError) in
      var budget = callBudget
      let items = try arguments.list(0)
      let fromEnd = try Array(items.reversed()).firstIndex(equalTo: arguments[1], budget: &budget)
      return .int(Int64(fromEnd.map { items.count - 1 - $0 } ?? -1))
    },
  ]

  private static func order(
    _ left: Value, _ right: Value, _ function: String
  ) throws(EvaluationError) -> NumericOrder {
    guard left.type.runtimeName == right.type.runtimeName,
      let order = Operators.compare(left, right)
    else { throw EvaluationError.noMatchingOverload(function, [left, right]) }
    return order
  }

  /// The first of the least or greatest elements.
  private static func extreme(
    _ items: [Value], _ function: String, _ wanted: NumericOrder
  ) throws(EvaluationError) -> Value {
    guard var best = items.first else {
      throw EvaluationError(.invalidArgument, "\(function) called on empty list")
    }
    for item in items.dropFirst() where try order(item, best, function) == wanted { best = item }
    return best
  }
}
