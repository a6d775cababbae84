/// What decides that two states are the same: a named abstraction that can be switched off
/// (SEMANTICS.md, "Projections, audited").
package enum Projection: String, CaseIterable, Hashable, Sendable {
  /// Times are no part of an object's identity: there is one instant.
  case identity
  /// Field ownership is no part of it where nobody can apply the object.
  case ownership
  /// Creation order is kept only for kinds that some controller sorts by it.
  case creationRank
  /// Generations and revisions count by rank.
  case ordinals
  /// Fresh values are renamed to the smallest numbers.
  case freshNames
  /// Independent parts of the composition are verified one by one.
  case components
  /// Of calls that a controller makes in parallel it counts which were made, not in which order.
  case callOrder
  /// A step is computed once for all states that agree in what it reads.
  case memo
  /// A process is given objects without the fields that its scenario says it does not read.
  case unread
  /// Interchangeable names are: states that differ in an exchange of them are one, in searches that
  /// use it.
  case symmetry
}

/// A projection that leaves out too much: what the audit is there to catch.
///
/// Only tests make them.
enum ProjectionMutant: CaseIterable {
  /// Whether an object is being deleted is left out.
  case identity
  /// Field ownership is left out although somebody applies the object.
  case ownership
  /// That a read is superseded is forgotten.
  case superseded
  /// Creation order is forgotten although somebody sorts by it.
  case creationRank
  /// The observed generation is taken for the generation.
  case ordinals
  /// All fresh values of a class are taken for one.
  case freshNames
  /// What a lagging cache has not seen yet is forgotten.
  case caches
  /// Names are exchanged in what belongs to them, and not where others speak of them.
  case symmetry
  /// Fresh names are permuted in the names of objects, and not where others mention them.
  case freshOrder
  /// Fresh names are permuted although somebody was seen to know their order.
  case unseenOrder
}

/// Which projections are in force; all of them unless one is taken out.
package struct ProjectionSet: Hashable, Sendable {
  private var off: Set<Projection> = []

  /// All projections.
  package init() {}

  /// Whether a projection is in force.
  package func contains(_ projection: Projection) -> Bool { !off.contains(projection) }

  /// The same set without one projection.
  package func without(_ projection: Projection) -> ProjectionSet {
    var copy = self
    copy.off.insert(projection)
    return copy
  }

  /// The projections that are switched off, in the order of their declaration.
  package var switchedOff: [Projection] { Projection.allCases.filter { off.contains($0) } }
}
