internal import CEL

/// Calls in batches of 1, 2, 4 …; after a batch with a failure no further one is begun.
///
/// Follows pkg/controller/replicaset/replica_set.go (slowStartBatch), which other controllers have
/// by other names.
enum SlowStart {
  /// Makes up to `count` calls, each with its number; answers how many did not fail, and the first
  /// failure.
  ///
  /// The calls of a batch, parallel upstream, are made in the `order` of the batch; without one in that
  /// of their numbers, for calls that are all alike. Of a count that is not known only as much is found
  /// out as batches need.
  static func run(
    _ count: Integer, order: (Range<Int>) -> ParallelCalls? = { _ in nil },
    _ call: (Int) throws -> ReconcileError?
  ) throws -> (successes: Int, failure: ReconcileError?) {
    var made = 0
    var successes = 0
    var batch = 1
    while true {
      var end = made
      while end < made + batch, Integer(end) < count { end += 1 }
      let numbers = made..<end
      if numbers.isEmpty { return (successes, nil) }
      var calls = order(numbers)
      var failure: ReconcileError?
      for number in numbers {
        let place = try calls?.next()
        let error = try call(place.map { numbers.lowerBound + $0 } ?? number)
        successes += error == nil ? 1 : 0
        failure = failure ?? error
      }
      made = end
      if failure != nil || numbers.count < batch { return (successes, failure) }
      batch *= 2
    }
  }
}
