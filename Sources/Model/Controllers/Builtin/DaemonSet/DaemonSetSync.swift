internal import CEL

/// One sync of one DaemonSet: a Pod on every node that wants one, and none elsewhere.
///
/// Follows pkg/controller/daemon/daemon_controller.go (updateDaemonSet, manage,
/// podsShouldBeOnNode, syncNodes). Upstream lists and claims the Pods anew for each part of a sync;
/// here once.
struct DaemonSetSync {
  /// Upstream creates and deletes at most so many Pods a sync.
  private static let burst = 250

  let set: DaemonSet
  /// All nodes, by name.
  let nodes: [JSONObject]
  /// The Pods that the DaemonSet owns.
  let allPods: [JSONObject]
  /// The hash of the current revision.
  let hash: String
  let client: ControllerClient
  let backOff: FailedPodsBackOff

  var oracle: any ReconcileOracle { client.oracle }

  private var expectations: Expectations { Expectations(oracle) }

  /// getNodesToDaemonPods: the Pods by node, nodes in order; those that say no node are left out.
  var podsByNode: [(node: String, pods: [JSONObject])] {
    var groups: [String: [JSONObject]] = [:]
    for pod in allPods {
      // What has ended and is going is somebody else's.
      let status = PodStatus(pod)
      if set.version.forgetsEndedDaemonPods, status.isTerminal, status.isTerminating { continue }
      guard let node = DaemonSet.node(of: pod) else { continue }
      groups[node, default: []].append(pod)
    }
    return groups.keys.sorted().map { ($0, groups[$0] ?? []) }
  }

  /// Runs it.
  func run(
    _ history: DaemonSetHistory, _ revisions: DaemonSetHistory.Revisions
  ) throws -> ReconcileResult {
    let seen = try expectations.state()
    if seen != .fulfilled {
      // Only counted, by what the cache has shown; the generation is not observed yet.
      if let failure = try DaemonSetStatus(self, observesGeneration: false).write(client) {
        throw failure
      }
      return seen.delay ?? .done
    }
    var failure = try update()
    if failure == nil { failure = try history.cleanUp(revisions.old, allPods) }
    var counts: DaemonSetStatus?
    if failure == nil || set.version.writesDaemonSetStatusOnError {
      let status = try DaemonSetStatus(self)
      counts = status
      let statusFailure = try status.write(client)
      failure = failure ?? statusFailure
    }
    if let failure { throw failure }
    if let counts, set.object.minReadySeconds > 0, counts.ready != counts.available {
      return .requeueAfter(seconds: set.object.minReadySeconds)
    }
    return backOff.isWaiting ? .requeueAfter(seconds: 1) : .done
  }

  /// updateDaemonSet: first the nodes, then the rolling update.
  ///
  /// The update waits until what manage has created and deleted is seen (expectations): that is for
  /// the next sync.
  private func update() throws -> ReconcileError? {
    let (missing, excess) = try manage()
    if let failure = try syncNodes(delete: excess, create: missing) { return failure }
    guard missing.isEmpty, excess.isEmpty, set.isRollingUpdate else { return nil }
    return set.version.updatesDaemonSetsNodeByNode ? try rollByNode() : try rollByPod()
  }

  // MARK: Which Pods

  /// manage: the nodes that need a Pod, and the Pods that have to go.
  private func manage() throws -> (missing: [String], excess: [JSONObject]) {
    let groups = podsByNode
    var missing: [String] = []
    var excess: [JSONObject] = []
    for node in nodes {
      let pods = groups.first { $0.node == node.name }?.pods
      let verdict = set.verdict(on: node)
      if verdict.shouldRun, pods == nil {
        missing.append(node.name)
      } else if verdict.shouldContinue {
        excess += try superfluous(pods ?? [], on: node.name)
      } else {
        excess += (pods ?? []).filter { !PodStatus($0).isTerminating }
      }
    }
    // getUnscheduledPodsWithoutNode: nobody will ever bind these.
    for (name, pods) in groups where !nodes.contains(where: { $0.name == name }) {
      excess += pods.filter { PodStatus($0).nodeName.isEmpty }
    }
    return (missing, excess)
  }

  /// Of the Pods on a node that may have one: those that ended, after a while, and all but the oldest;
  /// with surge all but the oldest of the current and of older revisions, until the current one serves.
  private func superfluous(_ pods: [JSONObject], on node: String) throws -> [JSONObject] {
    var result: [JSONObject] = []
    var running: [JSONObject] = []
    for pod in pods where !PodStatus(pod).isTerminating {
      let phase = PodStatus(pod).phase
      if phase == "Failed" {
        if try !backOff.leaves(pod, on: node) { result.append(pod) }
      } else if phase == "Succeeded", set.version.replacesSucceededDaemonPods {
        result.append(pod)
      } else {
        running.append(pod)
      }
    }
    guard running.count > 1 else { return result }
    let sorted = try byAge(running)
    guard set.allowsSurge else { return result + sorted.dropFirst() }
    var current: JSONObject?
    var old: JSONObject?
    for pod in sorted {
      if DaemonSet.isUpdated(pod, hash) {
        if current == nil { current = pod } else { result.append(pod) }
      } else {
        if old == nil { old = pod } else { result.append(pod) }
      }
    }
    if let current, let old {
      if try !PodStatus(old).isReady || isAvailable(current) { result.append(old) }
    }
    return result
  }

  /// podByCreationTimestampAndPhase: scheduled before unscheduled, then the oldest first.
  func byAge(_ pods: [JSONObject]) throws -> [JSONObject] {
    let sorted = try CreationOrder.sorted(pods, oracle)
    return sorted.filter { !PodStatus($0).nodeName.isEmpty }
      + sorted.filter { PodStatus($0).nodeName.isEmpty }
  }

  /// IsPodAvailable.
  func isAvailable(_ pod: JSONObject) throws -> Bool {
    try PodStatus(pod).isAvailable(minReadySeconds: set.object.minReadySeconds, oracle)
  }

  // MARK: Writes

  /// syncNodes: creations in batches, then deletions; answers the first failure.
  func syncNodes(delete: [JSONObject], create: [String]) throws -> ReconcileError? {
    let (create, delete) = (create.prefix(Self.burst), delete.prefix(Self.burst))
    try expectations.expect(creations: create.count, deletions: delete.count)
    let nodes = Array(create)
    // Nodes come in the order of a map, so any of them may be the first.
    var creations = ParallelCalls(oracle, creating: .pod, named: nodes, isShuffled: true)
    let made = try SlowStart.run(Integer(nodes.count)) { number in
      let node = nodes[try creations.next() ?? number]
      let answer = try client.create(set.makePod(node: node, hash: hash))
      return answer.isSuccess || answer.isNamespaceTerminating
        ? nil : answer.error("creating a Pod")
    }
    try expectations.lower(creations: create.count - made.successes)
    var failure = made.failure
    let superfluous = Array(delete)
    var deletions = ParallelCalls(oracle, changing: superfluous)
    while let lane = try deletions.next() {
      let pod = superfluous[lane]
      let answer = try client.delete(pod)
      if !answer.isSuccess { try expectations.lower(deletionOf: pod) }
      if !answer.isSuccess, !answer.isNotFound {
        failure = failure ?? answer.error("deleting a Pod")
      }
    }
    return failure
  }
}
