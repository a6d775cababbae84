/// The end of a full search: what speaks of components is judged on the steps that were kept.
///
/// Where the search was cut, components that may be larger than what is known of them are left alone but
/// for their settled states: whether a state is settled depends on what its fair steps reach, and where
/// that is known all of it is.
struct ComponentPhase: ~Copyable {
  /// Too much time went into the components of a search that was out of time already.
  private struct OutOfTime: Error {}

  private let fairness: FairnessRule
  private let deadline: ContinuousClock.Instant?
  private let cancellation: CancellationFlag?
  /// Whether some component has a cycle.
  private(set) var hasCycle = false
  /// By state: its place in the component at hand; made for the first component with several states.
  private var numbers = FlatBuffer<UInt32>()

  /// Makes the phase of a search that took so long, and was cut or not.
  init(
    fairness: FairnessRule, cut: CutReason?, elapsed: Duration, cancellation: CancellationFlag?
  ) {
    self.fairness = fairness
    self.cancellation = cancellation
    deadline = cut == .time ? .now + elapsed / 8 : nil
  }

  /// Judges the components; the reason if that was not done to the end.
  mutating func run(
    _ components: inout Decomposition, _ graph: borrowing StateGraph, _ judge: inout Judge,
    in space: inout StateSpace
  ) throws -> CutReason? {
    do {
      for state in 0..<UInt32(graph.nodeCount) {
        try components.run(from: state, in: graph) { component in
          if component.hasCycle { try meet(component, graph, &judge, &space) }
        }
        if let stop = judge.stop { return stop }
      }
    } catch is OutOfTime {
      return cancellation?.isRaised == true ? .cancelled : .time
    }
    return nil
  }

  private mutating func meet(
    _ component: DecomposedComponent, _ steps: borrowing StateGraph, _ judge: inout Judge,
    _ space: inout StateSpace
  ) throws {
    hasCycle = true
    if cancellation?.isRaised == true { throw OutOfTime() }
    if let deadline, ContinuousClock.now > deadline { throw OutOfTime() }
    // Neighbours differ in little: the states are listed again in the order of their ids.
    var members = component.members
    members.sort()
    let graph = try list(members, steps, &space)
    if component.isClosed {
      judge.judge(graph, in: &space)
    } else {
      judge.settle(graph, in: &space)
    }
  }

  private mutating func list(
    _ members: UnsafeMutableBufferPointer<UInt32>, _ steps: borrowing StateGraph,
    _ space: inout StateSpace
  ) throws -> ComponentGraph {
    if members.count == 1 {
      let only = members[0]
      return try ComponentGraph(
        states: [only], steps: steps, in: &space, fairness: fairness
      ) { $0 == only ? 0 : nil }
    }
    numbers.extend(to: steps.nodeCount, with: .max)
    for (place, member) in members.enumerated() { numbers[Int(member)] = UInt32(place) }
    defer { for member in members { numbers[Int(member)] = .max } }
    let places = numbers.elements
    return try ComponentGraph(
      states: Array(members), steps: steps, in: &space, fairness: fairness
    ) { target in
      let place = places[Int(target)]
      return place == .max ? nil : place
    }
  }
}
