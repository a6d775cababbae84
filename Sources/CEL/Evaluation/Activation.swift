/// Where a running program's variables and host functions come from.
///
/// Every look-up is a read in its caller's eyes, so the evaluator asks only when it needs the
/// answer, left to right, each time the expression mentions the name. An error of another type
/// than ``EvaluationError`` passes through the whole evaluation untouched.
package protocol Activation {
  /// The value of a variable; nil where it is not bound.
  func value(of name: String) throws -> Value?
  /// Answers a host function the environment declares; a member function's target comes first.
  func call(_ function: String, _ arguments: [Value]) throws -> Value
  /// The run that knows the symbols where some values are not known; nil where all are.
  var symbolicRun: SymbolicRun? { get }
}

extension Activation {
  /// No host functions, unless an activation has some.
  package func call(_ function: String, _ arguments: [Value]) throws -> Value {
    throw EvaluationError.noMatchingOverload(function, arguments)
  }

  /// All values are known, unless an activation says otherwise.
  package var symbolicRun: SymbolicRun? { nil }
}

/// Variables from a dictionary.
package struct Bindings: Activation {
  private let values: [String: Value]

  package let symbolicRun: SymbolicRun?

  package init(_ values: [String: Value] = [:], in run: SymbolicRun? = nil) {
    self.values = values
    symbolicRun = run
  }

  package func value(of name: String) -> Value? { values[name] }
}
