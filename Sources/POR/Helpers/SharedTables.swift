internal import Synchronization

/// Where helpers find the states of a search and its system's shape.
///
/// Written by the search's thread while the gate is closed, but for the two counts, which it raises
/// after it has written the pairs below them.
struct SharedTables {
  /// The arrays of pairs of the store, which only grow: the inner nodes and the states.
  var nodes: UnsafeMutablePointer<UInt64>?
  var roots: UnsafeMutablePointer<UInt64>?
  /// How many words a state has.
  var width = 0
  /// The height of the store's trees at first, which their layout depends on, and now.
  var firstHeight = 1
  var height = 1
  /// A pass over the states is under way.
  var isActive = false
  /// Another number for each pass, and for each store or height of its trees.
  var pass = 0
  var store = 0
}

/// How much of the arrays of pairs is there.
final class PairCounts: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer

  /// Makes counts of nothing.
  init() {
    memory = .allocate(byteCount: 128, alignment: 128)
    for index in 0..<2 { count(index).initialize(to: Atomic(0)) }
  }

  deinit { memory.deallocate() }

  private func count(_ index: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (memory + index * 8).assumingMemoryBound(to: Atomic<Int>.self)
  }

  /// Raises both; the nodes first, since whoever reads the states first then knows all their nodes.
  func raise(nodes: Int, roots: Int) {
    count(0).pointee.store(nodes, ordering: .releasing)
    count(1).pointee.store(roots, ordering: .releasing)
  }

  func roots() -> Int { count(1).pointee.load(ordering: .acquiring) }

  /// Asked after `roots`.
  func nodes() -> Int { count(0).pointee.load(ordering: .acquiring) }
}
