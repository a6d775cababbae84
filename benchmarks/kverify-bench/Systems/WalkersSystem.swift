internal import Transitions

/// Two walkers that each write one cell after another: every step of theirs hits another cell.
///
/// The hard case for sharing structure: each state has a path of nodes that few others have.
final class WalkersSystem: SyntheticSystem {
  private let length: Int

  /// Makes two walkers over `length` cells each: (length + 1)^2 states.
  init(length: Int) {
    self.length = length
    super.init(initialState: Array(repeating: 0, count: 2 + 2 * length))
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for walker in 0..<2 {
      let at = Int(state[walker])
      if at == length { continue }
      let first = buffer.changes.count
      buffer.changes.append(WordChange(index: UInt32(walker), value: UInt32(at + 1)))
      buffer.changes.append(
        WordChange(index: UInt32(2 + walker * length + at), value: UInt32(1000 + at)))
      buffer.appendStep(action: walker, changesObject: true, from: first)
    }
  }
}
