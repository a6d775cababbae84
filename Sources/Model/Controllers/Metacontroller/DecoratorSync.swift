internal import CEL

/// One sync of an object that a DecoratorController decorates.
///
/// Follows pkg/controller/decorator/controller.go (syncParentObject): finalizer, hooks, status, then
/// labels, annotations and the finalizer's removal in one update, then the attachments. Where that
/// update is refused because somebody else wrote, the sync ends there without an error.
struct DecoratorSync {
  static let annotation = "metacontroller.k8s.io/decorator-controller"

  let controller: MetacontrollerController
  let client: MetacontrollerClient
  let call: HookCall
  let related: RelatedObjects

  /// Syncs an object as the cache has it; the seconds after which the hook wants to be asked again.
  func run(_ cached: JSONObject) throws -> Double {
    guard controller.concerns(cached) else { return 0 }
    let finalizer = ParentFinalizer(controller)
    let parent = try finalizer.sync(cached, client)
    guard controller.concerns(parent) else { return 0 }
    let observed = try attachments(of: parent)
    let relatedObjects = try related.find(parent, client.oracle)
    // An object that is selected no more is finalized too.
    let isFinalizing =
      controller.finalize != nil
      && (parent.deletionTimestamp != nil || !controller.selects(parent))
    let answer = try call.sync(parent, observed, relatedObjects, isFinalizing: isFinalizing)
    guard try update(parent, answer, finalizer) else { return answer.resyncAfterSeconds }

    var wanted = ChildMap(of: parent)
    for child in answer.children {
      var child = child
      child.annotations[Self.annotation] = .string(controller.name)
      wanted.insert(child)
    }
    if parent.deletionTimestamp == nil || finalizer.managesChildren(of: parent) {
      let failure = try ChildManager(controller: controller, client: client, parent: parent)
        .manage(observed: observed, wanted: wanted)
      if let failure { throw failure }
    }
    return answer.resyncAfterSeconds
  }

  /// The objects that this decorator made for a parent; there is no adoption.
  private func attachments(of parent: JSONObject) throws -> ChildMap {
    var map = ChildMap(of: parent)
    for child in controller.children {
      let kind = child.resource
      let all = try client.oracle.list(
        ListQuery(
          apiVersion: kind.apiVersion, kind: kind.kind,
          namespace: parent.namespace.isEmpty || !kind.isNamespaced ? nil : parent.namespace))
      map.insertGroup(kind)
      for object in all
      where ControllerReference.isControlled(object, by: parent)
        && object.annotations[Self.annotation]?.string == controller.name
      {
        map.insert(object)
      }
    }
    return map
  }

  /// Writes the object itself where the hook wants a change; false where the sync ends with that.
  private func update(
    _ parent: JSONObject, _ answer: HookCall.SyncAnswer, _ finalizer: ParentFinalizer
  ) throws -> Bool {
    var updated = parent
    updated.labels = Self.updated(parent.labels, answer.labels)
    updated.annotations = Self.updated(parent.annotations, answer.annotations)
    let oldStatus = parent["status"]?.object
    let status = answer.status ?? oldStatus
    // An empty status is as good as none.
    let statusChanges = (oldStatus ?? JSONObject()) != (status ?? JSONObject())
    let isReleased = answer.isFinalized && finalizer.isOn(parent)
    guard
      statusChanges || isReleased || updated.labels != parent.labels
        || updated.annotations != parent.annotations
    else { return true }
    updated["status"] = status.map { .object($0) }
    if statusChanges, client.hasStatus(parent.ownGroupKind) {
      let response = try client.plain.updateStatus(updated)
      guard let result = try written(response, "can't update status of the \(parent.kind)") else {
        return false
      }
      updated.resourceVersion = result.resourceVersion
    }
    if answer.isFinalized { ParentFinalizer.remove(finalizer.name, from: &updated) }
    return try written(client.plain.update(updated), "can't update the \(parent.kind)") != nil
  }

  /// The object that was written; nil where it is gone or somebody else wrote it meanwhile.
  private func written(_ response: APIResponse, _ what: String) throws -> JSONObject? {
    if response.isNotFound || response.isConflict { return nil }
    return try response.object(what)
  }

  /// updateStringMap: null removes a key.
  private static func updated(_ old: JSONObject, _ changes: JSONObject) -> JSONObject {
    var result = old
    for entry in changes.entries { result[entry.key] = entry.value == .null ? nil : entry.value }
    return result
  }
}
