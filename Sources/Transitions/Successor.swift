/// One changed word of a state vector.
package struct WordChange: Hashable, Sendable {
  /// The index of the word.
  package var index: UInt32
  /// Its value after the step.
  package var value: UInt32

  /// Makes a change of one word.
  @inlinable
  package init(index: UInt32, value: UInt32) {
    self.index = index
    self.value = value
  }
}

/// What a step did besides changing the state; a set of bits.
///
/// All of it is inlinable and none of it generic: through the standard library's witnesses an option
/// set of another module costs an array for each literal and several calls for each question.
package struct StepFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32

  /// Makes a set of its bits.
  @inlinable
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The action is a reconcile, a delivery or a timer: fairness speaks of it (SEMANTICS.md, "Steps").
  @inlinable package static var fair: StepFlags { StepFlags(rawValue: 1) }
  /// Some object changed (an effective write).
  @inlinable package static var changesObject: StepFlags { StepFlags(rawValue: 2) }
  /// A reconcile ended with an error in this step.
  @inlinable package static var endsInError: StepFlags { StepFlags(rawValue: 4) }
  /// The action gives an optional one up and changes no object (`skip`).
  @inlinable package static var givesUp: StepFlags { StepFlags(rawValue: 8) }
  /// The action waits until no reconcile and no delivery is left: where it is enabled, a reduced search
  /// takes everything that is enabled (POR.md, section 2, "Timers").
  @inlinable package static var waitsForIdle: StepFlags { StepFlags(rawValue: 16) }

  /// Makes the union of some flags.
  @inlinable
  package init(arrayLiteral flags: StepFlags...) {
    var bits: UInt32 = 0
    for flag in flags { bits |= flag.rawValue }
    self.init(rawValue: bits)
  }

  /// Whether all of some flags are among these.
  @inlinable
  package func contains(_ flags: StepFlags) -> Bool { rawValue & flags.rawValue == flags.rawValue }

  /// These flags and others.
  @inlinable
  package func union(_ others: StepFlags) -> StepFlags {
    StepFlags(rawValue: rawValue | others.rawValue)
  }

  /// Adds flags.
  @inlinable
  package mutating func formUnion(_ others: StepFlags) { self = union(others) }
}

/// One outcome of one action that is enabled at a state, as a difference to that state.
package struct Successor: Sendable {
  /// The action's stable id.
  package var action: UInt32
  /// Which outcome of the action this is; 0 where the action has one only.
  package var outcome: UInt32
  /// What the step did.
  package var flags: StepFlags
  /// The footprint's id in `TransitionSystem.footprints`; 0 where there is no such table.
  package var footprint: UInt32
  /// The interned id of the set of step rules (properties with `old`, event rules) that this step
  /// violates; 0 for none.
  package var violations: UInt32
  /// The changed words, as a range of `SuccessorBuffer.changes`.
  package var firstChange: UInt32
  package var changeCount: UInt32

  /// Makes a successor whose changes lie at the given place of the buffer.
  @inlinable
  package init(
    action: UInt32, outcome: UInt32 = 0, flags: StepFlags, footprint: UInt32 = 0,
    violations: UInt32 = 0, firstChange: UInt32, changeCount: UInt32
  ) {
    self.action = action
    self.outcome = outcome
    self.flags = flags
    self.footprint = footprint
    self.violations = violations
    self.firstChange = firstChange
    self.changeCount = changeCount
  }
}

/// The successors of one state, filled by a transition system and read by a search.
///
/// Two flat arrays that are emptied, not freed, between states: no allocation on the hot path.
package struct SuccessorBuffer: Sendable {
  /// The successors, by action id, then by outcome.
  package var successors: [Successor] = []
  /// The changed words of all of them.
  package var changes: [WordChange] = []

  /// Makes an empty buffer.
  @inlinable
  package init() {}

  /// Empties the buffer and keeps its storage.
  @inlinable
  package mutating func removeAll() {
    successors.removeAll(keepingCapacity: true)
    changes.removeAll(keepingCapacity: true)
  }
}
