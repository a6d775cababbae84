internal import CEL

/// The Pods from which a Job's sync has removed the finalizer, and whose new version its cache has not
/// shown yet: they are counted, and must not be again.
///
/// Follows pkg/controller/job/tracking_utils.go (uidTrackingExpectations). Only a cache that lags can
/// show the difference: elsewhere nothing is remembered.
struct FreedPods {
  private static let label = "finalizers"
  private static let key = "uids"

  let oracle: any ReconcileOracle

  init(_ oracle: any ReconcileOracle) { self.oracle = oracle }

  /// getExpectedUIDs.
  func uids() throws -> Set<String> {
    guard oracle.hasLaggingCaches, let memory = try oracle.recall(Self.label) else { return [] }
    return Set(Self.uids(memory))
  }

  /// expectFinalizersRemoved.
  func add(_ pods: [JSONObject]) throws {
    guard oracle.hasLaggingCaches else { return }
    try oracle.remember(Self.label, Self.memory(try uids().union(pods.map(\.uid))))
  }

  /// finalizerRemovalObserved, of a Pod that kept its finalizer or is gone.
  func remove(_ pod: JSONObject) throws {
    guard oracle.hasLaggingCaches else { return }
    try oracle.remember(Self.label, Self.memory(try uids().subtracting([pod.uid])))
  }

  /// deleteExpectations.
  func forget() throws {
    if oracle.hasLaggingCaches { try oracle.remember(Self.label, nil) }
  }

  /// What the handlers updatePod and deletePod do: the finalizer, or the Pod, is gone.
  static func changes(before: JSONObject?, after: JSONObject?) -> [MemoryChange] {
    guard let before, GroupKind(apiVersion: before.apiVersion, kind: before.kind) == .pod,
      after.map({ !Job.isTracked($0) }) ?? true,
      let name = (after ?? before).controllerOwner(of: .job)
    else { return [] }
    return [
      MemoryChange(
        request: ReconcileRequest(namespace: before.namespace, name: name), label: label
      ) { memory in
        Self.memory(Set(uids(memory)).subtracting([before.uid]))
      }
    ]
  }

  private static func uids(_ memory: JSONObject) -> [String] {
    memory[key]?.array?.compactMap(\.string) ?? []
  }

  private static func memory(_ uids: Set<String>) -> JSONObject? {
    uids.isEmpty ? nil : [key: .array(uids.sorted().map { .string($0) })]
  }
}
