internal import CEL

/// Whether a node takes a Pod.
///
/// Follows pkg/scheduler/framework/plugins: nodeunschedulable, nodeaffinity, tainttoleration and
/// noderesources/fit.go.
struct SchedulerFilters {
  let pod: JSONObject
  /// The Pods whose requests count; only needed where nodes say what they have.
  let others: [JSONObject]

  /// All filters.
  func accept(_ node: JSONObject) -> Bool {
    let spec = pod["spec"]?.object ?? JSONObject()
    let tolerations = spec["tolerations"]?.array ?? []
    let fitness = NodeFitness(node)
    return fitness.matchesAffinity(of: spec)
      && fitness.isTolerated(by: tolerations, effects: ["NoSchedule", "NoExecute"])
      && isSchedulable(node, tolerations) && hasRoom(node)
  }

  /// A cordoned node is one with the taint node.kubernetes.io/unschedulable.
  private func isSchedulable(_ node: JSONObject, _ tolerations: [JSONValue]) -> Bool {
    guard node.at("spec", "unschedulable")?.bool == true else { return true }
    var tainted = node
    tainted.set(
      [["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]], at: "spec", "taints")
    return NodeFitness(tainted).isTolerated(by: tolerations, effects: ["NoSchedule"])
  }

  /// fitsRequest: what the node can allot, less what its Pods request; a node that does not say what
  /// it has takes everything.
  private func hasRoom(_ node: JSONObject) -> Bool {
    guard let allocatable = node.at("status", "allocatable")?.object else { return true }
    let onNode = others.filter {
      PodStatus($0).nodeName == node.name && !PodStatus($0).isTerminal && $0.uid != pod.uid
    }
    if let most = allocatable["pods"]?.int ?? allocatable["pods"]?.string.flatMap({ Int64($0) }),
      Int64(onNode.count) + 1 > most
    {
      return false
    }
    let wanted = Self.requests(of: pod)
    return wanted.keys.sorted().allSatisfy { resource in
      let used = onNode.reduce(0) { $0 + (Self.requests(of: $1)[resource] ?? 0) }
      let has = allocatable[resource].flatMap(ResourceQuantity.milli) ?? 0
      return wanted[resource, default: 0] == 0 || used + wanted[resource, default: 0] <= has
    }
  }

  /// What a Pod's containers request together, in thousandths.
  private static func requests(of pod: JSONObject) -> [String: Int64] {
    var sum: [String: Int64] = [:]
    for container in pod.at("spec", "containers")?.array ?? [] {
      for entry in container.at("resources", "requests")?.object?.entries ?? [] {
        sum[entry.key, default: 0] += ResourceQuantity.milli(entry.value) ?? 0
      }
    }
    return sum
  }
}
