internal import CEL

/// The names that expressions of one place may use, and how their mistakes are told.
///
/// Names with dots (`children.secret`, `variables.wanted`, `old.db`) are declared whole, so that a
/// wrong one is found at compile time and a read of one is a read of that one only.
struct ExpressionScope: Sendable {
  /// What an expression must yield; a value of unknown type is taken.
  enum Expected: Sendable {
    case any, bool, int, string, list

    var description: String {
      switch self {
      case .any: "any value"
      case .bool: "a Boolean"
      case .int: "an integer"
      case .string: "a string"
      case .list: "a list"
      }
    }

    func accepts(_ type: CELType) -> Bool {
      switch (self, type) {
      case (.any, _), (_, .dyn), (.bool, .bool), (.int, .int), (.string, .string),
        (.list, .list):
        true
      case (_, .wrapper(let inner)): accepts(inner)
      default: false
      }
    }
  }

  private let environment: Environment
  /// The declared names, sorted, for suggestions.
  private(set) var names: [String]
  /// Why a name is not there although one might think so.
  private var hints: [String: String]

  private init(environment: Environment, names: [String], hints: [String: String]) {
    self.environment = environment
    self.names = names
    self.hints = hints
  }

  /// The scope without names: Kubernetes' libraries.
  static let empty = ExpressionScope(environment: .kubernetes, names: [], hints: [:])

  /// The scope with further names.
  func adding(_ variables: [(name: String, type: CELType)]) -> ExpressionScope {
    let types = Dictionary(variables.map { ($0.name, $0.type) }) { _, later in later }
    return ExpressionScope(
      environment: environment.adding(variables: types),
      names: (names + variables.map(\.name)).sorted(), hints: hints)
  }

  /// The scope with further functions.
  func adding(functions: [HostFunction]) -> ExpressionScope {
    ExpressionScope(
      environment: environment.adding(functions: functions), names: names, hints: hints)
  }

  /// The scope with an explanation for a name that it does not have.
  func explaining(_ name: String, _ hint: String) -> ExpressionScope {
    var copy = self
    copy.hints[name] = hint
    return copy
  }

  /// Compiles an expression; nil with findings where it is wrong.
  func compile(
    _ source: String, positions: ScalarPositions, expecting expected: Expected,
    findings: Findings
  ) -> Expression? {
    do {
      let program = try environment.compile(source)
      guard expected.accepts(program.resultType) else {
        findings.add(
          .resultType, at: positions.location(at: 0),
          length: underline(0, source.utf8.count, source),
          "expected \(expected.description), and this yields \(program.resultType)",
          advice: advice(for: program.resultType, expected: expected))
        return nil
      }
      return Expression(source, program: program, positions: positions)
    } catch {
      for issue in error.issues { add(issue, source: source, positions: positions, findings) }
      return nil
    }
  }

  private func advice(for type: CELType, expected: Expected) -> String {
    switch expected {
    case .bool: "compare it with something"
    case .string: "convert it: string(…)"
    case .int: "convert it: int(…)"
    default: "yield \(expected.description)"
    }
  }

  private func add(
    _ issue: CompileError.Issue, source: String, positions: ScalarPositions, _ findings: Findings
  ) {
    let start = source.scalarOffset(ofByte: issue.span.start)
    let place = positions.location(at: start)
    let length = underline(issue.span.start, issue.span.end, source)
    switch issue.kind {
    case .syntax:
      findings.add(
        .expressionSyntax, at: place, length: length, "not valid CEL: \(issue.message)",
        advice: "correct the expression at the caret, or just before")
    case .type:
      findings.add(
        .expressionType, at: place, length: length, issue.message,
        advice: issue.message.contains("must have one type")
          ? "write dyn('…') for the constant: Kubernetes' CEL wants values of one type"
          : "convert one side, with string(…), int(…) or dyn(…)")
    case .undeclaredVariable(let name, _):
      addUndeclared(name, after: issue.span.end, of: source, positions: positions, findings)
    case .undeclaredFunction(let name, let known):
      let words = known.filter {
        $0.utf8.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A } ?? false
      }
      let inside = callOffset(of: name, from: issue.span.start, in: source)
      findings.add(
        .unknownFunction, at: positions.location(at: source.scalarOffset(ofByte: inside)),
        length: name.unicodeScalars.count, "there is no function \"\(name)\"",
        advice: Suggestion.nearest(to: name, among: words).map { "did you mean \"\($0)\"?" }
          ?? "the functions are those of Kubernetes' CEL, and fresh(), owned(), list() where they apply"
      )
    }
  }

  /// Tells of an unknown name; of `children.x` where `children` alone is no name, of both words.
  private func addUndeclared(
    _ name: String, after end: Int, of source: String, positions: ScalarPositions,
    _ findings: Findings
  ) {
    var full = name
    let isPrefix =
      names.contains { $0.hasPrefix(name + ".") }
      || hints.keys.contains { $0.hasPrefix(name + ".") }
    if isPrefix {
      let rest = source.utf8.dropFirst(end)
      if rest.first == UInt8(ascii: ".") {
        let word = rest.dropFirst().prefix {
          ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F
        }
        full += "." + String(decoding: word, as: UTF8.self)
      }
    }
    let start = source.scalarOffset(ofByte: end) - name.unicodeScalars.count
    let advice: String
    if let hint = hints[full] ?? hints[name] {
      advice = hint
    } else if names.contains("variables." + full) {
      advice = "write variables.\(full)"
    } else {
      advice = Suggestion.advice(for: full, among: names, what: "names")
    }
    findings.add(
      .undefinedIdentifier, at: positions.location(at: max(0, start)),
      length: full.unicodeScalars.count, "undefined name \"\(full)\"", advice: advice)
  }

  /// Where a call's function name stands, behind its target.
  private func callOffset(of name: String, from start: Int, in source: String) -> Int {
    let bytes = Array(source.utf8)
    let pattern = Array((name + "(").utf8)
    guard bytes.count >= start + pattern.count else { return start }
    for index in start...(bytes.count - pattern.count)
    where bytes[index..<(index + pattern.count)].elementsEqual(pattern) {
      return index
    }
    return start
  }

  /// The length of a caret: a span's part on its first line.
  private func underline(_ start: Int, _ end: Int, _ source: String) -> Int {
    let text = String(
      decoding: source.utf8.dropFirst(start).prefix(max(0, end - start)), as: UTF8.self)
    return max(1, text.prefix { $0 != "\n" }.unicodeScalars.count)
  }
}

extension ExpressionScope {
  /// `fresh()`: a value unequal to every other.
  static let fresh = HostFunction(name: "fresh", parameters: [], result: .string)

  /// `list(apiVersion, kind[, namespace[, labels]])`; a null namespace stands for all.
  static let list = (2...4).map { count in
    HostFunction(
      name: "list",
      parameters: Array([CELType.string, .string, .dyn, .map(.string, .string)].prefix(count)),
      result: .list(.dyn))
  }

  /// `owned(apiVersion, kind)`: the objects of which the request's object is the controller.
  static let owned = HostFunction(
    name: "owned", parameters: [.string, .string], result: .list(.dyn))
}

extension BuiltinDocumentation.ValueType {
  /// What an expression of this type must yield.
  var expected: ExpressionScope.Expected {
    switch self {
    case .int: .int
    case .bool: .bool
    case .string, .counted: .string
    case .quantity: .any
    }
  }
}
