internal import CEL

/// The first of several Pods in an order that leaves some equal.
enum RankedChoice {
  /// The `count` Pods with the smallest ranks; `tied` says which of equal ones are taken.
  static func first<Rank: Comparable>(
    _ count: Int, of pods: [JSONObject], rank: (JSONObject) -> Rank,
    tied: (_ pods: [JSONObject], _ count: Int) throws -> [JSONObject]
  ) rethrows -> [JSONObject] {
    let ranked = pods.map { (rank: rank($0), pod: $0) }.enumerated()
      .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
    var chosen: [JSONObject] = []
    var start = 0
    while chosen.count < count, start < ranked.count {
      var end = start
      while end < ranked.count, ranked[end].rank == ranked[start].rank { end += 1 }
      let equal = ranked[start..<end].map(\.pod)
      chosen += try tied(equal, min(equal.count, count - chosen.count))
      start = end
    }
    return chosen
  }
}
