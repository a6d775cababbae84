package import CEL

/// Evaluation of templates.
extension Template {
  /// The value of the template for these variables.
  ///
  /// Throws `EvaluationError` (`isDataPending` tells kro's "wait" from a mistake), and what the
  /// activation throws, unchanged.
  package func evaluate(_ activation: any Activation) throws -> JSONValue {
    try root.evaluate(activation)
  }
}

extension Template.Node {
  /// The value of the node; kro: a top-level optional is unwrapped, one without value is null.
  package func evaluate(_ activation: any Activation) throws -> JSONValue {
    switch self {
    case .literal(let value): return value
    case .expression(let expression): return try expression.program.json(activation)
    case .interpolated(let parts):
      var text: JSONValue = ""
      for part in parts {
        switch part {
        case .text(let piece): text = text.appending(.string(piece))
        case .expression(let expression):
          let value = try expression.program.evaluateKeepingTerms(activation)
          guard value.type == .string else {
            throw EvaluationError.noMatchingOverload("_+_", [Value(text), value])
          }
          text = text.appending(try activation.symbolicRun?.json(value) ?? value.json())
        }
      }
      return text
    case .array(let items): return .array(try items.map { try $0.evaluate(activation) })
    case .object(let members):
      var object = JSONObject()
      for member in members { object[member.key] = try member.value.evaluate(activation) }
      return .object(object)
    }
  }
}
