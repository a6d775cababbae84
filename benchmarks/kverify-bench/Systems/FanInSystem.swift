internal import Transitions

/// k children, each made ready by its own reconcile, which wakes a parent that counts the ready ones:
/// 2^k + k·2^(k-1) states, (k+1)(k+2)/2 where the children are interchangeable.
///
/// Words: the parent's request, its count, then the children (0 pending, 1 ready). With symmetry the
/// children are sorted, and all their requests and objects are one cell each: that of the class.
final class FanInSystem: SyntheticSystem {
  private let children: Int
  /// The footprints of a child's step: by child, then that of the class.
  private let readies: [UInt32]
  private let counts: UInt32
  /// What children and the parent wait for.
  private let waits: [UInt32]

  /// Makes a parent with k children.
  init(children: Int) {
    self.children = children
    // Requests: the children, their class, the parent. Objects: the children, their class, the count.
    let requests = RequestFootprints(requests: children + 2) { _, cell, value in
      cell != UInt32(2 * children + 3) && value == 1
    }
    let parent = children + 1
    readies = (0...children).map { child in
      var footprint = requests.table[
        requests.reconcile(of: child, writing: [child], waking: [parent])]
      footprint.changes = [CellChange(cell: requests.object(child), old: 0, new: 1)]
      return requests.table.intern(footprint)
    }
    var count = requests.table[requests.reconcile(of: parent, writing: [parent])]
    count.predicates = [0]
    counts = requests.table.intern(count)
    waits = requests.waits
    super.init(
      initialState: Array(repeating: 0, count: children + 2), footprints: requests.table)
  }

  override var hasSymmetry: Bool { true }

  override func actionClass(of action: UInt32) -> UInt32 {
    usesSymmetry && action < UInt32(children) ? UInt32(children) : action
  }

  override func isCollective(actionClass: UInt32) -> Bool { actionClass == UInt32(children) }

  override func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition { .writeTo(reads: waits[Int(actionClass)]) }

  override func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    Array(state[..<2]) + state[2...].sorted()
  }

  override func expand(
    _ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) throws {
    // Of sorted words the last 0 becomes the first 1, whichever child it is.
    let pending = usesSymmetry ? (2..<state.count).count { state[$0] == 0 } : 0
    for child in 0..<children where state[child + 2] == 0 {
      let first = buffer.changes.count
      let word = usesSymmetry ? pending + 1 : child + 2
      buffer.changes.append(WordChange(index: UInt32(word), value: 1))
      buffer.changes.append(WordChange(index: 0, value: 1))
      buffer.appendStep(
        action: child, changesObject: true, footprint: readies[usesSymmetry ? children : child],
        from: first)
    }
    guard state[0] == 1 else { return }
    let first = buffer.changes.count
    let ready = (2..<state.count).count { state[$0] == 1 }
    buffer.changes.append(WordChange(index: 0, value: 0))
    buffer.changes.append(WordChange(index: 1, value: UInt32(ready)))
    buffer.appendStep(action: children + 1, changesObject: true, footprint: counts, from: first)
  }
}
