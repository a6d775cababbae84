internal import CEL

/// POST of an object.
///
/// Follows handlers/create.go, registry/rest/create.go (BeforeCreate) and store.go (Create).
extension APICall {
  func create() throws(APIError) -> APIResponse {
    if resource.isNamespaced, request.namespace.isEmpty { throw .methodNotAllowed }
    let object = try bodyObject(apiVersion: request.apiVersion, kind: resource.kind)
    return try create(object)
  }

  /// Creates an object that a client gave; apply comes here too, with its owners recorded.
  func create(_ given: JSONObject, isTracked: Bool = false) throws(APIError) -> APIResponse {
    if given.resourceVersion != nil {
      throw .internalFailure("resourceVersion should not be set on objects to be created")
    }
    var object = given
    try checkNamespace(&object)
    if object.name.isEmpty, let prefix = object.metadata["generateName"]?.string, !prefix.isEmpty {
      object.metadata["name"] = .string(generatedName(prefix))
    }
    try admitToNamespace(object)
    object = try decoded(object)
    if !isTracked { trackFields(&object, old: nil) }
    let key = ObjectKey(
      resource.groupKind, namespace: resource.isNamespaced ? object.namespace : "",
      name: object.name)
    var metadata = object.metadata
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
      metadata[field] = nil
    }
    metadata["creationTimestamp"] = .string(reader.now)
    metadata["uid"] = .string(reader.freshUID(for: key))
    object.metadata = metadata
    rules.prepareForCreate(&object, context)
    var errors = ObjectMetaRules.validate(
      object, isNamespaced: resource.isNamespaced, nameRule: { rules.validateName($0) })
    errors += rules.validate(object, context)
    errors += customRuleErrors(object, old: nil, after: errors)
    if !errors.isEmpty { throw .invalid(resource.group, resource.kind, object.name, errors) }
    object = try stored(object)
    try admit(.create, key, object: object, old: nil)
    if let existing = reader.object(key) {
      var error = APIError.alreadyExists(resource.group, resource.plural, object.name)
      if existing.deletionTimestamp != nil {
        error.message = "object is being deleted: \(error.message)"
      }
      throw error
    }
    return APIResponse(
      code: 201, body: .object(view(object)), changes: [ObjectChange(key, old: nil, new: object)])
  }

  /// SimpleNameGenerator: five characters after at most 58 of the prefix.
  private func generatedName(_ prefix: String) -> String {
    let base = String(prefix.prefix(58))
    let suffix = reader.freshSuffix(
      for: base, in: resource.groupKind, namespace: resource.isNamespaced ? request.namespace : "")
    return base + suffix
  }

  /// The admission plugin NamespaceLifecycle: the namespace exists and is not being terminated.
  ///
  /// Follows staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go.
  private func admitToNamespace(_ object: JSONObject) throws(APIError) {
    guard resource.isNamespaced else { return }
    let namespaceKey = ObjectKey(
      GroupKind(group: "", kind: "Namespace"), namespace: "", name: request.namespace)
    guard let namespace = reader.object(namespaceKey) else {
      throw .notFound("", "namespaces", request.namespace)
    }
    guard namespace.at("status", "phase")?.string == "Terminating" else { return }
    var error = APIError.forbidden(
      resource.group, resource.plural, object.name,
      "unable to create new content in namespace \(request.namespace) because it is being "
        + "terminated")
    error.details?["causes"] = [
      [
        "reason": "NamespaceTerminating", "field": "metadata.namespace",
        "message": .string("namespace \(request.namespace) is being terminated"),
      ]
    ]
    throw error
  }
}
