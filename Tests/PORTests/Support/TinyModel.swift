import Transitions

/// One step of a tiny model.
struct TinyStep {
  var action: Int
  var outcome = 0
  var flags: StepFlags
  var brokenRules: [Int] = []
  var target: [UInt32]
  /// What the action reads and writes, over all of its outcomes.
  var footprint = Footprint()
  /// What the step read and did besides its action and outcome: with them, its event.
  var trace: [UInt32] = []
}

/// A small world in the plainest form: what the oracle explores, and what `TinySystem` packs.
protocol TinyModel: AnyObject {
  var initial: [UInt32] { get }
  /// The steps from a state, by action, then by outcome.
  func steps(from state: [UInt32]) -> [TinyStep]
  var properties: [PropertyKind] { get }
  func value(of predicate: Int, at state: [UInt32]) -> PredicateValue
  /// The objects of a state.
  func objects(of state: [UInt32]) -> [UInt32]
  /// The group and the end of a state for a `confluent` property.
  func confluence(of property: Int, at state: [UInt32]) -> (group: [UInt32], end: [UInt32])
}

/// Why an action of a tiny model is not enabled.
enum TinyCondition {
  case never
  case writeTo(Footprint)
  case after(Int)

  /// Something must write a cell.
  static func write(of cell: UInt32) -> TinyCondition {
    var footprint = Footprint()
    footprint.reads = [cell]
    return .writeTo(footprint)
  }
}

/// A tiny model that a reduced search can search: its steps have footprints.
protocol ReducibleModel: TinyModel {
  /// Whether a predicate read lists a cell with a value.
  func accepts(_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool
  /// Why an action, or a class of actions, is not enabled at a state.
  func enabling(of action: Int, at state: [UInt32]) -> TinyCondition
  /// What is read to evaluate a predicate at a state.
  func reads(of predicate: Int, at state: [UInt32]) -> Footprint

  var hasSymmetry: Bool { get }
  var usesSymmetry: Bool { get set }
  /// The class of an action while symmetry is used.
  func actionClass(of action: Int) -> Int
  func isCollective(_ actionClass: Int) -> Bool
  func respectsSymmetry(_ property: Int) -> Bool
  func representative(of state: [UInt32]) -> [UInt32]
}

extension ReducibleModel {
  var hasSymmetry: Bool { false }
  var usesSymmetry: Bool {
    get { false }
    set { precondition(!newValue, "a model without symmetry") }
  }
  func actionClass(of action: Int) -> Int { action }
  func isCollective(_ actionClass: Int) -> Bool { false }
  func respectsSymmetry(_ property: Int) -> Bool { true }
  func representative(of state: [UInt32]) -> [UInt32] { state }
}
