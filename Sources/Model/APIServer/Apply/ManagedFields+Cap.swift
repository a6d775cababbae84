/// The bound on how many updaters an object remembers.
///
/// Follows managedfields/internal/capmanagers.go: past ten, the oldest updaters of one API version
/// become one entry `ancient-changes`.
extension ManagedFields {
  /// The most entries with the operation Update (DefaultMaxUpdateManagers).
  private static let maximum = 10

  /// The entries within the bound.
  func capped() -> ManagedFields {
    let updaters = entries.filter { $0.identity.operation == .update }
      .sorted { ($0.time, $0.identity) < ($1.time, $1.identity) }
    var count = updaters.count
    guard count > Self.maximum else { return self }
    var result = self
    var firsts: [String: ManagerIdentity] = [:]
    for entry in updaters where count > Self.maximum {
      guard let first = firsts[entry.apiVersion] else {
        firsts[entry.apiVersion] = entry.identity
        continue
      }
      let bucket = ManagerIdentity("ancient-changes", .update, apiVersion: entry.apiVersion)
      let merged = result[bucket] ?? result[first]
      result[first] = nil
      result[entry.identity] = nil
      result[bucket] = Entry(
        bucket, apiVersion: entry.apiVersion, time: entry.time,
        fields: entry.fields.union(merged?.fields ?? FieldSet()))
      count -= 1
    }
    return result
  }
}
