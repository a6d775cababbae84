internal import Transitions

/// The footprints of systems whose actions are reconciles of queued requests.
///
/// Request i has the cell i, its object the cell `requests + i`; systems with more objects count on.
struct RequestFootprints {
  let table: FootprintTable
  /// By request: what an action that is not enabled waits for, as a footprint that reads the cell.
  let waits: [UInt32]
  private let requests: Int

  /// Makes an empty table for so many requests.
  init(
    requests: Int,
    accepts: @escaping (_ predicate: UInt32, _ cell: UInt32, _ value: UInt32) -> Bool = {
      _, _, _ in true
    }
  ) {
    let table = FootprintTable(accepts: accepts)
    self.table = table
    self.requests = requests
    waits = (0..<requests).map { request in
      var footprint = Footprint()
      footprint.reads = [UInt32(request)]
      return table.intern(footprint)
    }
  }

  /// The cell of an object.
  func object(_ index: Int) -> UInt32 { UInt32(requests + index) }

  /// The footprint of a reconcile that reads some objects and writes others.
  ///
  /// A write reads what was there.
  func reconcile(
    of request: Int, reading: [Int] = [], writing: [Int] = [], waking: [Int] = []
  ) -> UInt32 {
    var footprint = Footprint()
    footprint.reads = (reading + writing).map(object)
    footprint.writes = writing.map(object)
    footprint.clears = [UInt32(request)]
    footprint.sets = waking.map { UInt32($0) }
    return table.intern(footprint)
  }
}
