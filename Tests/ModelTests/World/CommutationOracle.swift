import CEL
import Testing
import Transitions

@testable import Model

/// Compares footprints with what steps really do, along random walks.
///
/// At each sampled state:
/// - two enabled actions that do not conflict are executed in both orders: the other one is still
///   enabled, its footprint, flags and violated rules are what they were, the states are equal;
/// - an action that a step enables was waiting for that step (`enabling`);
/// - a predicate whose reads a step does not reach keeps its value and its reads.
struct CommutationOracle {
  private let composition: Composition
  private let table: FootprintTable
  private var random: SplitMix
  /// The pairs executed in both orders, and the steps checked for what they enable.
  private(set) var pairs = 0
  private(set) var enabled = 0
  /// The pairs whose ends are equal only without ordinals.
  private(set) var coarse = 0
  private(set) var states = 0
  private(set) var failures: [String] = []

  init(_ composition: Composition, seed: UInt64) throws {
    self.composition = composition
    table = try #require(composition.footprints)
    random = SplitMix(state: seed)
  }

  /// One step and where it leads.
  struct Step {
    let successor: Successor
    let target: [UInt32]
  }

  mutating func walk(steps count: Int, pairsPerState: Int) throws {
    var state = composition.initialState
    for _ in 0..<count {
      states += 1
      let steps = try successors(of: state)
      guard !steps.isEmpty, failures.isEmpty else { return }
      for _ in 0..<pairsPerState {
        let (left, right) = (steps[pick(steps.count)], steps[pick(steps.count)])
        if left.successor.action != right.successor.action { try check(left, right, state) }
      }
      let step = steps[pick(steps.count)]
      try checkEnabling(step, from: state, steps)
      checkPredicates(step, from: state)
      state = step.target
    }
  }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  /// The enabled steps of a state.
  func successors(of state: [UInt32]) throws -> [Step] {
    var state = state
    composition.grow(&state)
    var buffer = SuccessorBuffer()
    try state.withUnsafeBufferPointer { try composition.expand($0, into: &buffer) }
    return buffer.successors.map { successor in
      var next = state
      composition.grow(&next)
      for change in buffer.changes[Int(successor.firstChange)...].prefix(Int(successor.changeCount))
      {
        next[Int(change.index)] = change.value
      }
      return Step(successor: successor, target: next)
    }
  }

  private mutating func check(_ left: Step, _ right: Step, _ state: [UInt32]) throws {
    guard !table.conflict(left.successor.footprint, right.successor.footprint) else { return }
    pairs += 1
    let leftFirst = try same(right, after: left)
    let rightFirst = try same(left, after: right)
    let pair = "\(name(left)) and \(name(right))"
    if leftFirst.isEmpty {
      failures.append("\(pair): the first disables or changes the second"); return
    }
    if rightFirst.isEmpty {
      failures.append("\(pair): the second disables or changes the first"); return
    }
    let isExact = leftFirst.contains { one in
      rightFirst.contains { trimmed(one.target) == trimmed($0.target) }
    }
    if isExact { return }
    coarse += 1
    let ends = Set(leftFirst.map { comparable($0.target) })
    if !rightFirst.contains(where: { ends.contains(comparable($0.target)) }) {
      failures.append(
        "\(pair): two ends: \(difference(leftFirst[0].target, rightFirst[0].target))")
    }
  }

  /// The steps that are a step as it is after another one.
  private func same(_ step: Step, after first: Step) throws -> [Step] {
    try successors(of: first.target).filter {
      composition.actionClass(of: $0.successor.action)
        == composition.actionClass(of: step.successor.action)
        && $0.successor.outcome == step.successor.outcome
        && $0.successor.footprint == step.successor.footprint
        && $0.successor.flags == step.successor.flags
        && $0.successor.violations == step.successor.violations
    }
  }

  private mutating func checkEnabling(_ step: Step, from state: [UInt32], _ before: [Step]) throws {
    var state = state
    composition.grow(&state)
    let classes = Set(before.map { composition.actionClass(of: $0.successor.action) })
    for next in try successors(of: step.target) {
      let named = composition.actionClass(of: next.successor.action)
      if classes.contains(named) { continue }
      enabled += 1
      composition.grow(&state)
      let condition = state.withUnsafeBufferPointer { composition.enabling(of: named, at: $0) }
      let isExpected =
        switch condition {
        case .never: false
        case .writeTo(let reads), .idle(let reads):
          table.disturbs(step.successor.footprint, readsOf: reads)
        case .after(let other): composition.actionClass(of: step.successor.action) == other
        }
      if !isExpected {
        failures.append("\(name(step)) enables \(name(next)), which waits for \(condition)")
      }
    }
  }

  private mutating func checkPredicates(_ step: Step, from state: [UInt32]) {
    for predicate in composition.predicates.indices {
      let before = state.withUnsafeBufferPointer {
        composition.leaf(ofPredicate: predicate, at: $0)
      }
      if table.disturbs(step.successor.footprint, readsOf: before.footprint) { continue }
      let after = step.target.withUnsafeBufferPointer {
        composition.leaf(ofPredicate: predicate, at: $0)
      }
      if before.raw != after.raw {
        failures.append("\(name(step)) changes predicate \(predicate) without being seen")
      }
    }
  }

  private func name(_ step: Step) -> String {
    composition.describe(action: step.successor.action)
  }

  private func comparable(_ state: [UInt32]) -> [UInt32] {
    trimmed(state.withUnsafeBufferPointer { composition.comparableForm(of: $0) })
  }

  private func trimmed(_ state: [UInt32]) -> [UInt32] {
    var state = state
    while state.last == 0 { state.removeLast() }
    return state
  }

  private func difference(_ left: [UInt32], _ right: [UInt32]) -> String {
    (0..<max(left.count, right.count)).compactMap { word in
      let values = [left, right].map { word < $0.count ? $0[word] : 0 }
      if values[0] == values[1] { return nil }
      guard let cell = composition.layout.cell(at: word) else { return "flags \(values)" }
      guard case .object(let key) = cell else { return "\(cell) \(values)" }
      let objects = values.map {
        composition.world.versions.object(composition.decode($0, of: key)).map {
          JSONValue.object($0).text
        } ?? "absent"
      }
      return "\(key): \(objects)"
    }.joined(separator: "; ")
  }
}
