/// A compiled expression.
package struct Program: Sendable {
  /// How many steps an evaluation may take unless its caller says otherwise.
  package static let defaultStepLimit = 10_000_000

  /// The text it was compiled from.
  package let source: String
  /// The type of the result; dyn for an unchecked program.
  package let resultType: CELType
  /// What it may read of its variables, each once, in the order of the source.
  package let references: [VariableReference]
  /// The host functions it mentions, each once, in the order of the source.
  package let hostFunctions: [String]
  let root: Node
  let slotCount: Int

  init(source: String, resultType: CELType, root: Node, slotCount: Int) {
    self.source = source
    self.resultType = resultType
    self.root = root
    self.slotCount = slotCount
    let collector = ReferenceCollector(root)
    references = collector.references
    hostFunctions = collector.hostFunctions
  }

  /// The value for these variables; what it depends on and is not known is recorded
  /// (``Activation/symbolicRun``), so it is one value.
  ///
  /// Throws ``EvaluationError``, and whatever else the activation throws, unchanged.
  package func evaluate(
    _ activation: any Activation = Bindings(), stepLimit: Int = Program.defaultStepLimit
  ) throws -> Value {
    if let run = activation.symbolicRun {
      let value = try run.evaluate(self, activation, stepLimit: stepLimit)
      // A condition is decided as a whole, any other value is pinned.
      if case .symbolic(.term(let term, .bool)) = value { return .bool(run.decide(term)) }
      return run.pinned(value)
    }
    return try evaluateKnown(activation, stepLimit)
  }

  /// The value for these variables, in which scalars that are not known stay terms.
  package func evaluateKeepingTerms(_ activation: any Activation) throws -> Value {
    guard let run = activation.symbolicRun else { return try evaluate(activation) }
    return try run.evaluate(self, activation, stepLimit: Self.defaultStepLimit)
  }

  /// The value as JSON, in which scalars that are not known stay so.
  package func json(_ activation: any Activation) throws -> JSONValue {
    let value = try evaluateKeepingTerms(activation)
    return try activation.symbolicRun?.json(value) ?? value.json()
  }

  /// The value for known variables.
  func evaluateKnown(_ activation: any Activation, _ stepLimit: Int) throws -> Value {
    var evaluator = Evaluator(
      activation: activation, slotCount: slotCount, stepLimit: stepLimit)
    let value = try evaluator.evaluate(root)
    try value.measure(budget: &evaluator.budget)
    return value
  }

  /// Where something in the program stands, for messages.
  package func location(of span: SourceSpan) -> SourcePosition { span.location(in: source) }
}

extension Value {
  /// Takes the number of parts off a budget: nested macros can build a value whose parts are
  /// shared and which would never end when written out.
  func measure(budget: inout Int) throws(EvaluationError) {
    budget -= 1
    guard budget >= 0 else { throw EvaluationError(.limit, "the value is too large") }
    switch self {
    case .list(let items): for item in items { try item.measure(budget: &budget) }
    case .map(let map) where map.json == nil:
      for value in map.entries { try value.value.measure(budget: &budget) }
    case .optional(.some(let content)): try content.measure(budget: &budget)
    default: break
    }
  }
}
