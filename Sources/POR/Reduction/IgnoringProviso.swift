internal import Transitions

/// What may not be left out for ever in a component with cycles (POR.md, section 3: S and L).
///
/// Our S is finer than the paper's, since settled states are judged where events are still possible:
/// the component is decomposed by its fair steps, and of each part that no fair step leaves (S1)
/// every fair action enabled in it is taken in it, and (S2) where giving up an event does not lead
/// on either, every action is. L: no cycle on which one action is always enabled and never taken.
struct IgnoringProviso {
  private struct Edge {
    /// The local number of the target; nil for one outside.
    var target: Int?
    var flags: StepFlags
  }

  private let states: [UInt32]
  private let isLiveness: Bool
  private let faults: ReductionFaults
  /// By local state: the steps that are taken.
  private var edges: [[Edge]] = []
  /// By local state: the classes that are enabled, whether they are fair, whether they are taken.
  private var classes: [[(id: UInt32, isFair: Bool, isTaken: Bool)]] = []
  /// Whether some step between two of the states changes an object.
  private(set) var hasWriteCycle = false

  /// Makes the check of a component's states.
  init(states: [UInt32], isLiveness: Bool, faults: ReductionFaults) {
    self.states = states
    self.isLiveness = isLiveness
    self.faults = faults
  }

  /// The classes that must be taken too, at some states.
  mutating func additions(
    _ fairness: FairnessRule, in space: inout StateSpace, local: (UInt32) -> Int?
  ) throws -> [(state: UInt32, classes: [UInt32])] {
    try list(fairness, in: &space, local: local)
    if faults.contains(.noIgnoringProviso) { return [] }
    if classes.allSatisfy({ $0.allSatisfy(\.isTaken) }) { return [] }
    var wanted: [Int: [UInt32]] = [:]
    addForSafety(&wanted)
    if isLiveness && !faults.contains(.safetyProvisoForLiveness) { addForLiveness(&wanted) }
    return wanted.sorted { $0.key < $1.key }.map { (states[$0.key], $0.value) }
  }

  private mutating func list(
    _ fairness: FairnessRule, in space: inout StateSpace, local: (UInt32) -> Int?
  ) throws {
    for (place, state) in states.enumerated() {
      states.withUnsafeBufferPointer { space.foresee(.targets, of: $0, at: place) }
      let count = try space.expand(state)
      var taken: [Edge] = []
      var here: [(id: UInt32, isFair: Bool, isTaken: Bool)] = []
      for index in 0..<count {
        let successor = space.buffer.successors[index]
        let flags = fairness.flags(of: successor)
        let isTaken = space.isTaken(index)
        let id = space.system.actionClass(of: successor.action)
        if let known = here.firstIndex(where: { $0.id == id }) {
          here[known].isFair = here[known].isFair || flags.contains(.fair)
        } else {
          here.append((id, flags.contains(.fair), isTaken))
        }
        guard isTaken else { continue }
        let target = local(space.locatedTarget(index))
        taken.append(Edge(target: target, flags: flags))
        if target != nil && flags.contains(.changesObject) { hasWriteCycle = true }
      }
      edges.append(taken)
      classes.append(here)
    }
  }

  private func addForSafety(_ wanted: inout [Int: [UInt32]]) {
    let everyone = [Bool](repeating: true, count: states.count)
    let parts = components(among: everyone) { $0.flags.contains(.fair) }
    var partOf = [Int](repeating: 0, count: states.count)
    for part in 0..<parts.count { for member in parts[part] { partOf[Int(member)] = part } }
    for part in 0..<parts.count {
      let members = parts[part].map { Int($0) }
      func leaves(_ flag: StepFlags) -> Bool {
        members.contains { member in
          edges[member].contains { edge in
            edge.flags.contains(flag) && edge.target.map { partOf[$0] != part } ?? true
          }
        }
      }
      if leaves(.fair) { continue }
      let asksAll = !leaves(.givesUp)
      if faults.contains(.noFairProviso) && !asksAll { continue }
      var taken: Set<UInt32> = []
      for member in members {
        for entry in classes[member] where entry.isTaken { taken.insert(entry.id) }
      }
      for member in members.sorted() {
        for entry in classes[member] where asksAll || entry.isFair {
          if taken.insert(entry.id).inserted { wanted[member, default: []].append(entry.id) }
        }
      }
    }
  }

  private func addForLiveness(_ wanted: inout [Int: [UInt32]]) {
    var places: [UInt32: [Int]] = [:]
    for (place, list) in classes.enumerated() {
      for entry in list where !entry.isTaken { places[entry.id, default: []].append(place) }
    }
    for (id, members) in places.sorted(by: { $0.key < $1.key }) {
      var isIn = [Bool](repeating: false, count: states.count)
      for member in members { isIn[member] = true }
      let parts = components(among: isIn) { _ in true }
      for part in 0..<parts.count {
        let first = Int(parts[part].min() ?? 0)
        let isCycle = parts[part].count > 1 || edges[first].contains { $0.target == first }
        if isCycle, wanted[first]?.contains(id) != true { wanted[first, default: []].append(id) }
      }
    }
  }

  /// The strongly connected components of some of the states along some of the steps.
  private func components(
    among isIn: [Bool], follows: @escaping (Edge) -> Bool
  ) -> Partition {
    let nodes = states.indices.lazy.filter { isIn[$0] }.map { UInt32($0) }
    return Partition(of: nodes, in: FollowedSteps(edges: edges, isIn: isIn, follows: follows))
  }

  /// The steps between some states that are followed.
  private struct FollowedSteps: NodeLists {
    let edges: [[Edge]]
    let isIn: [Bool]
    let follows: (Edge) -> Bool

    var nodeCount: Int { edges.count }

    func firstPlace(of node: UInt32) -> Int { edges[Int(node)].isEmpty ? -1 : 0 }

    func follow(_ place: inout Int, of node: UInt32) -> UInt32 {
      let steps = edges[Int(node)]
      let edge = steps[place]
      place = place + 1 == steps.count ? -1 : place + 1
      guard let target = edge.target, isIn[target], follows(edge) else { return Self.noNode }
      return UInt32(target)
    }
  }
}
