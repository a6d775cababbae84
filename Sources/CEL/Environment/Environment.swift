/// What expressions may mention, and the rules they are compiled by.
package struct Environment: Sendable {
  /// Rules that differ between the users of CEL.
  package struct Options: Hashable, Sendable {
    /// `1 < 2.0` type-checks; `1 == 2.0` never does.
    package var comparesNumbersAcrossTypes = false
    /// All elements of a list literal, all keys and all values of a map literal have one type.
    package var requiresHomogeneousLiterals = false
    /// A literal that its function can only fail on, such as a wrong duration or regular
    /// expression, is a mistake in the source.
    package var validatesLiterals = false
    /// Field names in backquotes.
    package var allowsQuotedFields = false

    package init() {}
  }

  package let options: Options
  let names: Names
  private let macros: MacroTable

  /// Makes an environment of libraries and declarations; a name may hold dots.
  package init(
    libraries: [Library], container: String = "", variables: [String: CELType] = [:],
    functions: [HostFunction] = [], options: Options = Options()
  ) {
    self.options = options
    macros = MacroTable(libraries.flatMap(\.macros))
    var signatures: [String: [Signature]] = [:]
    for overload in libraries.flatMap(\.functions) {
      signatures[overload.name, default: []].append(
        Signature(
          overload.parameters, overload.result, style: overload.style, action: .library(overload)))
    }
    for function in functions {
      signatures[function.name, default: []].append(
        Signature(
          function.parameters, function.result, style: function.style, action: .host))
    }
    let types = libraries.reduce(into: Names.standardTypes) { types, library in
      types.merge(library.types) { _, later in later }
    }
    names = Names(
      container: container, variables: variables, types: types, functions: signatures)
  }

  private init(options: Options, names: Names, macros: MacroTable) {
    self.options = options
    self.names = names
    self.macros = macros
  }

  /// The same environment with further variables, which replace those of the same name.
  package func adding(variables: [String: CELType]) -> Environment {
    let all = names.variables.merging(variables) { _, later in later }
    return Environment(
      options: options,
      names: Names(
        container: names.container, variables: all, types: names.types,
        functions: names.functions),
      macros: macros)
  }

  /// The same environment with further host functions.
  package func adding(functions: [HostFunction]) -> Environment {
    var signatures = names.functions
    for function in functions {
      signatures[function.name, default: []].append(
        Signature(
          function.parameters, function.result, style: function.style, action: .host))
    }
    return Environment(
      options: options,
      names: Names(
        container: names.container, variables: names.variables, types: names.types,
        functions: signatures),
      macros: macros)
  }

  /// Parses and checks an expression.
  package func compile(_ source: String) throws(CompileError) -> Program {
    try Checker.check(try parse(source), source: source, names: names, options: options)
  }

  /// Parses an expression and resolves it without checking types.
  package func compileUnchecked(_ source: String) throws(CompileError) -> Program {
    Linker.link(try parse(source), source: source, names: names)
  }

  /// The syntax tree of an expression, macros expanded.
  package func parse(_ source: String) throws(CompileError) -> ParsedExpression {
    try Parser.parse(source, macros: macros, allowsQuotedFields: options.allowsQuotedFields)
  }
}
