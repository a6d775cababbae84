extension Library {
  /// The regex library of the Kubernetes API server: `find` and `findAll`.
  ///
  /// Follows k8s.io/apiserver/pkg/cel/library/regex.go.
  package static let regex = Library(
    name: "kubernetes.regex",
    functions: [
      member("find", "string_find_string", [.string], to: .string) {
        expression, arguments throws(EvaluationError) in
        .string(expression.firstMatch(in: try arguments.string(0))?.matched ?? "")
      },
      member("findAll", "string_find_all_string", [.string], to: .list(.string)) {
        expression, arguments throws(EvaluationError) in
        .list(expression.allMatches(in: try arguments.string(0)).map { .string($0.matched) })
      },
      member("findAll", "string_find_all_string_int", [.string, .int], to: .list(.string)) {
        expression, arguments throws(EvaluationError) in
        let limit = try arguments.int(2)
        let matches = expression.allMatches(
          in: try arguments.string(0), limit: limit < 0 ? .max : Int(limit))
        return .list(matches.map { .string($0.matched) })
      },
    ])

  /// A function of a text and a pattern; a constant pattern is compiled once.
  private static func member(
    _ name: String, _ id: String, _ parameters: [CELType], to result: CELType,
    _ body:
      @escaping @Sendable (RegularExpression, [Value]) throws(EvaluationError) -> Value
  ) -> Overload {
    .member(
      name, id: id, on: .string, parameters, to: result,
      preparation: { constants throws(EvaluationError) in
        guard case .string(let pattern) = constants[1] else { return nil }
        let expression = try compiled(pattern)
        return { arguments throws(EvaluationError) in try body(expression, arguments) }
      }
    ) { arguments throws(EvaluationError) in
      try body(compiled(arguments.string(1)), arguments)
    }
  }

  private static func compiled(_ pattern: String) throws(EvaluationError) -> RegularExpression {
    do {
      return try RegularExpression(pattern)
    } catch {
      throw EvaluationError(.invalidArgument, error.description)
    }
  }
}
