/// Controllers that work on one request at a time (``Reconciler/sharesMemory``).
///
/// A process does what it does by all that it lived through, so while a reconcile of it is in flight no
/// other one can begin: controller-runtime's default of one worker (`MaxConcurrentReconciles: 1`).
extension Composition {
  /// Whether a controller works on one request at a time; in mode `reconcile` each does.
  @inline(__always)
  func takesTurns(_ controller: Int) -> Bool {
    !turnTakers.isEmpty && turnTakers.contains(controller)
  }

  /// Whether another request of the worker's controller is being worked on, and that must end first.
  @inline(__always)
  func waitsForTurn(_ worker: Int, _ state: UnsafeBufferPointer<UInt32>) -> Bool {
    if turnTakers.isEmpty { return false }
    let controller = layout.workers[worker].controller
    guard turnTakers.contains(controller) else { return false }
    return layout.workers.indices.contains { other in
      other != worker && layout.workers[other].controller == controller
        && isSet(layout.slot(.busy, worker: other), state)
    }
  }

  /// Whether a flag is set at a state.
  @inline(__always)
  func isSet(_ slot: Slot, _ state: UnsafeBufferPointer<UInt32>) -> Bool {
    slot.word < state.count && state[slot.word] & slot.mask != 0
  }
}
