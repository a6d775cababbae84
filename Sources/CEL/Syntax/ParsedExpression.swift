/// A parsed expression; macros are expanded already.
package struct ParsedExpression: Sendable {
  /// The forms of an expression.
  package indirect enum Kind: Sendable {
    case literal(Value)
    /// A name; one with a leading dot is looked up outside every container and local scope.
    case identifier(String)
    case select(ParsedExpression, field: String, SelectStyle)
    case index(ParsedExpression, ParsedExpression, IndexStyle)
    case call(target: ParsedExpression?, function: String, arguments: [ParsedExpression])
    case unary(UnaryOperator, ParsedExpression)
    case binary(BinaryOperator, ParsedExpression, ParsedExpression)
    /// `a && b && …`: two operands or more, evaluated left to right.
    case and([ParsedExpression])
    /// `a || b || …`
    case or([ParsedExpression])
    case conditional(ParsedExpression, ParsedExpression, ParsedExpression)
    case list([Element])
    case map([Entry])
    /// A message literal: it parses, but there are no message types to check it against.
    case message(String, [Entry])
    case comprehension(Comprehension)
    /// A name for a value within an expression: `cel.bind`.
    case bind(String, ParsedExpression, in: ParsedExpression)
  }

  /// How a field is selected.
  package enum SelectStyle: Hashable, Sendable {
    /// `e.f`
    case value
    /// `e.?f`
    case optional
    /// `has(e.f)`
    case presence
  }

  /// How an element is selected.
  package enum IndexStyle: Hashable, Sendable {
    /// `e[i]`
    case value
    /// `e[?i]`
    case optional
  }

  /// An element of a list literal.
  package struct Element: Sendable {
    package let value: ParsedExpression
    /// `?x`: the element is there if the optional has a value.
    package let isOptional: Bool
  }

  /// An entry of a map or message literal.
  package struct Entry: Sendable {
    package let key: ParsedExpression
    package let value: ParsedExpression
    /// `?k: v`: the entry is there if the optional has a value.
    package let isOptional: Bool
  }

  package let kind: Kind
  package let span: SourceSpan
  /// One more than the greatest height below; bounds every recursion over the tree.
  let height: Int

  /// Makes an expression.
  package init(_ kind: Kind, _ span: SourceSpan) {
    self.kind = kind
    self.span = span
    height = 1 + kind.children.reduce(0) { max($0, $1.height) }
  }
}

/// An operator with one operand.
package enum UnaryOperator: String, Sendable {
  case not = "!"
  case negate = "-"
}

/// An operator with two operands that are both always evaluated.
package enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
}

/// A macro over the elements of a list or the entries of a map.
package struct Comprehension: Sendable {
  /// What is made of the elements.
  package enum Kind: String, Sendable {
    /// Whether the condition holds for all.
    case all
    /// Whether the condition holds for one at least.
    case exists
    /// Whether the condition holds for exactly one; errors are not absorbed.
    case existsOne
    /// The list of the results where the condition, if any, holds.
    case list
    /// The map from each key to its result where the condition, if any, holds.
    case map
    /// The union of the maps that the results are.
    case mapEntries
  }

  package let kind: Kind
  package let range: ParsedExpression
  /// One name for the element of a list or the key of a map, or two names.
  ///
  /// Two stand for index and element, or key and value.
  package let variables: [String]
  package let condition: ParsedExpression?
  /// For the kinds that have results.
  package let result: ParsedExpression?

  package init(
    _ kind: Kind, over range: ParsedExpression, as variables: [String],
    where condition: ParsedExpression?,
    result: ParsedExpression? = nil
  ) {
    self.kind = kind
    self.range = range
    self.variables = variables
    self.condition = condition
    self.result = result
  }
}

extension ParsedExpression.Kind {
  /// The expressions directly below, in order of evaluation.
  package var children: [ParsedExpression] {
    switch self {
    case .literal, .identifier: []
    case .select(let operand, _, _), .unary(_, let operand): [operand]
    case .index(let left, let right, _), .binary(_, let left, let right),
      .bind(_, let left, let right):
      [left, right]
    case .call(let target, _, let arguments): (target.map { [$0] } ?? []) + arguments
    case .and(let operands), .or(let operands): operands
    case .conditional(let condition, let left, let right): [condition, left, right]
    case .list(let elements): elements.map(\.value)
    case .map(let entries), .message(_, let entries): entries.flatMap { [$0.key, $0.value] }
    case .comprehension(let comprehension):
      [comprehension.range] + [comprehension.condition, comprehension.result].compactMap { $0 }
    }
  }
}

extension ParsedExpression {
  /// The dotted name that a chain of plain selections from an identifier spells, else nil.
  package var qualifiedName: String? {
    switch kind {
    case .identifier(let name): name
    case .select(let operand, let field, .value): operand.qualifiedName.map { "\($0).\(field)" }
    default: nil
    }
  }
}
