/// Calls in batches of 1, 2, 4 …; after a batch with a failure no further one is begun.
///
/// Follows pkg/controller/replicaset/replica_set.go (slowStartBatch), which other controllers have
/// by other names. The calls of a batch, parallel upstream, are made one after the other.
enum SlowStart {
  /// Makes up to `count` calls, each with its number; answers how many did not fail, and the first
  /// failure.
  static func run(
    _ count: Int, _ call: (Int) throws -> ReconcileError?
  ) rethrows -> (successes: Int, failure: ReconcileError?) {
    var made = 0
    var successes = 0
    var batch = min(count, 1)
    while batch > 0 {
      var failure: ReconcileError?
      for _ in 0..<batch {
        let error = try call(made)
        made += 1
        successes += error == nil ? 1 : 0
        failure = failure ?? error
      }
      if failure != nil { return (successes, failure) }
      batch = min(2 * batch, count - made)
    }
    return (successes, nil)
  }
}
