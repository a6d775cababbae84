internal import CEL

/// The kubelets of all nodes: Pods run, become ready, and are gone once deleted.
///
/// Follows pkg/kubelet/status/status_manager.go (syncPod) and kubelet_pods.go
/// (generateAPIPodStatus), without what lies below the API: each Pod's containers are started, and
/// found ready, at once.
struct KubeletController: Reconciler {
  let name = "kubelet"
  let fieldManager = "kubelet"
  let options: BuiltinOptions
  /// Whether Pods on nodes get an address: only Services ask for it.
  var assignsAddresses = false
  /// Whether Pods are numbers (``CountedPods``).
  var countsPods: Bool { options.values["pods"] != nil }

  /// The address of every Pod: they are told apart by name and uid.
  private static let address = "10.0.0.1"

  var watches: [WatchRule] {
    [WatchRule(countsPods ? CountedPods.groupKind : .pod, .object)]
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    if countsPods { return try reconcileCounted(request, oracle) }
    guard
      let pod = try oracle.get("v1", "Pod", namespace: request.namespace, name: request.name)
    else { return .done }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    let status = PodStatus(pod)
    if status.isTerminating { return try confirmDeletion(pod, client) }
    if status.isTerminal { return .done }
    if status.nodeName.isEmpty, let node = try options.value("node", request, oracle)?.string {
      return try bind(pod, to: node, client)
    }
    if status.nodeName.isEmpty, try options.value("bound", request, oracle)?.bool == true {
      return .done
    }
    return try run(pod, request, client)
  }

  /// One of the counted Pods becomes ready; the change wakes the kubelet for the next.
  private func reconcileCounted(
    _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let found = try oracle.get(
      CountedPods.apiVersion, CountedPods.groupKind.kind, namespace: request.namespace,
      name: request.name)
    guard let pods = found.map(CountedPods.init), let numbers = pods.oneReady else { return .done }
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    _ = try pods.write(numbers, client).object("updating Pods")
    return .done
  }

  /// The Pod's containers have stopped: DELETE without grace, on condition of the uid.
  private func confirmDeletion(
    _ pod: JSONObject, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let answer = try client.delete(
      pod, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
    // A Pod that is gone, or another one by now, is as good (status_manager.go).
    if answer.isSuccess || answer.isNotFound || answer.isConflict { return .done }
    throw answer.error("deleting a Pod")
  }

  /// Stands in for a scheduler: POST to `binding`.
  private func bind(
    _ pod: JSONObject, to node: String, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let binding: JSONValue = [
      "apiVersion": "v1", "kind": "Binding",
      "metadata": [
        "name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid),
      ],
      "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
    ]
    let answer = try client.oracle.send(
      APIRequest(
        .create, apiVersion: "v1", kind: "Pod", namespace: pod.namespace, name: pod.name,
        subresource: "binding", body: binding, fieldManager: "kube-scheduler"))
    guard answer.isSuccess || answer.isNotFound else { throw answer.error("binding a Pod") }
    return .done
  }

  private func run(
    _ pod: JSONObject, _ request: ReconcileRequest, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let oracle = client.oracle
    let status = PodStatus(pod)
    if try mayHappen("fail", request, oracle) {
      return try write(KubeletPodStatus(pod).finished("Failed"), pod, client)
    }
    if status.isReady {
      if try succeeds(pod, request, oracle) {
        return try write(KubeletPodStatus(pod).finished("Succeeded"), pod, client)
      }
      if try mayHappen("unready", request, oracle) {
        return try write(KubeletPodStatus(pod).running(isReady: false), pod, client)
      }
      return try isSettled(request, oracle) ? .done : .requeueAfter(seconds: 10)
    }
    var running = KubeletPodStatus(pod).running(isReady: true)
    if assignsAddresses, !status.nodeName.isEmpty, pod.at("status", "podIP") == nil {
      running["podIP"] = .string(Self.address)
      running["podIPs"] = [["ip": .string(Self.address)]]
    }
    return try write(running, pod, client)
  }

  /// A use of one of the budgets `fail` and `unready`.
  private func mayHappen(
    _ key: String, _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws -> Bool {
    guard let limit = try options.integer(key, request, oracle), limit > 0 else { return false }
    return try oracle.spend("kubelet \(key)", limit: Int(limit.pinned))
  }

  /// Whether the Pod's containers have exited with success; those of `restartPolicy: Always` are
  /// started again instead.
  private func succeeds(
    _ pod: JSONObject, _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws -> Bool {
    guard (pod.at("spec", "restartPolicy")?.string ?? "Always") != "Always" else { return false }
    return try options.value("succeed", request, oracle)?.bool ?? false
  }

  /// Whether nothing more can happen to a ready Pod by itself, so that no timer is needed.
  private func isSettled(
    _ request: ReconcileRequest, _ oracle: any ReconcileOracle
  ) throws -> Bool {
    let limits = try ["fail", "unready"].map { try options.integer($0, request, oracle) ?? 0 }
    return limits.allSatisfy { $0 <= 0 } && options.values["succeed"] == nil
  }

  /// syncPod: a patch of `/status` on condition of the uid.
  private func write(
    _ status: JSONObject, _ pod: JSONObject, _ client: ControllerClient
  ) throws -> ReconcileResult {
    let answer = try client.patch(
      pod, .strategic,
      ["metadata": ["uid": .string(pod.uid)], "status": .object(status)], subresource: "status")
    if answer.isSuccess || answer.isNotFound || answer.isConflict { return .done }
    throw answer.error("updating a Pod's status")
  }
}
