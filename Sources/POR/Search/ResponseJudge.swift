internal import Transitions

/// Judges the `leadsTo` properties after the pass that noted their triggers.
struct ResponseJudge {
  private let options: SearchOptions

  /// Makes a judge.
  init(options: SearchOptions) { self.options = options }

  /// Runs one pass a property over the states that follow its triggers; the reason if one was cut.
  func judge(
    _ judge: inout Judge, _ builder: inout CounterexampleBuilder, in space: inout StateSpace,
    _ watch: inout SearchWatch, isCompleted: (UInt32) -> Bool
  ) throws -> CutReason? {
    for property in judge.triggers.keys.sorted() {
      guard case .leadsTo(let from, let to) = judge.properties[property] else { continue }
      let settled = judge.settled
      var pass = ResponsePass(to: to, settled: settled, faults: options.faults)
      let roots = (judge.triggers[property] ?? StateSet()).members.filter(isCompleted)
      let cut = try explore(roots, &pass, &space, &watch)
      judge.note(pass.observations, of: property)
      try builder.build(
        property: property, from: from, to: to, pass, settled: settled, in: &space)
      if let cut = cut ?? judge.stop { return cut }
    }
    return nil
  }

  private func explore(
    _ roots: [UInt32], _ pass: inout ResponsePass, _ space: inout StateSpace,
    _ watch: inout SearchWatch
  ) throws -> CutReason? {
    var search = ComponentSearch(
      order: ActionOrder(shuffleSeed: nil), fairness: FairnessRule(faults: options.faults))
    for root in roots {
      if let cut = try search.run(from: root, &pass, in: &space, &watch) { return cut }
    }
    return nil
  }
}
