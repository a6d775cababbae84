import Transitions

/// A footprint that leaves something out: what executing both orders is there to catch.
///
/// Only tests make them.
enum FootprintMutant: CaseIterable {
  /// What a step reads of objects by their names.
  case objects
  /// What a step lists.
  case lists
  /// Whose requests it queues.
  case queued
  /// Which request it takes from its queue.
  case taken
  /// That a reconcile in flight goes on.
  case positions
  /// What it adds to lagging caches.
  case pending
  /// That a crash ends a life of its controller.
  case crashes
  /// That faults have a budget.
  case budgets
  /// That an event is spent.
  case events

  /// A footprint without what is left out.
  func applied(to footprint: Footprint, _ names: FootprintNames) -> Footprint {
    var result = footprint
    func without(_ cells: [UInt32], _ isMeant: (FootprintCell) -> Bool) -> [UInt32] {
      cells.filter { !isMeant(names.cell($0)) }
    }
    switch self {
    case .objects:
      result.reads = without(result.reads) { if case .object = $0 { true } else { false } }
    case .lists: result.predicates = []
    case .queued:
      result.sets = without(result.sets) {
        switch $0 {
        case .queue, .allQueues: true
        default: false
        }
      }
    case .taken:
      result.clears = without(result.clears) { if case .queue = $0 { true } else { false } }
      result.writes = without(result.writes) { if case .position = $0 { true } else { false } }
    case .positions:
      result.writes = without(result.writes) { if case .position = $0 { true } else { false } }
      result.reads = without(result.reads) { if case .position = $0 { true } else { false } }
    case .pending:
      result.writes = without(result.writes) { if case .pending = $0 { true } else { false } }
    case .crashes:
      result.writes = without(result.writes) { if case .incarnation = $0 { true } else { false } }
    case .budgets:
      result.writes = without(result.writes) { if case .budget = $0 { true } else { false } }
    case .events:
      result.writes = without(result.writes) { if case .event = $0 { true } else { false } }
    }
    return result
  }
}
