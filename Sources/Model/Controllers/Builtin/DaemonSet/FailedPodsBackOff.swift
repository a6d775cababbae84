internal import CEL

/// Which failed Pods of a DaemonSet are left for a while, so that it does not fight with a kubelet that
/// refuses them.
///
/// Follows pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode, failedPodsBackoff): the first
/// failed Pod of a node goes at once, and each deletion lets the next one wait, 1 s at first. Upstream
/// starts anew for each generation and after a long time; here whether the time has passed is a choice, so
/// that is among what may happen.
final class FailedPodsBackOff {
  private static let label = "failed Pods"

  private let oracle: any ReconcileOracle
  /// Whether a Pod was left, so that the DaemonSet has to be synced again.
  private(set) var isWaiting = false

  init(_ oracle: any ReconcileOracle) { self.oracle = oracle }

  /// Whether a failed Pod on a node is left for now; if not, its node is remembered.
  func leaves(_ pod: JSONObject, on node: String) throws -> Bool {
    let known = try oracle.recall(Self.label)?["nodes"]?.array ?? []
    if known.contains(.string(node)) {
      let deadline = "back-off of failed Pod \(pod.namespace)/\(pod.name)"
      if try oracle.hasPassed(deadline: deadline) { return false }
      isWaiting = true
      return true
    }
    try oracle.remember(Self.label, ["nodes": .array(known + [.string(node)])])
    return false
  }

  /// Forgets the nodes of a deleted DaemonSet.
  func forget() throws { try oracle.remember(Self.label, nil) }
}
