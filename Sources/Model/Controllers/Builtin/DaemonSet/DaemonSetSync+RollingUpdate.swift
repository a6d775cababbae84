internal import CEL

/// The rolling update of a DaemonSet.
///
/// Follows pkg/controller/daemon/update.go (rollingUpdate, findUpdatedPodsOnNode,
/// updatedDesiredNodeCounts). Upstream goes through the nodes in the order of a map: which of
/// several that are alike comes first is a choice.
extension DaemonSetSync {
  private static let question = "which nodes to update first"

  /// The limits of an update, and of how many nodes.
  private struct Limits {
    let desired: Int
    let maxUnavailable: Int
    let maxSurge: Int
  }

  private func limits() throws -> Limits {
    let desired = nodes.count { set.verdict(on: $0).shouldRun }
    guard let unavailable = set.maxUnavailable(of: desired), let surge = set.maxSurge(of: desired)
    else { throw ReconcileError("couldn't get unavailable numbers") }
    // Neither is what the API server would not have let pass.
    let isImpossible =
      desired > 0 && unavailable == 0 && surge == 0 && set.version.updatesDaemonSetsNodeByNode
    return Limits(
      desired: desired, maxUnavailable: isImpossible ? 1 : unavailable, maxSurge: surge)
  }

  /// findUpdatedPodsOnNode: the Pod of the current revision and the older one; nil where there are
  /// several of one sort.
  private func updated(_ pods: [JSONObject]) -> (current: JSONObject?, old: JSONObject?)? {
    let staying = pods.filter { !PodStatus($0).isTerminating }
    let current = staying.filter { DaemonSet.isUpdated($0, hash) }
    let old = staying.filter { !DaemonSet.isUpdated($0, hash) }
    return current.count > 1 || old.count > 1 ? nil : (current.first, old.first)
  }

  /// rollingUpdate since surge came.
  func rollByNode() throws -> ReconcileError? {
    let limits = try limits()
    return limits.maxSurge == 0 ? try replace(limits) : try surge(limits)
  }

  /// Without surge old Pods are deleted while few enough nodes are without an available one.
  private func replace(_ limits: Limits) throws -> ReconcileError? {
    var unavailable = 0
    var replacements: [JSONObject] = []
    var candidates: [JSONObject] = []
    for (_, pods) in podsByNode {
      switch updated(pods) {
      case nil, (nil, nil)?, (.some, .some)?: unavailable += 1
      case (.some(let current), nil)?:
        if try !isAvailable(current) { unavailable += 1 }
      case (nil, .some(let old))?:
        if try isAvailable(old) {
          candidates.append(old)
        } else {
          replacements.append(old)
          unavailable += 1
        }
      }
    }
    let allowed = min(max(limits.maxUnavailable - unavailable, 0), candidates.count)
    let chosen = try AnySubset.choose(allowed, of: candidates, oracle, Self.question)
    return try syncNodes(delete: replacements + chosen, create: [])
  }

  /// With surge a node gets a second Pod, and the old one goes once the new one is available.
  private func surge(_ limits: Limits) throws -> ReconcileError? {
    var surging = 0
    var available = 0
    var delete: [JSONObject] = []
    var unwanted: [JSONObject] = []
    var replacements: [String] = []
    var candidates: [String] = []
    for (name, pods) in podsByNode {
      guard let (current, old) = updated(pods) else {
        surging += 1
        continue
      }
      if let pod = old ?? current, try isAvailable(pod) { available += 1 }
      guard let old else { continue }
      if let current {
        if try isAvailable(current) { delete.append(old) } else { surging += 1 }
        continue
      }
      guard let node = nodes.first(where: { $0.name == name }) else {
        throw ReconcileError("couldn't get the node of a Pod", code: 404)
      }
      switch (try isAvailable(old), set.verdict(on: node).shouldRun) {
      case (false, false): delete.append(old)
      case (false, true): replacements.append(name)
      case (true, false): unwanted.append(old)
      case (true, true): candidates.append(name)
      }
    }
    // Pods on nodes that no longer want one go as others become available elsewhere.
    let deletable = min(max(available - limits.desired, 0), unwanted.count)
    delete += try AnySubset.choose(deletable, of: unwanted, oracle, Self.question)
    let allowed = min(max(limits.maxSurge - surging, 0), candidates.count)
    let chosen = try AnySubset.choose(allowed, of: candidates, oracle, Self.question)
    return try syncNodes(delete: delete, create: replacements + chosen)
  }

  /// rollingUpdate before (getUnavailableNumbers, SplitByAvailablePods): old Pods that do not serve
  /// go at once; of the others as many as may be missing, terminating ones among them.
  func rollByPod() throws -> ReconcileError? {
    let limits = try limits()
    let groups = podsByNode
    var unavailable = 0
    for node in nodes where set.verdict(on: node).shouldRun {
      let pods = groups.first { $0.node == node.name }?.pods ?? []
      let isServed = try pods.contains { try !PodStatus($0).isTerminating && isAvailable($0) }
      if !isServed { unavailable += 1 }
    }
    let old = groups.flatMap(\.pods).filter { !DaemonSet.isUpdated($0, hash) }
    var serving: [JSONObject] = []
    var delete: [JSONObject] = []
    for pod in old {
      if try isAvailable(pod) {
        serving.append(pod)
      } else if !PodStatus(pod).isTerminating {
        delete.append(pod)
      }
    }
    let allowed = min(max(limits.maxUnavailable - unavailable, 0), serving.count)
    delete += try AnySubset.choose(allowed, of: serving, oracle, Self.question)
    return try syncNodes(delete: delete, create: [])
  }
}
