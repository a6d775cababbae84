internal import CEL
internal import Model
internal import Solver

/// A number of questions.
final class QuestionCount {
  var number = 0
}

/// Runs a piece of work once for each class of values that it treats alike.
///
/// What `ValueClasses` does for a whole verification, for one step or one expression: the classes
/// cover all values, each with the conditions under which the work is done that way.
struct Classes {
  /// One class and what the work gave.
  struct Case<Result> {
    let condition: TermID
    let result: Result
  }

  private static let limit = 300
  let session: SolverSession
  /// How often values in no class were asked for; the same whatever models Z3 finds.
  let questions = QuestionCount()

  private var terms: TermTable { session.terms }

  /// All classes of the values that fulfil a condition; throws ``NotProvable`` where they are too
  /// many or not known.
  func all<Result>(
    of domain: TermID, _ what: @autoclosure () -> String, _ work: (SymbolicRun) throws -> Result
  ) throws -> [Case<Result>] {
    var found: [Case<Result>] = []
    var outside = [domain]
    while true {
      if let reason = session.stopReason { throw NotProvable(reason) }
      questions.number += 1
      switch session.solution(of: outside) {
      case .unsatisfiable:
        guard found.allSatisfy({ !terms.isModuloRounding($0.condition) }) else {
          throw NotProvable("\(what()) compares doubles that Z3 knows up to rounding only")
        }
        return found
      case .unknown(let reason):
        throw NotProvable("Z3 does not know all values for which \(what()) differs: \(reason)")
      case .satisfiable(let values):
        guard terms.holds(terms.all(outside), values) else {
          throw NotProvable("\(what()) compares doubles that Z3 knows up to rounding only")
        }
        let run = SymbolicRun(terms: terms, values: values)
        let result = try work(run)
        let condition = terms.all(run.decisions)
        found.append(Case(condition: condition, result: result))
        outside.append(terms.not(condition))
        if found.count > Self.limit { throw NotProvable(tooMany(what(), run)) }
      }
    }
  }

  private func tooMany(_ what: String, _ run: SymbolicRun) -> String {
    let looked = run.pins.first.map { " (it looks at the very value of \(terms.text($0)))" } ?? ""
    return "\(what) does more than \(Self.limit) different things for different values\(looked)"
  }
}
