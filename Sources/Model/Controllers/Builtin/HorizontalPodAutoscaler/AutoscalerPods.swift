internal import CEL

/// The Pods of an autoscaler's target, as the metrics see them.
///
/// Follows pkg/controller/podautoscaler/replica_calculator.go (groupPods, calculatePodRequests). The
/// metrics server of the model reports one value for every Pod that is Running.
struct AutoscalerPods {
  /// The Pods by how they count.
  struct Groups {
    /// Measured.
    var ready = 0
    /// Measured or not, but not to be relied on: pending, just started, or never ready yet.
    var unready = 0
    /// Without metrics.
    var missing = 0
  }

  private let pods: [JSONObject]
  private let assumedReady: Integer?

  init(_ pods: [JSONObject]) {
    self.pods = pods
    assumedReady = nil
  }

  /// The Pods of a composition without Pods: so many are taken to be ready.
  init(assumedReady: Integer) {
    pods = []
    self.assumedReady = assumedReady
  }

  /// Whether these are Pods of a composition without Pods, one at least, all of them ready.
  var areAssumed: Bool { assumedReady != nil }

  var isEmpty: Bool { !areAssumed && pods.isEmpty }

  /// Whether the metrics server knows some Pod.
  var hasMeasured: Bool { areAssumed || pods.contains { PodStatus($0).phase == "Running" } }

  private var assumed: Int { Int(assumedReady?.pinned ?? 0) }

  /// How many run and are ready (getReadyPodsCount).
  var running: Int {
    assumed + pods.count { PodStatus($0).phase == "Running" && PodStatus($0).isReady }
  }

  /// groupPods; `readiness` is asked for what Pods use of a processor, at a situation of the sync.
  func grouped(_ readiness: AutoscalerReadiness?, at situation: JSONObject) throws -> Groups {
    var groups = Groups(ready: assumed)
    var running: [PodStatus] = []
    for status in pods.map(PodStatus.init) {
      if status.isTerminating || status.phase == "Failed" { continue }
      if status.phase == "Pending" || status.phase.isEmpty {
        groups.unready += 1
      } else if status.phase != "Running" {
        groups.missing += 1
      } else {
        running.append(status)
      }
    }
    var situation = situation
    situation["unready"] = .int(Int64(groups.unready))
    situation["missing"] = .int(Int64(groups.missing))
    situation["running"] = .int(Int64(running.count))
    let unready = try readiness?.unready(of: running, at: situation) ?? 0
    groups.unready += unready
    groups.ready += running.count - unready
    return groups
  }

  /// The request of a resource in thousandths, the mean over the Pods (calculateRequests); of one
  /// container where its name is given.
  ///
  /// nil where a container has none or is not there; 0 for Pods that do not exist.
  func averageRequest(_ resource: String, container name: String? = nil) -> Int64? {
    guard !pods.isEmpty else { return 0 }
    var sum: Int64 = 0
    for pod in pods {
      let containers = (pod.at("spec", "containers")?.array ?? []).filter {
        name == nil || $0["name"]?.string == name
      }
      if name != nil, containers.isEmpty { return nil }
      for container in containers {
        guard
          let request = container.at("resources", "requests", resource)
            .flatMap(ResourceQuantity.milli)
        else { return nil }
        sum += request
      }
    }
    return sum / Int64(pods.count)
  }
}
