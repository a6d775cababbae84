/// What may happen at a state: one transition's stable name.
package enum WorldAction: Hashable, Sendable {
  /// A reconcile of a queued request, or the next step of one in flight.
  case reconcile(worker: Int)
  /// A set timer fires.
  case timer(worker: Int)
  /// A lagging cache sees its next event.
  case deliver(controller: Int, GroupKind)
  /// A user event happens.
  case event(Int)
  /// A user event is given up.
  case skip(Int)
  /// The controller runs on for so many writes and crashes.
  case crash(worker: Int, writes: Int)
  /// The n-th write of the step meets a fault.
  case fault(Fault, worker: Int, write: Int)
}
