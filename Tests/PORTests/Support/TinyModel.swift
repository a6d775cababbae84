import Transitions

/// One step of a tiny model.
struct TinyStep {
  var action: Int
  var outcome = 0
  var flags: StepFlags
  var brokenRules: [Int] = []
  var target: [UInt32]
}

/// A small world in the plainest form: what the oracle explores, and what `TinySystem` packs.
protocol TinyModel: AnyObject {
  var initial: [UInt32] { get }
  /// The steps from a state, by action, then by outcome.
  func steps(from state: [UInt32]) -> [TinyStep]
  var properties: [PropertyKind] { get }
  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue
  /// The objects of a state.
  func objects(of state: [UInt32]) -> [UInt32]
  /// The group and the end of a state for a `confluent` property.
  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32])
}

/// A tiny model as a transition system: differences of words, interned ids, a width that grows.
final class TinySystem: TransitionSystem {
  let model: any TinyModel
  private(set) var width: Int
  private var ruleSets: [[Int]] = [[]]
  private var vectors: [[UInt32]: UInt32] = [:]
  private(set) var expansions = 0

  init(_ model: any TinyModel) {
    self.model = model
    width = model.initial.count
  }

  var initialState: [UInt32] { model.initial }
  var properties: [PropertyKind] { model.properties }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    precondition(state.count == width, "a state of another width")
    expansions += 1
    let source = Array(state)
    for step in model.steps(from: TinySystem.trimmed(source)) {
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
          violations: ruleSet(step.brokenRules), firstChange: UInt32(first),
          changeCount: UInt32(buffer.changes.count - first)))
    }
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    model.value(of: predicate, at: TinySystem.trimmed(Array(state)))
  }

  func violatedRules(_ violations: UInt32) -> [Int] { ruleSets[Int(violations)] }

  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    id(model.objects(of: TinySystem.trimmed(Array(state))))
  }

  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) {
    let (group, end) = model.confluence(of: property, at: TinySystem.trimmed(Array(state)))
    return (id(group), id(end))
  }

  func describe(action: UInt32) -> String { "action \(action)" }

  private func ruleSet(_ rules: [Int]) -> UInt32 {
    if let known = ruleSets.firstIndex(of: rules) { return UInt32(known) }
    ruleSets.append(rules)
    return UInt32(ruleSets.count - 1)
  }

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
}
