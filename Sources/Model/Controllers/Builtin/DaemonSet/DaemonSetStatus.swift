internal import CEL

/// The status of a DaemonSet.
///
/// Follows pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus,
/// storeDaemonSetStatus).
struct DaemonSetStatus {
  private let object: JSONObject
  /// Whether the spec's generation was acted on.
  private let observesGeneration: Bool
  private(set) var ready = 0
  private(set) var available = 0
  private var desired = 0
  private var current = 0
  private var misscheduled = 0
  private var updated = 0

  /// Counts nodes: of several Pods on one the oldest counts.
  init(_ sync: DaemonSetSync, observesGeneration: Bool = true) throws {
    object = sync.set.object
    self.observesGeneration = observesGeneration
    let groups = sync.podsByNode
    for node in sync.nodes {
      let pods = groups.first { $0.node == node.name }?.pods ?? []
      guard sync.set.verdict(on: node).shouldRun else {
        if !pods.isEmpty { misscheduled += 1 }
        continue
      }
      desired += 1
      guard let pod = try sync.byAge(pods).first else { continue }
      current += 1
      if PodStatus(pod).isReady {
        ready += 1
        if try sync.isAvailable(pod) { available += 1 }
      }
      if DaemonSet.isUpdated(pod, sync.hash) { updated += 1 }
    }
  }

  private var numbers: [(key: String, value: Int)] {
    [
      ("desiredNumberScheduled", desired), ("currentNumberScheduled", current),
      ("numberMisscheduled", misscheduled), ("numberReady", ready),
      ("updatedNumberScheduled", updated), ("numberAvailable", available),
      ("numberUnavailable", desired - available),
    ]
  }

  /// Writes the status if it changed, once more on a fresh object if the write fails; answers what
  /// went wrong.
  func write(_ client: ControllerClient) throws -> ReconcileError? {
    let isSame =
      numbers.allSatisfy { object.statusInteger($0.key) == $0.value }
      && object.statusInteger("observedGeneration") >= Int(object.generation)
    if isSame { return nil }
    var target = object
    for attempt in 0...1 {
      if observesGeneration {
        target.set(.int(object.generation), at: "status", "observedGeneration")
      }
      for (key, value) in numbers { target.set(.int(Int64(value)), at: "status", key) }
      let answer = try client.updateStatus(target)
      if answer.isSuccess { return nil }
      if attempt == 1 { return answer.error("updating the DaemonSet's status") }
      let fresh = try client.get(object)
      guard fresh.isSuccess, let found = fresh.body.object else {
        return fresh.error("reading the DaemonSet")
      }
      target = found
    }
    return nil
  }
}
