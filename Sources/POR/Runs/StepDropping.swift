internal import Transitions

/// Leaves steps out of runs that are too long, as long as the rest can be executed and shows the
/// violation.
///
/// What depends on a step that was left out is left out with it; independent steps move up. Parts of
/// half the run are tried first, then smaller ones, down to single steps, until none can be left out
/// (Zeller and Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002).
struct StepDropping {
  /// How many continuations of a candidate are looked at.
  private static let closureLimit = 1_000

  private var checker: RunChecker
  private var states: PlainStates
  private let effort: Int

  /// Makes a dropping that lists about so many steps at most.
  init(_ system: any TransitionSystem, steps: Int) {
    checker = RunChecker(system: system, closureLimit: Self.closureLimit)
    states = PlainStates(system: system)
    effort = steps
  }

  private var isSpent: Bool { states.listed + checker.listed >= effort }

  /// A violation of the same kind whose runs are as short or shorter.
  mutating func shortened(_ violation: Violation, of property: Int) throws -> Violation {
    var result = violation
    try shorten(\.run, of: &result, property)
    try shorten(\.otherRun, of: &result, property)
    return result
  }

  private mutating func shorten(
    _ run: WritableKeyPath<Violation, Run?>, of violation: inout Violation, _ property: Int
  ) throws {
    guard let length = violation[keyPath: run]?.steps.count else { return }
    var size = max(1, length / 2)
    while size > 0 {
      var isShorter = false
      var end = violation[keyPath: run]?.steps.count ?? 0
      while end > 0 && !isSpent {
        let start = max(0, end - size)
        var candidate = violation
        if let old = violation[keyPath: run], let new = try without(start..<end, old) {
          candidate[keyPath: run] = new
          if try checker.check(candidate, of: property) == .confirmed {
            violation = candidate
            isShorter = true
          }
        }
        end = min(start, violation[keyPath: run]?.steps.count ?? 0)
      }
      if isSpent { return }
      if !isShorter || size > 1 { size /= 2 }
    }
  }

  /// The run without some of its steps and without those that are not enabled without them; nil where
  /// nothing of its cycle is left.
  private mutating func without(_ dropped: Range<Int>, _ run: Run) throws -> Run? {
    var result = Run(steps: [], loopStart: run.loopStart, trigger: run.trigger)
    var state = states.initial
    for (place, step) in run.steps.enumerated() {
      if place == run.loopStart { result.loopStart = result.steps.count }
      if place == run.trigger { result.trigger = result.steps.count }
      if dropped.contains(place) { continue }
      guard let next = try find(step, at: state) else { continue }
      result.steps.append(
        RunStep(action: next.successor.action, outcome: next.successor.outcome))
      state = next.target
    }
    if run.trigger == run.steps.count { result.trigger = result.steps.count }
    if let start = result.loopStart, start == result.steps.count { return nil }
    return result
  }

  /// The step itself, or one of its class: names may have changed with what was left out.
  private mutating func find(_ step: RunStep, at state: [UInt32]) throws -> PlainStates.Step? {
    let same = try states.firstStep(from: state) {
      $0.action == step.action && $0.outcome == step.outcome
    }
    if let same { return same }
    let system = states.system
    let actionClass = system.actionClass(of: step.action)
    return try states.firstStep(from: state) {
      $0.outcome == step.outcome && system.actionClass(of: $0.action) == actionClass
    }
  }
}
