internal import Transitions

/// k processes that increment one counter r times by compare-and-swap; twin: `counters.pml`.
final class CountersSystem: SyntheticSystem {
  private let processes: Int
  private let rounds: UInt32

  /// Makes k processes of r rounds.
  init(processes: Int, rounds: UInt32) {
    self.processes = processes
    self.rounds = rounds
    super.init(initialState: Array(repeating: 0, count: 1 + 3 * processes))
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for process in 0..<processes {
      let position = UInt32(1 + 3 * process)
      let copy = position + 1
      let done = position + 2
      let first = buffer.changes.count
      if state[Int(position)] == 0 {
        if state[Int(done)] == rounds { continue }
        buffer.changes.append(WordChange(index: position, value: 1))
        buffer.changes.append(WordChange(index: copy, value: state[0]))
        buffer.appendStep(action: process, changesObject: false, from: first)
      } else {
        let succeeds = state[0] == state[Int(copy)]
        if succeeds {
          buffer.changes.append(WordChange(index: 0, value: state[0] + 1))
          buffer.changes.append(WordChange(index: done, value: state[Int(done)] + 1))
        }
        buffer.changes.append(WordChange(index: position, value: 0))
        buffer.changes.append(WordChange(index: copy, value: 0))
        buffer.appendStep(action: process, changesObject: succeeds, from: first)
      }
    }
  }
}
