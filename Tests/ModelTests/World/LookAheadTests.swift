import CEL
import POR
import Synchronization
import Testing

@testable import Model

/// Who looks ahead learns how a run may go on and changes nothing of the world.
struct LookAheadTests {
  @Test(arguments: [
    "examples/crash-between-writes/scenario.yaml",
    "examples/random-name-stale-cache/scenario.yaml",
    "examples/hpa-gitops-fight/scenario.yaml",
    "Tests/Scenarios/d-deployment/n2.yaml",
    "Tests/Scenarios/f-job/scenario.yaml",
  ])
  func `a search in which all look ahead finds the same`(_ path: String) throws {
    let count = Count()
    let plain = try explore(path) { $0 }
    let ahead = try explore(path) { Ahead(inner: $0, count: count) }
    #expect(ahead == plain)
    #expect(count.answers > 0)
  }

  /// Where nobody interferes, a run that looks ahead is the run of the steps that follow.
  @Test func `what is answered ahead is what the next step is answered`() throws {
    let count = Count()
    _ = try explore("Tests/Scenarios/d-deployment/n2.yaml") { Ahead(inner: $0, count: count) }
    let (ahead, real) = (count.aheadEnds, count.realEnds)
    #expect(ahead.count > 1)
    #expect(ahead.isSubset(of: real), "\(ahead.subtracting(real).count) of \(ahead.count)")
  }

  private struct Figures: Equatable {
    let states: Int
    let transitions: Int
    let settled: Int
    let verdicts: [String: String]
    let completed: Int
  }

  private func explore(
    _ path: String, _ wrap: (any Reconciler) -> any Reconciler
  ) throws -> Figures {
    var definition = try WorldExploration.definition(path: path)
    definition.participants = definition.participants.map {
      var participant = $0
      participant.reconciler = wrap($0.reconciler)
      return participant
    }
    let world = World(definition)
    let (composition, result, _) = try WorldExploration.explore(world)
    return Figures(
      states: result.states, transitions: result.transitions, settled: result.settled,
      verdicts: WorldExploration.verdicts(composition, result), completed: world.tree.completed)
  }
}

/// What was answered ahead, and how runs ended.
private final class Count: Sendable {
  private struct State {
    var answers = 0
    var aheadEnds: Set<[String]> = []
    var realEnds: Set<[String]> = []
  }
  private let state = Mutex(State())

  var answers: Int { state.withLock { $0.answers } }
  var aheadEnds: Set<[String]> { state.withLock { $0.aheadEnds } }
  var realEnds: Set<[String]> { state.withLock { $0.realEnds } }

  func answered() { state.withLock { $0.answers += 1 } }

  func ended(_ log: [String], isAhead: Bool) {
    _ = state.withLock {
      isAhead ? $0.aheadEnds.insert(log).inserted : $0.realEnds.insert(log).inserted
    }
  }
}

/// A controller that goes on to its end where its step ends.
private struct Ahead: Reconciler {
  let inner: any Reconciler
  let count: Count

  var name: String { inner.name }
  var fieldManager: String { inner.fieldManager }
  var watches: [WatchRule] { inner.watches }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let all = AheadOracle(oracle, count)
    let result: ReconcileResult
    do {
      result = try inner.reconcile(request, oracle: all)
    } catch let error as ReconcileError {
      count.ended(["\(name) \(request)"] + all.log + ["\(error)"], isAhead: all.cut != nil)
      throw all.cut ?? error
    } catch {
      throw all.cut ?? error
    }
    count.ended(["\(name) \(request)"] + all.log + ["\(result)"], isAhead: all.cut != nil)
    if let cut = all.cut { throw cut }
    return result
  }
}

/// Asks an oracle, and once that is cut the one that looks ahead.
private final class AheadOracle: ReconcileOracle {
  private var inner: any ReconcileOracle
  private let count: Count
  private(set) var cut: (any Error)?
  private(set) var log: [String] = []

  init(_ inner: any ReconcileOracle, _ count: Count) {
    self.inner = inner
    self.count = count
  }

  private func ask<Answer>(_ question: (any ReconcileOracle) throws -> Answer) throws -> Answer {
    let answer: Answer
    do {
      answer = try question(inner)
    } catch {
      guard cut == nil, let ahead = inner.lookAhead() else { throw error }
      cut = error
      inner = ahead
      answer = try question(inner)
    }
    if cut != nil { count.answered() }
    log.append("\(answer)")
    return answer
  }

  func get(_ apiVersion: String, _ kind: String, namespace: String, name: String) throws
    -> JSONObject?
  { try ask { try $0.get(apiVersion, kind, namespace: namespace, name: name) } }

  func list(_ query: ListQuery) throws -> [JSONObject] { try ask { try $0.list(query) } }
  func send(_ request: APIRequest) throws -> APIResponse { try ask { try $0.send(request) } }
  func creationRank(of object: JSONObject) throws -> Int {
    try ask { try $0.creationRank(of: object) }
  }
  func hasPassed(deadline: String) throws -> Bool {
    try ask { try $0.hasPassed(deadline: deadline) }
  }
  func choose(_ count: Int, _ label: String) throws -> Int {
    try ask { try $0.choose(count, label) }
  }
  func freshValue() throws -> String { try ask { try $0.freshValue() } }
  func spend(_ budget: String, limit: Int) throws -> Bool {
    try ask { try $0.spend(budget, limit: limit) }
  }
}
