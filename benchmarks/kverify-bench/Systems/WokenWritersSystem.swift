internal import Transitions

/// k controllers that write their object once and are woken by their own write, so that a reconcile
/// which finds nothing to do follows: 3^k states.
///
/// A controller's word: 0 before its write, 1 after it, 2 at rest.
final class WokenWritersSystem: QueueSystem {
  private let writers: Int
  private let writes: [UInt32]
  private let idles: [UInt32]

  /// Makes k writers.
  init(writers: Int) {
    self.writers = writers
    let requests = RequestFootprints(requests: writers)
    writes = (0..<writers).map { requests.reconcile(of: $0, writing: [$0], waking: [$0]) }
    idles = (0..<writers).map { requests.reconcile(of: $0, reading: [$0]) }
    super.init(initialState: Array(repeating: 0, count: writers), requests: requests)
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for writer in 0..<writers where state[writer] < 2 {
      let first = buffer.changes.count
      let isWrite = state[writer] == 0
      buffer.changes.append(WordChange(index: UInt32(writer), value: state[writer] + 1))
      buffer.appendStep(
        action: writer, changesObject: isWrite,
        footprint: isWrite ? writes[writer] : idles[writer], from: first)
    }
  }
}
