internal import CEL

/// One sync of one StatefulSet: Pods in order, one at a time unless `Parallel`.
///
/// Follows pkg/controller/statefulset/stateful_set_control.go (UpdateStatefulSet, updateStatefulSet,
/// processReplica, processCondemned).
struct StatefulSetSync {
  let set: StatefulSet
  /// The Pods that the set owns.
  let pods: [JSONObject]
  let history: RevisionHistory
  let client: ControllerClient

  /// The Pods by their place.
  private struct Places {
    /// One per ordinal: the Pod, or the one to be made.
    var replicas: [JSONObject]
    /// Those outside of the ordinals, highest first.
    var condemned: [JSONObject]
    /// The unhealthy Pod with the lowest place.
    var firstUnhealthy: String?
  }

  private var oracle: any ReconcileOracle { client.oracle }
  private var ownership: ClaimOwnership { ClaimOwnership(set: set, client: client) }

  /// Runs it; answers the number of available replicas.
  func run() throws -> Int {
    let revisions = try history.revisions()
    var status = StatefulSetStatus(set: set, revisions: revisions)
    var failure: ReconcileError?
    try status.count(pods, oracle)
    if set.object.deletionTimestamp == nil {
      failure = try update(revisions, &status)
    }
    if failure == nil || set.version.writesStatefulSetStatusOnError {
      let statusFailure = try status.write(client)
      failure = failure ?? statusFailure
    }
    try history.truncate(revisions, pods)
    if let failure { throw failure }
    return status.availableReplicas
  }

  /// updateStatefulSet, without the status that it begins with.
  private func update(
    _ revisions: RevisionHistory.Revisions, _ status: inout StatefulSetStatus
  ) throws -> ReconcileError? {
    let places = try places(revisions)
    switch try forAll(places.replicas, isIdle: isSettled, process) {
    case .next: break
    case .wait:
      try status.count(places.replicas + places.condemned, oracle)
      return nil
    case .failed(let error):
      try status.count(places.replicas + places.condemned, oracle)
      return error
    }
    for pod in places.condemned where try !ownership.matches(pod) {
      guard let error = try ownership.update(pod) else { continue }
      try status.count(places.replicas + places.condemned, oracle)
      return error
    }
    let condemned = try forAll(
      places.condemned, isIdle: { PodStatus($0).isTerminating },
      { try condemn($0, places.firstUnhealthy) })
    switch condemned {
    case .next: break
    case .wait:
      try status.count(places.replicas + places.condemned, oracle)
      return nil
    case .failed(let error):
      try status.count(places.replicas + places.condemned, oracle)
      return error
    }
    try status.count(places.replicas + places.condemned, oracle)
    return set.isOnDelete ? nil : try roll(places.replicas, revisions, &status)
  }

  /// What a Pod means for those after it.
  private enum Outcome {
    case next
    /// In order nothing more is done in this sync.
    case wait
    case failed(ReconcileError)
  }

  /// runForAll: one after the other, until one has to be waited for; with `Parallel` all, since 1.26 in
  /// batches whose Pods come in any order.
  ///
  /// What is done for one Pod is not mixed with what is done for another. Idle ones write nothing.
  private func forAll(
    _ pods: [JSONObject], isIdle: (JSONObject) -> Bool, _ work: (JSONObject) throws -> Outcome
  ) throws -> Outcome {
    guard set.isParallel, set.version.runsStatefulPodsInParallel else {
      for pod in pods {
        switch try work(pod) {
        case .next: continue
        case .wait where set.isParallel: continue
        case .wait: return .wait
        case .failed(let error): return .failed(error)
        }
      }
      return .next
    }
    let order = { (numbers: Range<Int>) -> ParallelCalls? in
      ParallelCalls(
        oracle, creating: .pod, named: pods[numbers].map(\.name),
        idle: Set(pods[numbers].enumerated().filter { isIdle($0.element) }.map(\.offset)))
    }
    let made = try SlowStart.run(Integer(pods.count), order: order) { number in
      if case .failed(let error) = try work(pods[number]) { return error }
      return nil
    }
    return made.failure.map { .failed($0) } ?? .next
  }

  /// Whether there is nothing to do for a Pod of the set but what its claims may need.
  private func isSettled(_ pod: JSONObject) -> Bool {
    !["", "Failed", "Succeeded"].contains(PodStatus(pod).phase) && set.identityMatches(pod)
      && set.storageMatches(pod)
  }

  private func places(_ revisions: RevisionHistory.Revisions) throws -> Places {
    let ordinals = set.start..<(set.start + set.replicas)
    var byOrdinal: [Int: JSONObject] = [:]
    var condemned: [(ordinal: Int, pod: JSONObject)] = []
    for pod in pods {
      guard let ordinal = set.ordinal(of: pod) else { continue }
      if ordinals.contains(ordinal) {
        byOrdinal[ordinal] = pod
      } else {
        condemned.append((ordinal, pod))
      }
    }
    let replicas = ordinals.map { byOrdinal[$0] ?? newPod($0, revisions) }
    let fromAbove = condemned.sorted { $0.ordinal > $1.ordinal }.map(\.pod)
    let unhealthy = try (replicas + fromAbove.reversed()).first { try !isHealthy($0) }
    return Places(replicas: replicas, condemned: fromAbove, firstUnhealthy: unhealthy?.name)
  }

  /// newVersionedStatefulSetPod: below the partition Pods keep the current revision.
  private func newPod(
    _ ordinal: Int, _ revisions: RevisionHistory.Revisions
  ) -> JSONObject {
    let keeps =
      set.isRollingUpdate
      && ordinal < set.start
        + (set.partition ?? set.object.statusInteger("currentReplicas"))
    let revision = keeps ? revisions.current : revisions.update
    return set.makePod(
      ordinal, template: TemplateRevision.template(of: revision), revision: revision.name)
  }

  private func isRunningAndReady(_ pod: JSONObject) -> Bool {
    PodStatus(pod).phase == "Running" && PodStatus(pod).isReady
  }

  private func isAvailable(_ pod: JSONObject) throws -> Bool {
    try isRunningAndReady(pod)
      && PodStatus(pod).isAvailable(minReadySeconds: set.minReadySeconds, oracle)
  }

  /// The reverse of isUnavailable: available and not being deleted.
  private func isHealthy(_ pod: JSONObject) throws -> Bool {
    try isAvailable(pod) && !PodStatus(pod).isTerminating
  }

  private static func isCreated(_ pod: JSONObject) -> Bool { !PodStatus(pod).phase.isEmpty }

  /// processReplica.
  private func process(_ pod: JSONObject) throws -> Outcome {
    let status = PodStatus(pod)
    let isFinished =
      status.phase == "Failed"
      || (status.phase == "Succeeded" && set.version.replacesSucceededStatefulPods)
    if isFinished {
      guard !status.isTerminating else { return .wait }
      let answer = try client.delete(pod)
      return answer.isSuccess ? .wait : .failed(answer.error("deleting a Pod"))
    }
    if !Self.isCreated(pod) {
      // The garbage collector has not deleted the claim of an earlier Pod yet.
      if try ownership.isStale(for: pod) { return .wait }
      if let error = try create(pod) { return .failed(error) }
      return .wait
    }
    if status.phase == "Pending", let error = try createClaims(pod) { return .failed(error) }
    if !set.isParallel {
      if status.isTerminating || !isRunningAndReady(pod) { return .wait }
      if try !isAvailable(pod) { return .wait }
    }
    if set.identityMatches(pod), set.storageMatches(pod), try ownership.matches(pod) {
      return .next
    }
    return try repair(pod)
  }

  /// CreateStatefulPod: the claims, then the Pod.
  private func create(_ pod: JSONObject) throws -> ReconcileError? {
    if let error = try createClaims(pod) { return error }
    let answer = try client.create(pod)
    if !answer.isSuccess { return answer.error("creating a Pod") }
    return try ownership.update(pod)
  }

  /// createPersistentVolumeClaims: those that the cache does not have, in any order (that of a map).
  private func createClaims(_ pod: JSONObject) throws -> ReconcileError? {
    guard let ordinal = set.ordinal(of: pod) else { return nil }
    var failure: ReconcileError?
    var missing: [JSONObject] = []
    for (_, claim) in set.claims(ordinal) {
      let found = try oracle.get(
        "v1", "PersistentVolumeClaim", namespace: claim.namespace, name: claim.name)
      if let found {
        if found.deletionTimestamp != nil {
          failure = failure ?? ReconcileError("a PersistentVolumeClaim is being deleted")
        }
      } else {
        missing.append(claim)
      }
    }
    while !missing.isEmpty {
      let next =
        missing.count > 1 ? try oracle.choose(missing.count, "which claim is made next") : 0
      let answer = try client.create(missing.remove(at: next))
      if !answer.isSuccess {
        failure = failure ?? answer.error("creating a PersistentVolumeClaim")
      }
    }
    return failure
  }

  /// UpdateStatefulPod: gives the Pod its identity and volumes back, and its claims their owners.
  private func repair(_ pod: JSONObject) throws -> Outcome {
    guard let ordinal = set.ordinal(of: pod) else { return .next }
    var copy = pod
    for attempt in 1...4 {
      set.setIdentity(&copy, ordinal)
      if !set.storageMatches(copy) {
        set.setStorage(&copy, ordinal)
        if let error = try createClaims(copy) { return .failed(error) }
      }
      if let error = try ownership.update(copy) { return .failed(error) }
      let answer = try client.update(copy)
      if answer.isSuccess { return .next }
      guard answer.isConflict, attempt < 4 else {
        return .failed(answer.error("updating a Pod"))
      }
      copy =
        try oracle.get("v1", "Pod", namespace: copy.namespace, name: copy.name) ?? copy
      if set.identityMatches(copy), set.storageMatches(copy) { return .next }
    }
    return .next
  }

  /// processCondemned: a Pod that is not wanted goes once nothing before it is unhealthy.
  private func condemn(_ pod: JSONObject, _ firstUnhealthy: String?) throws -> Outcome {
    if PodStatus(pod).isTerminating { return .wait }
    if !set.isParallel, pod.name != firstUnhealthy, try !isAvailable(pod) { return .wait }
    let answer = try client.delete(pod)
    return answer.isSuccess ? .wait : .failed(answer.error("deleting a Pod"))
  }

  /// updateStatefulSetAfterInvariantEstablished: the highest Pods of old revisions go, as long as few
  /// enough are unavailable.
  ///
  /// With Parallel those of them that do not serve go first, however many.
  private func roll(
    _ replicas: [JSONObject], from lowest: Int, _ maxUnavailable: Int,
    _ revisions: RevisionHistory.Revisions, _ status: inout StatefulSetStatus
  ) throws -> ReconcileError? {
    var unavailable: Set<String> = []
    for pod in replicas where try !isHealthy(pod) { unavailable.insert(pod.name) }
    let old = replicas.indices.reversed().filter { index in
      index >= lowest && StatefulSet.revision(of: replicas[index]) != revisions.update.name
        && !PodStatus(replicas[index]).isTerminating
    }.map { replicas[$0] }
    let budget = max(maxUnavailable - unavailable.count, 0)
    let chosen: [JSONObject]
    if set.isParallel {
      chosen =
        old.filter { unavailable.contains($0.name) }
        + old.filter { !unavailable.contains($0.name) }.prefix(budget)
    } else {
      chosen = Array(old.prefix(budget))
    }
    for pod in chosen {
      let answer = try client.delete(pod)
      if !answer.isSuccess, !answer.isNotFound { return answer.error("deleting a Pod") }
      status.currentReplicas -= 1
    }
    return nil
  }

  /// The rolling update: the highest Pod of an old revision goes once all above it are healthy.
  private func roll(
    _ replicas: [JSONObject], _ revisions: RevisionHistory.Revisions,
    _ status: inout StatefulSetStatus
  ) throws -> ReconcileError? {
    let lowest = set.partition ?? 0
    if let maxUnavailable = try set.maxUnavailable() {
      return try roll(replicas, from: lowest, maxUnavailable, revisions, &status)
    }
    for index in replicas.indices.reversed() where index >= lowest {
      let pod = replicas[index]
      if StatefulSet.revision(of: pod) != revisions.update.name,
        !PodStatus(pod).isTerminating
      {
        let answer = try client.delete(pod)
        if !answer.isSuccess, !answer.isNotFound { return answer.error("deleting a Pod") }
        status.currentReplicas -= 1
        return nil
      }
      if try !isHealthy(pod) { return nil }
    }
    return nil
  }
}
