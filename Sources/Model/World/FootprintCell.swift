/// A cell as footprints know it (POR.md, section 2, "Cells"): names with the numbers of fresh values
/// erased (`FootprintNames`), and cells of its own for what is true of a whole controller or state.
enum FootprintCell: Hashable {
  /// The stored version of an object; absence is a value.
  case object(ObjectKey)
  case rank(ObjectKey)
  case queue(CellLayout.Worker)
  case timer(CellLayout.Worker)
  /// What is done about a request: whether a reconcile of it is in flight, its node, its superseded
  /// reads; written by each of its steps, by its first too.
  case position(CellLayout.Worker)
  case pending(controller: Int, GroupKind)
  /// That a delivery was made; who adds to `pending` does not write it.
  case delivery(controller: Int, GroupKind)
  case deadline(CellLayout.Worker, String)
  case memory(CellLayout.Worker, String)
  case spent(controller: Int, String)
  case budget(Fault, controller: Int)
  /// How often an event may still happen and has happened.
  case event(Int)
  case clock
  /// Which life of a controller it is: a crash begins another, and all it does belongs to one.
  case incarnation(controller: Int)
  /// Which request a controller works on that works on one at a time; each of its steps writes it.
  case turn(controller: Int)
  /// All queue entries of a controller that may crash: everyone who adds one sets it, a crash clears
  /// and sets it.
  case allQueues(controller: Int)
  /// Whether a reconcile or a delivery is enabled: who makes one so sets it, a timer reads it.
  case idle
}
