import Transitions

/// A tiny model as a transition system: differences of words, interned ids, a width that grows.
///
/// It logs which states are expanded, which events are looked at and which ends are asked for, so
/// that what a search saw can be compared with what there is.
final class TinySystem: TransitionSystem {
  let model: any TinyModel
  private let reducible: (any ReducibleModel)?
  /// The properties of the model that are asked for.
  private var selection: [Int]
  private let faults: FootprintFaults
  let footprints: FootprintTable?
  private(set) var width: Int
  private var events: [Event] = [Event(key: [], rules: [])]
  private var eventIDs: [Event: UInt32] = [:]
  private var vectors: [[UInt32]: UInt32] = [:]
  private var known: [[UInt32]: SuccessorBuffer] = [:]
  private let records: Bool
  private(set) var expansions = 0
  private(set) var expanded: Set<[UInt32]> = []
  private(set) var ends: Set<[UInt32]> = []
  private(set) var seenEvents: Set<[UInt32]> = []

  private struct Event: Hashable {
    var key: [UInt32]
    var rules: [Int]
  }

  /// Makes a system of all properties of a model, or of a selection.
  ///
  /// - records: each step names its event, and what the search does is logged.
  init(
    _ model: any TinyModel, selection: [Int]? = nil, faults: FootprintFaults = [],
    records: Bool = false
  ) {
    self.model = model
    self.selection = selection ?? Array(model.properties.indices)
    self.faults = faults
    self.records = records
    width = model.initial.count
    let reducible = model as? any ReducibleModel
    self.reducible = reducible
    footprints = reducible.map { model in
      FootprintTable { model.accepts($0, $1, $2) }
    }
  }

  var initialState: [UInt32] {
    usesSymmetry ? reducible?.representative(of: model.initial) ?? [] : model.initial
  }
  var properties: [PropertyKind] { selection.map { model.properties[$0] } }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    precondition(state.count == width, "a state of another width")
    expansions += 1
    let source = TinySystem.trimmed(Array(state))
    if records { expanded.insert(source) }
    if let known = known[source] {
      buffer = known
    } else {
      pack(model.steps(from: source), from: source, into: &buffer)
      known[source] = buffer
    }
  }

  // MARK: For helpers

  var mayBeReadByHelpers: Bool { !usesSymmetry && !records }

  /// Of three states in four, what a helper may know: nothing that would have to be interned.
  ///
  /// Footprints would have to be; a full search never asks for them, and a reduced one asks helpers
  /// only for states that were expanded before.
  func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool {
    let source = TinySystem.trimmed(Array(state))
    if source.reduce(UInt32(7), { ($0 &* 31) ^ $1 }) % 4 == 0 { return false }
    if let known = known[source] {
      buffer = known
      return true
    }
    for step in model.steps(from: source) {
      if step.target.count > width { return false }
      let event = Event(key: [], rules: step.brokenRules)
      guard let violations = event == events[0] ? 0 : eventIDs[event] else { return false }
      let first = buffer.changes.count
      for index in 0..<max(source.count, step.target.count) {
        let old = index < source.count ? source[index] : 0
        let new = index < step.target.count ? step.target[index] : 0
        if old != new { buffer.changes.append(WordChange(index: UInt32(index), value: new)) }
      }
      buffer.successors.append(
        Successor(
          action: UInt32(step.action), outcome: UInt32(step.outcome), flags: step.flags,
          violations: violations, firstChange: UInt32(first),
          changeCount: UInt32(buffer.changes.count - first)))
    }
    return true
  }

  /// At six states in seven, what a helper may know.
  func knownValue(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateValue? {
    let sum = state.reduce(UInt32(predicate)) { $0 &+ $1 }
    return sum % 7 == 0 ? nil : evaluate(predicate: predicate, at: state)
  }

  private func pack(_ steps: [TinyStep], from source: [UInt32], into buffer: inout SuccessorBuffer)
  {
    for step in steps {
      let first = buffer.changes.count
      width = max(width, step.target.count)
      for index in 0..<max(source.count, step.target.count) {
        let old = index < source.count ? source[index] : 0
        let new = index < step.target.count ? step.target[index] : 0
        if old != new { buffer.changes.append(WordChange(index: UInt32(index), value: new)) }
      }
      buffer.successors.append(
        Successor(
          action: UInt32(step.action), outcome: UInt32(step.outcome), flags: step.flags,
          footprint: footprints?.intern(faults.applied(to: step.footprint)) ?? 0,
          violations: event(of: step), firstChange: UInt32(first),
          changeCount: UInt32(buffer.changes.count - first)))
    }
  }

  /// Asks for other properties, and begins a new log.
  func select(_ properties: [Int]) {
    selection = properties
    expanded = []
    ends = []
    seenEvents = []
  }

  /// The id of the rules that a step breaks and, where events are recorded, of its event.
  private func event(of step: TinyStep) -> UInt32 {
    var event = Event(key: [], rules: step.brokenRules)
    if records { event.key = TinySystem.event(of: step) }
    if event == events[0] { return 0 }
    if let id = eventIDs[event] { return id }
    let id = UInt32(events.count)
    events.append(event)
    eventIDs[event] = id
    return id
  }

  /// The name of a step's event: its action, what it read and what it did.
  static func event(of step: TinyStep) -> [UInt32] {
    [UInt32(step.action), UInt32(step.outcome)] + step.trace
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    model.value(of: predicate, at: TinySystem.trimmed(Array(state)))
  }

  func violatedRules(_ violations: UInt32) -> [Int] {
    let event = events[Int(violations)]
    if records { seenEvents.insert(event.key) }
    return event.rules.compactMap { selection.firstIndex(of: $0) }
  }

  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    let end = model.objects(of: TinySystem.trimmed(Array(state)))
    if records { ends.insert(end) }
    return id(end)
  }

  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) {
    let (group, end) = model.confluence(
      of: selection[property], at: TinySystem.trimmed(Array(state)))
    return (id(group), id(end))
  }

  func describe(action: UInt32) -> String { "action \(action)" }

  private func id(_ vector: [UInt32]) -> UInt32 {
    if let known = vectors[vector] { return known }
    let new = UInt32(vectors.count)
    vectors[vector] = new
    return new
  }

  static func trimmed(_ state: [UInt32]) -> [UInt32] {
    guard let last = state.lastIndex(where: { $0 != 0 }) else { return [] }
    return Array(state[...last])
  }

  // MARK: For a reduced search

  func actionClass(of action: UInt32) -> UInt32 {
    guard usesSymmetry, let reducible else { return action }
    return UInt32(reducible.actionClass(of: Int(action)))
  }

  func isCollective(actionClass: UInt32) -> Bool {
    usesSymmetry && reducible?.isCollective(Int(actionClass)) == true
  }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    guard let reducible, let footprints else { return .never }
    let state = TinySystem.trimmed(Array(state))
    switch reducible.enabling(of: Int(actionClass), at: state) {
    case .never: return .never
    case .after(let action): return .after(actionClass: UInt32(action))
    case .writeTo(let reads):
      return .writeTo(reads: footprints.intern(faults.appliedToCondition(reads)))
    }
  }

  func reads(ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    guard let reducible, let footprints else { return 0 }
    let reads = reducible.reads(of: predicate, at: TinySystem.trimmed(Array(state)))
    return footprints.intern(faults.applied(to: reads))
  }

  // MARK: Symmetry

  var hasSymmetry: Bool { reducible?.hasSymmetry ?? false }

  var usesSymmetry: Bool {
    get { reducible?.usesSymmetry ?? false }
    set {
      guard newValue != usesSymmetry else { return }
      reducible?.usesSymmetry = newValue
      known.removeAll()
    }
  }

  func respectsSymmetry(property: Int) -> Bool {
    reducible?.respectsSymmetry(selection[property]) ?? true
  }

  func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    let state = TinySystem.trimmed(Array(state))
    return reducible?.representative(of: state) ?? state
  }
}
