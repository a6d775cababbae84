internal import Transitions

/// Audits every pass of a search: footprints at sampled states, and the chosen sets of the whole graph
/// that was left.
///
/// Which states are sampled depends on nothing but their numbers.
package final class SearchAudit {
  /// How much was audited.
  package struct Figures: Hashable, Sendable {
    /// The states at which footprints were audited, and the pairs of actions there.
    package var states = 0
    package var pairs = 0
    /// The states of the graphs whose chosen sets were audited, and of those that were too large.
    package var chosenSets = 0
    package var unauditedSets = 0

    /// Makes figures of nothing.
    package init() {}

    package static func + (left: Figures, right: Figures) -> Figures {
      var sum = left
      sum.states += right.states
      sum.pairs += right.pairs
      sum.chosenSets += right.chosenSets
      sum.unauditedSets += right.unauditedSets
      return sum
    }
  }

  /// How many steps may be listed at the sampled states of one pass.
  private static let effort = 4_000_000

  package private(set) var figures = Figures()
  private let interval: Int
  private let sampleLimit: Int
  private let graphLimit: Int

  /// Makes an audit of each `interval`th state, of at most `sampleLimit` in a pass, and of the chosen
  /// sets of graphs of at most `graphLimit` states.
  package init(every interval: Int, sampleLimit: Int = 1_000, graphLimit: Int = 20_000) {
    self.interval = max(1, interval)
    self.sampleLimit = max(1, sampleLimit)
    self.graphLimit = graphLimit
  }

  /// Audits a pass; throws an `AuditFailure`.
  func check(_ pass: FinishedPass, in space: inout StateSpace) throws {
    let reached = pass.reached.members
    guard var independence = IndependenceAudit(system: space.system),
      let reduction = ReductionAudit(system: space.system, limit: graphLimit)
    else { return }
    let stride = max(interval, (reached.count + sampleLimit - 1) / sampleLimit)
    for (place, state) in reached.enumerated() where place % stride == 0 {
      if independence.listed > Self.effort { break }
      space.move(to: state)
      if let failure = try independence.audit(Array(space.words), number: Int(state)) {
        throw failure
      }
    }
    figures.states += independence.states
    figures.pairs += independence.pairs
    if reached.count > graphLimit {
      figures.unauditedSets += reached.count
      return
    }
    switch try reduction.audit(finished(pass, reached, &space)) {
    case .sound(let states): figures.chosenSets += states
    case .tooLarge(let states): figures.unauditedSets += states
    case .unsound(let failure): throw failure
    }
  }

  private func finished(
    _ pass: FinishedPass, _ reached: [UInt32], _ space: inout StateSpace
  ) -> FinishedReduction {
    var states: [[UInt32]] = []
    var chosen: [[UInt32]?] = []
    for state in reached {
      space.move(to: state)
      states.append(Array(space.words))
      let set = space.chosen[state]
      chosen.append(set == ChosenSets.everything ? nil : space.chosen.classes(set))
    }
    return FinishedReduction(
      mode: pass.task.isLiveness ? .liveness : .safety, observers: pass.task.observers,
      states: states, chosen: chosen)
  }
}

extension SearchOptions {
  /// Has every pass audited; the search then throws an `AuditFailure` where something is wrong.
  package mutating func audit(with audit: SearchAudit) {
    inspect = { space, pass in try audit.check(pass, in: &space) }
  }
}
