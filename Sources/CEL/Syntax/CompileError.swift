/// Why a source text is not a program: everything that was found, in the order of the text.
package struct CompileError: Error, Hashable, Sendable {
  /// One mistake.
  package struct Issue: Hashable, Sendable {
    /// What kind of mistake, with what a caller needs to suggest a correction.
    package enum Kind: Hashable, Sendable {
      case syntax
      case type
      /// Nothing has this name; `known` are the names that do exist there, sorted.
      case undeclaredVariable(name: String, known: [String])
      /// No function has this name; `known` are the names of all functions, sorted.
      case undeclaredFunction(name: String, known: [String])
    }

    package let kind: Kind
    package let span: SourceSpan
    package let message: String

    package init(_ kind: Kind, at span: SourceSpan, _ message: String) {
      self.kind = kind
      self.span = span
      self.message = message
    }
  }

  /// The text that was compiled.
  package let source: String
  /// The mistakes, at least one, sorted by place.
  package let issues: [Issue]

  init(source: String, issues: [Issue]) {
    precondition(!issues.isEmpty, "an error needs an issue")
    self.source = source
    self.issues = issues.enumerated()
      .sorted { ($0.element.span.start, $0.offset) < ($1.element.span.start, $1.offset) }
      .map(\.element)
  }
}

extension CompileError: CustomStringConvertible {
  /// One line per issue: `line:column: message`.
  package var description: String {
    issues.map { issue in
      let place = issue.span.location(in: source)
      return "\(place.line):\(place.column): \(issue.message)"
    }.joined(separator: "\n")
  }
}
