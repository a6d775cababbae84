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
    // Regions without a class so far, disjoint: conjunctions of few conditions, which are decided sooner
    // than "in none of the classes".
    var regions = [[domain]]
    while let region = regions.popLast() {
      if let reason = session.stopReason { throw NotProvable(reason) }
      if terms.all(region) == .never { continue }
      questions.number += 1
      switch session.solution(of: region) {
      case .unsatisfiable: continue
      case .unknown(let reason):
        throw NotProvable("Z3 does not know all values for which \(what()) differs: \(reason)")
      case .satisfiable(let values):
        guard terms.holds(terms.all(region), values) else {
          throw NotProvable("\(what()) compares doubles that Z3 knows up to rounding only")
        }
        let run = SymbolicRun(terms: terms, values: values, isAbstract: true)
        let result = try work(run)
        found.append(Case(condition: terms.all(run.decisions), result: result))
        if found.count > Self.limit { throw NotProvable(tooMany(what(), run)) }
        regions += rest(of: region, without: run.decisions)
      }
    }
    guard found.allSatisfy({ !terms.isModuloRounding($0.condition) }) else {
      throw NotProvable("\(what()) compares doubles that Z3 knows up to rounding only")
    }
    return found
  }

  /// What is left of a region without a class in it: first what leaves the class with its first
  /// decision, then what keeps that and leaves it with the second, and so on.
  private func rest(of region: [TermID], without decisions: [TermID]) -> [[TermID]] {
    let known = Set(region)
    var kept = region
    var found: [[TermID]] = []
    for decision in decisions where !known.contains(decision) {
      found.append(kept + [terms.not(decision)])
      kept.append(decision)
    }
    return found
  }

  private func tooMany(_ what: String, _ run: SymbolicRun) -> String {
    let looked = run.pins.first.map { " (it looks at the very value of \(terms.text($0)))" } ?? ""
    return "\(what) does more than \(Self.limit) different things for different values\(looked)"
  }
}
