internal import Transitions

/// What all hand-written systems of the benchmark share: no predicates, `converges` to decide.
///
/// They measure the search alone: expanding a state costs them next to nothing.
class SyntheticSystem: TransitionSystem {
  let initialState: [UInt32]
  var width: Int { initialState.count }
  let properties: [PropertyKind] = [.converges(allowErrors: false)]

  /// Makes a system that starts at some words.
  init(initialState: [UInt32]) { self.initialState = initialState }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {}

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue { .isTrue }

  func violatedRules(_ violations: UInt32) -> [Int] { [] }

  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }

  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }

  func describe(action: UInt32) -> String { "action \(action)" }
}

extension SuccessorBuffer {
  /// Appends a fair step with the changes that were appended since `first`.
  mutating func appendStep(action: Int, changesObject: Bool, from first: Int) {
    successors.append(
      Successor(
        action: UInt32(action), flags: changesObject ? [.fair, .changesObject] : .fair,
        firstChange: UInt32(first), changeCount: UInt32(changes.count - first)))
  }
}

/// k chains of n requeues: (n + 1)^k states; twin: `benchmarks/spin/chains.pml`.
///
/// Each controller has an object cell and a queue cell; `spread` is the distance between their
/// cells, so a wide vector is mostly cells that never change.
final class ChainsSystem: SyntheticSystem {
  private let chains: Int
  private let length: UInt32
  private let spread: Int

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
    super.init(initialState: words)
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    for chain in 0..<chains {
      let object = chain * spread
      if state[object + 1] == 0 { continue }
      let first = buffer.changes.count
      let value = state[object] + 1
      buffer.changes.append(WordChange(index: UInt32(object), value: value))
      if value == length {
        buffer.changes.append(WordChange(index: UInt32(object + 1), value: 0))
      }
      buffer.appendStep(action: chain, changesObject: true, from: first)
    }
  }
}

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
