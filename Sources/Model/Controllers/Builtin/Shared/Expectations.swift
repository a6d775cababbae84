internal import CEL

/// The creations and deletions of Pods that a controller has made and that its cache has not shown yet:
/// until it has, the controller counts on nothing that the cache says of them.
///
/// Follows pkg/controller/controller_utils.go (ControllerExpectations; with names
/// UIDTrackingControllerExpectations). Upstream keeps a record in memory that its event handlers lower;
/// a fulfilled one is the same as none, since setting replaces. Only a cache that lags can
/// show the difference: elsewhere nothing is remembered.
struct Expectations {
  private static let label = "expectations"
  private static let creations = "creations"
  private static let deletions = "deletions"
  private static let waited = "waited"
  /// ExpectationsTimeout.
  private static let timeout = 300

  private let oracle: any ReconcileOracle
  /// Whether there is anything to expect: some cache lags.
  let isUsed: Bool

  /// The expectations of the request that is reconciled; `isUsed` is false in tests of what would
  /// happen without.
  init(_ oracle: any ReconcileOracle, isUsed: Bool = true) {
    self.oracle = oracle
    self.isUsed = isUsed && oracle.hasLaggingCaches
  }

  /// How far the cache is.
  enum State: Equatable {
    case fulfilled
    /// The events that are missing are on their way, and will wake the controller.
    case waiting
    /// Nothing that is missing is on its way: only time helps.
    case stuck

    /// When to look again although nothing happens.
    ///
    /// Upstream the informers' resync does.
    var delay: ReconcileResult? {
      self == .stuck ? .requeueAfter(seconds: Expectations.timeout) : nil
    }
  }

  /// SatisfiedExpectations: asked before anything is listed.
  ///
  /// They expire after five minutes. Time passes when no delivery is left, so what is on its way comes
  /// before that. A sync that finds them stuck once more comes after that time, so that waiting ends.
  func state() throws -> State {
    guard isUsed, var memory = try oracle.recall(Self.label) else { return .fulfilled }
    if try oracle.awaitsEvents(of: .pod) { return .waiting }
    if try memory[Self.waited] == nil
      && oracle.choose(2, "whether expectations have expired") == 0
    {
      memory[Self.waited] = true
      try oracle.remember(Self.label, memory)
      return .stuck
    }
    try forget()
    return .fulfilled
  }

  /// SetExpectations: so many Pods will appear, and so many deletions will be seen.
  func expect(creations: Int, deletions: Int = 0) throws {
    try remember([Self.creations: .int(Int64(creations)), Self.deletions: .int(Int64(deletions))])
  }

  /// ExpectDeletions of UIDTrackingControllerExpectations: these deletions will be seen, each once.
  func expect(deletionsOf pods: [JSONObject]) throws {
    try remember([
      Self.creations: 0, Self.deletions: .array(pods.map { .string($0.name) }),
    ])
  }

  /// CreationObserved, of Pods that were not created after all.
  func lower(creations count: Int) throws {
    guard count > 0 else { return }
    try change { Self.lowered($0, Self.creations, by: count) }
  }

  /// DeletionObserved, of a Pod that could not be deleted.
  func lower(deletionOf pod: JSONObject) throws {
    try change { Self.lowered($0, deletionOf: pod) }
  }

  /// DeleteExpectations.
  func forget() throws {
    if isUsed { try oracle.remember(Self.label, nil) }
  }

  private func remember(_ memory: JSONObject) throws {
    if isUsed { try oracle.remember(Self.label, Self.unlessFulfilled(memory)) }
  }

  private func change(_ apply: (JSONObject) -> JSONObject?) throws {
    guard isUsed, let memory = try oracle.recall(Self.label) else { return }
    let changed = apply(memory)
    if changed != memory { try oracle.remember(Self.label, changed) }
  }

  // MARK: What the event handlers do

  /// What the handlers of the Pods of an owner do (addPod, updatePod, deletePod): a Pod that appears was
  /// created, one that is going or gone was deleted.
  ///
  /// Where `forgetsDeleted` an owner that goes takes its expectations with it (deleteReplicaSet).
  static func changes(
    before: JSONObject?, after: JSONObject?, owner: GroupKind, forgetsDeleted: Bool = true
  ) -> [MemoryChange] {
    guard let object = after ?? before else { return [] }
    let groupKind = GroupKind(apiVersion: object.apiVersion, kind: object.kind)
    if groupKind == owner, after == nil, forgetsDeleted {
      return [change(object.namespace, object.name) { _ in nil }]
    }
    guard groupKind == .pod, let name = object.controllerOwner(of: owner) else { return [] }
    if after == nil || object.deletionTimestamp != nil {
      return [change(object.namespace, name) { lowered($0, deletionOf: object) }]
    }
    guard before == nil else { return [] }
    return [change(object.namespace, name) { lowered($0, creations, by: 1) }]
  }

  private static func change(
    _ namespace: String, _ name: String, _ apply: @escaping (JSONObject) -> JSONObject?
  ) -> MemoryChange {
    MemoryChange(
      request: ReconcileRequest(namespace: namespace, name: name), label: label, apply: apply)
  }

  private static func lowered(_ memory: JSONObject, _ key: String, by count: Int) -> JSONObject? {
    var memory = memory
    memory[key] = .int((memory[key]?.int ?? 0) - Int64(count))
    return unlessFulfilled(memory)
  }

  private static func lowered(_ memory: JSONObject, deletionOf pod: JSONObject) -> JSONObject? {
    guard let names = memory[deletions]?.array else { return lowered(memory, deletions, by: 1) }
    var memory = memory
    memory[deletions] = .array(names.filter { $0.string != pod.name })
    return unlessFulfilled(memory)
  }

  /// The record, with nothing below zero; nil where nothing is missing any more (Fulfilled).
  private static func unlessFulfilled(_ memory: JSONObject) -> JSONObject? {
    var memory = memory
    let created = max(memory[creations]?.int ?? 0, 0)
    memory[creations] = .int(created)
    if let names = memory[deletions]?.array {
      return created == 0 && names.isEmpty ? nil : memory
    }
    let deleted = max(memory[deletions]?.int ?? 0, 0)
    memory[deletions] = .int(deleted)
    return created == 0 && deleted == 0 ? nil : memory
  }
}
