import CEL
import Testing

@testable import Solver

/// The rolling update of a Deployment as six steps over eight integers and three limits: the floor
/// of available Pods is inductive for all values.
@Suite struct RollingUpdateProofTests {
  @Test func theFloorIsProved() {
    let model = RollingUpdate()
    let clock = ContinuousClock()
    var obligations = 0
    let time = clock.measure {
      for goal in [model.floor, model.lemmas] {
        #expect(model.session.prove(goal(model.state), from: model.start) == .valid)
        obligations += 1
        for (name, step) in model.steps(isGuarded: true) {
          let result = model.holds(goal, after: step)
          #expect(result == .valid, "\(name)")
          obligations += 1
        }
      }
    }
    #expect(obligations == 14)
    print("rolling update: \(obligations) obligations, \(time), \(model.session.figures.text)")
    #expect(time < .seconds(10))
  }

  @Test func withoutTheGuardOnlyDownFails() {
    let model = RollingUpdate()
    var failed: [String] = []
    for (name, step) in model.steps(isGuarded: false)
    where [model.floor, model.lemmas].contains(where: { model.holds($0, after: step) != .valid }) {
      failed.append(name)
    }
    #expect(failed == ["down"])
  }

  /// Three replicas, no surge, one unavailable: six steps lead below the floor.
  @Test func withoutTheGuardSixStepsLeadBelow() {
    let model = RollingUpdate()
    let terms = model.terms
    let limits = [
      terms.equals(model.replicas, 3), terms.equals(model.surge, 0),
      terms.equals(model.unavailable, 1),
    ]
    let steps = Dictionary(uniqueKeysWithValues: model.steps(isGuarded: false))
    func run(_ names: [String]) -> Entailment {
      var state = model.state
      var conditions = model.start + limits
      for name in names {
        guard let step = steps[name] else { preconditionFailure("no step \(name)") }
        let (enabled, next) = step(state)
        conditions.append(enabled)
        state = next
      }
      return model.session.prove(model.floor(state), from: conditions)
    }
    guard case .invalid = run(["down", "up", "ready", "status-new", "down", "kill"]) else {
      Issue.record("the run was not found")
      return
    }
    #expect(run(["down", "up", "ready", "down", "kill"]) == .valid)
  }
}

/// The steps of CEL.md's last section.
private final class RollingUpdate {
  /// New and old ReplicaSet: wanted, really available, and available as the status says.
  struct State {
    var new: TermID
    var old: TermID
    var newAvailable: TermID
    var oldAvailable: TermID
    var newStatus: TermID
    var oldStatus: TermID
  }

  typealias Step = (State) -> (enabled: TermID, next: State)

  let terms: TermTable
  let session: SolverSession
  let replicas: TermID
  let surge: TermID
  let unavailable: TermID
  let state: State

  init() {
    let terms = TermTable()
    func count(_ name: String, _ limit: Int128) -> TermID {
      terms.symbol(name, .int, range: Interval(0, limit))
    }
    replicas = count("replicas", 1000)
    surge = count("maxSurge", 1000)
    unavailable = count("maxUnavailable", 1000)
    state = State(
      new: count("n", 2000), old: count("o", 2000), newAvailable: count("na", 2000),
      oldAvailable: count("oa", 2000), newStatus: count("nr", 2000), oldStatus: count("orr", 2000))
    self.terms = terms
    session = SolverSession(PathTable(terms))
  }

  private var limits: TermID { terms.isAtLeast(terms.add(surge, unavailable), 1) }

  private var least: TermID { terms.subtract(replicas, unavailable) }

  func floor(_ state: State) -> TermID {
    terms.isAtMost(least, terms.add(state.newAvailable, state.oldAvailable))
  }

  func lemmas(_ state: State) -> TermID {
    terms.all([
      terms.isAtMost(state.old, state.oldAvailable),
      terms.isAtMost(state.oldAvailable, state.oldStatus),
      terms.isAtMost(state.newStatus, state.newAvailable),
      terms.isAtMost(least, terms.add(state.newAvailable, state.old)),
    ])
  }

  /// All replicas are old, available and known to be.
  var start: [TermID] {
    [
      limits, terms.equals(state.new, 0), terms.equals(state.newAvailable, 0),
      terms.equals(state.newStatus, 0), terms.areEqual(state.old, replicas),
      terms.areEqual(state.oldAvailable, replicas), terms.areEqual(state.oldStatus, replicas),
    ]
  }

  func holds(_ goal: (State) -> TermID, after step: Step) -> Entailment {
    let (enabled, next) = step(state)
    return session.prove(goal(next), from: [limits, lemmas(state), floor(state), enabled])
  }

  func steps(isGuarded: Bool) -> [(String, Step)] {
    [
      ("up", up), ("down", { self.down($0, isGuarded: isGuarded) }), ("kill", kill),
      ("ready", ready),
      (
        "status-new",
        { state in
          var next = state
          next.newStatus = state.newAvailable
          return (.always, next)
        }
      ),
      (
        "status-old",
        { state in
          var next = state
          next.oldStatus = state.oldAvailable
          return (.always, next)
        }
      ),
    ]
  }

  /// Scales the new ReplicaSet up as far as the surge allows.
  private func up(_ state: State) -> (TermID, State) {
    let room = terms.subtract(terms.add(replicas, surge), terms.add(state.new, state.old))
    let missing = terms.subtract(replicas, state.new)
    var next = state
    next.new = terms.add(state.new, terms.minimum(room, missing))
    return (terms.and(terms.isAtLeast(room, 1), terms.isAtLeast(missing, 1)), next)
  }

  /// Cleans up unhealthy old replicas, then scales the old ReplicaSet down to the floor
  /// (kubernetes: pkg/controller/deployment/rolling.go, reconcileOldReplicaSets).
  private func down(_ state: State, isGuarded: Bool) -> (TermID, State) {
    let zero = terms.integer(0)
    let unready = terms.subtract(state.new, state.newStatus)
    let most = terms.subtract(
      terms.subtract(terms.add(state.new, state.old), least), unready)
    let unhealthy = terms.maximum(terms.subtract(state.old, state.oldStatus), zero)
    let cleaned = terms.subtract(state.old, terms.minimum(most, unhealthy))
    let spare = terms.maximum(
      terms.subtract(terms.add(state.newStatus, state.oldStatus), least), zero)
    var next = state
    next.old = terms.subtract(cleaned, terms.minimum(cleaned, spare))
    let guardTerm = isGuarded ? terms.isAtMost(state.oldStatus, state.old) : .always
    return (terms.and(terms.isAtLeast(most, 1), guardTerm), next)
  }

  /// The old ReplicaSet deletes the Pods it has too many.
  private func kill(_ state: State) -> (TermID, State) {
    var next = state
    next.oldAvailable = terms.minimum(state.oldAvailable, state.old)
    return (.always, next)
  }

  /// A new Pod becomes available.
  private func ready(_ state: State) -> (TermID, State) {
    var next = state
    next.newAvailable = terms.add(state.newAvailable, terms.integer(1))
    return (terms.isLess(state.newAvailable, state.new), next)
  }
}
