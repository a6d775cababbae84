/// A write of a cell as predicate reads see it: the values before and after it.
package struct CellChange: Hashable, Comparable, Sendable {
  package var cell: UInt32
  package var old: UInt32
  package var new: UInt32

  /// Makes a change of a cell.
  package init(cell: UInt32, old: UInt32, new: UInt32) {
    self.cell = cell
    self.old = old
    self.new = new
  }

  package static func < (left: CellChange, right: CellChange) -> Bool {
    (left.cell, left.old, left.new) < (right.cell, right.old, right.new)
  }
}

/// What a step, or a union of steps, reads and writes (POR.md, section 2).
///
/// Cells and predicates are ids of the system's own. A cell of one bit that many set and one clears
/// (a queue entry) is `set` and `cleared`, so that two who set it do not conflict. A write that changes
/// nothing is only a read.
package struct Footprint: Hashable, Sendable {
  /// Cells read.
  package var reads: [UInt32] = []
  /// Predicate reads: "the objects such that…".
  package var predicates: [UInt32] = []
  /// Cells written.
  package var writes: [UInt32] = []
  /// Cells set, which commutes with setting them.
  package var sets: [UInt32] = []
  /// Cells cleared.
  package var clears: [UInt32] = []
  /// The writes that predicate reads may notice; their cells are among `writes`.
  package var changes: [CellChange] = []
  /// Cells of which every change that anybody made so far counts, instead of changes by name.
  package var wideChanges: [UInt32] = []

  /// Makes an empty footprint.
  package init() {}

  /// Whether nothing is read or written.
  package var isEmpty: Bool { self == Footprint() }

  /// The same footprint with every list ascending and each entry once.
  package var canonical: Footprint {
    var result = self
    result.reads = Self.ascending(reads)
    result.predicates = Self.ascending(predicates)
    result.writes = Self.ascending(writes)
    result.sets = Self.ascending(sets)
    result.clears = Self.ascending(clears)
    result.changes = Self.ascending(changes)
    result.wideChanges = Self.ascending(wideChanges)
    return result
  }

  /// The footprint with its changes widened to all changes of the same cells.
  package var widened: Footprint {
    var result = self
    result.wideChanges = Self.ascending(wideChanges + changes.map(\.cell))
    result.changes = []
    return result
  }

  /// This footprint and another.
  package func union(_ other: Footprint) -> Footprint {
    var result = self
    result.reads += other.reads
    result.predicates += other.predicates
    result.writes += other.writes
    result.sets += other.sets
    result.clears += other.clears
    result.changes += other.changes
    result.wideChanges += other.wideChanges
    return result.canonical
  }

  /// The part that reads.
  package var readPart: Footprint {
    var result = Footprint()
    result.reads = reads
    result.predicates = predicates
    return result
  }

  private static func ascending<Element: Comparable>(_ elements: [Element]) -> [Element] {
    guard elements.count > 1 else { return elements }
    let sorted = elements.sorted()
    var result: [Element] = []
    result.reserveCapacity(sorted.count)
    for element in sorted where element != result.last { result.append(element) }
    return result
  }
}
