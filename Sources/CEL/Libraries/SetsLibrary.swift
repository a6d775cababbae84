extension Library {
  /// cel-go's ext.Sets: lists read as sets, by CEL's equality.
  ///
  /// Follows cel-go ext/sets.go.
  package static let sets = Library(
    name: "sets",
    functions: [
      relation("sets.contains", "list_sets_contains_list") { left, right in
        right.allSatisfy { has(left, $0) }
      },
      relation("sets.equivalent", "list_sets_equivalent_list") { left, right in
        left.allSatisfy { has(right, $0) } && right.allSatisfy { has(left, $0) }
      },
      relation("sets.intersects", "list_sets_intersects_list") { left, right in
        left.contains { has(right, $0) }
      },
    ])

  private static func relation(
    _ name: String, _ id: String, _ holds: @escaping @Sendable ([Value], [Value]) -> Bool
  ) -> Overload {
    let list = CELType.list(.parameter("T"))
    return .global(name, id: id, [list, list], to: .bool) { arguments throws(EvaluationError) in
      .bool(holds(try arguments.list(0), try arguments.list(1)))
    }
  }

  private static func has(_ items: [Value], _ item: Value) -> Bool {
    items.contains { $0.isEqual(to: item) }
  }
}
