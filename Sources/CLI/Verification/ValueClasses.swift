internal import CEL
internal import Foundation
internal import Model
internal import Solver

/// The values of the symbols, class by class.
///
/// The values of a class run alike: every decision of the whole verification, taken under one of
/// them, is the same under the others (``SymbolicRun``). So one verification speaks for the class,
/// and when the classes cover all values, all are verified.
struct ValueClasses {
  /// One class: the conditions that its values fulfil.
  struct Class {
    let condition: TermID
    let valuation: Valuation
  }

  /// How many classes are tried at most.
  static let limit = 10_000
  private static let rounding = "doubles are compared that Z3 knows up to rounding only"

  let inputs: UnknownInputs
  private(set) var closed: [Class] = []
  /// What all values fulfil that are looked at: the domain and the user's assumptions.
  private(set) var assumptions: [TermID]
  /// Z3, for the values that no class has.
  let session: SolverSession
  /// How often the next values were asked for.
  ///
  /// How often Z3 is, for one answer, depends on the models that it happens to find.
  private(set) var questions = 0
  /// How many conditions runs decided by their values, without Z3.
  private(set) var decided = 0

  init(_ inputs: UnknownInputs) {
    self.inputs = inputs
    session = SolverSession(PathTable(inputs.terms))
    assumptions = [inputs.domain]
  }

  /// Notes what is assumed of all values; descriptions do not say it again.
  mutating func assume(_ conditions: [TermID]) {
    assumptions += conditions.filter { !assumptions.contains($0) }
  }

  /// What was asked of Z3 and what was not, for the line of timing.
  ///
  /// - proofs: what proofs asked.
  func figures(with proofs: SolverFigures) -> String {
    let all = session.figures + proofs
    let share = all.questions == 0 ? 100 : 100 * Double(all.hits) / Double(all.questions)
    return "\(all.text) (\(String(format: "%.1f", share)) %); "
      + "\(decided) conditions decided by values"
  }

  /// What the search for the next class found.
  enum Next {
    /// The smallest values that no class has so far.
    case values(Valuation)
    case none
    /// Nobody knows whether there are more, and why.
    case unknown(String)
  }

  /// The next class's first values.
  mutating func next() -> Next {
    questions += 1
    if closed.count >= Self.limit {
      return .unknown("more than \(Self.limit) classes of values run differently")
    }
    let outside = closed.map { inputs.terms.not($0.condition) }
    switch session.leastSolution(of: assumptions + outside) {
    case .satisfiable(let values):
      // Z3 compares some doubles as real numbers; then a model may lie in a class after all.
      if closed.contains(where: { inputs.terms.holds($0.condition, values) }) {
        return .unknown(Self.rounding)
      }
      return .values(values)
    case .unsatisfiable:
      // Nor does "no model" mean that there is no value of doubles.
      let isExact = (closed.map(\.condition) + assumptions)
        .allSatisfy { !inputs.terms.isModuloRounding($0) }
      return isExact ? .none : .unknown(Self.rounding)
    case .unknown(let reason): return .unknown("Z3 does not know whether there are more: \(reason)")
    }
  }

  /// Adds a class whose values are not looked at; descriptions do not say so again.
  mutating func exclude(_ run: SymbolicRun) {
    assume([inputs.terms.not(close(run).condition)])
  }

  /// Adds the class of a run that is over.
  @discardableResult
  mutating func close(_ run: SymbolicRun) -> Class {
    run.decideNames()
    decided += run.asked
    let added = Class(condition: inputs.terms.all(run.decisions), valuation: run.values)
    closed.append(added)
    return added
  }
}
