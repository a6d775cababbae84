// The binding of Z3, for the address sanitizer to watch: contexts that are made anew and freed, models,
// texts, checks that the watchdog interrupts, two threads.
//
//   swift build --sanitize=address --product solver-check --scratch-path .build-asan
//   .build-asan/debug/solver-check
//
// With `--error` it reads memory that is freed, with `--leak` it forgets a session with its context: the
// sanitizer must report both.

import CEL
import Foundation
import Solver

/// Asks questions of all theories of one session; says how many had an answer.
func ask(_ rounds: Int) -> (answers: Int, restarts: Int) {
  let terms = TermTable()
  var limits = SolverLimits()
  limits.cases = 0
  limits.models = 2
  limits.formulas = 400
  let session = SolverSession(PathTable(terms), limits: limits)
  let (x, y) = (
    terms.symbol("x", .int, range: Interval(0, 1000)),
    terms.symbol("y", .int, range: Interval(-50, 1000))
  )
  let (name, flag) = (terms.symbol("name", .string), terms.symbol("flag", .bool))
  guard let label = try? RegularExpression("^[a-z]([-a-z0-9]*[a-z0-9])?$") else { return (0, 0) }
  var answers = 0
  for round in 0..<rounds {
    let number = Int128(round)
    let questions = [
      [terms.isLess(x, y), terms.atMost(terms.add(x, y), number)],
      [terms.matches(name, label), terms.equals(terms.length(name), number % 5)],
      [terms.stringEquals(name, terms.string("ä€\u{1F600}-\(round)")), flag],
      [terms.equals(terms.quotient(y, x), number % 7), terms.isAtLeast(x, 2)],
    ]
    for question in questions {
      if case .unknown = session.leastSolution(of: question) { continue }
      answers += 1
    }
  }
  return (answers, session.figures.restarts)
}

/// Questions that only the watchdog ends; the session is good afterwards.
func interrupt(_ rounds: Int) -> Bool {
  let terms = TermTable()
  var limits = SolverLimits()
  limits.cases = 0
  limits.milliseconds = 40
  let session = SolverSession(PathTable(terms), limits: limits)
  let numbers = (0..<3).map { terms.symbol("n\($0)", .int, range: Interval(2, 1 << 62)) }
  func cube(_ x: TermID) -> TermID { terms.multiply(x, terms.multiply(x, x)) }
  let hard = terms.areEqual(terms.add(cube(numbers[0]), cube(numbers[1])), cube(numbers[2]))
  for round in 0..<rounds {
    guard case .unknown = session.solution(of: [hard, terms.isAtLeast(numbers[0], Int128(round))]),
      case .satisfiable = session.solution(of: [terms.equals(numbers[1], Int128(round + 5))])
    else { return false }
  }
  return session.figures.restarts >= rounds - 1
}

if CommandLine.arguments.contains("--error") {
  let numbers = UnsafeMutablePointer<Int>.allocate(capacity: 4)
  numbers.initialize(repeating: 1, count: 4)
  numbers.deallocate()
  print(numbers[1])
}

@inline(never) func forget() {
  let session = SolverSession(PathTable(TermTable()))
  var limits = SolverLimits()
  limits.cases = 0
  session.limits = limits
  _ = session.solution(of: [session.terms.symbol("forgotten", .bool)])
  _ = Unmanaged.passRetained(session)
}
if CommandLine.arguments.contains("--leak") { for _ in 0..<4 { forget() } }

let results = UnsafeMutablePointer<(answers: Int, restarts: Int)>.allocate(capacity: 2)
results.initialize(repeating: (0, 0), count: 2)
nonisolated(unsafe) let shared = results
DispatchQueue.concurrentPerform(iterations: 2) { index in shared[index] = ask(40) }
let found = (shared[0], shared[1])
results.deallocate()
let isStopped = interrupt(6)
var renewed = 0
for _ in 0..<20 { renewed += ask(1).answers }
print(
  "answers=\(found.0.answers + found.1.answers) restarts=\(found.0.restarts) "
    + "renewed=\(renewed) stopped=\(isStopped)")
precondition(
  found.0.answers == found.1.answers && found.0.answers > 100 && found.0.restarts > 0
    && renewed >= 60 && isStopped, "the solver does not do what it is asked")
