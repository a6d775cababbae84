internal import Transitions

/// About how many states a full search would find, from what a reduced one found.
///
/// The classes of actions that conflict, directly or through others, form clusters; each is in as many
/// local states as the bits that its steps change have values over the states found. Clusters do not
/// notice each other, so a full search finds every combination: the product.
///
/// The local states of a cluster are all found if the reduced search, wherever it took one of its steps,
/// took all that were enabled (`takesWholeClusters`): a search of the cluster alone would go on as well.
/// Otherwise there are more, and the product is a lower bound. Timers notice all clusters, since they
/// wait until none has anything to do: then only what was found is certain.
struct FullEstimate: ~Copyable {
  /// How many states are looked at, and how many words of states.
  private static let stateLimit = 20_000
  private static let wordLimit = 40_000_000
  /// Up to how many enabled steps states are expanded once more.
  private static let stepLimit = 2_000_000
  /// How many single steps at the beginning are followed.
  private static let prefixLimit = 1000

  /// Some bits of one word that one cluster changes, with their value in the last state seen.
  private struct Field {
    var word: Int
    var bits: UInt32
    var cluster: Int
    var value: UInt32 = 0
  }

  private var fields: [Field] = []
  /// By cluster: a hash of its bits in the last state seen, and those of all states seen.
  private var hashes: [UInt64] = []
  private var seen: [Set<UInt64>] = []

  private init() {}

  /// The estimate after a pass.
  static func after(
    _ search: inout ReducedSearch, _ footprints: FootprintTable, isCut: Bool,
    in space: inout StateSpace
  ) throws -> StateEstimate {
    // Under symmetry one state stands for many.
    let isPart = isCut || space.system.usesSymmetry
    if search.isGivenUp || search.transitions == search.enabledTransitions {
      // Everything was taken.
      return StateEstimate(states: Double(search.states), isLowerBound: isPart)
    }
    let prefix = isCut ? [0] : try singleSteps(search, in: &space)
    var clusters = ConflictClusters(
      search.executed(from: isCut ? nil : prefix.last), footprints)
    var estimate = FullEstimate()
    estimate.divide(search.changedBits.entries.elements, among: &clusters)
    let isWhole = estimate.look(at: search, without: prefix.dropLast(), in: &space)
    let counts = estimate.seen.map(\.count)
    // Of one cluster in which something was left out there are more states than were found.
    let hasParts = counts.count { $0 > 1 } > 1
    if search.hasBarrier && hasParts {
      return StateEstimate(states: Double(search.states), isLowerBound: true)
    }
    let isComplete =
      try hasParts && !isPart && isWhole && takesWholeClusters(search, &clusters, in: &space)
    let product = StateEstimate.product(of: counts, isLowerBound: !isComplete)
    let single = prefix.count - 1
    let sum = single == 0 ? product : product + StateEstimate(states: Double(single))
    return sum.atLeast(search.states)
  }

  /// Whether at every state each cluster's enabled steps were all taken, or none of them.
  ///
  /// The states in which something was left out are expanded once more; where that is much work the
  /// answer is no.
  private static func takesWholeClusters(
    _ search: borrowing ReducedSearch, _ clusters: inout ConflictClusters,
    in space: inout StateSpace
  ) throws -> Bool {
    if search.enabledTransitions > stepLimit { return false }
    // By cluster: the last state at which one of its steps was taken.
    var takenAt = [UInt32](repeating: .max, count: clusters.limit)
    var left: [Int] = []
    for state in 0..<UInt32(search.knownStates) where search.isEntered(state) {
      if space.chosen[state] == ChosenSets.everything { continue }
      left.removeAll(keepingCapacity: true)
      for index in 0..<(try space.expand(state)) {
        let action = space.buffer.successors[index].action
        let cluster = clusters.cluster(of: space.system.actionClass(of: action))
        if !space.isTaken(index) {
          // What was never taken behind the first states belongs to no cluster.
          guard let cluster else { return false }
          left.append(cluster)
        } else if let cluster {
          takenAt[cluster] = state
        }
      }
      if left.contains(where: { takenAt[$0] == state }) { return false }
    }
    return true
  }

  /// The states at the beginning that are left by one step only; the last is the first that has
  /// several, and everything else is behind it.
  ///
  /// What happens in them is no part of what is side by side later: a parent that makes its children.
  private static func singleSteps(
    _ search: borrowing ReducedSearch, in space: inout StateSpace
  ) throws -> [UInt32] {
    var states: [UInt32] = [0]
    var known: Set<UInt32> = [0]
    while let state = states.last, states.count <= prefixLimit {
      guard try space.expand(state) == 1, let target = space.find(0), search.isCompleted(target),
        known.insert(target).inserted
      else { break }
      states.append(target)
    }
    return states
  }

  /// Gives each bit to a cluster; those that change one bit in common become one.
  private mutating func divide(
    _ entries: UnsafeMutableBufferPointer<ChangedBits.Entry>, among clusters: inout ConflictClusters
  ) {
    let sorted = entries.sorted { ($0.word, $0.key) < ($1.word, $1.key) }
    var first = 0
    while first < sorted.count {
      let word = sorted[first].word
      var last = first
      while last < sorted.count && sorted[last].word == word { last += 1 }
      for entry in sorted[first..<last] { add(word, entry, among: &clusters) }
      first = last
    }
    // Clusters may have become one after their fields were made.
    var numbers: [Int: Int] = [:]
    for index in fields.indices {
      let root = clusters.root(of: fields[index].cluster)
      let number = numbers[root] ?? numbers.count
      numbers[root] = number
      fields[index].cluster = number
    }
    hashes = Array(repeating: 0, count: numbers.count)
    seen = Array(repeating: [], count: numbers.count)
  }

  private mutating func add(
    _ word: Int, _ entry: ChangedBits.Entry, among clusters: inout ConflictClusters
  ) {
    guard let cluster = clusters.cluster(of: entry.actionClass) else { return }
    var bits = entry.bits
    for index in fields.indices.reversed() {
      if fields[index].word != word { break }
      if fields[index].bits & bits == 0 { continue }
      clusters.unite(fields[index].cluster, cluster)
      bits &= ~fields[index].bits
    }
    if bits != 0 { fields.append(Field(word: word, bits: bits, cluster: cluster)) }
  }

  /// Counts the local states; false where there were more states than are looked at.
  private mutating func look(
    at search: borrowing ReducedSearch, without prefix: ArraySlice<UInt32>,
    in space: inout StateSpace
  ) -> Bool {
    var room = min(Self.stateLimit, Self.wordLimit / max(1, fields.count))
    let left = Set(prefix)
    var isFirst = true
    for state in 0..<UInt32(search.knownStates) where search.isEntered(state) {
      if left.contains(state) { continue }
      if room == 0 { return false }
      room -= 1
      space.move(to: state)
      note(space.words, isFirst: isFirst)
      isFirst = false
    }
    return true
  }

  private mutating func note(_ words: UnsafeBufferPointer<UInt32>, isFirst: Bool) {
    var changed: [Int] = []
    for index in fields.indices {
      let field = fields[index]
      let value = words[field.word] & field.bits
      if value == field.value { continue }
      hashes[field.cluster] ^= Self.hash(index, field.value) ^ Self.hash(index, value)
      fields[index].value = value
      changed.append(field.cluster)
    }
    for cluster in isFirst ? Array(seen.indices) : changed { seen[cluster].insert(hashes[cluster]) }
  }

  private static func hash(_ field: Int, _ value: UInt32) -> UInt64 {
    if value == 0 { return 0 }
    var hash = (UInt64(field) << 32 | UInt64(value)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return hash ^ hash >> 31
  }
}
