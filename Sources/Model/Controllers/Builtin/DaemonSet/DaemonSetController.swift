internal import CEL

/// The daemonset controller: which changes wake it, and one sync.
///
/// Follows pkg/controller/daemon/daemon_controller.go (the event handlers, syncDaemonSet).
struct DaemonSetController: Reconciler {
  let name = "daemonset"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion

  var watches: [WatchRule] {
    let version = version
    let wanting: @Sendable (JSONObject, any MappingReader) -> [ReconcileRequest] = {
      node, reader in
      reader.objects(of: .daemonSet, namespace: nil, selection: .all)
        .filter {
          let verdict = DaemonSet($0, version).verdict(on: node)
          return verdict.shouldRun || verdict.shouldContinue
        }
        .map { ReconcileRequest(namespace: $0.namespace, name: $0.name) }
    }
    return [WatchRule(.daemonSet, .object)]
      + WatchRule.dependents(.controllerRevision, of: .daemonSet)
      + WatchRule.dependents(.pod, of: .daemonSet)
      // addNode, updateNode: the DaemonSets that want the node, before or after. Upstream wakes those
      // whose mind has changed; the others find nothing to do. A node that goes wakes nobody.
      + [
        WatchRule(.node, .map(wanting)) { old, new in
          guard let new else { return false }
          guard let old else { return true }
          return old.labels != new.labels || old.at("spec", "taints") != new.at("spec", "taints")
        }
      ]
  }

  func memoryChanges(before: JSONObject?, after: JSONObject?) -> [MemoryChange] {
    Expectations.changes(before: before, after: after, owner: .daemonSet)
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    guard
      let object = try oracle.get(
        "apps/v1", "DaemonSet", namespace: request.namespace, name: request.name)
    else {
      try Expectations(oracle).forget()
      try FailedPodsBackOff(oracle).forget()
      return .done
    }
    // An empty selector is reported and not retried; a DaemonSet that is being deleted is left
    // alone, since its history may be gone before its Pods.
    guard let selector = LabelSelector(object: object.at("spec", "selector")), !selector.isEmpty,
      object.deletionTimestamp == nil
    else { return .done }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    let nodes = try oracle.list(ListQuery(apiVersion: "v1", kind: "Node", namespace: nil))
    let claim = ObjectClaim(client: client, controller: object, selector: selector)
    let history = DaemonSetHistory(client: client, object: object, claim: claim)
    let revisions = try history.construct()
    let pods = try claim.claim(
      try oracle.list(ListQuery(apiVersion: "v1", kind: "Pod", namespace: request.namespace)))
    let sync = DaemonSetSync(
      set: DaemonSet(object, version), nodes: nodes, allPods: pods, hash: revisions.hash,
      client: client, backOff: FailedPodsBackOff(oracle))
    return try sync.run(history, revisions)
  }
}
