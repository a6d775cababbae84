internal import Transitions

/// k switches that each flip for ever, beside k chains: one component holds all states of the
/// switches, so the search lists its edges again.
final class SwitchesSystem: SyntheticSystem {
  private let switches: Int

  /// Makes k switches: 2^k states in one fair component.
  init(switches: Int) {
    self.switches = switches
    super.init(initialState: Array(repeating: 0, count: switches))
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for index in 0..<switches {
      let first = buffer.changes.count
      buffer.changes.append(WordChange(index: UInt32(index), value: 1 - state[index]))
      buffer.appendStep(action: index, changesObject: true, from: first)
    }
  }
}
