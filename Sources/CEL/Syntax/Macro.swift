/// A form of call that the parser rewrites before anything is checked.
package struct Macro: Sendable {
  /// What a macro sees of the call.
  package struct Call: Sendable {
    /// The target of a member call; nil for a global one.
    package let target: ParsedExpression?
    package let arguments: [ParsedExpression]
    /// The whole call.
    package let span: SourceSpan
  }

  /// Rewrites a call, leaves it a call (nil), or says what is wrong with it.
  package typealias Expansion =
    @Sendable (Call) throws(CompileError.Issue) -> ParsedExpression?

  package let name: String
  package let style: Overload.Style
  package let argumentCount: Int
  let expansion: Expansion

  /// Makes a macro for calls of this name, style and number of arguments.
  package init(
    _ name: String, _ style: Overload.Style, argumentCount: Int, expansion: @escaping Expansion
  ) {
    self.name = name
    self.style = style
    self.argumentCount = argumentCount
    self.expansion = expansion
  }
}

extension CompileError.Issue: Error {}

extension Macro.Call {
  /// The name a macro's argument introduces; it must be a simple one.
  package func variable(_ index: Int) throws(CompileError.Issue) -> String {
    let argument = arguments[index]
    guard case .identifier(let name) = argument.kind, !name.hasPrefix(".") else {
      throw CompileError.Issue(
        .syntax, at: argument.span, "argument \(index + 1) must be a simple name")
    }
    return name
  }

  /// Two different names that a macro's first arguments introduce.
  package func twoVariables() throws(CompileError.Issue) -> [String] {
    let names = [try variable(0), try variable(1)]
    guard !names[0].isExactly(names[1]) else {
      throw CompileError.Issue(
        .syntax, at: arguments[1].span, "the two variables must have different names")
    }
    return names
  }

  /// The target as an expression; the call's style guarantees it for a member macro.
  package func receiver() throws(CompileError.Issue) -> ParsedExpression {
    guard let target else {
      throw CompileError.Issue(.syntax, at: span, "the macro needs a target")
    }
    return target
  }

  /// An expression that stands for the whole call.
  package func expression(_ kind: ParsedExpression.Kind) -> ParsedExpression {
    ParsedExpression(kind, span)
  }
}
