package import Transitions

/// The search: every state, every step, every property; or, reduced, as many as decide the same.
///
/// In full, one pass over all states in batches keeps the steps; then the strongly connected components
/// are found and all properties judged but `leadsTo`, which has a pass of its own over a part of the states. Runs are sought
/// only where something is violated. Figures and findings depend on the system alone, not on the
/// order of actions or on hashes.
package struct Search {
  let options: SearchOptions

  /// Makes a search.
  package init(options: SearchOptions = SearchOptions()) { self.options = options }

  /// Explores a system and judges its properties; throws what the system throws.
  package func run(_ system: any TransitionSystem) throws -> SearchResult {
    // Whoever inspects a pass asks the system itself.
    let isAlone = options.jobs < 2 || options.inspect != nil || !system.mayBeReadByHelpers
    let crew = isAlone ? nil : WorkerCrew(workers: options.jobs)
    defer { crew?.stop() }
    if options.reduction == .auto, let footprints = system.footprints {
      var run = ReducedRun(system, footprints, options, crew)
      do {
        return try run.result()
      } catch is Concretizer.BrokenSymmetry {
        // Representatives that are not unique may lose a run; what they merged is then not used.
        var plain = options
        plain.symmetry = .never
        var again = ReducedRun(system, footprints, plain, crew)
        return try again.result()
      }
    }
    return try runInFull(system, crew)
  }

  private func runInFull(
    _ system: any TransitionSystem, _ crew: WorkerCrew?
  ) throws -> SearchResult {
    let properties = system.properties
    var space = StateSpace(
      system: system, hashSeed: options.hashSeed, crew: crew,
      helperThreshold: options.helperThreshold)
    var watch = SearchWatch(options)
    var judge = Judge(properties: properties, options: options)
    var search = BatchSearch(judge, options: options, crew: crew)
    var cut = try search.run(&judge, in: &space, &watch)
    options.helpReport?(search.expanded, search.helped + space.foreseenStates)
    let states = min(space.count, watch.maxStates)
    let bytes = space.byteCount + search.byteCount + judge.byteCount
    if cut == nil, system.footprints != nil {
      try options.inspect?(&space, FinishedPass(ofAll: space.count))
    }

    var builder = CounterexampleBuilder(properties: properties, options: options)
    if cut == nil || cut == .states {
      // Where the main pass was cut, only what it completed is known with all its successors.
      let later = try ResponseJudge(options: options).judge(
        &judge, &builder, in: &space, &watch
      ) { search.isCompleted($0) }
      cut = later ?? cut
    }
    try builder.build(judge, in: &space)
    var findings: [Finding] = []
    for property in properties.indices {
      findings.append(Self.finding(of: property, judge, builder, cut))
    }
    return SearchResult(
      states: states, transitions: search.transitions, settled: judge.endCount, cut: cut,
      findings: findings, bytes: bytes)
  }

  /// What is known of a property after a pass that judged it.
  static func finding(
    of property: Int, _ judge: borrowing Judge, _ builder: borrowing CounterexampleBuilder,
    _ cut: CutReason?
  ) -> Finding {
    let observations = judge.observations[property]
    let violations = observations.violations.map { kind in
      builder.violations[RunGoal(property: property, kind: kind)] ?? Violation(kind: kind)
    }
    if !violations.isEmpty { return .violated(violations) }
    if case .sometimes = judge.properties[property], observations.contains(.reached) {
      return .holds
    }
    if let cut { return .inconclusive(.cut(cut)) }
    switch judge.properties[property] {
    case .sometimes: return .violated([Violation(kind: .neverReached)])
    case .settled, .confluent:
      return judge.settled.isEmpty ? .inconclusive(.noSettledState) : .holds
    case .always, .eventually, .leadsTo, .converges, .stepRule: return .holds
    }
  }
}
