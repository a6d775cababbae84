import Transitions

/// Counters that begin again at 4, of which each step reads the next counter and must be computed once
/// before helpers may look it up.
///
/// As a world of controllers does, `expand` enters what it learns into tables that `knownSuccessors` reads on
/// other threads; a search that lets the two overlap is a race. The vector grows in between. The last two
/// counters have nothing to do with the others and stop, so a reduced search leaves something out.
final class LearningSystem: TransitionSystem {
  private static let limit: UInt32 = 3
  private let ring: Int
  private let apart = 2
  /// By counter, its value and that of the next one: the number of the step, once it was computed.
  private var learned: [[UInt32]: UInt32] = [:]
  private let table = FootprintTable { _, _, _ in true }
  private var footprintIDs: [UInt32] = []
  private(set) var width: Int
  let properties: [PropertyKind] = [.converges(allowErrors: false), .always(predicate: 0)]
  /// Whether every look of a helper changes a number that all of them share.
  var hasRace = false
  private var looks = 0

  /// Makes a system of so many counters that depend on each other.
  init(ring: Int) {
    self.ring = ring
    width = ring
    for counter in 0..<(ring + apart) {
      var footprint = Footprint()
      footprint.reads = [UInt32(next(counter)), UInt32(counter)]
      footprint.writes = [UInt32(counter)]
      footprintIDs.append(table.intern(footprint))
    }
  }

  var initialState: [UInt32] { Array(repeating: 0, count: ring) }
  var mayBeReadByHelpers: Bool { true }
  var footprints: FootprintTable? { table }

  private func next(_ counter: Int) -> Int { counter < ring ? (counter + 1) % ring : counter }

  private func value(_ counter: Int, _ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    counter < state.count ? state[counter] : 0
  }

  private func isEnabled(_ counter: Int, _ state: UnsafeBufferPointer<UInt32>) -> Bool {
    counter < ring || value(counter, state) < Self.limit
  }

  private func key(_ counter: Int, _ state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    [UInt32(counter), value(counter, state), value(next(counter), state)]
  }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    width = ring + apart
    for counter in 0..<(ring + apart) where isEnabled(counter, state) {
      let key = key(counter, state)
      if learned[key] == nil { learned[key] = UInt32(learned.count) }
      append(counter, state, &buffer)
    }
  }

  func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool {
    if hasRace { looks += 1 }
    if width < ring + apart { return false }
    for counter in 0..<(ring + apart) where isEnabled(counter, state) {
      if learned[key(counter, state)] == nil { return false }
      append(counter, state, &buffer)
    }
    return true
  }

  private func append(
    _ counter: Int, _ state: UnsafeBufferPointer<UInt32>, _ buffer: inout SuccessorBuffer
  ) {
    buffer.changes.append(
      WordChange(index: UInt32(counter), value: (value(counter, state) + 1) % (Self.limit + 1)))
    buffer.successors.append(
      Successor(
        action: UInt32(counter), flags: [.fair, .changesObject],
        footprint: footprintIDs[counter], firstChange: UInt32(buffer.changes.count - 1),
        changeCount: 1))
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue { .isTrue }

  func knownValue(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateValue? { .isTrue }

  func violatedRules(_ violations: UInt32) -> [Int] { [] }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { 0 }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { (0, 0) }
  func describe(action: UInt32) -> String { "counter \(action)" }
}
