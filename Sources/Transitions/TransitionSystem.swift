/// The value of a state predicate.
package enum PredicateValue: UInt8, Sendable {
  case isFalse, isTrue
  /// The evaluation failed; a violation of its own kind (SCENARIO.md, rule 4).
  case isError
  /// A guard (`when`) is false here: the predicate says nothing of this state.
  case isInapplicable
}

/// What a search decides of a system, in numbers: predicates are indices into the system's table.
package enum PropertyKind: Hashable, Sendable {
  /// The predicate is true in every state (a `never` is the `always` of the negation).
  case always(predicate: Int)
  /// Some reachable state satisfies the predicate.
  case sometimes(predicate: Int)
  /// The predicate is true in every settled state.
  case settled(predicate: Int)
  /// The predicate is true in every settled state and in every state of every fair cycle.
  case eventually(predicate: Int)
  /// From a state with `from`, `to` is reached on every fair run.
  case leadsTo(from: Int, to: Int)
  /// No livelock, and no settled state is stuck unless errors are allowed.
  case converges(allowErrors: Bool)
  /// All end states of one group are equal (`TransitionSystem.endState`).
  case confluent
  /// No step violates this rule; steps carry sets of violated rules.
  case stepRule
}

/// A finite world of integer vectors that a search explores; the only thing Model and POR share.
///
/// A state is a vector of 32-bit words. `width` may grow while the system is explored (a new object
/// appears); words past the end of an older state are zero. The system is deterministic: the same
/// state has the same successors in the same order whenever it is asked.
package protocol TransitionSystem: AnyObject {
  /// The words of the initial state.
  var initialState: [UInt32] { get }

  /// How many words a state has now.
  var width: Int { get }

  /// Appends all successors of a state of `width` words to an emptied buffer.
  ///
  /// The buffer holds every enabled action. A step that changes nothing is a successor too (a
  /// self-loop). Throws what makes the whole search end: a controller that fails to run.
  func expand(_ state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer) throws

  /// The properties to decide, by index.
  var properties: [PropertyKind] { get }

  /// The value of a predicate at a state.
  func evaluate(predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> PredicateValue

  /// The step rules (property indices, ascending) that a set of violations names.
  func violatedRules(_ violations: UInt32) -> [Int]

  /// The interned id of the objects of a state, without queues, timers and budgets.
  func endState(_ state: UnsafeBufferPointer<UInt32>) -> UInt32

  /// For a `confluent` property: the group (events and faults that happened) and the interned id of
  /// the objects less what the property ignores. Two settled states of one group must have one end.
  func confluence(
    property: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> (group: UInt32, end: UInt32)

  /// The name of an action, for people.
  func describe(action: UInt32) -> String

  // MARK: For helpers on other threads

  /// Whether other threads may ask for `knownSuccessors`, as long as nothing else is asked meanwhile
  /// but what is told to change nothing: `width`, `knownSuccessors`, `knownValue`, `takesKnown`,
  /// `violatedRules`, `actionClass(of:)` and `isCollective`.
  var mayBeReadByHelpers: Bool { get }

  /// As `expand`, but changes nothing and throws nothing; false where it would have to, and then the
  /// buffer may hold anything. An answer stays good for as long as the system is explored.
  func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool

  /// Takes so many known successors for an answer of `expand`, as if that had been asked; false where
  /// `expand` has more to do than to list them, and must be asked.
  func takesKnown(successors: Int) -> Bool

  /// As `evaluate`, but changes nothing; nil where it would have to.
  func knownValue(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateValue?

  // MARK: For a reduced search

  /// The footprints of steps and predicates; nil where they are not recorded: such a system can be
  /// searched in full only.
  var footprints: FootprintTable? { get }

  /// The action's name as footprints know it: actions that differ in nothing but names that are
  /// renamed when states are matched are one class. Mostly the action itself.
  func actionClass(of action: UInt32) -> UInt32

  /// Whether a class may hold several actions: then some may be enabled while others are not.
  func isCollective(actionClass: UInt32) -> Bool

  /// What must happen before an action of a class, which is not enabled at this state, can be.
  func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition

  /// The footprint of what is read to evaluate a predicate at a state; it has reads only.
  func reads(ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>) -> UInt32

  /// A form that is equal for states which behave alike although the system keeps them apart: steps that
  /// commute lead to states of one such form. For checks of footprints only.
  func comparableForm(of state: UnsafeBufferPointer<UInt32>) -> [UInt32]

  // MARK: Symmetry

  /// Whether some names are interchangeable: exchanging them leaves the system as it is.
  var hasSymmetry: Bool { get }

  /// Whether states that differ in an exchange of interchangeable names are matched: `initialState` and
  /// `expand` then give one representative of each. A search sets it before each pass.
  var usesSymmetry: Bool { get set }

  /// Whether a property says the same after every exchange.
  func respectsSymmetry(property: Int) -> Bool

  /// The state that stands for all exchanges of a state. Asked while `usesSymmetry` is off, to find
  /// real runs behind a run of representatives.
  func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32]

  // MARK: For people

  /// The name of a class of actions.
  func describe(actionClass: UInt32) -> String

  /// What two footprints meet in.
  func describe(_ meeting: FootprintTable.Meeting) -> String

  /// The same with what is known to change there, ascending.
  func describe(_ meeting: FootprintTable.Meeting, changes: [CellChange]) -> String

  /// What a word of a state holds.
  func describe(word: Int) -> String
}

/// Why an action is not enabled: one conjunct of its condition that is false (POR.md, C2).
package enum EnablingCondition: Hashable, Sendable {
  /// It will never be enabled again: a budget is spent.
  case never
  /// Some action must write what these reads (a footprint's id) found.
  case writeTo(reads: UInt32)
  /// No fair action may be enabled. Whoever takes one of them, or disables it, conflicts with it, so a
  /// set that holds a fair one holds what must come first; else as `writeTo`.
  case idle(reads: UInt32)
  /// This class of actions, which is enabled here, must be taken first.
  case after(actionClass: UInt32)
}

extension TransitionSystem {
  package var mayBeReadByHelpers: Bool { false }

  package func knownSuccessors(
    of state: UnsafeBufferPointer<UInt32>, into buffer: inout SuccessorBuffer
  ) -> Bool { false }

  package func takesKnown(successors: Int) -> Bool { true }

  package func knownValue(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> PredicateValue? { nil }

  package var footprints: FootprintTable? { nil }

  package func actionClass(of action: UInt32) -> UInt32 { action }

  package func isCollective(actionClass: UInt32) -> Bool { false }

  package func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition { .never }

  package func reads(
    ofPredicate predicate: Int, at state: UnsafeBufferPointer<UInt32>
  ) -> UInt32 { 0 }

  package func comparableForm(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] {
    Array(state)
  }

  package var hasSymmetry: Bool { false }

  package var usesSymmetry: Bool {
    get { false }
    set { precondition(!newValue, "a system without symmetry") }
  }

  package func respectsSymmetry(property: Int) -> Bool { true }

  package func representative(of state: UnsafeBufferPointer<UInt32>) -> [UInt32] { Array(state) }

  package func describe(actionClass: UInt32) -> String { describe(action: actionClass) }

  package func describe(_ meeting: FootprintTable.Meeting) -> String { "\(meeting)" }

  package func describe(_ meeting: FootprintTable.Meeting, changes: [CellChange]) -> String {
    describe(meeting)
  }

  package func describe(word: Int) -> String { "word \(word)" }
}
