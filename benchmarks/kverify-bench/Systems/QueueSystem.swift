internal import Transitions

/// A system whose action i is the reconcile of request i, enabled while it is queued.
class QueueSystem: SyntheticSystem {
  private let waits: [UInt32]

  /// Makes a system with the footprints of its requests.
  init(initialState: [UInt32], requests: RequestFootprints) {
    waits = requests.waits
    super.init(initialState: initialState, footprints: requests.table)
  }

  override func enabling(
    of actionClass: UInt32, at state: UnsafeBufferPointer<UInt32>
  ) -> EnablingCondition { .writeTo(reads: waits[Int(actionClass)]) }
}
