internal import Transitions

/// Breadth-first search for the shortest runs that violate one `leadsTo` property.
///
/// It walks pairs of a state and a phase: before a trigger is chosen, and after it, where only
/// states without `to` are entered. Pair `2s` is state `s` before, `2s + 1` after.
struct ResponseRuns: ~Copyable {
  private static let none = UInt32.max

  private let from: Int
  private let to: Int
  private var parent = FlatBuffer<UInt32>()
  private var queue = FlatBuffer<UInt32>()
  /// The pair at which each kind of violation was met.
  private(set) var found: [ViolationKind: UInt32] = [:]

  /// Makes the walk of a property.
  init(from: Int, to: Int) {
    self.from = from
    self.to = to
  }

  /// Walks until every kind is met.
  mutating func walk(
    to kinds: [ViolationKind], _ pass: borrowing ResponsePass, settled: StateSet,
    in space: inout StateSpace
  ) throws {
    precondition(space.count < 1 << 31, "too many states for pairs")
    parent.extend(to: space.count * 2, with: Self.none)
    var open = kinds
    space.move(to: 0)
    if space.triggers(from: from, without: to) { meet(1, from: 1) }
    meet(0, from: 0)
    var next = 0
    while next < queue.count && !open.isEmpty {
      let pair = queue[next]
      next += 1
      let state = pair / 2
      if pair & 1 == 1 {
        let isSettled = settled.contains(state)
        open.removeAll { kind in
          let isMet =
            switch kind {
            case .settledWithout: isSettled
            case .fairCycleWithout: !isSettled && pass.fair.contains(state)
            default: pass.errors.contains(state)
            }
          if isMet { found[kind] = pair }
          return isMet
        }
      }
      for index in 0..<(try space.expand(state)) {
        guard let target = space.find(index) else { continue }
        space.show(index)
        defer { space.back() }
        if pair & 1 == 1 {
          if isUnmet(target * 2 + 1) && space.lacks(to) { meet(target * 2 + 1, from: pair) }
        } else {
          if isUnmet(target * 2 + 1) && space.triggers(from: from, without: to) {
            meet(target * 2 + 1, from: pair)
          }
          if isUnmet(target * 2) { meet(target * 2, from: pair) }
        }
      }
    }
  }

  private func isUnmet(_ pair: UInt32) -> Bool { parent[Int(pair)] == Self.none }

  private mutating func meet(_ pair: UInt32, from source: UInt32) {
    parent[Int(pair)] = source
    queue.append(pair)
  }

  /// The states of the shortest run to a pair, and after how many steps the trigger is met.
  func path(to pair: UInt32) -> (states: [UInt32], trigger: Int) {
    var pairs = [pair]
    var current = pair
    while parent[Int(current)] != current {
      current = parent[Int(current)]
      pairs.append(current)
    }
    pairs.reverse()
    let trigger = pairs.firstIndex { $0 & 1 == 1 } ?? 0
    return (pairs.map { $0 / 2 }, trigger)
  }
}

extension StateSpace {
  /// Whether `to` does not hold where the cursor is.
  borrowing func lacks(_ to: Int) -> Bool { value(of: to) != .isTrue }

  /// Whether a run that must reach `to` begins where the cursor is.
  borrowing func triggers(from: Int, without to: Int) -> Bool {
    value(of: from) == .isTrue && lacks(to)
  }
}
