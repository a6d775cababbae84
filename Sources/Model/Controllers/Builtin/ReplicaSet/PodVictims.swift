internal import CEL

/// Which Pods go when there are too many.
///
/// Follows pkg/controller/controller_utils.go (ActivePodsWithRanks) and
/// replicaset/replica_set.go (getPodsToDelete, getPodsRankedByRelatedPodsOnSameNode): unscheduled
/// before scheduled, pending before running, not ready before ready, cheap before dear, Pods on
/// crowded nodes before others, often restarted before others.
///
/// What upstream compares further is time: how long a Pod has been ready and how old it is, on a
/// logarithmic scale, with the uid deciding inside a bucket. Among Pods that are equal so far that is
/// open, and every choice is explored. Before the logarithmic scale the youngest went first.
struct PodVictims {
  let version: KubernetesVersion
  let oracle: any ReconcileOracle

  /// What is known of a Pod, in the order of comparison; the smallest goes first.
  private struct Rank: Comparable {
    let isScheduled: Int
    let phase: Int
    let isReady: Int
    let cost: Int64
    let crowd: Int
    let restarts: Int64

    static func < (left: Rank, right: Rank) -> Bool {
      let early = (left.isScheduled, left.phase, left.isReady, left.cost)
      let other = (right.isScheduled, right.phase, right.isReady, right.cost)
      if early != other { return early < other }
      return (left.crowd, left.restarts) < (right.crowd, right.restarts)
    }
  }

  /// Chooses `count` of the Pods, fewer than all.
  ///
  /// `related` gives the Pods whose number on a node counts; read only where Pods are on nodes.
  func choose(
    _ count: Int, of pods: [JSONObject], related: () throws -> [JSONObject]
  ) throws -> [JSONObject] {
    let onNodes = pods.contains { !PodStatus($0).nodeName.isEmpty }
    let crowd = onNodes ? try related().map(PodStatus.init).filter(\.isActive) : []
    return try RankedChoice.first(count, of: pods, rank: { rank($0, crowd) }) { tied, wanted in
      if version.hasLogarithmicScaleDown {
        return try AnySubset.choose(wanted, of: tied, oracle, "which Pods to delete")
      }
      return Array(try CreationOrder.sorted(tied, oracle).reversed().prefix(wanted))
    }
  }

  private func rank(_ pod: JSONObject, _ crowd: [PodStatus]) -> Rank {
    let status = PodStatus(pod)
    let phases = ["Pending": 0, "Unknown": 1, "Running": 2]
    let neighbours = crowd.count { $0.nodeName == status.nodeName }
    return Rank(
      isScheduled: status.nodeName.isEmpty ? 0 : 1, phase: phases[status.phase] ?? 0,
      isReady: status.isReady ? 1 : 0,
      cost: version.hasPodDeletionCost ? status.deletionCost : 0,
      crowd: -neighbours, restarts: -status.restarts)
  }
}
