internal import CEL

/// The endpoints controller: which changes wake it, and one sync of one Service.
///
/// Follows pkg/controller/endpoint/endpoints_controller.go (syncService, onEndpointsDelete,
/// checkLeftoverEndpoints) and staging/src/k8s.io/endpointslice/util/controller_utils.go
/// (podEndpointsChanged, GetServicesToUpdate).
struct EndpointsController: Reconciler {
  static let headlessLabel = "service.kubernetes.io/headless"
  static let managedByLabel = "endpoints.kubernetes.io/managed-by"

  let name = "endpoints"
  let fieldManager = "kube-controller-manager"
  let version: KubernetesVersion

  var watches: [WatchRule] {
    let version = version
    return [
      WatchRule(.service, .object),
      WatchRule(.pod, .map(Self.services), predicate: Self.mayChangeEndpoints),
      // Deleted ones are made again. At the start those without a Service are looked for, which are
      // known by their label; that the controller's own creations wake it too changes nothing.
      WatchRule(
        .endpoints, .named { Self.ownRequest($0, version) },
        predicate: { old, new in new == nil || old == nil && version.labelsManagedEndpoints }),
    ]
  }

  /// The request of Endpoints that are the controller's; nil for those of others.
  private static func ownRequest(
    _ endpoints: JSONObject, _ version: KubernetesVersion
  ) -> ReconcileRequest? {
    if version.labelsManagedEndpoints, endpoints.labels[managedByLabel] == nil { return nil }
    return ReconcileRequest(namespace: endpoints.namespace, name: endpoints.name)
  }

  /// podEndpointsChanged: a Pod that is new or gone, or of which an address, the readiness, the
  /// deletion or the labels changed.
  private static func mayChangeEndpoints(_ old: JSONObject?, _ new: JSONObject?) -> Bool {
    guard let old, let new else { return true }
    return old.labels != new.labels
      || ["hostname", "subdomain"].contains { old.at("spec", $0) != new.at("spec", $0) }
      || (old.deletionTimestamp == nil) != (new.deletionTimestamp == nil)
      || PodStatus(old).isReady != PodStatus(new).isReady
      || old.at("status", "podIPs") != new.at("status", "podIPs")
  }

  /// getServicesForPod: the Services whose selector accepts the Pod's labels.
  private static func services(
    _ pod: JSONObject, _ reader: any MappingReader
  ) throws -> [ReconcileRequest] {
    reader.objects(of: .service, namespace: pod.namespace, selection: .all)
      .filter { service in
        guard let labels = service.at("spec", "selector")?.object else { return false }
        return LabelSelector(labels: labels).matches(pod)
      }
      .map { ReconcileRequest(namespace: $0.namespace, name: $0.name) }
  }

  func reconcile(
    _ request: ReconcileRequest, oracle: any ReconcileOracle
  ) throws -> ReconcileResult {
    let client = ControllerClient(oracle: oracle, fieldManager: fieldManager)
    guard
      let service = try oracle.get(
        "v1", "Service", namespace: request.namespace, name: request.name)
    else {
      try deleteEndpoints(request, client)
      return .done
    }
    if service.at("spec", "type") == "ExternalName" { return .done }
    // Without a selector the Endpoints are somebody else's.
    guard let labels = service.at("spec", "selector")?.object else { return .done }
    let pods = try oracle.list(
      ListQuery(
        apiVersion: "v1", kind: "Pod", namespace: request.namespace,
        selection: .selectors(label: LabelSelector(labels: labels).text, field: "")))
    let subsets = EndpointSubsets(service: service, version: version).of(pods)
    try write(subsets, service, client)
    return .done
  }

  private func deleteEndpoints(_ request: ReconcileRequest, _ client: ControllerClient) throws {
    let answer = try client.delete([
      "apiVersion": "v1", "kind": "Endpoints",
      "metadata": [
        "namespace": .string(request.namespace), "name": .string(request.name),
      ],
    ])
    if !answer.isSuccess, !answer.isNotFound { throw answer.error("deleting Endpoints") }
  }

  /// Creates the Endpoints, or updates them where addresses or labels differ.
  private func write(
    _ subsets: [JSONValue], _ service: JSONObject, _ client: ControllerClient
  ) throws {
    let current = try client.oracle.get(
      "v1", "Endpoints", namespace: service.namespace, name: service.name)
    if let current {
      var labels = current.labels
      for own in [Self.headlessLabel, Self.managedByLabel] { labels[own] = nil }
      let isSame =
        TemplateEquality.pruned(.array(subsets))
        == TemplateEquality.pruned(current["subsets"] ?? .null)
        && labels == service.labels
      if isSame { return }
    }
    var endpoints: JSONObject =
      current ?? [
        "apiVersion": "v1", "kind": "Endpoints",
        "metadata": [
          "namespace": .string(service.namespace), "name": .string(service.name),
        ],
      ]
    var labels = service.labels
    let address = service.at("spec", "clusterIP")?.string ?? ""
    labels[Self.headlessLabel] = address.isEmpty || address == "None" ? "" : nil
    if version.labelsManagedEndpoints { labels[Self.managedByLabel] = "endpoint-controller" }
    endpoints.labels = labels
    endpoints["subsets"] = subsets.isEmpty ? nil : .array(subsets)
    let answer =
      current == nil ? try client.create(endpoints) : try client.update(endpoints)
    if answer.isSuccess { return }
    // In a namespace that is being deleted they can never be created: dropped.
    if current == nil, answer.isNamespaceTerminating { return }
    throw answer.error(current == nil ? "creating Endpoints" : "updating Endpoints")
  }
}
