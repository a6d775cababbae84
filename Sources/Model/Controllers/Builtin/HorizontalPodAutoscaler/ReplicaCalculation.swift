/// The number of replicas that a measured average calls for.
///
/// Follows pkg/controller/podautoscaler/replica_calculator.go (GetResourceReplicas,
/// calcPlainMetricReplicas) and metrics/utilization.go, on IEEE doubles as there: 55 % against 50 % is
/// a ratio of 1.1, just above what the tolerance of 0.1 allows. All measured Pods have the same value.
struct ReplicaCalculation {
  let currentReplicas: Int
  let groups: AutoscalerPods.Groups
  /// The value of each measured Pod: percent of its request, or thousandths.
  let value: Int
  /// What a Pod without metrics is taken to use when scaling down.
  let full: Int
  /// The value aimed at.
  let target: Int
  /// Whether a proposal against the direction of the ratio is dropped, as for utilization.
  let keepsDirection: Bool
  /// Whether Pods without metrics count as 0 where the others are just at the target.
  var countsMissingAtTarget = false
  /// How near a value has to be.
  var tolerance = AutoscalerTolerance()

  /// The proposal.
  var replicas: Int {
    let ratio = Double(value) / Double(target)
    let countsUnready = groups.unready > 0 && ratio > 1
    if !countsUnready, groups.missing == 0 {
      if tolerance.isMet(ratio) { return currentReplicas }
      return Int((ratio * Double(groups.ready)).rounded(.up))
    }
    // Once more, with the Pods that were not measured at their most careful values.
    var sum = value * groups.ready
    var count = groups.ready
    if groups.missing > 0 {
      if ratio < 1 {
        sum += full * groups.missing
        count += groups.missing
      } else if ratio > 1 || countsMissingAtTarget {
        count += groups.missing
      }
    }
    if countsUnready { count += groups.unready }
    // The average is an integer upstream as well.
    let newRatio = Double(sum / count) / Double(target)
    if tolerance.isMet(newRatio) || (ratio < 1 && newRatio > 1)
      || (ratio > 1 && newRatio < 1)
    {
      return currentReplicas
    }
    let proposal = Int((newRatio * Double(count)).rounded(.up))
    if keepsDirection,
      (newRatio < 1 && proposal > currentReplicas) || (newRatio > 1 && proposal < currentReplicas)
    {
      return currentReplicas
    }
    return proposal
  }
}
