extension Library {
  /// cel-go's ext.Sets: lists read as sets, by CEL's equality.
  ///
  /// Follows cel-go ext/sets.go.
  package static let sets = Library(
    name: "sets",
    functions: [
      relation("sets.contains", "list_sets_contains_list") {
        left, right, budget throws(EvaluationError) in
        try contains(left, right, &budget)
      },
      relation("sets.equivalent", "list_sets_equivalent_list") {
        left, right, budget throws(EvaluationError) in
        guard try contains(left, right, &budget) else { return false }
        return try contains(right, left, &budget)
      },
      relation("sets.intersects", "list_sets_intersects_list") {
        left, right, budget throws(EvaluationError) in
        for item in left where try right.firstIndex(equalTo: item, budget: &budget) != nil {
          return true
        }
        return false
      },
    ])

  private static func relation(
    _ name: String, _ id: String,
    _ holds:
      @escaping @Sendable ([Value], [Value], inout Int) throws(EvaluationError) -> Bool
  ) -> Overload {
    let list = CELType.list(.parameter("T"))
    return .global(name, id: id, [list, list], to: .bool) { arguments throws(EvaluationError) in
      var budget = callBudget
      return .bool(try holds(arguments.list(0), arguments.list(1), &budget))
    }
  }

  private static func contains(
    _ items: [Value], _ wanted: [Value], _ budget: inout Int
  ) throws(EvaluationError) -> Bool {
    for item in wanted where try items.firstIndex(equalTo: item, budget: &budget) == nil {
      return false
    }
    return true
  }
}
