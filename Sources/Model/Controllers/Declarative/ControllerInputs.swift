package import CEL

/// What a scenario gives every controller: the symbols' values in this run, and the variables over them.
package struct ControllerInputs: Sendable {
  /// The values by the names that expressions use: `load`, `variables.wanted`.
  private var values: [String: Value]
  /// The run that knows the symbols where some are not known.
  let run: SymbolicRun?

  /// Evaluates the variables.
  ///
  /// A variable that reads live objects has no value here: a controller sees objects through its cache
  /// only, and an expression of a controller that uses such a variable was refused with the scenario.
  package init(
    symbols: [String: Value] = [:], variables: [NamedExpression] = [], in run: SymbolicRun? = nil
  ) {
    values = symbols
    self.run = run
    for variable in variables {
      values["variables." + variable.name] = try? variable.expression.program
        .evaluateKeepingTerms(Bindings(values, in: run))
    }
  }

  /// A symbol's value, or that of `variables.<name>`.
  func value(of name: String) -> Value? { values[name] }
}
