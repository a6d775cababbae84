internal import Model
internal import POR

/// Turns what a search noted about couplings into an explanation for people.
struct ReductionExplainer {
  /// How many couplings are shown.
  private static let limit = 10

  private let properties: [PropertyDeclaration]

  /// Makes an explainer of searches that decide some properties, by index.
  init(_ properties: [PropertyDeclaration]) { self.properties = properties }

  /// The explanation; without a report nothing was reduced.
  func explanation(_ report: CouplingReport?) -> ReductionExplanation {
    guard let report else {
      return ReductionExplanation(
        states: 0, choices: 0, branching: 0,
        advice: ["nothing was left out: the search was a full one"])
    }
    let couplings = report.counts.map { coupling, states in
      ReductionExplanation.Coupling(
        first: name(coupling.first), second: name(coupling.second), place: coupling.place,
        states: states)
    }.sorted {
      ($1.states, $0.first, $0.second, $0.place) < ($0.states, $1.first, $1.second, $1.place)
    }
    return ReductionExplanation(
      states: report.states, choices: report.choices, branching: report.branching,
      barriers: report.barriers, postponed: report.postponed,
      couplings: Array(couplings.prefix(Self.limit)),
      otherCouplings: max(0, couplings.count - Self.limit), advice: advice(report))
  }

  private func name(_ actor: CouplingReport.Actor) -> String {
    switch actor {
    case .action(let name): name
    case .property(let index): "property \(properties[index].name)"
    }
  }

  /// One sentence for each property that keeps apart the orders of at least half of the states where
  /// several are left.
  private func advice(_ report: CouplingReport) -> [String] {
    properties.indices.compactMap { index in
      let states = report.observing[index] ?? 0
      guard states > 0, states * 2 >= report.branching else { return nil }
      return "property \(properties[index].name) keeps orders apart at \(states) of these "
        + "\(report.branching) states; \(remedy(properties[index]))"
    }
  }

  private func remedy(_ property: PropertyDeclaration) -> String {
    switch property.kindName {
    case "always", "never":
      "if it need only be true once nobody writes any more, write it as `settled`, which needs no "
        + "interleaving"
    case "eventually":
      "`settled` together with `converges` says as much where everything settles, and needs no "
        + "interleaving"
    default:
      "it asks what happens on the way, so the order counts; see whether `settled` says enough"
    }
  }
}
