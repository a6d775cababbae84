import Transitions

/// A system that leaves something out of the footprints of its steps.
final class ForgetfulSystem: TransitionSystem {
  /// What is left out.
  enum Omission: String, CaseIterable, Sendable {
    case reads, predicates, writes, sets, clears, oldVersions, newVersions, predicateReads, enabling
  }

  private let base: any TransitionSystem
  private let omission: Omission
  /// A value that no predicate accepts: absence.
  private static let absent = UInt32.max

  /// Makes a system of another one.
  init(_ base: any TransitionSystem, omission: Omission) {
    self.base = base
    self.omission = omission
  }

  var footprints: FootprintTable? { base.footprints }

  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws {
    try base.expand(state, into: &buffer)
    guard let table = footprints else { return }
    for index in buffer.successors.indices {
      var footprint = table[buffer.successors[index].footprint]
      switch omission {
      case .reads: footprint.reads = []
      case .predicates: footprint.predicates = []
      case .writes: footprint.writes = []
      case .sets: footprint.sets = []
      case .clears: footprint.clears = []
      case .oldVersions:
        footprint.changes = footprint.changes.map {
          CellChange(cell: $0.cell, old: $0.new, new: $0.new)
        }
      case .newVersions:
        footprint.changes = footprint.changes.map {
          CellChange(cell: $0.cell, old: $0.old, new: $0.old)
        }
      case .predicateReads, .enabling: break
      }
      buffer.successors[index].footprint = table.intern(footprint)
    }
  }

  func reads(ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> UInt32 {
    omission == .predicateReads ? 0 : base.reads(ofPredicate: predicate, at: state)
  }

  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition {
    omission == .enabling ? .never : base.enabling(of: actionClass, at: state)
  }

  var initialState: [UInt32] { base.initialState }
  var width: Int { base.width }
  var properties: [PropertyKind] { base.properties }
  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue {
    base.evaluate(predicate: predicate, at: state)
  }
  func violatedRules(_ violations: UInt32) -> [Int] { base.violatedRules(violations) }
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32 { base.endState(state) }
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32) { base.confluence(property: property, at: state) }
  func describe(action: UInt32) -> String { base.describe(action: action) }
  func describe(actionClass: UInt32) -> String { base.describe(actionClass: actionClass) }
  func describe(_ meeting: FootprintTable.Meeting) -> String { base.describe(meeting) }
  func describe(word: Int) -> String { base.describe(word: word) }
  func comparableForm(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    base.comparableForm(of: state)
  }
  func actionClass(of action: UInt32) -> UInt32 { base.actionClass(of: action) }
  func isCollective(actionClass: UInt32) -> Bool { base.isCollective(actionClass: actionClass) }
}
