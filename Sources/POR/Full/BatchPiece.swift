internal import Transitions

/// What one worker found out about some states that lie behind each other in a batch.
///
/// Of each state the ids of its targets, or, where one is not known yet, its root; the search enters
/// those afterwards, in the order of the states. Where the system or the store does not know
/// enough, a state is put off: the search expands it itself.
final class BatchPiece {
  /// The target of a step that the store does not hold yet.
  static let unknown = ~StateGraph.last
  /// The same, and inner nodes of its tree are new too.
  static let newNodes = ~StateGraph.last - 1
  /// The number of steps of a state that is put off.
  static let putOff = UInt32.max

  /// By state: how many steps it has.
  var degrees = FlatBuffer<UInt32>()
  /// How many states are put off.
  var putOffs = 0
  /// By step of those states: the target, or one of the marks above; the last of a state is marked as in
  /// the graph.
  var targets = FlatBuffer<UInt32>()
  /// By target that is unknown: its place in the list above.
  var unknownPlaces = FlatBuffer<UInt32>()
  /// By target that is unknown, in their order: its root, which means nothing yet where nodes are new.
  var roots = FlatBuffer<UInt64>()
  /// The trees with new nodes, one behind the other.
  var newNodes = FlatBuffer<NewNode>()
  /// By state: what its steps are.
  var traits = FlatBuffer<StateTraits>()
  /// Sets of rules that steps violate: the place of the step in the high half, the set in the low one.
  var violations = FlatBuffer<UInt64>()
  /// By predicate that is looked at: the values that were seen.
  var seenValues = FlatBuffer<UInt8>()
  /// States at which a predicate that marks states is true: the predicate in the high half.
  var marked = FlatBuffer<UInt64>()

  /// For the nodes of one tree.
  private var ids = FlatBuffer<UInt32>()

  /// Makes an empty piece.
  init() {}

  /// Empties it for a look at so many predicates.
  func removeAll(predicates: Int) {
    degrees.truncate(to: 0)
    putOffs = 0
    targets.truncate(to: 0)
    unknownPlaces.truncate(to: 0)
    roots.truncate(to: 0)
    newNodes.truncate(to: 0)
    traits.truncate(to: 0)
    violations.truncate(to: 0)
    marked.truncate(to: 0)
    seenValues.truncate(to: 0)
    seenValues.extend(to: predicates, with: 0)
  }
}

/// How far a piece was read.
struct PieceReader {
  /// The next entry of each of the piece's lists.
  var target = 0
  var root = 0
  var node = 0
  var violation = 0
}

extension BatchPiece {
  /// The place of an unknown target, if it lies before some place.
  @inline(__always)
  func unknownPlace(_ root: Int, before end: Int) -> Int? {
    guard root < unknownPlaces.count, case let place = Int(unknownPlaces[root]), place < end else {
      return nil
    }
    return place
  }

  private func hasNewNodes(_ place: Int) -> Bool {
    targets[place] & ~StateGraph.last == Self.newNodes
  }

  /// Enters the new nodes of the targets of the next so many steps into a table; then their roots mean
  /// what they say.
  func resolve(_ steps: Int, after reader: inout PieceReader, in nodes: inout PairTable) {
    if reader.node == newNodes.count { return }
    var root = reader.root
    while let place = unknownPlace(root, before: reader.target + steps) {
      if hasNewNodes(place) { roots[root] = resolveTree(&reader, in: &nodes) }
      root += 1
    }
  }

  /// Enters the nodes of the next tree; returns its root.
  private func resolveTree(_ reader: inout PieceReader, in nodes: inout PairTable) -> UInt64 {
    ids.truncate(to: 0)
    while true {
      let node = newNodes[reader.node]
      reader.node += 1
      var left = UInt32(truncatingIfNeeded: node.pair)
      var right = UInt32(truncatingIfNeeded: node.pair >> 32)
      if node.references.contains(.left) { left = ids[Int(left)] }
      if node.references.contains(.right) { right = ids[Int(right)] }
      let pair = UInt64(left) | UInt64(right) << 32
      if node.references.contains(.isRoot) { return pair }
      ids.append(nodes.intern(pair).id)
    }
  }

  /// Goes past the next so many steps.
  func skip(_ steps: Int, _ reader: inout PieceReader) {
    while let place = unknownPlace(reader.root, before: reader.target + steps) {
      reader.root += 1
      if !hasNewNodes(place) { continue }
      while !newNodes[reader.node].references.contains(.isRoot) { reader.node += 1 }
      reader.node += 1
    }
    reader.target += steps
    while reader.violation < violations.count,
      Int(violations[reader.violation] >> 32) < reader.target
    {
      reader.violation += 1
    }
  }
}

/// What a full search keeps of the steps of a state, besides where they lead.
struct StateTraits: OptionSet, BitwiseCopyable {
  let rawValue: UInt8

  /// Some step is fair.
  static let hasFairStep = StateTraits(rawValue: 1)
  /// Some fair step changes an object.
  static let hasFairWrite = StateTraits(rawValue: 2)

  /// Adds what a step with some flags is.
  @inline(__always)
  mutating func note(_ flags: StepFlags) {
    if !flags.contains(.fair) { return }
    formUnion(flags.contains(.changesObject) ? [.hasFairStep, .hasFairWrite] : .hasFairStep)
  }
}
