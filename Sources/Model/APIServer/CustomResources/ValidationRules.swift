package import CEL

/// Evaluates the CEL rules (`x-kubernetes-validations`) of a schema.
///
/// A protocol, since the expression language is another module's business.
package protocol ValidationRules: Sendable {
  /// What the rules at one place of a schema find wrong.
  ///
  /// - Parameters:
  ///   - rules: the objects of `x-kubernetes-validations`.
  ///   - value: what they call `self`.
  ///   - oldValue: what they call `oldSelf`; nil at creation and for values that are new.
  ///   - schema: the schema of the value, for its types.
  /// - Returns: the rules that do not hold, each with its message.
  func violations(
    of rules: [JSONObject], value: JSONValue, oldValue: JSONValue?, schema: JSONObject
  ) -> [RuleViolation]
}

/// A CEL rule that does not hold, or cannot be evaluated.
package struct RuleViolation: Hashable, Sendable {
  /// The rule, an object of `x-kubernetes-validations`.
  package let rule: JSONObject
  /// What to tell the user.
  package let message: String

  /// Makes a violation.
  package init(rule: JSONObject, message: String) {
    self.rule = rule
    self.message = message
  }
}

/// Finds nothing wrong: for servers whose definitions have no rules.
package struct NoValidationRules: ValidationRules {
  /// Makes an evaluator that accepts everything.
  package init() {}

  package func violations(
    of rules: [JSONObject], value: JSONValue, oldValue: JSONValue?, schema: JSONObject
  ) -> [RuleViolation] { [] }
}
