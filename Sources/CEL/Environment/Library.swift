/// What computes a function: its arguments (a member function's target first), already matched
/// against the overload's parameter types.
package typealias Implementation = @Sendable ([Value]) throws(EvaluationError) -> Value

/// One signature of a function and what computes it.
package struct Overload: Sendable {
  /// How a function is called.
  package enum Style: Hashable, Sendable {
    /// `f(x, y)`, also with a qualified name such as `lists.range(n)`.
    case global
    /// `x.f(y)`: the first parameter is the target.
    case member
  }

  /// Looks at the arguments that are constants when the program is compiled (nil for the others)
  /// and may give a faster implementation, such as one with its regular expression compiled.
  ///
  /// An error means that no call can succeed: an environment that validates literals reports it.
  package typealias Preparation =
    @Sendable ([Value?]) throws(EvaluationError) -> Implementation?

  /// A name of its own for each overload, such as `startsWith_string`.
  package let id: String
  package let name: String
  package let style: Style
  package let parameters: [CELType]
  package let result: CELType
  let implementation: Implementation
  let preparation: Preparation?

  /// Makes an overload; `.parameter` types are its type parameters.
  package init(
    id: String, name: String, style: Style, parameters: [CELType], result: CELType,
    preparation: Preparation? = nil, implementation: @escaping Implementation
  ) {
    self.id = id
    self.name = name
    self.style = style
    self.parameters = parameters
    self.result = result
    self.preparation = preparation
    self.implementation = implementation
  }

  /// A member function: `target.name(arguments…)`.
  package static func member(
    _ name: String, id: String, on target: CELType, _ arguments: [CELType] = [], to result: CELType,
    preparation: Preparation? = nil, _ implementation: @escaping Implementation
  ) -> Overload {
    Overload(
      id: id, name: name, style: .member, parameters: [target] + arguments, result: result,
      preparation: preparation, implementation: implementation)
  }

  /// A global function: `name(arguments…)`, where the name may be qualified.
  package static func global(
    _ name: String, id: String, _ arguments: [CELType], to result: CELType,
    preparation: Preparation? = nil, _ implementation: @escaping Implementation
  ) -> Overload {
    Overload(
      id: id, name: name, style: .global, parameters: arguments, result: result,
      preparation: preparation, implementation: implementation)
  }
}

/// Functions, macros and type names that belong together.
package struct Library: Sendable {
  package let name: String
  package let functions: [Overload]
  package let macros: [Macro]
  /// Names that denote types as values, such as `net.IP`.
  package let types: [String: CELType]

  package init(
    name: String, functions: [Overload], macros: [Macro] = [], types: [String: CELType] = [:]
  ) {
    self.name = name
    self.functions = functions
    self.macros = macros
    self.types = types
  }
}

/// A function that the activation answers, such as `fresh()` or `list(apiVersion, kind)`: it reads
/// what is not an argument, so it cannot be a library's.
package struct HostFunction: Sendable {
  package let name: String
  package let style: Overload.Style
  package let parameters: [CELType]
  package let result: CELType

  package init(
    name: String, style: Overload.Style = .global, parameters: [CELType], result: CELType
  ) {
    self.name = name
    self.style = style
    self.parameters = parameters
    self.result = result
  }
}
