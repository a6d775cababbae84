internal import CEL

/// The subresource `/scale`.
///
/// Follows pkg/registry/apps/*/storage/storage.go (ScaleREST) and
/// staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/etcd.go.
extension APICall {
  private func scalePaths() throws(APIError) -> ScalePaths {
    guard let paths = rules.scale else { throw .noSuchResource }
    return paths
  }

  /// The Scale that shows an object's replicas.
  func scale(of object: JSONObject, _ paths: ScalePaths) -> JSONObject {
    var metadata = JSONObject()
    for field in ["name", "namespace", "uid", "creationTimestamp"] {
      metadata[field] = object.metadata[field]
    }
    var status: JSONObject = [
      "replicas": object.value(at: paths.statusReplicas[...]) ?? 0
    ]
    if let selector = paths.selector.flatMap({ object.value(at: $0[...]) }) {
      switch selector {
      case .string(let text): if !text.isEmpty { status["selector"] = .string(text) }
      case .object(let labels)
      where labels["matchLabels"] == nil && labels["matchExpressions"] == nil:
        status["selector"] = .string(LabelSelector(labels: labels).text)
      default: status["selector"] = LabelSelector(object: selector).map { .string($0.text) }
      }
    }
    var spec = JSONObject()
    let replicas = object.value(at: paths.specReplicas[...])
    if let replicas, replicas != 0 { spec["replicas"] = replicas }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata),
      "spec": .object(spec), "status": .object(status),
    ]
  }

  func getScale() throws(APIError) -> APIResponse {
    let paths = try scalePaths()
    guard let object = reader.object(key) else {
      throw .notFound(
        resource.group,
        resource.strategy is CustomResourceStrategy ? resource.plural : "\(resource.plural)/scale",
        request.name)
    }
    var scale = scale(of: object, paths)
    scale.resourceVersion = reader.resourceVersion(of: key)
    return APIResponse(code: 200, body: .object(scale))
  }

  func updateScale() throws(APIError) -> APIResponse {
    let paths = try scalePaths()
    let body = try bodyObject(apiVersion: "autoscaling/v1", kind: "Scale")
    try checkName(body)
    return try writeScale(body, over: try existing(), paths)
  }

  func patchScale(_ type: PatchType) throws(APIError) -> APIResponse {
    let paths = try scalePaths()
    let existing = try existing()
    var shown = scale(of: existing, paths)
    shown.resourceVersion = reader.resourceVersion(of: key)
    let patched = try patched(shown, type, schema: .open)
    return try writeScale(patched, over: existing, paths)
  }

  /// Writes the replicas through the object's own update.
  private func writeScale(_ scale: JSONObject, over existing: JSONObject, _ paths: ScalePaths)
    throws(APIError) -> APIResponse
  {
    let replicas = scale.at("spec", "replicas") ?? 0
    guard let number = replicas.integer else {
      throw .badRequest(
        "Scale in version \"v1\" cannot be handled as a Scale: spec.replicas: cannot unmarshal "
          + replicas.goTypeName)
    }
    if number < 0 {
      throw .invalid(
        "autoscaling", "Scale", request.name,
        [.invalid("spec.replicas", replicas, "must be greater than or equal to 0")])
    }
    var object = view(existing, resourceVersion: scale.resourceVersion)
    if object.resourceVersion == nil, !rules.allowsUnconditionalUpdate(version) {
      object.resourceVersion = reader.resourceVersion(of: key)
    }
    object.set(replicas, along: paths.specReplicas[...])
    var response = try write(object, over: existing, .object)
    guard let written = response.changes.last?.new ?? (response.changes.isEmpty ? existing : nil)
    else { return response }
    var answer = self.scale(of: written, paths)
    if response.changes.isEmpty { answer.resourceVersion = reader.resourceVersion(of: key) }
    response.body = .object(answer)
    return response
  }
}
