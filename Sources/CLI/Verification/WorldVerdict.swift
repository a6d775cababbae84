package import Model
package import POR
internal import Transitions

/// What the searches of all parts of a world found.
package struct WorldVerdict {
  /// One part with its search.
  package struct Part {
    package let component: Component
    package let composition: Composition
    package let result: SearchResult
    /// How much was audited; nil where nothing was to be.
    package let audit: SearchAudit.Figures?

    /// Whether anything can happen in it; a part of a property alone is no work.
    package var hasActions: Bool { !component.requests.isEmpty || !component.events.isEmpty }
  }

  /// What is known of one property.
  package enum Outcome {
    case holds
    case violated([Violation], part: Int)
    case inconclusive(InconclusiveReason)
  }

  package let world: World
  package let parts: [Part]

  /// Distinct states, summed over the parts.
  package var states: Int { max(1, sum { $0.hasActions ? $0.result.states : 0 }) }
  /// Steps between them.
  package var transitions: Int { sum { $0.result.transitions } }
  /// Distinct end states, summed over the parts (all of them together are the product).
  package var settled: Int {
    parts.contains(where: \.hasActions) ? sum { $0.hasActions ? $0.result.settled : 0 } : 1
  }
  /// Reconciles that were executed to their end, here.
  package var reconciles: Int {
    world.definition.participants.enumerated().filter { !$1.reconciler.runsElsewhere }
      .reduce(0) { $0 + world.tree.completed(by: $1.offset) }
  }
  /// Steps that were looked up instead of computed.
  package var memo: Int { sum { $0.composition.lookedUpSteps - $0.composition.computedSteps } }
  /// How much of the search was audited; nil where nothing was to be.
  package var audit: SearchAudit.Figures? {
    let figures = parts.compactMap(\.audit)
    return figures.isEmpty ? nil : figures.reduce(SearchAudit.Figures(), +)
  }
  /// About how many states full searches of all parts have; nil where they were full.
  package var full: StateEstimate? {
    let reduced = parts.filter(\.hasActions)
    guard reduced.contains(where: { $0.result.reduction != nil }) else { return nil }
    let estimates = reduced.map { part in
      (part.result.reduction?.full ?? StateEstimate(states: 1)).atLeast(part.result.states)
    }
    return estimates.dropFirst().reduce(estimates[0], +)
  }
  /// Why the search still took several orders, with the indices of the definition's properties.
  package var couplings: CouplingReport? {
    let reports = parts.compactMap { part in
      part.result.couplings?.renumbered { part.composition.propertyIndices[$0] }
    }
    guard var sum = reports.first else { return nil }
    for report in reports.dropFirst() { sum.add(report) }
    return sum
  }
  /// Why a property that holds in every part says nothing in any; nil where it does.
  package func vacuity(of property: Int) -> Composition.Vacuity? {
    var found: Composition.Vacuity?
    for part in parts {
      guard let local = part.composition.propertyIndices.firstIndex(of: property) else { continue }
      guard let vacuity = part.composition.vacuity(of: local) else { return nil }
      found = vacuity
    }
    return found
  }

  /// Why the exploration is not complete; nil if it is.
  package var cut: CutReason? { parts.lazy.compactMap(\.result.cut).first }

  private func sum(_ value: (Part) -> Int) -> Int { parts.map(value).reduce(0, +) }

  /// The outcome of a property, by its index in the definition.
  ///
  /// A property of one part is judged there; a property of all parts is violated by the first that
  /// violates it. Where some part never settles, the whole never settles, and a property of settled
  /// states says nothing.
  package func outcome(of property: Int) -> Outcome {
    var inconclusive: InconclusiveReason?
    for (index, part) in parts.enumerated() {
      guard let local = part.composition.propertyIndices.firstIndex(of: property) else { continue }
      switch part.result.findings[local] {
      case .holds: break
      case .violated(let violations): return .violated(violations, part: index)
      case .inconclusive(let reason): inconclusive = inconclusive ?? reason
      }
    }
    if let inconclusive { return .inconclusive(inconclusive) }
    switch world.definition.properties[property].program {
    case .settled, .confluent:
      if parts.contains(where: { $0.result.settled == 0 }) { return .inconclusive(.noSettledState) }
    default: break
    }
    if let cut { return .inconclusive(.cut(cut)) }
    return .holds
  }
}
