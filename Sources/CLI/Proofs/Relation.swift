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
    /// What the API server makes sure of: assumed before each step and shown after it.
    let order: TermID
  }

  var system: GuardedSystem
  var locations: [Location]
  /// The symbols of the variables, by place.
  let variables: [String: Int]
  /// The symbols of the scenario.
  let parameters: [Int]
  /// Where an expression of an event cannot be evaluated, one number past the locations.
  var failure: Int { locations.count }

  /// The relation with similar states as one: those that have the same variables and of which the
  /// claims say the same.
  ///
  /// More can happen in it, never less. And the claims at its states.
  func merged(_ claims: [[TermID]], _ terms: TermTable) -> (relation: Relation, claims: [[TermID]])
  {
    struct Kind: Hashable {
      let variables: [String]
      let claims: [TermID]
    }
    var numbers: [Kind: Int] = [:]
    var places: [Int] = []
    var kept: [Int] = []
    for (index, location) in locations.enumerated() {
      let kind = Kind(variables: location.variables, claims: claims.map { $0[index] })
      if numbers[kind] == nil {
        numbers[kind] = kept.count
        kept.append(index)
      }
      places.append(numbers[kind] ?? 0)
    }
    places.append(kept.count)
    var result = self
    result.locations = kept.map { locations[$0] }
    result.system = GuardedSystem(
      domain: system.domain, locations: (kept + [failure]).map { system.locations[$0] },
      starts: system.starts.map {
        GuardedSystem.Start(
          location: places[$0.location], condition: $0.condition, values: $0.values)
      })
    for edge in system.edges {
      result.system.add(
        GuardedSystem.Edge(
          name: edge.name, source: places[edge.source], target: places[edge.target],
          condition: edge.condition, updates: edge.updates), terms)
    }
    return (result, claims.map { claim in (kept + [failure]).map { claim[$0] } })
  }
}
