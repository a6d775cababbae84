internal import Transitions

/// Makes runs of representatives real: the search that matched states up to an exchange of names
/// went on from another state than the one that a step leads to.
///
/// A run of representatives is followed among all states: of the steps from the state at hand, one
/// leads to a state that the next representative stands for. One always does, for an exchange of
/// interchangeable names is an automorphism of the system.
struct Concretizer {
  private let system: any TransitionSystem

  /// Makes a concretizer of a system whose `usesSymmetry` is off.
  init(_ system: any TransitionSystem) { self.system = system }

  /// A run that cannot be followed: a bug of the symmetry.
  struct BrokenSymmetry: Error {
    let step: Int
  }

  /// Replaces the runs of representatives in some findings.
  func concretize(_ findings: inout [Finding?]) throws {
    for index in findings.indices {
      guard case .violated(let violations) = findings[index] else { continue }
      findings[index] = .violated(
        try violations.map { violation in
          var real = violation
          real.run = try violation.run.map { try concrete($0, violation.kind, of: index) }
          real.otherRun = try violation.otherRun.map { try concrete($0, violation.kind, of: index) }
          return real
        })
    }
  }

  private func concrete(_ run: Run, _ kind: ViolationKind, of property: Int) throws -> Run {
    let representatives = try follow(run)
    var states = PlainStates(system: system)
    var real = run
    real.steps = []
    var state = states.initial
    for (number, wanted) in representatives.enumerated() {
      let isLast = number == representatives.count - 1
      let next = try states.steps(from: state).first { step in
        if isLast && kind == .stepRule {
          let broken = system.violatedRules(step.successor.violations)
          if !broken.contains(property) { return false }
        }
        return representative(of: step.target) == wanted
      }
      guard let next else { throw BrokenSymmetry(step: number + 1) }
      real.steps.append(
        RunStep(action: next.successor.action, outcome: next.successor.outcome))
      state = next.target
    }
    return real
  }

  /// The representatives after each step of a run.
  private func follow(_ run: Run) throws -> [[UInt32]] {
    system.usesSymmetry = true
    defer { system.usesSymmetry = false }
    var states = PlainStates(system: system)
    var state = states.initial
    var result: [[UInt32]] = []
    for step in run.steps {
      let next = try states.steps(from: state).first {
        $0.successor.action == step.action && $0.successor.outcome == step.outcome
      }
      guard let next else { throw BrokenSymmetry(step: result.count + 1) }
      state = next.target
      result.append(state)
    }
    return result
  }

  private func representative(of state: [UInt32]) -> [UInt32] {
    PlainStates.trimmed(
      PlainStates.padded(state, to: system.width).withUnsafeBufferPointer {
        system.representative(of: $0)
      })
  }
}
