/// One CEL expression as its author wrote it.
///
/// The text is bare CEL: of a `${…}` only what stands between the braces.
package struct Expression: Hashable, Sendable {
  /// The text.
  package let source: String
  /// Where its characters stand in the file.
  private let positions: ScalarPositions

  /// Makes an expression on one line.
  package init(_ source: String, at location: SourceLocation) {
    self.init(source, positions: ScalarPositions(start: location))
  }

  /// Makes an expression whose characters stand at these positions.
  package init(_ source: String, positions: ScalarPositions) {
    self.source = source
    self.positions = positions
  }

  /// Where its first character stands.
  package var location: SourceLocation { positions.location(at: 0) }

  /// Where the character at an offset in UTF-8 stands.
  package func location(atByte offset: Int) -> SourceLocation {
    let bytes = source.utf8
    let prefix = bytes.prefix(min(max(0, offset), bytes.count))
    return positions.location(at: prefix.count { $0 & 0xC0 != 0x80 })
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
