internal import Transitions

/// What all hand-written systems of the benchmark share: no predicates, `converges` to decide.
///
/// They measure the search alone: expanding a state costs them next to nothing. Those that a reduced
/// search may take have a table of footprints, all interned when the system is made.
class SyntheticSystem: TransitionSystem {
  let initialState: [UInt32]
  var width: Int { initialState.count }
  let properties: [PropertyKind] = [.converges(allowErrors: false)]
  let footprints: FootprintTable?
  var hasSymmetry: Bool { false }
  var usesSymmetry = false

  /// Makes a system that starts at some words.
  init(initialState: [UInt32], footprints: FootprintTable? = nil) {
    self.initialState = initialState
    self.footprints = footprints
  }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {}

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue { .isTrue }

  /// Nothing changes while such a system is asked.
  var mayBeReadByHelpers: Bool { !usesSymmetry }

  func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool {
    (try? expand(state, into: &buffer)) != nil
  }

  func knownValue(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateValue? { evaluate(predicate: predicate, at: state) }

  func takesKnown(successors: Int) -> Bool { true }

  func violatedRules(_ violations: UInt32) -> [Int] { [] }

  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }

  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }

  func describe(action: UInt32) -> String { "action \(action)" }

  func actionClass(of action: UInt32) -> UInt32 { action }

  func isCollective(actionClass: UInt32) -> Bool { false }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition { .never }

  func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] { Array(state) }
}

extension SuccessorBuffer {
  /// Appends a fair step with the changes that were appended since `first`.
  mutating func appendStep(
    action: Int, changesObject: Bool, footprint: UInt32 = 0, from first: Int
  ) {
    successors.append(
      Successor(
        action: UInt32(action), flags: changesObject ? [.fair, .changesObject] : .fair,
        footprint: footprint, firstChange: UInt32(first),
        changeCount: UInt32(changes.count - first)))
  }
}
