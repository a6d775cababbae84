/// Why an evaluation has no value.
///
/// The kinds are told apart because callers act on them: kro waits for data on four of them, a
/// macro or `||` may absorb any of them but a limit.
package struct EvaluationError: Error, Hashable, Sendable {
  /// What went wrong, as far as callers act on it.
  package enum Kind: String, Hashable, Sendable {
    case noSuchKey
    case noSuchField
    /// A variable is not bound.
    case noSuchAttribute
    case indexOutOfBounds
    case divideByZero
    case overflow
    case noMatchingOverload
    /// A text or a value cannot be converted to the type asked for.
    case conversion
    case invalidArgument
    /// An optional without a value was asked for its value.
    case noValue
    /// A step or size limit was reached; never absorbed.
    case limit
  }

  package var kind: Kind
  package var message: String
  /// The place in the source, where the evaluator knows it.
  package var span: SourceSpan?

  /// Makes an error; the evaluator adds the place.
  package init(_ kind: Kind, _ message: String, at span: SourceSpan? = nil) {
    self.kind = kind
    self.message = message
    self.span = span
  }

  /// Whether kro would wait for more data instead of failing.
  package var isDataPending: Bool {
    switch kind {
    case .noSuchKey, .noSuchField, .noSuchAttribute, .indexOutOfBounds: true
    default: false
    }
  }

  /// The error of a call whose arguments no overload takes.
  package static func noMatchingOverload(_ function: String, _ arguments: [Value])
    -> EvaluationError
  {
    let types = arguments.map { $0.type.runtimeName }.joined(separator: ", ")
    return EvaluationError(
      .noMatchingOverload, "found no matching overload for '\(function)' applied to (\(types))")
  }

  /// The same error with a place, unless it has one.
  func placed(at span: SourceSpan) -> EvaluationError {
    guard self.span == nil else { return self }
    var copy = self
    copy.span = span
    return copy
  }
}

extension EvaluationError: CustomStringConvertible {
  package var description: String { message }
}
