internal import Transitions

/// A component that a search has completed, with what its states' expansion told.
struct CompletedComponent {
  /// Its states, in the order in which they were entered.
  let states: UnsafeBufferPointer<UInt32>
  /// It is one state that no edge leads back to.
  let isTrivial: Bool
  /// Some state in it has a fair successor.
  let hasFairStep: Bool
  /// About how many edges its states have.
  let expectedEdges: Int
  /// By state id: `firstNumber` plus the place in `states` for those of this component.
  let numbers: UnsafeBufferPointer<UInt32>
  let firstNumber: UInt32

  /// The place of a state in `states`, nil for one outside.
  func place(of state: UInt32) -> UInt32? {
    let number = numbers[Int(state)]
    guard number >= firstNumber && number < firstNumber + UInt32(states.count) else { return nil }
    return number - firstNumber
  }

  /// Its inner edges, listed again.
  func graph(in space: inout StateSpace, fairness: FairnessRule) throws -> ComponentGraph {
    try ComponentGraph(
      states: Array(states), expectedEdges: expectedEdges, in: &space, fairness: fairness
    ) { place(of: $0) }
  }
}

/// What one traversal of the states looks at; `ComponentSearch` is the traversal.
protocol SearchPass: ~Copyable {
  /// Meets a state for the first time, with the cursor on it; false keeps the search out of it.
  mutating func admits(_ state: UInt32, in space: borrowing StateSpace) -> Bool

  /// Meets a step.
  mutating func take(_ successor: Successor, in space: borrowing StateSpace)

  /// Meets a component whose states and successors are all explored.
  mutating func complete(_ component: CompletedComponent, in space: inout StateSpace) throws

  /// The pass has seen enough.
  var stop: CutReason? { get }
}
