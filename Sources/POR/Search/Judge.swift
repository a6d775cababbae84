internal import Transitions

/// A predicate that is evaluated at every state.
struct StatePredicate {
  var property: Int
  var predicate: Int
  /// The observations of the values false and true; none where the value says nothing.
  var ifFalse: Observations
  var ifTrue: Observations
  /// Every state counts, not only the first with each value.
  var marksStates: Bool

  var all: Observations { ifFalse.union(ifTrue).union(.evaluationError) }
}

/// The main pass: judges every property but `leadsTo` while all states are explored.
///
/// Predicates of states are evaluated when a state is met, rules of steps at each step, and what
/// speaks of settled states and fair cycles when a component is complete. Of the violations only
/// the kinds are noted, and sets of states, one bit each, to which the shortest runs are sought
/// afterwards (`ShortestRuns`).
struct Judge: ~Copyable, SearchPass {
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
  /// Whether some property speaks of cycles.
  let asksForCycles: Bool

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
    var asksForCycles = false
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
        asksForCycles = true
        triggers[index] = StateSet()
        statePredicates.append(
          StatePredicate(
            property: index, predicate: from, ifFalse: [], ifTrue: [], marksStates: true))
      case .eventually:
        asksForFairCycles = looksAtCycles
        asksForCycles = true
      case .converges: asksForCycles = true
      case .confluent:
        confluence[index] = ConfluenceTable(
          acrossGroups: options.faults.contains(.confluentAcrossGroups))
      case .settled, .stepRule: break
      }
    }
    self.asksForCycles = asksForCycles
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

  /// The predicates that may still tell something new.
  var openPredicates: [StatePredicate] {
    statePredicates.filter {
      $0.marksStates || !observations[$0.property].isSuperset(of: $0.all)
    }
  }

  /// Notes the values that a predicate was seen to have, a bit each.
  mutating func note(seen values: UInt8, of entry: StatePredicate) {
    func includes(_ value: PredicateValue) -> Bool { values & 1 << value.rawValue != 0 }
    if includes(.isTrue) && !entry.ifTrue.isEmpty { note(entry.ifTrue, of: entry.property) }
    if includes(.isFalse) && !entry.ifFalse.isEmpty { note(entry.ifFalse, of: entry.property) }
    if includes(.isError) { note(.evaluationError, of: entry.property) }
  }

  /// Marks a state at which a predicate is true.
  mutating func mark(_ state: UInt32, for entry: StatePredicate) {
    triggers[entry.property]?.insert(state)
  }

  mutating func admits(_ state: UInt32, in space: borrowing StateSpace) -> Bool {
    for entry in statePredicates {
      if !entry.marksStates && observations[entry.property].isSuperset(of: entry.all) { continue }
      let value = space.value(of: entry.predicate)
      note(seen: 1 << value.rawValue, of: entry)
      if entry.marksStates && value == .isTrue { mark(state, for: entry) }
    }
    return true
  }

  @inline(__always)
  mutating func take(_ successor: Successor, in space: borrowing StateSpace) {
    if successor.violations != 0 { noteRules(successor.violations, space) }
  }

  /// Notes the rules of a set that steps violate.
  mutating func noteRules(_ violations: UInt32, _ space: borrowing StateSpace) {
    for property in space.system.violatedRules(violations) where isJudged[property] {
      note(Observations(.stepRule), of: property)
    }
  }

  mutating func complete(_ component: CompletedComponent, in space: inout StateSpace) throws {
    if component.isTrivial {
      if !component.hasFairStep { settle(component.states[0], isStuck: false, in: &space) }
      return
    }
    let fairness = FairnessRule(faults: options.faults)
    judge(try component.graph(in: &space, fairness: fairness), in: &space)
  }

  /// Judges a component that has cycles.
  mutating func judge(_ graph: ComponentGraph, in space: inout StateSpace) {
    settle(graph, in: &space)
    if !asksForCycles { return }
    let faults = options.faults
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

  /// Judges the settled states of a component, or of a part that is known of one.
  mutating func settle(_ graph: ComponentGraph, in space: inout StateSpace) {
    for group in graph.settledGroups(options.faults) {
      for member in group.members {
        settle(graph.states[Int(member)], isStuck: group.isStuck, in: &space)
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

  /// Judges a settled state.
  mutating func settle(_ state: UInt32, isStuck: Bool, in space: inout StateSpace) {
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
