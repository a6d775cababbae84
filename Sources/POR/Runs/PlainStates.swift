internal import Transitions

/// States as plain arrays, without store or ids: what a check of a run works on.
///
/// Slow and simple on purpose: it shares nothing with the search but the system itself.
struct PlainStates {
  /// One step and the state it leads to.
  struct Step {
    var successor: Successor
    var target: [UInt32]
  }

  let system: any TransitionSystem
  private var buffer = SuccessorBuffer()
  /// How many states were expanded and steps listed: what the work is measured by.
  private(set) var listed = 0

  /// Makes the states of a system.
  init(system: any TransitionSystem) { self.system = system }

  var initial: [UInt32] { Self.trimmed(system.initialState) }

  /// All steps from a state.
  mutating func steps(from state: [UInt32]) throws -> [Step] {
    try steps(from: state) { _ in true }
  }

  /// The steps from a state that satisfy a test; those that do not cost little.
  mutating func steps(
    from state: [UInt32], where isWanted: (Successor) -> Bool
  ) throws -> [Step] {
    try list(state)
    return listedSteps(from: state, where: isWanted)
  }

  /// The steps that satisfy a test, from the state that was listed last.
  func listedSteps(from state: [UInt32], where isWanted: (Successor) -> Bool) -> [Step] {
    var steps: [Step] = []
    for successor in buffer.successors where isWanted(successor) {
      steps.append(Step(successor: successor, target: target(of: successor, from: state)))
    }
    return steps
  }

  /// The first step from a state that satisfies a test.
  mutating func firstStep(
    from state: [UInt32], where isWanted: (Successor) -> Bool
  ) throws -> Step? {
    try list(state)
    return buffer.successors.first(where: isWanted).map {
      Step(successor: $0, target: target(of: $0, from: state))
    }
  }

  /// What is enabled at a state, without where it leads.
  mutating func successors(of state: [UInt32]) throws -> [Successor] {
    try list(state)
    return buffer.successors
  }

  private mutating func list(_ state: [UInt32]) throws {
    buffer.removeAll()
    try withWords(state) { try system.expand($0, into: &buffer) }
    listed += buffer.successors.count + 1
  }

  private func target(of successor: Successor, from state: [UInt32]) -> [UInt32] {
    var target = state
    let first = Int(successor.firstChange)
    for change in buffer.changes[first..<(first + Int(successor.changeCount))] {
      let index = Int(change.index)
      if index >= target.count {
        target += Array(repeating: 0, count: index + 1 - target.count)
      }
      target[index] = change.value
    }
    return Self.trimmed(target)
  }

  /// The value of a predicate at a state.
  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue {
    withWords(state) { system.evaluate(predicate: predicate, at: $0) }
  }

  /// Group and end of a state.
  func confluence(of property: Int, at state: [UInt32]) -> (group: UInt32, end: UInt32) {
    withWords(state) { system.confluence(property: property, at: $0) }
  }

  /// Calls a function with the words of a state, as many as the system has now.
  func withWords<Result>(
    _ state: [UInt32], _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
  ) rethrows -> Result {
    try Self.padded(state, to: system.width).withUnsafeBufferPointer(body)
  }

  /// A state with zeros up to a width.
  static func padded(_ state: [UInt32], to width: Int) -> [UInt32] {
    let missing = width - state.count
    return missing > 0 ? state + Array(repeating: 0, count: missing) : state
  }

  /// A state without the zeros at its end.
  static func trimmed(_ state: [UInt32]) -> [UInt32] {
    guard let last = state.lastIndex(where: { $0 != 0 }) else { return [] }
    return Array(state[...last])
  }
}
