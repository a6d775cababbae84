internal import CEL

/// PATCH, and the record of who owns which field.
///
/// Follows handlers/patch.go.
extension APICall {
  func patch(_ type: PatchType, _ target: UpdateTarget) throws(APIError) -> APIResponse {
    if type == .apply { return try apply(target) }
    // ValidatePatchOptions
    if request.force {
      throw .invalid(
        "meta.k8s.io", "PatchOptions", "",
        [.forbidden("force", "may not be specified for non-apply patch")])
    }
    let existing = try existing()
    let base = view(existing, resourceVersion: reader.resourceVersion(of: key))
    var object = try patched(base, type, schema: resource.fieldSchema)
    object = try typedMetadata(object)
    try checkName(object)
    try checkNamespace(&object)
    try checkDecodes(object)
    return try write(object, over: existing, target)
  }

  /// A patch whose outcome does not fit the kind's type is invalid itself.
  private func checkDecodes(_ object: JSONObject) throws(APIError) {
    do throws(APIError) {
      _ = try decoded(object)
    } catch  where error.code == 400 {
      throw .invalid(
        "", "", "", [.invalid("patch", .string(JSONValue.object(object).text), error.message)])
    } catch {
      throw error
    }
  }

  /// An object after the patch in the body.
  func patched(_ object: JSONObject, _ type: PatchType, schema: FieldSchema) throws(APIError)
    -> JSONObject
  {
    guard let body = request.body else {
      throw .badRequest("error decoding patch: unexpected end of JSON input")
    }
    do throws(PatchError) {
      switch type {
      case .json: return try JSONPatch.apply(withKnownVersions(body, object), to: object)
      case .merge: return try MergePatch.apply(body, to: object)
      case .strategic:
        guard !(resource.strategy is CustomResourceStrategy) else { break }
        return try StrategicMergePatch.apply(body, to: object, schema: schema)
      case .apply: break
      }
    } catch {
      if case .badRequest(let message) = error, type == .merge, !version.refusesBadMergePatches {
        throw .internalFailure(message)
      }
      throw APIError(error.code, error.reason, error.message, details: JSONObject())
    }
    throw .unsupportedMediaType([
      PatchType.json.rawValue, PatchType.merge.rawValue, PatchType.apply.rawValue,
    ])
  }

  /// A JSON patch in which each test of the object's current resourceVersion names it as `object` does.
  ///
  /// Within a run one version has several names, one for each time that it was read; clients test for
  /// the version that they read as they send it back in an update.
  private func withKnownVersions(_ patch: JSONValue, _ object: JSONObject) -> JSONValue {
    guard let operations = patch.array, let version = object.resourceVersion else { return patch }
    return .array(
      operations.map { operation in
        guard var test = operation.object, test["op"] == "test",
          test["path"] == "/metadata/resourceVersion", let tested = test["value"]?.string,
          reader.isCurrent(tested, of: key)
        else { return operation }
        test["value"] = .string(version)
        return .object(test)
      })
  }

  /// PATCH with `application/apply-patch+yaml`.
  func apply(_ target: UpdateTarget) throws(APIError) -> APIResponse {
    // ValidatePatchOptions
    if request.fieldManager.isEmpty {
      throw .invalid(
        "meta.k8s.io", "PatchOptions", "",
        [.required("fieldManager", "is required for apply patch")])
    }
    guard var applied = request.body?.object else {
      throw .badRequest("error decoding YAML: the configuration must be an object")
    }
    if applied.name.isEmpty { applied.metadata["name"] = .string(request.name) }
    try checkName(applied)
    let existing = reader.object(key)
    if existing == nil, target != .object { throw notFound }
    let live = existing.map { view($0) }
    var object: JSONObject
    do throws(ApplyError) {
      object = try fieldManager.apply(
        live: live, applied: applied, manager: request.fieldManager, force: request.force,
        now: reader.now)
    } catch {
      let details: JSONObject? = error.causes.isEmpty ? nil : ["causes": .array(error.causes)]
      throw APIError(error.code, error.reason, error.message, details: details)
    }
    object = try typedMetadata(object)
    try checkNamespace(&object)
    guard let existing else { return try create(object, isTracked: true) }
    if object.resourceVersion == nil {
      object.resourceVersion = reader.resourceVersion(of: key)
    }
    return try write(object, over: existing, target, isTracked: true)
  }

  /// Brings `metadata.managedFields` up to date after a write that is no apply.
  func trackFields(_ object: inout JSONObject, old: JSONObject?) {
    object = fieldManager.update(
      old: old, new: object, manager: request.fieldManager, now: reader.now)
  }

  private var fieldManager: FieldManager {
    let isCustom = resource.strategy is CustomResourceStrategy
    let reset = rules.resetFields(request.subresource).map { $0.map { PathElement.field($0) } }
    return FieldManager(
      schema: resource.fieldSchema, form: isCustom ? .unstructured : .typed,
      apiVersion: request.apiVersion, subresource: request.subresource,
      resetFields: FieldSet(paths: reset), version: version)
  }
}
