import Transitions

/// Many chains of requeues, told as differences: what is too wide for `TinySystem`.
///
/// Words: how far each chain is. A chain of length one is an independent controller.
final class ChainSystem: TransitionSystem {
  private let chains: Int
  private let length: UInt32
  let footprints: FootprintTable? = FootprintTable { _, _, _ in false }
  /// By chain: what each step reads and writes; the last one does not put its request back.
  private var steps: [(inner: UInt32, last: UInt32)] = []

  init(chains: Int, length: Int) {
    self.chains = chains
    self.length = UInt32(length)
    for chain in 0..<chains {
      let (object, queue) = (UInt32(chain * 2), UInt32(chain * 2 + 1))
      var footprint = Footprint()
      footprint.reads = [object]
      footprint.writes = [object]
      footprint.clears = [queue]
      let last = footprints?.intern(footprint) ?? 0
      footprint.sets = [queue]
      steps.append((footprints?.intern(footprint) ?? 0, last))
    }
  }

  var initialState: [UInt32] { Array(repeating: 0, count: chains) }
  var width: Int { chains }
  let properties: [PropertyKind] = [.converges(allowErrors: false), .confluent]

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    for chain in 0..<chains where state[chain] < length {
      buffer.changes.append(WordChange(index: UInt32(chain), value: state[chain] + 1))
      let isLast = state[chain] + 1 == length
      buffer.successors.append(
        Successor(
          action: UInt32(chain), flags: .fair.union(.changesObject),
          footprint: isLast ? steps[chain].last : steps[chain].inner,
          firstChange: UInt32(buffer.changes.count - 1), changeCount: 1))
    }
  }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    var footprint = Footprint()
    footprint.reads = [actionClass * 2 + 1]
    return .writeTo(reads: footprints?.intern(footprint) ?? 0)
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue { .isTrue }
  func violatedRules(_ violations: UInt32) -> [Int] { [] }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, state.reduce(0) { $0 &+ $1 }) }
  func describe(action: UInt32) -> String { "chain \(action)" }
}
