package import CEL

/// A transition system of places with integers: an edge can be taken where its guard holds, and gives
/// the variables new values.
///
/// Variables and parameters are symbols of one term table; what is neither (a choice that a step
/// makes) may be anything at each step.
package struct GuardedSystem {
  /// One kind of step between two locations.
  package struct Edge {
    package let name: String
    package let source: Int
    package let target: Int
    package var condition: TermID
    /// The new values by symbol; a variable that is missing is not there in the target.
    package let updates: [Int: TermID]

    /// Makes an edge.
    package init(
      name: String, source: Int, target: Int, condition: TermID, updates: [Int: TermID]
    ) {
      self.name = name
      self.source = source
      self.target = target
      self.condition = condition
      self.updates = updates
    }
  }

  /// One way to start.
  package struct Start {
    package let location: Int
    package let condition: TermID
    package let values: [Int: TermID]

    /// Makes a start.
    package init(location: Int, condition: TermID, values: [Int: TermID]) {
      self.location = location
      self.condition = condition
      self.values = values
    }
  }

  /// What all values of the parameters fulfil.
  package var domain: TermID
  /// The variables of each location, by symbol, ascending.
  package var locations: [[Int]]
  package var starts: [Start]
  package private(set) var edges: [Edge] = []
  private var numbers: [EdgeKey: Int] = [:]

  /// All of an edge but its guard.
  private struct EdgeKey: Hashable {
    let name: String
    let source: Int
    let target: Int
    let updates: [Int: TermID]
  }

  /// Makes a system without edges.
  package init(domain: TermID, locations: [[Int]], starts: [Start]) {
    self.domain = domain
    self.locations = locations
    self.starts = starts
  }

  /// Adds an edge, together with one that differs in its guard only; one that changes nothing is
  /// left out.
  package mutating func add(_ edge: Edge, _ terms: TermTable) {
    let changesNothing =
      edge.source == edge.target
      && edge.updates.allSatisfy { $0.value == terms.term(ofSymbol: $0.key) }
    if changesNothing { return }
    let key = EdgeKey(
      name: edge.name, source: edge.source, target: edge.target, updates: edge.updates)
    if let same = numbers[key] {
      edges[same].condition = terms.or(edges[same].condition, edge.condition)
    } else {
      numbers[key] = edges.count
      edges.append(edge)
    }
  }
}
