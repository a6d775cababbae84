internal import Transitions

/// The connected components of the conflicts between classes of actions, over all that they did.
///
/// Found cell by cell, not pair by pair, so a thousand classes cost as many footprints.
struct ConflictClusters {
  /// How a cell is used.
  private struct Use: OptionSet {
    let rawValue: UInt8
    static let read = Use(rawValue: 1)
    static let written = Use(rawValue: 2)
    static let set = Use(rawValue: 4)
    static let cleared = Use(rawValue: 8)

    /// Whether all who use the cell are connected.
    var couples: Bool {
      contains(.written) || contains(.cleared) || contains(.set) && contains(.read)
    }
  }

  /// After so many questions whether a predicate read notices a change, each is taken to.
  private static let questions = 1_000_000

  private var places: [UInt32: Int] = [:]
  private var sets: DisjointSets
  /// The numbers of clusters are below it.
  var limit: Int { places.count }

  /// Makes the clusters of some classes with the footprints of all that they did.
  init(_ executed: [(actionClass: UInt32, footprint: UInt32)], _ footprints: FootprintTable) {
    sets = DisjointSets(count: executed.count)
    for (place, entry) in executed.enumerated() { places[entry.actionClass] = place }
    connectCells(executed, footprints)
    connectPredicates(executed, footprints)
  }

  /// The cluster of a class; nil for one that did nothing.
  mutating func cluster(of actionClass: UInt32) -> Int? {
    places[actionClass].map { sets.root(of: $0) }
  }

  /// Makes one cluster of two.
  mutating func unite(_ first: Int, _ second: Int) { sets.unite(first, second) }

  /// The cluster that a cluster was made a part of.
  mutating func root(of cluster: Int) -> Int { sets.root(of: cluster) }

  private mutating func connectCells(
    _ executed: [(actionClass: UInt32, footprint: UInt32)], _ footprints: FootprintTable
  ) {
    var uses: [UInt32: Use] = [:]
    func each(_ footprint: Footprint, _ body: (UInt32, Use) -> Void) {
      for cell in footprint.reads { body(cell, .read) }
      for cell in footprint.writes { body(cell, .written) }
      for cell in footprint.sets { body(cell, .set) }
      for cell in footprint.clears { body(cell, .cleared) }
    }
    for entry in executed {
      each(footprints[entry.footprint]) { uses[$0, default: []].formUnion($1) }
    }
    var users: [UInt32: Int] = [:]
    for (place, entry) in executed.enumerated() {
      each(footprints[entry.footprint]) { cell, _ in
        guard uses[cell]?.couples == true else { return }
        if let user = users[cell] { sets.unite(user, place) } else { users[cell] = place }
      }
    }
  }

  private mutating func connectPredicates(
    _ executed: [(actionClass: UInt32, footprint: UInt32)], _ footprints: FootprintTable
  ) {
    // By cell that somebody changes: one who does; all who do are connected already.
    var writers: [(cell: UInt32, place: Int)] = []
    var known: Set<UInt32> = []
    for (place, entry) in executed.enumerated() {
      let footprint = footprints[entry.footprint]
      for cell in footprint.changes.map(\.cell) + footprint.wideChanges
      where known.insert(cell).inserted {
        writers.append((cell, place))
      }
    }
    var asked = 0
    // By predicate that notices some change: one who reads it.
    var readers: [UInt32: Int] = [:]
    for (place, entry) in executed.enumerated() {
      for predicate in footprints[entry.footprint].predicates {
        if let reader = readers[predicate] {
          sets.unite(reader, place)
          continue
        }
        for (cell, writer) in writers {
          asked += 1
          if asked > Self.questions || footprints.acceptsSome(predicate, cell) {
            readers[predicate] = place
            sets.unite(place, writer)
          }
        }
      }
    }
  }
}

/// Sets of numbers that only grow together (Tarjan's union-find, with path halving).
struct DisjointSets {
  private var parents: [Int]

  /// Makes a set of each number below `count`.
  init(count: Int) { parents = Array(0..<count) }

  /// The number that stands for a number's set.
  mutating func root(of number: Int) -> Int {
    var number = number
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  /// Makes one set of two; the least number stands for it.
  mutating func unite(_ first: Int, _ second: Int) {
    let (left, right) = (root(of: first), root(of: second))
    if left != right { parents[max(left, right)] = min(left, right) }
  }
}
