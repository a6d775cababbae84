internal import Transitions

/// A system whose tables helpers read while a search asks it.
///
/// Helpers ask a system only for `knownSuccessors`, inside the gate. The search's thread asks here: what
/// changes nothing at once, everything else while the gate is closed. So whatever changes the tables of
/// a system (new steps, versions, lists, cells, footprints, canonical forms) runs while no helper reads.
final class GuardedSystem: TransitionSystem {
  private let system: any TransitionSystem
  private let gate: Gate
  let properties: [PropertyKind]
  let footprints: FootprintTable?
  let hasSymmetry: Bool

  /// Guards a system with a gate.
  init(_ system: any TransitionSystem, _ gate: Gate) {
    self.system = system
    self.gate = gate
    properties = system.properties
    footprints = system.footprints
    hasSymmetry = system.hasSymmetry
  }

  // MARK: What changes nothing

  var width: Int { system.width }

  func actionClass(of action: UInt32) -> UInt32 { system.actionClass(of: action) }

  func isCollective(actionClass: UInt32) -> Bool { system.isCollective(actionClass: actionClass) }

  func violatedRules(_ violations: UInt32) -> [Int] { system.violatedRules(violations) }

  func respectsSymmetry(property: Int) -> Bool { system.respectsSymmetry(property: property) }

  func takesKnown(successors: Int) -> Bool { system.takesKnown(successors: successors) }

  // MARK: What may be known already

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    if system.knownSuccessors(of: state, into: &buffer),
      system.takesKnown(successors: buffer.successors.count)
    {
      return
    }
    buffer.removeAll()
    try gate.exclusively { try system.expand(state, into: &buffer) }
  }

  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    system.knownValue(ofPredicate: predicate, at: state)
      ?? gate.exclusively { system.evaluate(predicate: predicate, at: state) }
  }

  // MARK: Everything else

  var initialState: [UInt32] { gate.exclusively { system.initialState } }

  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    gate.exclusively { system.endState(state) }
  }

  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) {
    gate.exclusively { system.confluence(property: property, at: state) }
  }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    gate.exclusively { system.enabling(of: actionClass, at: state) }
  }

  func reads(ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    gate.exclusively { system.reads(ofPredicate: predicate, at: state) }
  }

  var usesSymmetry: Bool {
    get { system.usesSymmetry }
    set { gate.exclusively { system.usesSymmetry = newValue } }
  }

  func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    gate.exclusively { system.representative(of: state) }
  }

  func describe(action: UInt32) -> String { gate.exclusively { system.describe(action: action) } }

  func describe(actionClass: UInt32) -> String {
    gate.exclusively { system.describe(actionClass: actionClass) }
  }

  func describe(_ meeting: FootprintTable.Meeting) -> String {
    gate.exclusively { system.describe(meeting) }
  }

  func describe(_ meeting: FootprintTable.Meeting, changes: [CellChange]) -> String {
    gate.exclusively { system.describe(meeting, changes: changes) }
  }

  func describe(word: Int) -> String { gate.exclusively { system.describe(word: word) } }

  func comparableForm(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    gate.exclusively { system.comparableForm(of: state) }
  }
}
