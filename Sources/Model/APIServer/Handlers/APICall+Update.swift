internal import CEL

/// Which part of an object a write is about.
enum UpdateTarget {
  case object
  case status
  /// The finalizers of a Namespace's spec.
  case finalize
}

/// PUT of an object, and what PUT and PATCH have in common.
///
/// Follows handlers/update.go, registry/rest/update.go (BeforeUpdate) and store.go (Update).
extension APICall {
  func update(_ target: UpdateTarget) throws(APIError) -> APIResponse {
    var object = try bodyObject(apiVersion: request.apiVersion, kind: resource.kind)
    try checkName(object)
    try checkNamespace(&object)
    guard let existing = reader.object(key) else {
      if !object.uid.isEmpty { throw uidConflict(object.uid, "") }
      if rules.createsOnUpdate, target == .object { return try create(object) }
      throw notFound
    }
    // The body's uid is a precondition (DefaultUpdatedObjectInfo).
    if !object.uid.isEmpty, object.uid != existing.uid {
      throw uidConflict(object.uid, existing.uid)
    }
    return try write(object, over: existing, target)
  }

  /// The name in the body and that in the path are one (checkName).
  func checkName(_ object: JSONObject) throws(APIError) {
    if object.name.isEmpty {
      throw .badRequest(
        "the name of the object (\(request.name) based on URL) was undeterminable: name must be "
          + "provided")
    }
    if object.name != request.name {
      throw .badRequest(
        "the name of the object (\(object.name)) does not match the name on the URL "
          + "(\(request.name))")
    }
  }

  private func uidConflict(_ given: String, _ actual: String) -> APIError {
    let path = resource.isNamespaced ? "\(request.namespace)/\(request.name)" : request.name
    return .conflict(
      resource.group, resource.plural, request.name,
      "StorageError: invalid object, Code: 4, Key: /registry/\(resource.plural)/\(path), "
        + "AdditionalErrorMsg: Precondition failed: UID in precondition: \(given), UID in object "
        + "meta: \(actual)")
  }

  /// Writes a client's object over the stored one.
  ///
  /// - Parameters:
  ///   - given: as the client wants it, in the version of the request.
  ///   - existing: as it is stored.
  ///   - target: which part the client may change.
  ///   - isTracked: whether the owners of the fields were recorded already.
  /// - Returns: the answer with the change, if there was any.
  /// - Throws: a conflict, or what validation finds.
  func write(
    _ given: JSONObject, over existing: JSONObject, _ target: UpdateTarget,
    isTracked: Bool = false
  ) throws(APIError) -> APIResponse {
    try checkVersion(given)
    var object = try decoded(given)
    object.resourceVersion = nil
    if !isTracked { trackFields(&object, old: existing) }
    // BeforeUpdate, in upstream's order.
    object.generation = existing.generation
    prepare(&object, old: existing, target)
    ObjectMetaRules.carryOver(&object, old: existing)
    object = try stored(object)
    var errors = updateErrors(object, old: existing, target)
    if given.resourceVersion == nil, rules.validatesVersion(version) {
      // Twice, as all that is wrong with the metadata.
      let error = FieldError.invalid(
        "metadata.resourceVersion", "", "must be specified for an update")
      errors = [error, error] + errors
    }
    if !errors.isEmpty { throw .invalid(resource.group, resource.kind, object.name, errors) }
    try admitUpdate(object, old: existing)
    if isDeleted(by: object, old: existing) {
      let version = reader.resourceVersion(of: key)
      return APIResponse(
        code: 200, body: .object(view(object, resourceVersion: version)),
        changes: [ObjectChange(key, old: existing, new: nil)])
    }
    if object == existing { return unchanged(existing) }
    return APIResponse(
      code: 200, body: .object(view(object)),
      changes: [ObjectChange(key, old: existing, new: object)])
  }

  /// The resourceVersion of the request, if it has one, is current.
  ///
  /// "0" is as good as none: versions are parsed as numbers.
  private func checkVersion(_ given: JSONObject) throws(APIError) {
    guard let version = given.resourceVersion, version != "0" else {
      if rules.allowsUnconditionalUpdate(self.version) { return }
      throw .invalid(
        resource.group, resource.plural, request.name,
        [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
    }
    guard reader.isCurrent(version, of: key) else {
      throw .conflict(
        resource.group, resource.plural, request.name,
        "the object has been modified; please apply your changes to the latest version and try "
          + "again")
    }
  }

  private func prepare(_ object: inout JSONObject, old: JSONObject, _ target: UpdateTarget) {
    switch target {
    case .object: rules.prepareForUpdate(&object, old: old, context)
    case .status: rules.prepareForStatusUpdate(&object, old: old, context)
    case .finalize:
      // namespaceFinalizeStrategy.PrepareForUpdate
      object["status"] = old["status"]
    }
  }

  private func updateErrors(_ object: JSONObject, old: JSONObject, _ target: UpdateTarget)
    -> [FieldError]
  {
    // The metadata is validated twice: by BeforeUpdate and by the kind's own validation.
    let metadata = ObjectMetaRules.validateUpdate(object, old: old)
    var errors = metadata + metadata
    switch target {
    case .object:
      errors += ObjectMetaRules.validate(
        object, isNamespaced: resource.isNamespaced, nameRule: { _ in [] })
      errors += rules.validateUpdate(object, old: old, context)
      errors += customRuleErrors(object, old: old, after: errors)
    case .status:
      errors += rules.validateStatusUpdate(object, old: old, context)
      errors += customRuleErrors(object, old: old, after: errors)
    case .finalize: break
    }
    return errors
  }

  /// Whether a write lets a deletion that waited go through (ShouldDeleteDuringUpdate).
  private func isDeleted(by object: JSONObject, old: JSONObject) -> Bool {
    guard object.finalizers.isEmpty, old.deletionTimestamp != nil,
      old.deletionGracePeriodSeconds ?? 0 == 0
    else { return false }
    // ShouldDeleteNamespaceDuringUpdate
    return resource.groupKind != GroupKind(group: "", kind: "Namespace")
      || (object.at("spec", "finalizers")?.array ?? []).isEmpty
  }
}
