internal import CEL

/// The Pods of an autoscaler's target, as the metrics see them.
///
/// Follows pkg/controller/podautoscaler/replica_calculator.go (groupPods, calculatePodRequests). The
/// metrics server of the model reports one value for every Pod that is Running, and the CPU
/// initialization period (5 minutes) of each has passed.
struct AutoscalerPods {
  /// The Pods by how they count.
  struct Groups {
    /// Measured.
    var ready = 0
    /// Measured or not, but not to be relied on: pending, or never ready yet.
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

  /// groupPods.
  func grouped(isProcessor: Bool) -> Groups {
    var groups = Groups(ready: assumed)
    for status in pods.map(PodStatus.init) {
      if status.isTerminating || status.phase == "Failed" { continue }
      if status.phase == "Pending" || status.phase.isEmpty {
        groups.unready += 1
      } else if status.phase != "Running" {
        groups.missing += 1
      } else if isProcessor, Self.wasNeverReady(status) {
        groups.unready += 1
      } else {
        groups.ready += 1
      }
    }
    return groups
  }

  /// Not ready, and within 30 seconds of the start not either (delayOfInitialReadinessStatus).
  private static func wasNeverReady(_ status: PodStatus) -> Bool {
    guard let ready = status.condition("Ready"),
      let start = status.pod.at("status", "startTime")?.string
    else { return true }
    guard ready["status"]?.string == "False" else { return false }
    // The model's instants are equal or an hour apart, and text of RFC 3339 in UTC sorts by time.
    return (ready["lastTransitionTime"]?.string ?? "") <= start
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
