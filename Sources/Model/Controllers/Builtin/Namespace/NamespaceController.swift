internal import CEL

/// The namespace controller: empties a Namespace that is being deleted, then lets it go.
///
/// Follows pkg/controller/namespace/namespace_controller.go and
/// pkg/controller/namespace/deletion/namespaced_resources_deleter.go (Delete, finalizeNamespace).
struct NamespaceController: Reconciler {
  /// The finalizer in `spec.finalizers` that is this controller's.
  static let finalizer = "kubernetes"

  let name = "namespace"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion
  /// The namespaced kinds of the composition in the versions that the server prefers, in order.
  let kinds: [ListedKind]

  /// A kind that objects in a namespace may have.
  struct ListedKind: Hashable, Sendable {
    let apiVersion: String
    let kind: String
    let plural: String
  }

  var watches: [WatchRule] {
    [WatchRule(.namespace, .object) { _, new in new?.deletionTimestamp != nil }]
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    guard
      try oracle.get("v1", "Namespace", namespace: "", name: request.name) != nil
    else { return .done }
    let answer = try client.get("v1", "Namespace", namespace: "", name: request.name)
    if answer.isNotFound { return .done }
    var namespace = try answer.object("reading a Namespace")
    guard namespace.deletionTimestamp != nil else { return .done }
    if namespace.at("status", "phase") != "Terminating" {
      guard let marked = try markTerminating(namespace, client) else { return .done }
      namespace = marked
    }
    if Self.finalizers(of: namespace).isEmpty { return .done }

    let content = NamespaceContent(
      client: client, kinds: kinds, version: version, namespace: namespace)
    let outcome = try content.delete()
    if let failure = outcome.failure { throw failure }
    if outcome.estimate > 0 { return .requeueAfter(seconds: outcome.estimate / 2 + 1) }
    try finalize(namespace, client)
    return .done
  }

  private static func finalizers(of namespace: JSONObject) -> [JSONValue] {
    namespace.at("spec", "finalizers")?.array ?? []
  }

  /// updateNamespaceStatusFunc; nil where the Namespace is gone or is not being deleted after all.
  private func markTerminating(
    _ namespace: JSONObject, _ client: ControllerClient
  ) throws -> JSONObject? {
    let written = try retrying(namespace, client) { latest in
      if latest.deletionTimestamp == nil || latest.at("status", "phase") == "Terminating" {
        return APIResponse(code: 200, body: .object(latest))
      }
      var changed = latest
      changed.set("Terminating", at: "status", "phase")
      return try client.updateStatus(changed)
    }
    return written.flatMap { $0.deletionTimestamp == nil ? nil : $0 }
  }

  /// finalizeNamespace: PUT to `/finalize` without the controller's finalizer.
  private func finalize(_ namespace: JSONObject, _ client: ControllerClient) throws {
    _ = try retrying(namespace, client) { latest in
      var changed = latest
      let rest = Self.finalizers(of: latest).filter { $0.string != Self.finalizer }
      changed.set(.array(rest), at: "spec", "finalizers")
      return try client.finalize(changed)
    }
  }

  /// retryOnConflictError: writes again and again on a fresh object; nil where it is gone.
  private func retrying(
    _ namespace: JSONObject, _ client: ControllerClient,
    write: (JSONObject) throws -> APIResponse
  ) throws -> JSONObject? {
    var latest = namespace
    while true {
      let answer = try write(latest)
      if answer.isNotFound { return nil }
      guard answer.isConflict else { return try answer.object("updating a Namespace") }
      let fresh = try client.get(latest)
      if fresh.isNotFound { return nil }
      let uid = latest.uid
      latest = try fresh.object("reading a Namespace")
      guard latest.uid == uid else {
        throw ReconcileError("namespace uid has changed across retries")
      }
    }
  }
}
