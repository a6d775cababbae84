extension Library {
  /// CEL's standard functions and macros (cel-spec: doc/langdef.md, "List of Standard Definitions").
  package static let standard = Library(
    name: "standard",
    functions: StandardFunctions.sizes + StandardFunctions.strings + StandardFunctions.conversions
      + StandardFunctions.times,
    macros: Macro.standard)

  /// The standard library as cel-go, and with it Kubernetes and kro, has it: `getMilliseconds` of a
  /// duration is its whole length (cel-go: common/types/duration.go), not the part past a second.
  package static let standardOfGo = Library(
    name: "standard",
    functions: standard.functions.filter { $0.id != StandardFunctions.millisecondsID }
      + [StandardFunctions.getter("getMilliseconds") { $0.milliseconds }],
    macros: Macro.standard)

  /// The macros over indices and elements, or keys and values.
  package static let twoVariableComprehensions = Library(
    name: "twoVariableComprehensions", functions: [], macros: Macro.twoVariables)

  /// `cel.bind`; the Kubernetes API server does not have it.
  package static let bindings = Library(name: "bindings", functions: [], macros: Macro.bindings)
}

/// The standard functions by subject.
enum StandardFunctions {
  /// `size` of strings (code points), bytes, lists and maps, as a global and a member function.
  static let sizes: [Overload] = [
    ("string", CELType.string), ("bytes", .bytes), ("list", .list(.parameter("A"))),
    ("map", .map(.parameter("A"), .parameter("B"))),
  ].flatMap { name, type in
    [
      Overload.global("size", id: "size_\(name)", [type], to: .int, size),
      Overload.member("size", id: "\(name)_size", on: type, to: .int, size),
    ]
  }

  private static let size: Implementation = { arguments throws(EvaluationError) in
    switch arguments[0] {
    case .string(let text): return .int(Int64(text.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let items): return .int(Int64(items.count))
    case .map(let map): return .int(Int64(map.count))
    default: throw EvaluationError.noMatchingOverload("size", arguments)
    }
  }

  /// `contains`, `startsWith`, `endsWith` and `matches`, on code points.
  static let strings: [Overload] =
    [
      test("contains") { $0.containsSubsequence($1) },
      test("startsWith") { $0.starts(with: $1) },
      test("endsWith") { $0.reversed().starts(with: $1.reversed()) },
    ] + [
      Overload.global(
        "matches", id: "matches", [.string, .string], to: .bool, preparation: prepareMatches,
        matches),
      Overload.member(
        "matches", id: "matches_string", on: .string, [.string], to: .bool,
        preparation: prepareMatches, matches),
    ]

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (String.UTF8View, String.UTF8View) -> Bool
  ) -> Overload {
    .member(name, id: "\(name)_string", on: .string, [.string], to: .bool) {
      arguments throws(EvaluationError) in
      guard case .string(let text) = arguments[0], case .string(let part) = arguments[1] else {
        throw EvaluationError.noMatchingOverload(name, arguments)
      }
      return .bool(holds(text.utf8, part.utf8))
    }
  }

  private static let matches: Implementation = { arguments throws(EvaluationError) in
    guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else {
      throw EvaluationError.noMatchingOverload("matches", arguments)
    }
    return .bool(try expression(pattern).matches(text))
  }

  /// Compiles a literal pattern once.
  private static let prepareMatches: Overload.Preparation = { constants throws(EvaluationError) in
    guard case .string(let pattern) = constants[1] else { return nil }
    let compiled = try expression(pattern)
    return { arguments throws(EvaluationError) in
      guard case .string(let text) = arguments[0] else {
        throw EvaluationError.noMatchingOverload("matches", arguments)
      }
      return .bool(compiled.matches(text))
    }
  }

  private static func expression(
    _ pattern: String
  ) throws(EvaluationError) -> RegularExpression {
    do throws(RegularExpressionError) {
      return try RegularExpression(pattern)
    } catch {
      throw EvaluationError(.invalidArgument, error.description)
    }
  }
}

extension String.UTF8View {
  /// Whether another text occurs in this one.
  fileprivate func containsSubsequence(_ part: String.UTF8View) -> Bool {
    guard let first = part.first else { return true }
    var rest = self[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: part) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
