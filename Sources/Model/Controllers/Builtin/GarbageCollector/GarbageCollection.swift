internal import CEL

/// What the garbage collector does with one object.
///
/// Follows pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteItem,
/// processDeletingDependentsItem, attemptToOrphanWorker) and operations.go. Decisions rest on live
/// reads of the object and of its owners; only the object's own state and its dependents come from
/// the cache, upstream's graph.
struct GarbageCollection {
  /// The object as the cache has it.
  let item: JSONObject
  let kinds: [GroupKind]
  let isNamespaced: @Sendable (GroupKind) -> Bool
  let client: ControllerClient

  /// What the owners of an object are.
  private struct Owners {
    /// They exist and stay.
    var solid: [JSONObject] = []
    /// They do not exist.
    var dangling: [JSONObject] = []
    /// They wait for their dependents to be deleted.
    var waiting: [JSONObject] = []
  }

  /// attemptToDeleteItem: deletes the object if no owner holds it, and drops references that hold
  /// nothing.
  func attemptToDelete() throws {
    let isDeletingDependents = GarbageCollectorController.isDeletingDependents(item)
    if item.deletionTimestamp != nil, !isDeletingDependents { return }
    let answer = try client.get(item)
    if answer.isNotFound { return }
    let latest = try answer.object("reading an object")
    guard latest.uid == item.uid else { return }
    if isDeletingDependents { return try finishForegroundDeletion() }
    guard !latest.ownerReferences.isEmpty else { return }

    let owners = try classify(latest.ownerReferences)
    if !owners.solid.isEmpty {
      let superfluous = owners.dangling + owners.waiting
      guard !superfluous.isEmpty else { return }
      let answer = try removeOwners(superfluous.compactMap { $0["uid"]?.string }, of: item)
      guard answer.isSuccess else { throw answer.error("removing owner references") }
      return
    }
    if !owners.waiting.isEmpty {
      let dependents = try dependents()
      if !dependents.isEmpty {
        if dependents.contains(where: GarbageCollectorController.isDeletingDependents) {
          // A possible cycle: no owner may wait for this object any more.
          try unblockOwners()
        }
        return try delete(latest, policy: "Foreground")
      }
    }
    let policy =
      latest.finalizers.contains(GarbageCollectorController.orphanFinalizer)
      ? "Orphan"
      : latest.finalizers.contains(GarbageCollectorController.foregroundFinalizer)
        ? "Foreground" : "Background"
    try delete(latest, policy: policy)
  }

  /// attemptToOrphanWorker: takes the object out of its dependents' references, then lets it go.
  func orphanDependents() throws {
    var failure: ReconcileError?
    let dependents = try dependents()
    var patches = ParallelCalls(client.oracle, changing: dependents)
    while let lane = try patches.next() {
      let dependent = dependents[lane]
      let answer = try removeOwners([item.uid], of: dependent)
      if !answer.isSuccess, !answer.isNotFound {
        failure = failure ?? answer.error("orphaning a dependent")
      }
    }
    if let failure { throw failure }
    try removeFinalizer(GarbageCollectorController.orphanFinalizer)
  }

  /// The cached objects that name this one as owner, by kind, namespace and name.
  private func dependents() throws -> [JSONObject] {
    try kinds.flatMap { kind in
      try client.oracle.list(
        ListQuery(
          apiVersion: kind.anyAPIVersion, kind: kind.kind,
          namespace: item.namespace.isEmpty ? nil : item.namespace,
          selection: .dependents(uid: item.uid)))
    }
  }

  /// classifyReferences: live reads of the owners; a uid that differs is an owner that is gone.
  private func classify(_ references: [JSONObject]) throws -> Owners {
    var owners = Owners()
    for reference in references {
      let kind = GroupKind(apiVersion: reference.apiVersion, kind: reference.kind)
      if isNamespaced(kind), item.namespace.isEmpty {
        // A cluster-scoped object cannot have a namespaced owner: left alone, without retry.
        return Owners(solid: references)
      }
      let answer = try client.get(
        reference.apiVersion, reference.kind,
        namespace: isNamespaced(kind) ? item.namespace : "",
        name: reference["name"]?.string ?? "")
      if answer.isNotFound, answer.message?.hasPrefix("the server could not find") == true {
        throw ReconcileError("the kind of an owner is not known", code: 404)
      }
      guard !answer.isNotFound else {
        owners.dangling.append(reference)
        continue
      }
      let owner = try answer.object("reading an owner")
      if owner.uid != reference["uid"]?.string {
        owners.dangling.append(reference)
      } else if GarbageCollectorController.isDeletingDependents(owner) {
        owners.waiting.append(reference)
      } else {
        owners.solid.append(reference)
      }
    }
    return owners
  }

  /// processDeletingDependentsItem: lets the object go once no dependent blocks it.
  ///
  /// Dependents that do were put into the queue when the deletion began.
  private func finishForegroundDeletion() throws {
    let isBlocked = try dependents().contains { dependent in
      dependent.ownerReferences.contains {
        $0["uid"]?.string == item.uid && $0["blockOwnerDeletion"]?.bool == true
      }
    }
    if !isBlocked { try removeFinalizer(GarbageCollectorController.foregroundFinalizer) }
  }

  /// deleteObject: on condition of uid and resourceVersion; after a conflict that did not touch the
  /// owners, of the uid only.
  private func delete(_ latest: JSONObject, policy: String) throws {
    func options(_ resourceVersion: String?) -> JSONObject {
      var preconditions: JSONObject = ["uid": .string(item.uid)]
      preconditions["resourceVersion"] = resourceVersion.map(JSONValue.string)
      return ["preconditions": .object(preconditions), "propagationPolicy": .string(policy)]
    }
    var answer = try client.delete(item, options(latest.resourceVersion))
    if answer.isConflict {
      let live = try client.get(item)
      if live.isNotFound { return }
      let object = try live.object("reading an object")
      if object.uid == item.uid, object.resourceVersion != latest.resourceVersion,
        object.ownerReferences == latest.ownerReferences
      {
        answer = try client.delete(item, options(nil))
      }
    }
    if !answer.isSuccess, !answer.isNotFound { throw answer.error("deleting an object") }
  }
}
