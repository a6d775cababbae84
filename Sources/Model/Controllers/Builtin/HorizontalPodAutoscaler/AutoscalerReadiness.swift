internal import CEL

/// Whether what Pods use counts: at its start a Pod uses more, or was not measured for long enough.
///
/// Follows pkg/controller/podautoscaler/replica_calculator.go (groupPods). Upstream compares times. Here it
/// is a choice at each sync of which Pods they have passed, and of those they stay passed: of a Pod that is
/// not ready the CPU initialization period since its start, of a ready one the shorter of that and the window
/// of its first sample. Waiting ends: a sync that finds all as the last one did, which waited for the same
/// Pods, comes after the time of one of them at least; else it would be no step at all.
struct AutoscalerReadiness {
  private static let label = "initialization"
  /// `--horizontal-pod-autoscaler-cpu-initialization-period`.
  private static let initializationPeriod: Integer = 300
  /// `--horizontal-pod-autoscaler-initial-readiness-delay`.
  private static let readinessDelay: Integer = 30

  private let hasPeriod: Bool
  private let hasDelay: Bool
  private let oracle: any ReconcileOracle

  /// The periods of the scenario's `with`, or upstream's; only whether they are 0 matters.
  init(
    _ options: BuiltinOptions, _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws {
    func isUsed(_ key: String, _ usual: Integer) throws -> Bool {
      try (options.integer(key, request, oracle) ?? usual).pinned > 0
    }
    hasPeriod = try isUsed("cpuInitializationPeriod", Self.initializationPeriod)
    hasDelay = try isUsed("initialReadinessDelay", Self.readinessDelay)
    self.oracle = oracle
  }

  /// Forgets a deleted autoscaler.
  static func forget(_ oracle: any ReconcileOracle) throws { try oracle.remember(label, nil) }

  /// How many of some running Pods do not count; `situation` is what else the sync found.
  func unready(of pods: [PodStatus], at situation: JSONObject) throws -> Int {
    guard hasPeriod else { return pods.count { isUnready($0, hasPassed: true) } }
    let stored = try oracle.recall(Self.label) ?? JSONObject()
    let known = Set((stored["passed"]?.array ?? []).compactMap(\.string))
    // Who was never ready does not count in any case.
    let asked = pods.filter { !isUnready($0, hasPassed: true) }.map(Self.name)
    let waiting = asked.filter { !known.contains($0) }
    var held = situation
    held["waiting"] = .array(waiting.map { .string($0) })
    let isRepeated =
      IdenticalJSON(stored["held"] ?? .null) == IdenticalJSON(JSONValue.object(held).asMemory)
    var passed = asked.filter(known.contains)
    let before = passed.count
    for (index, name) in waiting.enumerated() {
      let isLast = isRepeated && index == waiting.count - 1 && passed.count == before
      if try isLast || oracle.choose(2, "whether a Pod's first minutes have passed") == 1 {
        passed.append(name)
      }
    }
    var memory = JSONObject()
    if !passed.isEmpty { memory["passed"] = .array(passed.map { .string($0) }) }
    if !waiting.isEmpty, passed.count == before { memory["held"] = .object(held) }
    let isSame =
      IdenticalJSON(JSONValue.object(stored).asMemory)
      == IdenticalJSON(JSONValue.object(memory).asMemory)
    if !isSame { try oracle.remember(Self.label, memory.isEmpty ? nil : memory) }
    let done = Set(passed)
    return pods.count { isUnready($0, hasPassed: done.contains(Self.name(of: $0))) }
  }

  /// What is waited for: a Pod that becomes ready, or is so no more, is another one.
  private static func name(of status: PodStatus) -> String {
    let ready = status.condition("Ready")
    return "\(status.pod.namespace)/\(status.pod.name) \(ready?["status"]?.string ?? "") since "
      + (ready?["lastTransitionTime"]?.string ?? "")
  }

  private func isUnready(_ status: PodStatus, hasPassed: Bool) -> Bool {
    guard let ready = status.condition("Ready"),
      let start = status.pod.at("status", "startTime")?.string
    else { return true }
    guard hasPassed else { return true }
    // Not ready, and within 30 seconds of the start not either (delayOfInitialReadinessStatus). The
    // model's instants are equal or an hour apart, and text of RFC 3339 in UTC sorts by time.
    return hasDelay && ready["status"]?.string == "False"
      && ready["lastTransitionTime"]?.string ?? "" <= start
  }
}
