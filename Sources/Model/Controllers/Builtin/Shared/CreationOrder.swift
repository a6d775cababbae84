internal import CEL

/// Orders by creationTimestamp, oldest first.
///
/// Follows pkg/controller/controller_utils.go (ReplicaSetsByCreationTimestamp): times are asked as
/// ranks of creation; equal ranks fall back on the name, as equal times do upstream.
enum CreationOrder {
  /// The objects, oldest first; nothing is asked for fewer than two.
  static func sorted(
    _ objects: [JSONObject], _ oracle: any ReconcileOracle
  ) throws -> [JSONObject] {
    guard objects.count > 1 else { return objects }
    let ranked = try objects.map { (rank: try oracle.creationRank(of: $0), object: $0) }
    return ranked.sorted { ($0.rank, $0.object.name) < ($1.rank, $1.object.name) }.map(\.object)
  }
}
