internal import Transitions

/// The successors of a state, and where they lie in the store.
struct KnownExpansion: ~Copyable {
  /// A root that could not be worked out: a node is missing.
  static let unknownRoot = UInt64.max
  /// A state that was not known.
  static let unknownState = UInt32.max
  /// Marks a state, in a bit that ids do not need, that the search has completed.
  static let completed: UInt32 = 1 << 31

  var buffer = SuccessorBuffer()
  /// By successor: the root of its tree, or `unknownRoot`; anything where the state is known.
  var roots = FlatBuffer<UInt64>()
  /// By successor: its id, or that marked as `completed`, or `unknownState`.
  var states = FlatBuffer<UInt32>()

  /// Makes an empty one.
  init() {}

  /// Forgets the successors and keeps the storage.
  mutating func removeAll() {
    buffer.removeAll()
    roots.truncate(to: 0)
    states.truncate(to: 0)
  }
}

/// What a pass over all states wants to know of an expansion, in few words of eight bytes.
///
/// Nobody asks which action led to a state that is known already, or what it changed. A record is
/// the root of the state; the number of its words; and for each successor a word with the state, the
/// flags and the violations; then, where the state is unknown, the root, the numbers of the action,
/// the outcome and the changes, and the changes.
enum ExpansionRecord {
  private static let violationLimit: UInt32 = 1 << 24

  /// Writes a record; how many words, or nil where it does not fit.
  static func write(
    _ expansion: borrowing KnownExpansion, of root: UInt64, to words: UnsafeMutablePointer<UInt64>,
    room: Int
  ) -> Int? {
    var count = 2
    let bound = 2 + expansion.states.count * 4 + expansion.buffer.changes.count
    if bound > room { return nil }
    return expansion.buffer.successors.withUnsafeBufferPointer { successors in
      expansion.buffer.changes.withUnsafeBufferPointer { changes in
        for place in 0..<successors.count {
          let successor = successors[place]
          let state = expansion.states[place]
          if successor.violations >= violationLimit { return nil }
          words[count] =
            UInt64(state) | UInt64(successor.flags.rawValue & 0xFF) << 32
            | UInt64(successor.violations) << 40
          count += 1
          if state != KnownExpansion.unknownState { continue }
          words[count] = expansion.roots[place]
          words[count + 1] = UInt64(successor.action) | UInt64(successor.outcome) << 32
          words[count + 2] = UInt64(successor.footprint) | UInt64(successor.changeCount) << 32
          count += 3
          for index in 0..<Int(successor.changeCount) {
            let change = changes[Int(successor.firstChange) + index]
            words[count] = UInt64(change.index) | UInt64(change.value) << 32
            count += 1
          }
        }
        words[0] = root
        words[1] = UInt64(count)
        return count
      }
    }
  }

  /// Lists the roots of a record whose states were not known.
  @inline(__always)
  static func forEachUnknownRoot(_ words: UnsafePointer<UInt64>, _ body: (UInt64) -> Void) {
    let end = Int(words[1])
    var place = 2
    while place < end {
      let isUnknown = UInt32(truncatingIfNeeded: words[place]) == KnownExpansion.unknownState
      place += 1
      if !isUnknown { continue }
      body(words[place])
      place += 3 + Int(words[place + 2] >> 32)
    }
  }

  /// Reads a record.
  static func read(_ words: UnsafePointer<UInt64>, _ expansion: inout KnownExpansion) {
    expansion.removeAll()
    let end = Int(words[1])
    var place = 2
    while place < end {
      let word = words[place]
      place += 1
      let state = UInt32(truncatingIfNeeded: word)
      var successor = Successor(
        action: 0, flags: StepFlags(rawValue: UInt32(truncatingIfNeeded: word >> 32) & 0xFF),
        violations: UInt32(truncatingIfNeeded: word >> 40), firstChange: 0, changeCount: 0)
      var root = KnownExpansion.unknownRoot
      if state == KnownExpansion.unknownState {
        root = words[place]
        successor.action = UInt32(truncatingIfNeeded: words[place + 1])
        successor.outcome = UInt32(truncatingIfNeeded: words[place + 1] >> 32)
        successor.footprint = UInt32(truncatingIfNeeded: words[place + 2])
        successor.firstChange = UInt32(expansion.buffer.changes.count)
        successor.changeCount = UInt32(truncatingIfNeeded: words[place + 2] >> 32)
        place += 3
        for _ in 0..<Int(successor.changeCount) {
          expansion.buffer.changes.append(
            WordChange(
              index: UInt32(truncatingIfNeeded: words[place]),
              value: UInt32(truncatingIfNeeded: words[place] >> 32)))
          place += 1
        }
      }
      expansion.buffer.successors.append(successor)
      expansion.roots.append(root)
      expansion.states.append(state)
    }
  }
}
