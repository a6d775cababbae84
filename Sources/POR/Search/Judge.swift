internal import Transitions

/// The main pass: judges every property but `leadsTo` while all states are explored.
///
/// Predicates of states are evaluated when a state is met, rules of steps at each step, and what
/// speaks of settled states and fair cycles when a component is complete. Of the violations only
/// the kinds are noted, and sets of states, one bit each, to which the shortest runs are sought
/// afterwards (`ShortestRuns`).
struct Judge: ~Copyable, SearchPass {
  /// A predicate that is evaluated at every state.
  private struct StatePredicate {
    var property: Int
    var predicate: Int
    /// The observations of the values false and true; none where the value says nothing.
    var ifFalse: Observations
    var ifTrue: Observations
    /// Every state counts, not only the first with each value.
    var marksStates: Bool

    var all: Observations { ifFalse.union(ifTrue).union(.evaluationError) }
  }

  let properties: [PropertyKind]
  /// By property: whether this pass judges it.
  private let isJudged: [Bool]
  private var statePredicates: [StatePredicate] = []
  private let options: SearchOptions
  /// By property.
  private(set) var observations: [Observations]
  /// By property that is `leadsTo`: the states with `from`.
  private(set) var triggers: [Int: StateSet] = [:]
  private(set) var settled = StateSet()
  /// The states of settled components in which a reconcile fails again and again.
  private(set) var stuck = StateSet()
  /// The states of fair cycles with a write; those that a fair step leaves, and those that none does.
  private(set) var livelocks = StateSet()
  private(set) var endless = StateSet()
  /// The states of all fair cycles; kept only for `eventually`.
  private(set) var fair = StateSet()
  /// By property that is `confluent`.
  private(set) var confluence: [Int: ConfluenceTable] = [:]
  /// The distinct ends of settled states.
  private(set) var ends: Set<UInt32> = []
  private(set) var stop: CutReason?
  private let asksForFairCycles: Bool

  /// Makes the judge of some properties, given by their indices; nil for all.
  ///
  /// - looksAtCycles: `eventually` is judged on fair cycles, not only where runs settle.
  init(
    properties: [PropertyKind], judging judged: [Int]? = nil, options: SearchOptions,
    looksAtCycles: Bool = true
  ) {
    self.properties = properties
    self.options = options
    isJudged = properties.indices.map { judged?.contains($0) ?? true }
    observations = Array(repeating: [], count: properties.count)
    var asksForFairCycles = false
    for (index, property) in properties.enumerated() where isJudged[index] {
      switch property {
      case .always(let predicate):
        statePredicates.append(
          StatePredicate(
            property: index, predicate: predicate, ifFalse: .predicateFalse, ifTrue: [],
            marksStates: false))
      case .sometimes(let predicate):
        statePredicates.append(
          StatePredicate(
            property: index, predicate: predicate, ifFalse: [], ifTrue: .reached,
            marksStates: false))
      case .leadsTo(let from, _):
        triggers[index] = StateSet()
        statePredicates.append(
          StatePredicate(
            property: index, predicate: from, ifFalse: [], ifTrue: [], marksStates: true))
      case .eventually: asksForFairCycles = looksAtCycles
      case .confluent:
        confluence[index] = ConfluenceTable(
          acrossGroups: options.faults.contains(.confluentAcrossGroups))
      case .settled, .converges, .stepRule: break
      }
    }
    self.asksForFairCycles = asksForFairCycles
  }

  /// The number of distinct ends of settled states.
  var endCount: Int { ends.count }

  /// The bytes of the sets of states.
  var byteCount: Int {
    settled.byteCount + stuck.byteCount + livelocks.byteCount + endless.byteCount + fair.byteCount
      + triggers.values.reduce(0) { $0 + $1.byteCount }
  }

  /// Notes what a later pass saw.
  mutating func note(_ observation: Observations, of property: Int) {
    observations[property].formUnion(observation)
    guard case .atFirstViolation = options.stop else { return }
    if !observation.violations.isEmpty && isViolation(of: property) { stop = .firstViolation }
  }

  mutating func admits(_ state: UInt32, in space: borrowing StateSpace) -> Bool {
    for entry in statePredicates {
      if !entry.marksStates && observations[entry.property].isSuperset(of: entry.all) { continue }
      switch space.value(of: entry.predicate) {
      case .isTrue:
        if !entry.ifTrue.isEmpty { note(entry.ifTrue, of: entry.property) }
        if entry.marksStates { triggers[entry.property]?.insert(state) }
      case .isFalse: if !entry.ifFalse.isEmpty { note(entry.ifFalse, of: entry.property) }
      case .isError: note(.evaluationError, of: entry.property)
      case .isInapplicable: break
      }
    }
    return true
  }

  @inline(__always)
  mutating func take(_ successor: Successor, in space: borrowing StateSpace) {
    if successor.violations != 0 { noteRules(successor.violations, space) }
  }

  private mutating func noteRules(_ violations: UInt32, _ space: borrowing StateSpace) {
    for property in space.system.violatedRules(violations) where isJudged[property] {
      note(Observations(.stepRule), of: property)
    }
  }

  mutating func complete(_ component: CompletedComponent, in space: inout StateSpace) throws {
    if component.isTrivial {
      if !component.hasFairStep { settle(component.states[0], isStuck: false, in: &space) }
      return
    }
    let faults = options.faults
    let graph = try component.graph(in: &space, fairness: FairnessRule(faults: faults))
    for group in graph.settledGroups(faults) {
      for member in group.members {
        settle(graph.states[Int(member)], isStuck: group.isStuck, in: &space)
      }
    }
    for group in graph.fairGroups(faults) {
      let isLivelock = group.changesObject || faults.contains(.livelockWithoutWrites)
      if isLivelock { noteLivelock(isTerminal: group.isTerminal) }
      for member in group.members {
        let state = graph.states[Int(member)]
        if isLivelock {
          if group.isTerminal { endless.insert(state) } else { livelocks.insert(state) }
        }
        if asksForFairCycles { stay(state, in: &space) }
      }
    }
  }

  private mutating func noteLivelock(isTerminal: Bool) {
    for (index, property) in properties.enumerated() where isJudged[index] {
      guard case .converges = property else { continue }
      note(Observations(isTerminal ? .cannotConverge : .livelock), of: index)
    }
  }

  /// A state of a fair cycle: `eventually` asks of each, once where it is settled too.
  private mutating func stay(_ state: UInt32, in space: inout StateSpace) {
    fair.insert(state)
    if settled.contains(state) || options.faults.contains(.eventuallySettledOnly) { return }
    space.move(to: state)
    for (index, property) in properties.enumerated() where isJudged[index] {
      guard case .eventually(let predicate) = property else { continue }
      switch space.value(of: predicate) {
      case .isFalse: note(Observations(.fairCycleWithout), of: index)
      case .isError: note(.evaluationError, of: index)
      case .isTrue, .isInapplicable: break
      }
    }
  }

  private mutating func settle(_ state: UInt32, isStuck: Bool, in space: inout StateSpace) {
    settled.insert(state)
    if isStuck { stuck.insert(state) }
    space.move(to: state)
    ends.insert(space.system.endState(space.words))
    for (index, property) in properties.enumerated() where isJudged[index] {
      switch property {
      case .settled(let predicate), .eventually(let predicate):
        switch space.value(of: predicate) {
        case .isFalse:
          if case .settled = property {
            note(.predicateFalse, of: index)
          } else {
            note(Observations(.settledWithout), of: index)
          }
        case .isError: note(.evaluationError, of: index)
        case .isTrue, .isInapplicable: break
        }
      case .converges(let allowErrors):
        if isStuck && !allowErrors { note(Observations(.stuck), of: index) }
      case .confluent:
        let (group, end) = space.system.confluence(property: index, at: space.words)
        if confluence[index]?.insert(end, of: group) == false {
          note(Observations(.differentEnds), of: index)
        }
      case .always, .sometimes, .leadsTo, .stepRule: break
      }
    }
  }

  /// Whether what was seen of a property violates it, whatever comes.
  private func isViolation(of property: Int) -> Bool {
    !observations[property].subtracting(.reached).isEmpty
  }
}
