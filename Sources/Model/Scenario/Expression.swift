/// One CEL expression as its author wrote it.
///
/// The text is bare CEL: of a `${…}` only what stands between the braces.
package struct Expression: Hashable, Sendable {
  /// The text.
  package let source: String
  /// Where its first character stands in the file.
  package let location: SourceLocation

  /// Makes an expression.
  package init(_ source: String, at location: SourceLocation) {
    self.source = source
    self.location = location
  }
}

/// An expression under a name: a variable, an option of a built-in controller, a `forEach` iterator.
package struct NamedExpression: Hashable, Sendable {
  /// The name that other expressions use, or that the option has.
  package let name: String
  package let expression: Expression
  /// Where the name stands.
  package let location: SourceLocation

  /// Makes a named expression.
  package init(name: String, expression: Expression, location: SourceLocation) {
    self.name = name
    self.expression = expression
    self.location = location
  }
}
