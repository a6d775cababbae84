internal import CEL
internal import Model
internal import Solver

/// The transition relation of a composition, taken from its controllers' own steps.
struct Relation {
  /// A state up to the integers that change: those are variables.
  struct Location {
    let state: AbstractState
    let shape: String
    /// The terms of the integers that never change, by place.
    let fixed: [String: TermID]
    /// The places of the variables.
    let variables: [String]
  }

  var system: GuardedSystem
  let locations: [Location]
  /// The symbols of the variables, by place.
  let variables: [String: Int]
  /// The symbols of the scenario.
  let parameters: [Int]
  /// Where an expression of an event cannot be evaluated, one number past the locations.
  var failure: Int { locations.count }
}
