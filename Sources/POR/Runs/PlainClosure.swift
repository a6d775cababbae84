internal import Transitions

/// The states that some states reach along certain steps, numbered, with those steps as pairs.
struct PlainClosure {
  private var numbers: [[UInt32]: Int32] = [:]
  private var edges: [(source: Int32, target: Int32)] = []
  /// Some of the steps changes an object; those behind the first such step need not be explored.
  private(set) var changesObject = false
  /// There are more states than were to be explored.
  private(set) var isTooLarge = false

  /// Explores the states that `roots` reach along steps that count, up to a number of states, or to
  /// the first step that is enough.
  init(
    of roots: [[UInt32]], in states: inout PlainStates, limit: Int,
    until isEnough: (Successor) -> Bool = { _ in false }, along counts: (Successor) -> Bool
  ) throws {
    var open: [[UInt32]] = []
    for root in roots where numbers[root] == nil {
      numbers[root] = Int32(numbers.count)
      open.append(root)
    }
    while let state = open.popLast() {
      guard let source = numbers[state] else { continue }
      for step in try states.steps(from: state, where: counts) {
        if step.successor.flags.contains(.changesObject) { changesObject = true }
        if isEnough(step.successor) { return }
        if numbers[step.target] == nil {
          if numbers.count >= limit {
            isTooLarge = true
            return
          }
          numbers[step.target] = Int32(numbers.count)
          open.append(step.target)
        }
        if let target = numbers[step.target] { edges.append((source, target)) }
      }
    }
  }

  /// Whether all states reach one of them; or all of another closure, which is part of this one.
  func allReach(_ goal: [UInt32], from others: PlainClosure? = nil) -> Bool {
    guard let goal = numbers[goal] else { return false }
    // The steps by their targets, as ranges of one array.
    var starts = [Int](repeating: 0, count: numbers.count + 1)
    for edge in edges { starts[Int(edge.target) + 1] += 1 }
    for index in 0..<numbers.count { starts[index + 1] += starts[index] }
    var filled = starts
    var sources = [Int32](repeating: 0, count: edges.count)
    for edge in edges {
      sources[filled[Int(edge.target)]] = edge.source
      filled[Int(edge.target)] += 1
    }
    var isReaching = [Bool](repeating: false, count: numbers.count)
    isReaching[Int(goal)] = true
    var open = [goal]
    while let state = open.popLast() {
      for source in sources[starts[Int(state)]..<starts[Int(state) + 1]]
      where !isReaching[Int(source)] {
        isReaching[Int(source)] = true
        open.append(source)
      }
    }
    guard let others else { return isReaching.allSatisfy(\.self) }
    return others.numbers.keys.allSatisfy { state in
      numbers[state].map { isReaching[Int($0)] } ?? false
    }
  }
}
