import Transitions

/// Bugs of footprints that the tests seed: what a system forgets to tell (POR.md, section 7).
struct FootprintFaults: OptionSet, Sendable {
  let rawValue: UInt32

  /// To set a cell and to clear it is no conflict.
  static let setAndClearCommute = FootprintFaults(rawValue: 1)
  /// Predicate reads are not told.
  static let noPredicates = FootprintFaults(rawValue: 2)
  /// A predicate notices only what a write makes, not what it takes away.
  static let newVersionsOnly = FootprintFaults(rawValue: 4)
  /// Two writes of a cell are no conflict.
  static let writesCommute = FootprintFaults(rawValue: 8)
  /// An event whose guard is false does not tell what the guard read; the models do this one.
  static let closedGuardsUnread = FootprintFaults(rawValue: 16)

  /// A value that no predicate accepts.
  static let unmatched = UInt32.max
  private static let shadow: UInt32 = 1 << 20

  /// The footprint of a step or of a property, as the bug tells it.
  func applied(to footprint: Footprint) -> Footprint {
    if isEmpty { return footprint }
    var result = footprint
    if contains(.setAndClearCommute) {
      // Reads still notice what is set; only what clears does not.
      result.sets = result.sets.map { $0 + Self.shadow }
      result.reads += result.reads.map { $0 + Self.shadow }
    }
    if contains(.noPredicates) { result.predicates = [] }
    if contains(.newVersionsOnly) {
      for index in result.changes.indices { result.changes[index].old = Self.unmatched }
    }
    if contains(.writesCommute) {
      result.sets += result.writes
      result.writes = []
    }
    return result
  }

  /// The reads of an enabling condition: they see what is set under its other name.
  func appliedToCondition(_ reads: Footprint) -> Footprint {
    var result = reads
    if contains(.setAndClearCommute) { result.reads += result.reads.map { $0 + Self.shadow } }
    return result
  }
}
