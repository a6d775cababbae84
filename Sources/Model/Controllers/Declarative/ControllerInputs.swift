package import CEL

/// What a scenario gives every controller: the symbols' values in this run and the variables over
/// them.
package struct ControllerInputs: Sendable {
  /// The types and values of the symbols, by name.
  let symbols: [String: (type: CELType, value: Value)]
  /// The variables that need nothing but symbols, evaluated; by name.
  let variables: [String: Value]

  /// Evaluates the variables.
  ///
  /// A variable that reads objects is not in a controller's scope, since a controller sees objects
  /// through its cache only: it is left out here, and using it does not compile.
  package init(
    symbols: [(name: String, type: CELType, value: Value)] = [], variables: [NamedExpression] = []
  ) {
    self.symbols = Dictionary(symbols.map { ($0.name, ($0.type, $0.value)) }) { $1 }
    var known: [String: Value] = [:]
    for variable in variables {
      let inputs = ControllerInputs(symbols: self.symbols, variables: known)
      guard
        let program = try? ControllerScope.compile(variable.expression, over: inputs),
        let value = try? program.evaluate(inputs)
      else { continue }
      known[variable.name] = value
    }
    self.variables = known
  }

  private init(
    symbols: [String: (type: CELType, value: Value)], variables: [String: Value]
  ) {
    self.symbols = symbols
    self.variables = variables
  }
}

extension ControllerInputs: Activation {
  /// A symbol, or a variable as `variables.<name>`.
  package func value(of name: String) throws -> Value? {
    if let symbol = symbols[name] { return symbol.value }
    guard name.hasPrefix(ControllerScope.variablePrefix) else { return nil }
    return variables[String(name.dropFirst(ControllerScope.variablePrefix.count))]
  }
}
