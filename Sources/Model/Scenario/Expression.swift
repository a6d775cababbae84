package import CEL

/// One CEL expression: its text, its place, and its compiled and type-checked program.
///
/// The text is bare CEL: of a `${…}` only what stands between the braces. Two expressions are equal
/// if their text and place are.
package struct Expression: Sendable {
  /// The text.
  package let source: String
  /// The program; its names are those of the scope that it was compiled in.
  package let program: Program
  /// Where its characters stand in the file.
  private let positions: ScalarPositions

  /// Makes an expression whose characters stand at these positions.
  init(_ source: String, program: Program, positions: ScalarPositions) {
    self.source = source
    self.program = program
    self.positions = positions
  }

  /// Where its first character stands.
  package var location: SourceLocation { positions.location(at: 0) }

  /// Where the character at an offset in UTF-8 stands, for evaluation errors.
  package func location(atByte offset: Int) -> SourceLocation {
    positions.location(at: source.scalarOffset(ofByte: offset))
  }
}

extension Expression: Hashable {
  package static func == (left: Expression, right: Expression) -> Bool {
    left.source == right.source && left.positions == right.positions
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(positions)
  }
}

extension String {
  /// The offset in Unicode scalars of an offset in UTF-8.
  func scalarOffset(ofByte offset: Int) -> Int {
    utf8.prefix(max(0, offset)).count { $0 & 0xC0 != 0x80 }
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
