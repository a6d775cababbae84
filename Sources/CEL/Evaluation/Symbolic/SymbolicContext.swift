/// What an evaluation over unknown values needs: the table of its terms, and whom to ask where a
/// term will not do.
package final class SymbolicContext {
  package let terms: TermTable
  /// Answers a condition where control flow needs an answer.
  ///
  /// Without it such a place is outside the fragment. The caller evaluates again under the other answer.
  package var decide: ((TermID) throws -> Bool)?
  /// Gives a term one value where a function needs a known argument; nil for none.
  ///
  /// The caller adds to its path that the term has this value.
  package var pick: ((TermID) throws -> TermConstant?)?
  /// How many values the arguments of a function outside the fragment may have together.
  package var splitLimit = 64
  /// Whether functions that no formula looks into may be terms: equal arguments, equal results.
  package var abstracts = false
  /// How many values an argument may have at most to be tried one by one instead.
  package var enumerationLimit: Int128 = 1000
  /// What was outside the fragment and how the evaluation went on, in the order it happened.
  package private(set) var notes: [FragmentNote] = []

  /// Makes a context; terms of several evaluations share a table.
  package init(_ terms: TermTable) { self.terms = terms }

  /// Records how a construct outside the fragment was handled.
  func note(_ note: FragmentNote) {
    if !notes.contains(note) { notes.append(note) }
  }

  /// Forgets the notes.
  package func removeNotes() { notes = [] }
}

/// How a construct outside the fragment was handled.
package struct FragmentNote: Hashable, Sendable {
  /// The ways, the strongest first.
  package enum Way: String, Hashable, Sendable {
    /// All values were tried; nothing is lost.
    case split
    /// The caller decided a condition; nothing is lost if it tries both answers.
    case decided
    /// A solver knows of the function only that equal arguments have equal results; what it says is
    /// impossible is, and values that it finds are tried.
    case abstracted
    /// One value was picked; what holds for it need not hold for others.
    case concretised
  }

  package let way: Way
  package let reason: String
  package let span: SourceSpan
}

/// A construct that no term stands for.
package struct OutsideFragment: Error, Sendable {
  /// Why, such as the name of a function.
  package let reason: String
  package let span: SourceSpan
  /// What would have to be known for the evaluation to go on.
  package let terms: [TermID]
  /// The expression's source, where the evaluation's caller knows it.
  package internal(set) var source = ""

  init(_ reason: String, _ span: SourceSpan, _ terms: [TermID] = []) {
    self.reason = reason
    self.span = span
    self.terms = terms
  }

  /// Where the construct starts.
  package var position: SourcePosition { span.location(in: source) }

  /// The text of the construct.
  package var expression: String { span.text(in: source) }
}

extension OutsideFragment: CustomStringConvertible {
  package var description: String {
    "\(position.line):\(position.column): '\(expression)' is outside the symbolic fragment: \(reason)"
  }
}

/// What an evaluation over unknown values gives.
package struct SymbolicOutcome {
  /// The value, where there is no error.
  package let value: Value
  /// The condition under which the evaluation fails.
  package let error: TermID
  /// The first failure that is possible, if any is.
  package let failure: EvaluationError?
}

/// A condition over unknown values.
package struct SymbolicCondition: Hashable, Sendable {
  /// Whether it fails.
  package let error: TermID
  /// Whether it holds, where it does not fail.
  package let holds: TermID
}

extension Program {
  /// The value for variables of which some are symbolic.
  ///
  /// Throws ``EvaluationError`` where every valuation fails, ``OutsideFragment`` where a construct
  /// has no term and nobody decides, and what the activation throws.
  package func evaluate(
    _ activation: any Activation, in context: SymbolicContext,
    stepLimit: Int = Program.defaultStepLimit
  ) throws -> SymbolicOutcome {
    var evaluator = Evaluator(
      activation: activation, slotCount: slotCount, stepLimit: stepLimit, symbolic: context)
    do {
      let value = try evaluator.evaluate(root)
      try value.measure(budget: &evaluator.budget)
      return SymbolicOutcome(value: value, error: evaluator.failure, failure: evaluator.cause)
    } catch var error as OutsideFragment {
      error.source = source
      throw error
    }
  }

  /// The same for a condition; a value that is no Boolean is a failure.
  package func condition(
    _ activation: any Activation, in context: SymbolicContext,
    stepLimit: Int = Program.defaultStepLimit
  ) throws -> SymbolicCondition {
    do {
      let outcome = try evaluate(activation, in: context, stepLimit: stepLimit)
      let (holds, mismatch) = context.condition(outcome.value)
      return SymbolicCondition(error: context.terms.or(outcome.error, mismatch), holds: holds)
    } catch let error as EvaluationError where error.kind != .limit {
      return SymbolicCondition(error: .always, holds: .never)
    }
  }
}
