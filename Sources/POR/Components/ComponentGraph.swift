internal import Transitions

/// The inner edges of one strongly connected component, listed again when it is complete.
///
/// The search stores no edges; a component that has cycles is expanded a second time, into flat
/// arrays over local numbers, and forgotten after its analysis. Edges that leave the component, or that
/// a reduced search does not take, are kept only where they are fair: fairness asks what is enabled,
/// not only what stays inside.
struct ComponentGraph {
  /// The target of an edge that leaves the component.
  static let outside = UInt32.max

  /// One edge, in twelve bytes.
  struct Edge {
    /// The local number of the target, or `outside`.
    var target: UInt32
    /// The local number of the action.
    var action: UInt32
    private var outcomeAndFlags: UInt32

    init(target: UInt32, action: UInt32, outcome: UInt32, flags: StepFlags, isTaken: Bool) {
      precondition(outcome < 1 << 28, "an action with more than 2^28 outcomes")
      self.target = target
      self.action = action
      outcomeAndFlags = outcome << 4 | (isTaken ? 0 : 8) | flags.rawValue & 7
    }

    var outcome: UInt32 { outcomeAndFlags >> 4 }
    var flags: StepFlags { StepFlags(rawValue: outcomeAndFlags & 7) }
    var isFair: Bool { flags.contains(.fair) }
    /// Whether the search takes it; else it only tells that the action is enabled.
    var isTaken: Bool { outcomeAndFlags & 8 == 0 }
    var isInside: Bool { target != ComponentGraph.outside }
  }

  /// The states, by local number.
  private(set) var states: [UInt32]
  /// The edges of the local state `s` are `edges[starts[s]..<starts[s + 1]]`.
  private(set) var starts: [UInt32] = [0]
  private(set) var edges: [Edge] = []
  /// The actions, by local number.
  private(set) var actions: [UInt32] = []

  /// The steps of states whose targets a full search has kept.
  init(
    states: [UInt32], steps: borrowing StateGraph, in space: inout StateSpace,
    fairness: FairnessRule, local: (UInt32) -> UInt32?
  ) throws {
    self.states = states
    starts.reserveCapacity(states.count + 1)
    var numbers: [UInt32: UInt32] = [:]
    for (place, state) in states.enumerated() {
      states.withUnsafeBufferPointer { space.foresee(.successors, of: $0, at: place) }
      _ = try space.expand(state)
      var place = steps.firstPlace(of: state)
      for successor in space.buffer.successors {
        let target = steps.follow(&place, of: state)
        append(successor, fairness.flags(of: successor), isTaken: true, local(target), &numbers)
      }
      starts.append(UInt32(edges.count))
    }
  }

  /// Expands every state; `local` gives the local number of a state, nil for one outside.
  init(
    states: [UInt32], expectedEdges: Int = 0, in space: inout StateSpace, fairness: FairnessRule,
    local: (UInt32) -> UInt32?
  ) throws {
    self.states = states
    starts.reserveCapacity(states.count + 1)
    edges.reserveCapacity(expectedEdges)
    var actionNumbers: [UInt32: UInt32] = [:]
    for (place, state) in states.enumerated() {
      states.withUnsafeBufferPointer { space.foresee(.targets, of: $0, at: place) }
      let count = try space.expand(state)
      for index in 0..<count {
        let successor = space.buffer.successors[index]
        let flags = fairness.flags(of: successor)
        let isTaken = space.isTaken(index)
        let inside = isTaken ? local(space.locatedTarget(index)) : nil
        append(successor, flags, isTaken: isTaken, inside, &actionNumbers)
      }
      starts.append(UInt32(edges.count))
    }
  }

  @inline(__always)
  private mutating func append(
    _ successor: Successor, _ flags: StepFlags, isTaken: Bool, _ inside: UInt32?,
    _ numbers: inout [UInt32: UInt32]
  ) {
    if inside == nil && !flags.contains(.fair) { return }
    let action: UInt32
    if let known = numbers[successor.action] {
      action = known
    } else {
      action = UInt32(actions.count)
      actions.append(successor.action)
      numbers[successor.action] = action
    }
    edges.append(
      Edge(
        target: inside ?? Self.outside, action: action, outcome: successor.outcome,
        flags: flags, isTaken: isTaken))
  }

  /// The places in `edges` of a local state's edges.
  func edgeRange(of state: UInt32) -> Range<Int> {
    Int(starts[Int(state)])..<Int(starts[Int(state) + 1])
  }
}
