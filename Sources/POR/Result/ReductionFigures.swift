internal import Transitions

/// What a reduction did, in numbers.
package struct ReductionFigures: Hashable, Sendable {
  /// How many passes there were.
  package internal(set) var passes = 0
  /// The steps that were taken, and those that were enabled at the same states.
  package internal(set) var taken = 0
  package internal(set) var enabled = 0
  /// About how many states a full search has: by the pass with the most states.
  package internal(set) var full = StateEstimate(states: 1)
  /// The states of that pass.
  private var estimatedStates = 0
  /// Whether states that differ in an exchange of names were merged.
  package internal(set) var usedSymmetry = false

  /// Adds what one pass did.
  mutating func add(
    _ search: inout ReducedSearch, _ footprints: FootprintTable, isCut: Bool, isSymmetric: Bool,
    in space: inout StateSpace
  ) throws {
    passes += 1
    usedSymmetry = usedSymmetry || isSymmetric
    taken += search.transitions
    enabled += search.enabledTransitions
    guard search.states > estimatedStates else { return }
    estimatedStates = search.states
    full = try FullEstimate.after(&search, footprints, isCut: isCut, in: &space)
  }
}
