internal import CEL

/// The deletion of all that a Namespace holds: one pass.
///
/// Follows pkg/controller/namespace/deletion/namespaced_resources_deleter.go (deleteAllContent,
/// deleteAllContentForGroupVersionResource, estimateGracefulTermination).
struct NamespaceContent {
  let client: ControllerClient
  let kinds: [NamespaceController.ListedKind]
  let version: KubernetesVersion
  let namespace: JSONObject

  /// How a pass ended.
  struct Outcome {
    /// Seconds until what is left may be gone; 0 where nothing is left, or something failed.
    var estimate = 0
    var failure: ReconcileError?
  }

  /// What remains of the objects of one kind.
  private struct Remains {
    var estimate = 0
    var count = 0
    var finalizers: [String] = []
    var failure: ReconcileError?
  }

  /// Seconds that objects with finalizers are given (finalizerEstimateSeconds).
  private static let finalizerEstimate = 15

  /// Deletes the objects kind by kind, and tells in the conditions what is left.
  ///
  /// Upstream goes through all kinds in the order of a Go map. Kinds without objects make no
  /// difference, and nothing can be created in a Namespace that is being deleted: the order of the
  /// others is a choice.
  func delete() throws -> Outcome {
    var outcome = Outcome()
    var conditions = NamespaceConditions()
    var rest = try kinds.filter { try !list($0).isEmpty }
    func work(_ kind: NamespaceController.ListedKind) throws -> Remains {
      let remains = try delete(kind)
      if let failure = remains.failure {
        outcome.failure = outcome.failure ?? failure
        conditions.addFailure(failure.message)
      }
      outcome.estimate = max(outcome.estimate, remains.estimate)
      conditions.addRemains(kind, count: remains.count, finalizers: remains.finalizers)
      return remains
    }
    if version.deletesPodsOfNamespaceFirst,
      let pods = rest.firstIndex(where: { $0.kind == "Pod" && $0.apiVersion == "v1" })
    {
      if try work(rest.remove(at: pods)).count > 0 { rest = [] }
    }
    while !rest.isEmpty {
      let next =
        rest.count > 1
        ? try client.oracle.choose(rest.count, "which kind of a Namespace is deleted next") : 0
      _ = try work(rest.remove(at: next))
    }
    if let changed = conditions.updated(namespace) {
      // A failure of this write is only logged.
      _ = try client.updateStatus(changed)
    }
    return outcome
  }

  private func delete(_ kind: NamespaceController.ListedKind) throws -> Remains {
    var remains = Remains()
    remains.estimate = kind.kind == "Pod" ? try graceOfPods(kind) : 0
    if let failure = try deleteCollection(kind) {
      remains.failure = failure
      return remains
    }
    let items = try list(kind)
    guard !items.isEmpty else { return Remains() }
    remains.count = items.count
    remains.finalizers = items.flatMap(\.finalizers)
    if remains.estimate > 0 { return remains }
    if !remains.finalizers.isEmpty {
      remains.estimate = Self.finalizerEstimate
    } else {
      remains.failure = ReconcileError(
        "unexpected items still remain in namespace: \(namespace.name) for gvr: \(kind.plural)")
    }
    return remains
  }

  /// DELETE of the collection, or of each object where the kind has none; the failure.
  private func deleteCollection(_ kind: NamespaceController.ListedKind) throws -> ReconcileError? {
    var request = request(kind, .deleteCollection)
    request.body = Self.options
    let answer = try client.oracle.send(request)
    if answer.isSuccess { return nil }
    guard answer.code == 405 || answer.isNotFound else {
      return answer.error("deleting the \(kind.plural)")
    }
    for item in try list(kind) {
      let answer = try client.delete(item, ["propagationPolicy": "Background"])
      if !answer.isSuccess, !answer.isNotFound, answer.code != 405 {
        return answer.error("deleting one of the \(kind.plural)")
      }
    }
    return nil
  }

  private static let options: JSONValue = [
    "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
  ]

  /// A live list.
  private func list(_ kind: NamespaceController.ListedKind) throws -> [JSONObject] {
    let answer = try client.oracle.send(request(kind, .list))
    if answer.isNotFound || answer.code == 405 { return [] }
    guard answer.isSuccess else { throw answer.error("listing the \(kind.plural)") }
    return (answer.body["items"]?.array ?? []).compactMap(\.object).map { item in
      var item = item
      item["apiVersion"] = .string(kind.apiVersion)
      item["kind"] = .string(kind.kind)
      return item
    }
  }

  private func request(
    _ kind: NamespaceController.ListedKind, _ verb: APIVerb
  ) -> APIRequest {
    APIRequest(
      verb, apiVersion: kind.apiVersion, kind: kind.kind, namespace: namespace.name,
      fieldManager: client.fieldManager)
  }

  /// estimateGracefulTerminationForPods: the longest grace period, until it has passed since the
  /// Namespace's deletion.
  private func graceOfPods(_ kind: NamespaceController.ListedKind) throws -> Int {
    let graces = try list(kind).filter { !PodStatus($0).isTerminal }.map {
      $0.specInteger("terminationGracePeriodSeconds") ?? 0
    }
    guard let longest = graces.max(), longest > 0 else { return 0 }
    let deadline = "the grace period of the Pods of Namespace \(namespace.name)"
    return try client.oracle.hasPassed(deadline: deadline) ? 0 : longest
  }
}
