/// What a reduction did, in numbers.
package struct ReductionFigures: Hashable, Sendable {
  /// How many passes there were.
  package internal(set) var passes = 0
  /// The steps that were taken, and those that were enabled at the same states.
  package internal(set) var taken = 0
  package internal(set) var enabled = 0

  /// Adds what one pass did.
  mutating func add(
    _ search: borrowing ReducedSearch, in space: borrowing StateSpace, isSymmetric: Bool
  ) {
    passes += 1
    taken += search.transitions
    enabled += search.enabledTransitions
  }
}
