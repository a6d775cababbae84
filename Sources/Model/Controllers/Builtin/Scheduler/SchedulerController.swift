internal import CEL

/// The scheduler: binds Pods to nodes that take them.
///
/// Follows pkg/scheduler/schedule_one.go (schedulePod, bind, handleSchedulingFailure) and the filters
/// pkg/scheduler/framework/plugins/{nodeunschedulable,nodeaffinity,tainttoleration,noderesources,
/// nodename}. What upstream scores is left open: every node that passes the filters is a choice, so
/// that a verdict depends on no score and no tie.
struct SchedulerController: Reconciler {
  let name = "scheduler"
  let fieldManager = "kube-scheduler"
  let version: KubernetesVersion

  var watches: [WatchRule] {
    [
      WatchRule(.pod, .object) { _, new in new.map(Self.isWaiting) ?? false },
      // Room may have been made, or a node may take more (EventsToRegister).
      WatchRule(.pod, .map(Self.waitingPods)) { old, new in
        old.map { !PodStatus($0).nodeName.isEmpty } ?? false
          && (new.map { PodStatus($0).isTerminal } ?? true)
      },
      WatchRule(.node, .map(Self.waitingPods)) { _, new in new != nil },
    ]
  }

  /// A Pod that the default scheduler has to place.
  private static func isWaiting(_ pod: JSONObject) -> Bool {
    let status = PodStatus(pod)
    let scheduler = pod.at("spec", "schedulerName")?.string ?? "default-scheduler"
    return status.nodeName.isEmpty && !status.isTerminating && !status.isTerminal
      && scheduler == "default-scheduler"
  }

  private static func waitingPods(
    _ object: JSONObject, _ reader: any MappingReader
  ) throws -> [ReconcileRequest] {
    reader.objects(of: .pod, namespace: nil, selection: .all).filter(isWaiting)
      .map { ReconcileRequest(namespace: $0.namespace, name: $0.name) }
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    guard
      let pod = try oracle.get("v1", "Pod", namespace: request.namespace, name: request.name),
      Self.isWaiting(pod)
    else { return .done }
    if version.podsHaveSchedulingGates, !(pod.at("spec", "schedulingGates")?.array ?? []).isEmpty {
      return .done
    }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    let nodes = try oracle.list(ListQuery(apiVersion: "v1", kind: "Node", namespace: nil))
    var others: [JSONObject] = []
    if nodes.contains(where: { $0.at("status", "allocatable") != nil }) {
      others = try oracle.list(ListQuery(apiVersion: "v1", kind: "Pod", namespace: nil))
    }
    let feasible = nodes.filter { SchedulerFilters(pod: pod, others: others).accept($0) }
    guard !feasible.isEmpty else { return try markUnschedulable(pod, nodes.count, client) }
    let choice = feasible.count > 1 ? try oracle.choose(feasible.count, "which node") : 0
    return try bind(pod, to: feasible[choice].name, client)
  }

  private func bind(
    _ pod: JSONObject, to node: String, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let answer = try client.oracle.send(
      APIRequest(
        .create, apiVersion: "v1", kind: "Pod", namespace: pod.namespace, name: pod.name,
        subresource: "binding",
        body: [
          "apiVersion": "v1", "kind": "Binding",
          "metadata": [
            "name": .string(pod.name), "namespace": .string(pod.namespace),
            "uid": .string(pod.uid),
          ],
          "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ], fieldManager: fieldManager))
    // A Pod that is gone, or was bound by somebody else, is none of its business any more.
    if answer.isSuccess || answer.isNotFound { return .done }
    throw answer.error("binding a Pod")
  }

  /// The condition PodScheduled; the Pod waits for a change of the cluster.
  private func markUnschedulable(
    _ pod: JSONObject, _ nodes: Int, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let current = PodStatus(pod).condition("PodScheduled")
    if current?["status"] == "False", current?["reason"] == "Unschedulable" { return .done }
    let condition: JSONValue = [
      "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
      "message": .string("0/\(nodes) nodes are available."),
      "lastTransitionTime": .string(ModelInstant.now),
    ]
    let answer = try client.patch(
      pod, .strategic, ["status": ["conditions": [condition]]], subresource: "status")
    if answer.isSuccess || answer.isNotFound { return .done }
    throw answer.error("updating a Pod's status")
  }
}
