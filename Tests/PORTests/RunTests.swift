import Testing
import Transitions

@testable import POR

/// Runs are shortest, the same in any order of search, and checked by replay.
@Suite struct RunTests {
  @Test func `does not depend on the order of actions or on hashes`() throws {
    for seed in UInt64(0)..<120 {
      let models: [any TinyModel] = [
        RandomGraphModel(seed: seed), RandomControllerModel(seed: seed),
      ]
      for model in models {
        guard Oracle(model, cap: 300) != nil else { continue }
        let plain = try Search().run(TinySystem(model))
        var options = SearchOptions()
        options.shuffleSeed = seed + 1
        options.hashSeed = seed &* 0x1234_5678_9ABC_DEF1
        let other = try Search(options: options).run(TinySystem(model))
        #expect(plain.findings == other.findings, "seed \(seed)")
        #expect(plain.states == other.states && plain.transitions == other.transitions)
        #expect(plain.settled == other.settled)
      }
    }
  }

  @Test func `closes a short cycle`() throws {
    let result = try Search().run(TinySystem(FamilySystem.fighters(4)))
    guard case .violated(let violations) = result.findings[0], let run = violations[0].run,
      let start = run.loopStart
    else {
      Issue.record("no lasso")
      return
    }
    // Four writers and one fighter before it, one round of both fighters in it.
    #expect(start == 5)
    #expect(run.steps.count - start == 2)
  }

  /// Too many ways round for the shortest: the greedy cycle flips each switch there and back.
  @Test func `closes a cycle through many actions`() throws {
    let switches = FamilySystem(
      "9 switches", objects: Array(repeating: 0, count: 9),
      programs: (0..<9).map { index in
        { objects in .init(writes: [(index, 1 - objects[index])], requeues: true) }
      }, queue: 0..<9)
    let result = try Search().run(TinySystem(switches))
    #expect(result.states == 512)
    guard case .violated(let violations) = result.findings[0], let run = violations[0].run else {
      Issue.record("the switches converge")
      return
    }
    #expect(run.loopStart == 0)
    #expect(run.steps.count == 18)
    var checker = RunChecker(system: TinySystem(switches))
    #expect(try checker.check(violations[0], of: 0) == .confirmed)
    #expect(violations[0].kind == .cannotConverge)
    // That nothing leads out is said of 512 states; a limit leaves it open, and only that.
    var limited = RunChecker(system: TinySystem(switches), closureLimit: 100)
    #expect(
      try limited.check(violations[0], of: 0) == .undecided("more than 100 states follow"))
    var open = violations[0]
    open.run = Run(steps: run.steps, loopStart: 1)
    guard case .refuted = try limited.check(open, of: 0) else {
      Issue.record("a cycle that does not close is not refuted")
      return
    }
  }

  /// Every run that the search gives is confirmed (`Comparison`); one that is bent is not.
  @Test func `refutes runs that show nothing`() throws {
    var bent = 0
    for seed in UInt64(0)..<150 {
      let model = RandomGraphModel(seed: seed)
      let result = try Search().run(TinySystem(model))
      var checker = RunChecker(system: TinySystem(model))
      for (property, finding) in result.findings.enumerated() {
        guard case .violated(let violations) = finding else { continue }
        for violation in violations {
          guard var run = violation.run else { continue }
          var copy = violation
          if run.loopStart != nil {
            run.loopStart = nil
          } else {
            run.steps.append(RunStep(action: 77))
          }
          copy.run = run
          #expect(try checker.check(copy, of: property) != .confirmed, "seed \(seed)")
          copy = violation
          copy.kind = violation.kind == .stuck ? .livelock : .stuck
          if copy.kind == .stuck {
            #expect(try checker.check(copy, of: property) != .confirmed, "seed \(seed)")
          }
          copy = violation
          copy.run = nil
          #expect(try checker.check(copy, of: property) != .confirmed, "seed \(seed)")
          bent += 1
        }
      }
    }
    #expect(bent > 200)
  }

  /// A state that is not settled, a cycle that is not fair, a way out: each must be noticed.
  @Test func `refutes what the oracle refutes`() throws {
    var notSettled = 0
    var unfair = 0
    for seed in UInt64(0)..<800 {
      let model = RandomGraphModel(seed: seed)
      guard let oracle = Oracle(model) else { continue }
      var checker = RunChecker(system: TinySystem(model))
      for state in oracle.states.indices where !oracle.settled.contains(state) {
        guard oracle.value(2, state) == .isFalse, let steps = oracle.path(to: state) else {
          continue
        }
        let claim = Violation(kind: .predicateFalse, run: Run(steps: steps))
        #expect(try checker.check(claim, of: 2) != .confirmed, "seed \(seed)")
        notSettled += 1
      }
      for state in oracle.states.indices {
        for edge in oracle.edges[state] where edge.target == state {
          let isFair = oracle.edges[state].allSatisfy {
            !$0.isFair || $0.step.action == edge.step.action
          }
          guard !isFair, edge.step.flags.contains(.changesObject),
            var steps = oracle.path(to: state)
          else { continue }
          let start = steps.count
          steps.append(
            RunStep(action: UInt32(edge.step.action), outcome: UInt32(edge.step.outcome)))
          let claim = Violation(kind: .livelock, run: Run(steps: steps, loopStart: start))
          #expect(try checker.check(claim, of: 5) != .confirmed, "seed \(seed)")
          unfair += 1
        }
      }
    }
    #expect(notSettled > 100, "only \(notSettled)")
    #expect(unfair > 10, "only \(unfair)")
  }
}

extension Oracle {
  /// The steps of a shortest path to a state.
  func path(to goal: Int) -> [RunStep]? {
    var paths: [Int: [RunStep]] = [0: []]
    var open = [0]
    var next = 0
    while next < open.count {
      let state = open[next]
      next += 1
      if state == goal { return paths[state] }
      for edge in edges[state] where paths[edge.target] == nil {
        paths[edge.target] =
          (paths[state] ?? []) + [
            RunStep(action: UInt32(edge.step.action), outcome: UInt32(edge.step.outcome))
          ]
        open.append(edge.target)
      }
    }
    return nil
  }
}
