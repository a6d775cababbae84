package import Model
package import POR
internal import Transitions

/// Verifies a world: splits it into independent parts, searches each, confirms every counterexample.
///
/// The parts start as small as they can be and grow together where their footprints meet
/// (`Partition`), so a verdict never rests on an assumed independence.
package struct Verifier {
  /// How far to go and how to be told.
  package struct Options {
    /// The limits of the whole verification; states are counted over all parts.
    package var limits = SearchLimits()
    package var stop = StopRule.atTheEnd
    package var reduction = Reduction.auto
    /// Whether it is noted why several orders remain.
    package var explainsReduction = false
    /// How many threads search; they find the same.
    package var jobs = 1
    package var cancellation: CancellationFlag?
    package var progress: ((POR.SearchProgress) -> Void)?
    /// The memory of the whole process, for the limit.
    package var memoryInUse: (() -> Int)?
    /// Whether projections, footprints and the reduction are audited on the way.
    package var audit = AuditPlan.none

    /// Makes options without limits.
    package init() {}
  }

  /// Whether sampled states are audited.
  package enum AuditPlan: Sendable {
    case none
    /// About one of so many raw successors, and one of so many reached states.
    case sampled(every: Int)
  }

  private let options: Options

  /// Makes a verifier.
  package init(options: Options = Options()) { self.options = options }

  /// Verifies a world.
  ///
  /// Throws what a controller that fails to run throws, and `KverifyBug`.
  package func verify(_ definition: WorldDefinition) throws -> WorldVerdict {
    let world = World(definition)
    var parts: [WorldVerdict.Part] = []
    for component in Partition.finest(world) {
      parts.append(try explore(component, world, others: parts))
    }
    while true {
      let groups = Partition.coupled(parts.map(\.composition))
      if groups.isEmpty { break }
      for group in groups {
        let merged = Partition.merge(group.map { parts[$0].component })
        let others = parts.indices.filter { !group.contains($0) }.map { parts[$0] }
        parts[group[0]] = try explore(merged, world, others: others)
      }
      let gone = Set(groups.flatMap { $0.dropFirst() })
      parts = parts.indices.filter { !gone.contains($0) }.map { parts[$0] }
    }
    return WorldVerdict(world: world, parts: parts)
  }

  private func explore(
    _ component: Component, _ world: World, others: [WorldVerdict.Part]
  ) throws -> WorldVerdict.Part {
    var search = SearchOptions()
    search.limits = options.limits
    if let states = options.limits.states {
      search.limits.states = max(1, states - others.map(\.result.states).reduce(0, +))
    }
    search.stop = options.stop
    search.reduction = options.reduction
    search.explainsReduction = options.explainsReduction
    search.jobs = options.jobs
    search.cancellation = options.cancellation
    search.progress = options.progress
    // The observer looks at the clock; a slow world must not keep it waiting.
    search.progressInterval = 256
    search.memoryInUse = options.memoryInUse
    search.shortening = .standard
    while true {
      let composition = Composition(world, component: component)
      var projections: ProjectionAudit?
      var passes: SearchAudit?
      if case .sampled(let interval) = options.audit {
        projections = ProjectionAudit(composition, every: interval)
        let audit = SearchAudit(every: interval)
        search.audit(with: audit)
        passes = audit
      }
      do {
        let result = try Search(options: search).run(composition)
        if let finding = try projections?.run() { throw KverifyBug(finding) }
        return WorldVerdict.Part(
          component: component, composition: composition, result: result, audit: passes?.figures)
      } catch is RestartNeeded {
        continue
      } catch let failure as AuditFailure {
        throw KverifyBug("\(failure)")
      }
    }
  }
}

/// Something that must not happen whatever the user writes: exit code 70.
package struct KverifyBug: Error {
  /// What was found.
  package let finding: String

  /// Makes a report.
  package init(_ finding: String) { self.finding = finding }
}
