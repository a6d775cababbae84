internal import CEL

/// The options of a deletion (metav1.DeleteOptions).
struct DeleteOptions: Hashable {
  enum Propagation: String {
    case orphan = "Orphan", background = "Background", foreground = "Foreground"
  }

  var gracePeriodSeconds: Int64?
  var propagation: Propagation?
  var orphanDependents: Bool?
  var uid: String?
  var resourceVersion: String?
  var isDryRun = false

  /// Reads options; absent is all defaults.
  ///
  /// Follows apis/meta/v1/validation/validation.go (ValidateDeleteOptions).
  init(_ body: JSONValue?, parameters: [String: String] = [:]) throws(APIError) {
    if let body, body.object == nil {
      throw .internalFailure("couldn't get version/kind; json parse error")
    }
    let options = body?.object ?? JSONObject()
    if !options.kind.isEmpty, options.kind != "DeleteOptions" {
      throw .internalFailure(
        "no kind \"\(options.kind)\" is registered for version \"\(options.apiVersion)\"")
    }
    gracePeriodSeconds =
      options["gracePeriodSeconds"]?.int ?? parameters["gracePeriodSeconds"].flatMap { Int64($0) }
    orphanDependents =
      options["orphanDependents"]?.bool ?? parameters["orphanDependents"].flatMap { Bool($0) }
    uid = options.at("preconditions", "uid")?.string
    resourceVersion = options.at("preconditions", "resourceVersion")?.string
    isDryRun = options["dryRun"]?.array?.contains("All") ?? false
    let policy = options["propagationPolicy"]?.string ?? parameters["propagationPolicy"]
    propagation = policy.flatMap { Propagation(rawValue: $0) }
    var errors: [FieldError] = []
    if policy != nil, orphanDependents != nil {
      errors.append(
        .invalid(
          "propagationPolicy", policy.map(JSONValue.string),
          "orphanDependents and deletionPropagation cannot be both set"))
    }
    if let policy, propagation == nil {
      errors.append(
        .notSupported(
          "propagationPolicy", .string(policy), ["Foreground", "Background", "Orphan", "nil"]))
    }
    if !errors.isEmpty { throw .invalid("meta.k8s.io", "DeleteOptions", "", errors) }
  }
}

/// DELETE of an object and of a collection.
///
/// Follows handlers/delete.go, registry/rest/delete.go (BeforeDelete) and store.go (Delete,
/// updateForGracefulDeletionAndFinalizers, DeleteCollection).
extension APICall {
  func delete() throws(APIError) -> APIResponse {
    let options = try DeleteOptions(request.body, parameters: request.parameters)
    var outcome = try delete(key, try existing(), options)
    if options.isDryRun { outcome.changes = [] }
    return deletionAnswer(outcome, options)
  }

  func deleteCollection() throws(APIError) -> APIResponse {
    guard resource.hasDeleteCollection else { throw .methodNotAllowed }
    let options = try DeleteOptions(request.body, parameters: request.parameters)
    let items = reader.objects(
      of: resource.groupKind, namespace: listNamespace, selection: try selection())
    var changes: [ObjectChange] = []
    for item in items { changes += try delete(item.key, item.object, options).changes }
    let body = listBody(items, JSONObject(), from: reader)
    return APIResponse(
      code: 200, body: .object(body), changes: options.isDryRun ? [] : changes)
  }

  /// What became of an object that was to be deleted.
  struct Deletion {
    /// As it was last written, or last was.
    var object: JSONObject
    var isGone: Bool
    var changes: [ObjectChange]
    let key: ObjectKey
  }

  private func deletionAnswer(_ deletion: Deletion, _ options: DeleteOptions) -> APIResponse {
    if deletion.isGone, !rules.returnsDeletedObject(version) {
      var details: JSONObject = [
        "name": .string(deletion.key.name), "kind": .string(resource.plural),
        "uid": .string(deletion.object.uid),
      ]
      if !resource.group.isEmpty { details["group"] = .string(resource.group) }
      return APIResponse(
        code: 200,
        body: [
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
          "details": .object(details),
        ], changes: deletion.changes)
    }
    // Upstream's one case of 202: cascading deletion that was asked for in the old way.
    let code = !deletion.isGone && options.orphanDependents == false ? 202 : 200
    let isUnwritten = !deletion.changes.contains { $0.key == deletion.key && $0.new != nil }
    let version = isUnwritten ? reader.resourceVersion(of: deletion.key) : nil
    return APIResponse(
      code: code, body: .object(view(deletion.object, resourceVersion: version)),
      changes: deletion.changes)
  }

  /// Deletes one object as far as its finalizers and its grace period let it.
  func delete(_ key: ObjectKey, _ existing: JSONObject, _ given: DeleteOptions)
    throws(APIError) -> Deletion
  {
    try checkPreconditions(key, existing, given)
    try admitDeletion(key, existing, given)
    if resource.groupKind == GroupKind(group: "", kind: "Namespace") {
      return try deleteNamespace(key, existing, given)
    }
    if resource.groupKind.kind == "CustomResourceDefinition" {
      return deleteDefinition(key, existing)
    }
    var object = existing
    switch gracefulDeletion(&object, given) {
    case .pending:
      return Deletion(object: existing, isGone: false, changes: [], key: key)
    case .graceful(let period):
      if let finalizers = collectionFinalizers(object, given) { object.finalizers = finalizers }
      var deletion = Deletion(
        object: object, isGone: false, changes: [ObjectChange(key, old: existing, new: object)],
        key: key)
      if object.finalizers.isEmpty, period <= 0 {
        deletion.changes.append(ObjectChange(key, old: object, new: nil))
        deletion.isGone = true
      }
      return deletion
    case .immediate:
      if let finalizers = collectionFinalizers(object, given) { object.finalizers = finalizers }
      if object.finalizers.isEmpty {
        return Deletion(
          object: existing, isGone: true, changes: [ObjectChange(key, old: existing, new: nil)],
          key: key)
      }
      markAsDeleting(&object)
      let isChanged = object != existing
      return Deletion(
        object: object, isGone: false,
        changes: isChanged ? [ObjectChange(key, old: existing, new: object)] : [], key: key)
    }
  }

  /// Policies are asked about a deletion unless it is under way already or an eviction, which was
  /// admitted as such.
  private func admitDeletion(
    _ key: ObjectKey, _ existing: JSONObject, _ options: DeleteOptions
  ) throws(APIError) {
    guard request.subresource.isEmpty, !server.resources.policies.isEmpty else { return }
    var marked = existing
    if case .pending = gracefulDeletion(&marked, options) { return }
    try admit(.delete, key, object: nil, old: existing)
  }

  /// BeforeDelete's preconditions; the group and kind stand where elsewhere the resource does.
  private func checkPreconditions(
    _ key: ObjectKey, _ existing: JSONObject, _ options: DeleteOptions
  ) throws(APIError) {
    if let uid = options.uid, uid != existing.uid {
      throw .conflict(
        resource.group, resource.kind, key.name,
        "the UID in the precondition (\(uid)) does not match the UID in record "
          + "(\(existing.uid)). The object might have been deleted and then recreated")
    }
    if let version = options.resourceVersion, !reader.isCurrent(version, of: key) {
      throw .conflict(
        resource.group, resource.kind, key.name,
        "the ResourceVersion in the precondition (\(version)) does not match the "
          + "ResourceVersion in record (\(reader.resourceVersion(of: key))). The object might "
          + "have been modified")
    }
  }

  private enum Grace {
    /// The kind knows no grace, or it is over: delete now.
    case immediate
    /// The object was marked, with this period.
    case graceful(Int64)
    /// It is being deleted already and this request does not shorten that.
    case pending
  }

  /// BeforeDelete: marks an object of a kind with graceful deletion.
  private func gracefulDeletion(_ object: inout JSONObject, _ options: DeleteOptions) -> Grace {
    let period = rules.gracePeriod(object, requested: options.gracePeriodSeconds, version)
    guard let period else { return .immediate }
    if object.deletionTimestamp != nil {
      guard let running = object.deletionGracePeriodSeconds, running != 0 else {
        return .immediate
      }
      guard let requested = options.gracePeriodSeconds, requested < running else {
        return .pending
      }
      object.deletionTimestamp = reader.now
      object.deletionGracePeriodSeconds = requested
      return .graceful(requested)
    }
    object.deletionTimestamp = reader.now
    object.deletionGracePeriodSeconds = period
    if object.generation > 0 { object.generation += 1 }
    return .graceful(period)
  }

  /// markAsDeleting: the mark of kinds without graceful deletion.
  func markAsDeleting(_ object: inout JSONObject) {
    if object.deletionTimestamp == nil {
      if object.generation > 0 { object.generation += 1 }
      object.deletionTimestamp = reader.now
    }
    object.deletionGracePeriodSeconds = 0
  }

  /// deletionFinalizersForGarbageCollection: nil where they stay as they are.
  func collectionFinalizers(_ object: JSONObject, _ options: DeleteOptions) -> [String]? {
    guard rules.defaultPropagation != .unsupported else { return nil }
    let present = object.finalizers
    var wanted = present.filter { $0 != "orphan" && $0 != "foregroundDeletion" }
    if shouldOrphan(present, options) { wanted.append("orphan") }
    if shouldDeleteInForeground(present, options) { wanted.append("foregroundDeletion") }
    return wanted.sorted() == present.sorted() ? nil : wanted
  }

  /// shouldOrphanDependents: the options, then a finalizer, then the kind decides.
  private func shouldOrphan(_ present: [String], _ options: DeleteOptions) -> Bool {
    if let orphan = options.orphanDependents { return orphan }
    if let propagation = options.propagation { return propagation == .orphan }
    for finalizer in present {
      if finalizer == "orphan" { return true }
      if finalizer == "foregroundDeletion" { return false }
    }
    return rules.defaultPropagation == .orphan
  }

  /// shouldDeleteDependents: the options, then a finalizer decides.
  private func shouldDeleteInForeground(_ present: [String], _ options: DeleteOptions) -> Bool {
    if options.orphanDependents != nil { return false }
    if let propagation = options.propagation { return propagation == .foreground }
    for finalizer in present {
      if finalizer == "foregroundDeletion" { return true }
      if finalizer == "orphan" { return false }
    }
    return false
  }
}
