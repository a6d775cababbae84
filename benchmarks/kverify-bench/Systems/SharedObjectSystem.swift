internal import Transitions

/// k controllers that each write one shared object once: no two of their steps commute, so nothing can
/// be left out.
///
/// Words: the object, then the queue, a word a request.
final class SharedObjectSystem: QueueSystem {
  /// What a controller writes.
  enum Write {
    /// Its own number: 1 + k·2^(k-1) states, k of them at rest.
    case ownNumber
    /// One more than it reads: 2^k states.
    case increment
  }

  private let writers: Int
  private let write: Write
  private let writes: [UInt32]

  /// Makes k writers of one object.
  init(writers: Int, write: Write) {
    self.writers = writers
    self.write = write
    let requests = RequestFootprints(requests: writers)
    writes = (0..<writers).map { requests.reconcile(of: $0, writing: [0]) }
    super.init(
      initialState: [0] + Array(repeating: 1, count: writers), requests: requests)
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for writer in 0..<writers where state[writer + 1] == 1 {
      let first = buffer.changes.count
      let value = write == .ownNumber ? UInt32(writer + 1) : state[0] + 1
      buffer.changes.append(WordChange(index: 0, value: value))
      buffer.changes.append(WordChange(index: UInt32(writer + 1), value: 0))
      buffer.appendStep(
        action: writer, changesObject: true, footprint: writes[writer], from: first)
    }
  }

  override func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { state[0] }
}
