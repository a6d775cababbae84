/// One variable of a state (POR.md, section 2, "Cells"); controllers and events by index.
package enum Cell: Hashable, Sendable {
  /// The stored version of an object; 0 where it does not exist.
  case object(ObjectKey)
  /// The creation rank of an object, where some controller sorts its kind by creation.
  case rank(ObjectKey)
  /// Whether a request is queued.
  case queue(controller: Int, ReconcileRequest)
  /// Whether a request's timer is set.
  case timer(controller: Int, ReconcileRequest)
  /// Whether a reconcile of a request is in flight (mode `calls`).
  case busy(controller: Int, ReconcileRequest)
  /// The node of the reconcile tree at which a reconcile in flight stands.
  case position(controller: Int, ReconcileRequest)
  /// The reads of a reconcile in flight that a later write has superseded.
  case superseded(controller: Int, ReconcileRequest)
  /// The events of a kind that a lagging cache has not seen yet.
  case pending(controller: Int, GroupKind)
  /// Whether a deadline has passed; once passed it stays so.
  case deadline(controller: Int, ReconcileRequest, String)
  /// What a controller remembers of a request between two reconciles; 0 where it is nothing.
  case memory(controller: Int, ReconcileRequest, String)
  /// How often something optional, that a controller lets happen, has happened.
  case spent(controller: Int, String)
  /// How often a fault may still hit a controller.
  case budget(Fault, controller: Int)
  /// How often an event may still happen.
  case event(Int)
  /// How often an event has happened; kept where confluence compares runs with equal events.
  case happened(Int)
  /// The number of effective writes so far; kept only where times are part of identity.
  case clock
}

/// What may go wrong around a controller (SEMANTICS.md, "Faults").
package enum Fault: String, CaseIterable, Hashable, Sendable {
  case crash, conflict, lostResponse
}

/// Where a cell lies in a state vector.
package struct Slot: Hashable, Sendable {
  /// The index of the word.
  package let word: Int
  /// The lowest bit of the cell.
  package let shift: UInt32
  /// The bits of the cell, in place.
  package let mask: UInt32

  /// A cell that fills a word.
  package static func whole(_ word: Int) -> Slot { Slot(word: word, shift: 0, mask: .max) }

  /// A cell of one bit.
  package static func bit(_ word: Int, _ bit: Int) -> Slot {
    Slot(word: word, shift: UInt32(bit), mask: 1 << UInt32(bit))
  }
}
