internal import Transitions

/// k chains of n requeues: (n + 1)^k states; twin: `benchmarks/spin/chains.pml`.
///
/// Each controller has an object cell and a queue cell; `spread` is the distance between their
/// cells, so a wide vector is mostly cells that never change. Chains of one are independent writers.
final class ChainsSystem: QueueSystem {
  /// What the steps of one chain touch.
  private struct Steps {
    var requeueing: UInt32
    var last: UInt32
  }

  private let chains: Int
  private let length: UInt32
  private let spread: Int
  private let steps: [Steps]

  /// Makes k chains of n requeues.
  init(chains: Int, length: UInt32, spread: Int = 2) {
    self.chains = chains
    self.length = length
    self.spread = spread
    var words = [UInt32](repeating: 0, count: chains * spread)
    for chain in 0..<chains { words[chain * spread + 1] = 1 }
    if spread > 2 {
      for index in words.indices where index % spread > 1 { words[index] = UInt32(index) }
    }
    let requests = RequestFootprints(requests: chains)
    steps = (0..<chains).map { chain in
      Steps(
        requeueing: requests.reconcile(of: chain, writing: [chain], waking: [chain]),
        last: requests.reconcile(of: chain, writing: [chain]))
    }
    super.init(initialState: words, requests: requests)
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for chain in 0..<chains {
      let object = chain * spread
      if state[object + 1] == 0 { continue }
      let first = buffer.changes.count
      let value = state[object] + 1
      let isLast = value == length
      buffer.changes.append(WordChange(index: UInt32(object), value: value))
      if isLast { buffer.changes.append(WordChange(index: UInt32(object + 1), value: 0)) }
      buffer.appendStep(
        action: chain, changesObject: true,
        footprint: isLast ? steps[chain].last : steps[chain].requeueing, from: first)
    }
  }
}
