/// An expression with its names resolved, ready to run.
///
/// Variables of macros and `cel.bind` are slots, functions are the overloads that may apply. Where
/// the program was type-checked few overloads remain, mostly one; the rest is decided by the kinds
/// of the values.
indirect enum Node: Sendable {
  case constant(Value)
  /// A variable of the activation.
  case variable(String, SourceSpan)
  /// A dotted name of an unchecked program: what it means is known when it runs.
  case name([NameReading], SourceSpan)
  /// A slot of a macro or `cel.bind`.
  case local(Int)
  case select(Node, String, ParsedExpression.SelectStyle, SourceSpan)
  case index(Node, Node, ParsedExpression.IndexStyle, SourceSpan)
  case unary(UnaryOperator, Node, SourceSpan)
  case binary(BinaryOperator, Node, Node, SourceSpan)
  case and([Node], SourceSpan)
  case or([Node], SourceSpan)
  case conditional(Node, Node, Node, SourceSpan)
  case list([Element], SourceSpan)
  case map([Entry], SourceSpan)
  case call(CallSite)
  case host(String, [Node], SourceSpan)
  /// `a.or(b)` and `a.orValue(b)`: b is evaluated only where a is empty.
  case orElse(Node, Node, OrElse, SourceSpan)
  case comprehension(Loop)
  case bind(Int, Node, Node)
  /// What an unchecked program cannot resolve: an error when it is reached.
  case failure(EvaluationError)

  struct Element: Sendable {
    let value: Node
    let isOptional: Bool
  }

  struct Entry: Sendable {
    let key: Node
    let value: Node
    let isOptional: Bool
  }

  enum OrElse: String, Sendable {
    case or
    case orValue
  }
}

/// One way to read a dotted name: a variable, or a type, and the fields that remain.
struct NameReading: Sendable {
  enum Base: Sendable {
    case variable(String)
    case type(CELType)
  }

  let base: Base
  let fields: [String]
}

/// A call of a library's function.
struct CallSite: Sendable {
  /// An overload that may apply.
  struct Candidate: Sendable {
    let id: String
    let parameters: [CELType]
    let implementation: Implementation

    func takes(_ arguments: [Value]) -> Bool {
      guard parameters.count == arguments.count else { return false }
      for (parameter, argument) in zip(parameters, arguments)
      where !argument.matches(parameter) {
        return false
      }
      return true
    }
  }

  let function: String
  let arguments: [Node]
  let candidates: [Candidate]
  let span: SourceSpan
}

/// A resolved comprehension.
struct Loop: Sendable {
  let kind: Comprehension.Kind
  let range: Node
  /// The slot of the first variable; a second one follows it.
  let slot: Int
  let hasTwoVariables: Bool
  let condition: Node?
  let result: Node?
  let span: SourceSpan
}

extension Node {
  /// The value, where it is known without running.
  var constant: Value? { if case .constant(let value) = self { value } else { nil } }

  /// The nodes directly below, in order of evaluation.
  var children: [Node] {
    switch self {
    case .constant, .variable, .name, .local, .failure: []
    case .select(let operand, _, _, _), .unary(_, let operand, _): [operand]
    case .index(let left, let right, _, _), .binary(_, let left, let right, _),
      .orElse(let left, let right, _, _), .bind(_, let left, let right):
      [left, right]
    case .and(let operands, _), .or(let operands, _), .host(_, let operands, _): operands
    case .conditional(let condition, let left, let right, _): [condition, left, right]
    case .list(let elements, _): elements.map(\.value)
    case .map(let entries, _): entries.flatMap { [$0.key, $0.value] }
    case .call(let site): site.arguments
    case .comprehension(let loop): [loop.range] + [loop.condition, loop.result].compactMap { $0 }
    }
  }
}
